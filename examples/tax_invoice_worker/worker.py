# SPDX-License-Identifier: Apache-2.0
r"""Sign tax invoices from a queue, with credentials that lie sealed in a bucket.

    python examples/tax_invoice_worker/worker.py --vault s3://bucket/companies?region=… \
        --queue /var/spool/invoices --receiver nts-km.der < secrets.json

Needs ``pip install "kcert[cloud,xml]"``. Secrets come on standard input, as one JSON object from
your secret manager, and nowhere else::

    {"vault": "AGE-SECRET-KEY-…",
     "cloud": {"access_key_id": "…", "secret_access_key": "…"},
     "passwords": {"<SHA-256 fingerprint of the certificate>": "…"}}

The queue is a folder. What lies in ``new/<fingerprint>/<invoice>.xml`` is claimed by a rename, so
any number of workers may share it; the sealed package goes to ``sealed/``, the invoice to ``done/``
or, with the reason beside it, to ``failed/``. What a killed worker has claimed is taken up again
with ``--resume`` once no other worker runs.

버킷에 봉인해 둔 회사 인증서로 대기열의 전자세금계산서에 서명하고, 국세청 인증서로 암호화합니다.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import kcert
from kcert.services import etax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATES = ("new", "working", "sealed", "done", "failed")


class Worker:
    """Signs with the credentials of one store.

    Args:
        store: Where the companies' credentials lie.
        passwords: Passwords of the certificates, by fingerprint.
        queue: The folder of the queue.
        receiver: The tax service's key-management certificate.
    """

    def __init__(
        self,
        store: kcert.Store,
        passwords: Mapping[str, str],
        queue: Path,
        receiver: kcert.Certificate,
    ) -> None:
        self._store = store
        self._passwords = dict(passwords)
        self._queue = queue
        self._receiver = receiver
        self._credentials: dict[str, kcert.Credential] = {}
        for state in STATES:
            (queue / state).mkdir(parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"<Worker on {self._store!r}>"

    def run(self) -> tuple[int, int]:
        """Work until nothing is left; gives how many were sealed and how many failed."""
        sealed = failed = 0
        for invoice in self._claims():
            try:
                package = self._seal(invoice.read_bytes(), invoice.parent.name)
            except kcert.StorageError as error:
                self._move(invoice, "new" if error.retryable else "failed", error)
                if error.retryable:
                    raise
                failed += 1
            except kcert.KcertError as error:
                self._move(invoice, "failed", error)
                failed += 1
            else:
                _write(self._place(invoice, "sealed").with_suffix(".p7m"), package)
                self._move(invoice, "done")
                sealed += 1
        return sealed, failed

    def resume(self) -> None:
        """Put what a killed worker had claimed back into the queue."""
        for invoice in sorted(self._queue.glob("working/*/*.xml")):
            invoice.rename(self._place(invoice, "new"))

    def _claims(self) -> Iterator[Path]:
        for invoice in sorted(self._queue.glob("new/*/*.xml")):
            claimed = self._place(invoice, "working")
            try:
                invoice.rename(claimed)
            except FileNotFoundError:
                continue  # another worker was faster
            yield claimed

    def _seal(self, xml: bytes, fingerprint: str) -> bytes:
        credential = self._credential(fingerprint)
        kcert.inspect(credential).raise_for_problems()
        password = self._passwords.get(fingerprint)
        if password is None:
            raise kcert.UnlockError(
                reason="no password was given for this certificate",
                reason_ko="이 인증서의 비밀번호가 주어지지 않았습니다",
            )
        with credential.unlock(password) as unlocked:
            if unlocked.random is None:
                raise kcert.FormatError("private key", "it has no R; export the certificate anew")
            signed = etax.sign(xml, unlocked)
            return etax.seal(etax.pack([(signed, unlocked.random)]), self._receiver)

    def _credential(self, fingerprint: str) -> kcert.Credential:
        # Locked, so keeping them costs nothing but memory.
        if fingerprint not in self._credentials:
            self._credentials[fingerprint] = self._store.get(fingerprint).load()
        return self._credentials[fingerprint]

    def _place(self, invoice: Path, state: str) -> Path:
        place = self._queue / state / invoice.parent.name / invoice.name
        place.parent.mkdir(exist_ok=True)
        return place

    def _move(self, invoice: Path, state: str, error: kcert.KcertError | None = None) -> None:
        place = self._place(invoice, state)
        if error is not None and state == "failed":
            _write(
                place.with_suffix(".txt"), f"{error.code}: {error}\n{error.message_ko}\n".encode()
            )
        invoice.rename(place)


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    """Open the vault with the secrets on standard input, and work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--vault", required=True, help="address of the sealed store")
    parser.add_argument("--queue", required=True, type=Path)
    parser.add_argument("--receiver", required=True, type=Path, help="km certificate, DER")
    parser.add_argument("--resume", action="store_true", help="take up what a killed worker left")
    options = parser.parse_args(arguments)
    try:
        secrets = json.load(sys.stdin)
        receiver = kcert.Certificate.load(options.receiver.read_bytes())
        identity = kcert.VaultIdentity(secrets["vault"])
        store = kcert.open_store(
            options.vault, sealing=identity, credentials=secrets.get("cloud"), history=False
        )
        worker = Worker(store, secrets["passwords"], options.queue, receiver)
        if options.resume:
            worker.resume()
        sealed, failed = worker.run()
    except kcert.KcertError as error:
        print(f"{error.message_ko} · {error}", file=sys.stderr)
        return 2
    except (ValueError, TypeError, KeyError, OSError) as error:
        # Not its text: it may quote what was read.
        print(
            f"입력을 읽을 수 없습니다 · cannot read input: {type(error).__name__}", file=sys.stderr
        )
        return 2
    print(f"봉인 · sealed: {sealed}, 실패 · failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
