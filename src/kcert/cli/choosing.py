# SPDX-License-Identifier: Apache-2.0
"""From what a person named to a certificate: a path, or an id as `kcert list` shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

import kcert
from kcert.cli.failures import Refusal
from kcert.store import is_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert import Certificate, Credential, Entry, Store, UnlockedCredential
    from kcert.cli.access import Access
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = [
    "BODY",
    "Chosen",
    "certificate_alone",
    "certificate_of",
    "choose",
    "in_place",
    "in_store",
    "is_address",
]

BODY = (
    (
        "CERT is a file (.pfx, .p12, .pem, signCert.der, .zip), a folder, or an id as `kcert list` "
        "shows it; its first four characters will do where they are one's alone."
    ),
    (
        "CERT는 파일(.pfx, .p12, .pem, signCert.der, .zip)이나 폴더, 또는 `kcert list`에 나오는 id입니다. "
        "id는 구별되면 앞의 네 글자만 써도 됩니다."
    ),
)

_ID = re.compile(r"[0-9a-fA-F]{4,64}")
_ID_LENGTH = 16
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@frozen
class Chosen:
    """What was named: an entry of a store, or a file.

    Attributes:
        entry: The entry, where it is one.
        store: The store it is in.
        path: The file, where it is one.
    """

    entry: Entry | None = None
    store: Store | None = None
    path: Path | None = None

    def load(self, passwords: Passwords) -> Credential:
        """The credential, locked; a password is asked for where the file hides everything."""
        if self.entry is not None:
            return self.entry.load()
        path = self.path or Path()
        try:
            return kcert.load(path)
        except kcert.UnlockError:
            pass  # it has a password, and none was given
        return kcert.load(path, passwords.current())

    def unlock(self, passwords: Passwords) -> UnlockedCredential:
        """The credential, open. A password is asked once."""
        credential = self.load(passwords)
        return credential.unlock(passwords.current(credential.certificate))


def choose(session: Session, text: str, store: str | None, *, one_place: bool = False) -> Chosen:
    """Find what was named.

    Args:
        session: Told what is being worked on.
        text: What was named.
        store: Where to look, as `kcert.open_store` takes it.
        one_place: Refuse a certificate that lies in several places: it is to be changed.

    Raises:
        KcertError: There is none, or there are several.
        Refusal: Nothing is named.
    """
    session.where = text
    if not text:
        # It would be the folder one is in: an empty variable of a script is no choice of that.
        raise Refusal(
            ("no certificate is named: CERT is empty", "CERT가 비어 있습니다"),
            (
                "give a file, a folder or an id; a variable of the script may be empty",
                "파일, 폴더나 id를 주십시오. 스크립트의 변수가 비어 있는지 확인하십시오",
            ),
        )
    if store is not None:
        return in_store(kcert.open_store(store), text)
    path = Path(text)
    if path.is_dir():
        inside = kcert.open_store(path)
        return _one([Chosen(entry, inside) for entry in inside.entries()], "folder")
    if path.exists():
        return Chosen(path=path)
    if not _ID.fullmatch(text):
        raise kcert.NotFoundError(
            "there is no such file, and an id has four hexadecimal digits at least",
            "그런 파일이 없습니다. id라면 16진수 네 글자 이상이어야 합니다",
            backend="file",
        )
    wanted = text.lower()[:_ID_LENGTH]
    found = [
        Chosen(found.entry, kcert.Store(found.entry.backend))
        for found in kcert.discover()
        if found.entry is not None
        and found.entry.backend is not None
        and found.entry.id.startswith(wanted)
    ]
    if not one_place:
        found = list({_key(chosen): chosen for chosen in reversed(found)}.values())
    return _one(found, "computer")


def _key(chosen: Chosen) -> str:
    return "" if chosen.entry is None else chosen.entry.id


def in_store(store: Store, text: str) -> Chosen:
    """Find an entry of a store by its id, or the begin of one.

    Raises:
        KcertError: There is none, or there are several.
    """
    if _ID.fullmatch(text) and len(text) < _ID_LENGTH:
        entries = [entry for entry in store.entries() if entry.id.startswith(text.lower())]
        return _one([Chosen(entry, store) for entry in entries], "store")
    return Chosen(store.get(text), store)


def _one(found: list[Chosen], backend: str) -> Chosen:
    if len(found) == 1:
        return found[0]
    if not found:
        raise kcert.NotFoundError(
            "there is no such certificate", "그런 인증서가 없습니다", backend=backend
        )
    ids = list(dict.fromkeys(_key(chosen) for chosen in found))
    shown = ", ".join(ids[:8]) + (" …" if len(ids) > 8 else "")
    raise kcert.AmbiguousError(
        f"{len(found)} are meant by this: {shown}",
        f"이것에 해당하는 인증서가 {len(found)}개입니다: {shown}",
        backend=backend,
        choices=ids,
    )


def certificate_of(
    session: Session, text: str, store: str | None, passwords: Passwords
) -> Certificate | Credential:
    """What was named, as a credential, or as a certificate alone where that is all there is."""
    chosen = choose(session, text, store)
    if chosen.path is not None:
        alone = certificate_alone(chosen.path)
        if alone is not None:
            return alone
    return chosen.load(passwords)


def certificate_alone(path: Path) -> Certificate | None:
    """The certificate of a file that holds nothing else; ``None`` where it holds something else."""
    try:
        kcert.load(path)
    except kcert.FormatError as error:
        if path.is_file() and path.stat().st_size <= kcert.Limits().max_file_size:
            try:
                return kcert.Certificate.load(path.read_bytes())
            except kcert.KcertError:
                raise error from None
        raise
    except kcert.KcertError:
        return None
    return None


def is_address(text: str) -> bool:
    """Whether this is the address of a store, such as ``npki:``, rather than a path."""
    return bool(_ADDRESS.match(text)) and not Path(text).exists()


def in_place(access: Access, place: str) -> Iterator[tuple[str, Entry]]:
    """Yield each entry of a place, with where it lies."""
    access.session.where = place
    path = Path(place)
    if is_address(place) or (path.is_dir() and is_vault(place)):
        for entry in access.open(place).entries():
            yield entry.location, entry
        return
    for found in kcert.discover([place]):
        if found.entry is None:
            raise found.problem or kcert.NotFoundError("there is no such folder", backend="file")
        yield str(found.location), found.entry
