# SPDX-License-Identifier: Apache-2.0
"""What this computer has seen of vaults, so that an older state is noticed when it comes back."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import closing
from typing import TYPE_CHECKING

from kcert.errors import StorageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

__all__ = ["VaultMemory"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS seen (vault TEXT, name TEXT, counter INTEGER, digest TEXT, "
    "PRIMARY KEY (vault, name)) WITHOUT ROWID"
)
_GET = "SELECT counter, digest FROM seen WHERE vault = ? AND name = ?"
_PUT = (
    "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (vault, name) "
    "DO UPDATE SET counter = excluded.counter, digest = excluded.digest "
    "WHERE excluded.counter >= counter"
)


class VaultMemory:
    """The last counter seen of every entry of every vault. Holds no names of persons and no keys.

    Args:
        path: A file of its own (SQLite); made with mode 0600 where it is missing. ``None`` keeps it
            in this process only: then a service can show an older state to the next process.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        import sqlite3

        self._lock = threading.Lock()
        self._error = sqlite3.Error
        where = ":memory:"
        try:
            if path is not None:
                where = os.fspath(path)
                os.close(os.open(where, os.O_CREAT | os.O_RDWR, 0o600))
            self._database: sqlite3.Connection = sqlite3.connect(
                where, timeout=30, isolation_level=None, check_same_thread=False
            )
            # One that nobody closes is closed with its owner; Python 3.13 warns where it is not.
            self._close = weakref.finalize(self, self._database.close)
            self._database.execute(_TABLE)
        except (OSError, sqlite3.Error):
            raise self._unusable() from None

    def __repr__(self) -> str:
        return "<VaultMemory>"

    def seen(self, vault: str, name: str) -> tuple[int, str] | None:
        """Counter and digest of the newest state of an entry that was seen."""
        for row in self._run(_GET, vault, name):
            return int(row[0]), str(row[1])
        return None

    def record(self, vault: str, name: str, counter: int, digest: str) -> None:
        """Remember a state; an older one than is known changes nothing."""
        self._run(_PUT, vault, name, counter, digest)

    def names(self, vault: str) -> Iterator[str]:
        """Yield the names of a vault's entries that are known."""
        last = ""
        page = "SELECT name FROM seen WHERE vault = ? AND name > ? ORDER BY name LIMIT 500"
        while rows := self._run(page, vault, last):
            for row in rows:
                last = str(row[0])
                yield last

    def forget(self, vault: str, name: str) -> None:
        """Forget an entry: the next state that is seen of it is taken as it is."""
        self._run("DELETE FROM seen WHERE vault = ? AND name = ?", vault, name)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def _run(self, statement: str, *values: str | int) -> list[tuple[str | int, ...]]:
        try:
            with self._lock, closing(self._database.execute(statement, values)) as cursor:
                return list(cursor.fetchall())
        except self._error:
            raise self._unusable() from None

    def _unusable(self) -> StorageError:
        return StorageError(
            "the vault memory cannot be used; is it another file, or on a full disk?",
            "금고 기억 파일을 쓸 수 없습니다; 다른 파일이거나 디스크가 가득 찼는지 확인하십시오",
            backend="vault memory",
        )
