# SPDX-License-Identifier: Apache-2.0
"""Bring a folder of PFX files into a store, under one new password.

    python examples/migrate_pfx/migrate.py [--dry-run] [--passwords] folder store

``store`` is an address that `kcert.open_store` takes: a folder, ``npki:``, ``usb:MYSTICK``. One
password for all files is asked for, and a new one; with ``--passwords`` standard input gives them
as one JSON object: by file name, ``""`` for all other files, ``"new"`` for the new one. Without
arguments it runs on test files.

Nothing is taken from the folder or overwritten, and what is in the store already is left alone, so
it can be run again. One line a file, tab-separated: what came of it, and the file.

PFX 파일이 든 폴더를 저장소로 옮겨 담습니다. 원본은 그대로 두고, 다시 실행해도 됩니다.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import kcert
from kcert import passwords, pkcs12
from kcert.testing import TEST_PASSWORD, FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENDINGS = (".pfx", ".p12")
MAX_SIZE = 1 << 20


def files_in(folder: Path) -> Iterator[Path]:
    """The PFX files below a folder, in order."""
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in ENDINGS and path.is_file()
    )


def migrate(path: Path, old: str, new: str, store: kcert.Store, *, dry_run: bool) -> str:
    """Bring one file in; gives what came of it."""
    if path.stat().st_size > MAX_SIZE:
        raise kcert.LimitError("file size", path.stat().st_size, MAX_SIZE)
    outcomes = set()
    for credential in pkcs12.load_all(path.read_bytes(), old):
        with credential.unlock(old) as unlocked:
            if unlocked.random is None:
                outcomes.add("without R")  # it signs, but 본인확인 will fail
            if dry_run:
                outcomes.add("would be copied")
                continue
            locked = unlocked.lock(new)
        try:
            entry = store.add(locked)
        except kcert.AlreadyExistsError:
            outcomes.add("already there")
            continue
        # Read back from the medium, and opened with the new password: only that is proof.
        with entry.unlock(new):
            outcomes.add("copied")
    return ", ".join(sorted(outcomes))


def run(
    folder: Path, store: kcert.Store, known: Mapping[str, str], *, new: str, dry_run: bool = False
) -> int:
    """Bring all files in; gives 1 where one of them could not be.

    Args:
        folder: Where the files are.
        store: Where the certificates go.
        known: Passwords of the files by name, and the one of all others under the empty name.
        new: The password that they get.
        dry_run: Only open them.
    """
    failed = False
    for path in files_in(folder):
        password = known.get(path.name, known.get(""))
        try:
            if password is None:
                raise kcert.UnlockError("PFX", "PFX", reason="no password was given for it",
                                        reason_ko="비밀번호가 주어지지 않았습니다")  # fmt: skip
            outcome = migrate(path, password, new, store, dry_run=dry_run)
        except kcert.UnavailableError:
            raise  # the medium is gone or full; the rest would fail as well
        except (kcert.KcertError, OSError) as error:
            failed = True
            outcome = f"failed: {getattr(error, 'message_ko', type(error).__name__)}"
        print(outcome, path.relative_to(folder), sep="\t")
    return 1 if failed else 0


def sample(folder: Path) -> None:
    """Make a few files to try it on; one has another password."""
    authority = FakeAuthority("yessign")
    for number, (holder, password) in enumerate(
        (("홍길동", TEST_PASSWORD), ("길동상사", TEST_PASSWORD), ("홍길동", "another"))
    ):
        credential = authority.issue(holder, password=password, km=True, chain=True)
        with credential.unlock(password) as unlocked:
            (folder / f"{number}.pfx").write_bytes(pkcs12.dump(unlocked, password))


def main(arguments: list[str]) -> int:
    """Ask for what is needed, and migrate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dry-run", action="store_true", help="only open the files")
    parser.add_argument("--passwords", action="store_true", help="read passwords as JSON")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("store", nargs="?")
    options = parser.parse_args(arguments)
    if options.folder is None:
        with tempfile.TemporaryDirectory() as temporary:
            sample(Path(temporary))
            store = kcert.open_store("memory:")
            return run(Path(temporary), store, {"": TEST_PASSWORD}, new=TEST_PASSWORD)
    if options.store is None:
        parser.error("store is missing")
    try:
        if options.passwords:
            known = {str(name): str(value) for name, value in json.load(sys.stdin).items()}
            new = known.pop("new", None) or known.get("", "")
        else:
            known = {"": getpass.getpass("PFX 비밀번호 · password of the files: ")}
            new = getpass.getpass("새 비밀번호 · new password: ")
        for advice in passwords.check(new):
            print(f"새 비밀번호 · new password: {advice.message_ko}", file=sys.stderr)
        store = kcert.open_store(options.store, create=True)
        return run(options.folder, store, known, new=new, dry_run=options.dry_run)
    except kcert.KcertError as error:
        print(f"{error.message_ko} · {error}", file=sys.stderr)
    except (ValueError, AttributeError):
        print("표준 입력이 JSON이 아닙니다 · standard input is no JSON", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
