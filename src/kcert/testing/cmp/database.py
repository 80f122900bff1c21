# SPDX-License-Identifier: Apache-2.0
"""Where a test authority keeps what it knows: one SQLite file, or memory.

The file holds the authority's private keys, the authorization codes and the identity numbers in
clear. They are those of a test; a file of its own user only is as far as the care goes.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MEMORY", "Database", "moment_of", "seconds"]

MEMORY: Final = ":memory:"

_Value: TypeAlias = str | bytes | int | None

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS registrations (
    reference_number TEXT PRIMARY KEY,
    authorization_code TEXT NOT NULL,
    holder TEXT NOT NULL,
    id_number TEXT,
    policy TEXT NOT NULL,
    subject BLOB NOT NULL,
    replaces TEXT,
    expires INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS issues (
    serial_number TEXT PRIMARY KEY,
    km_serial_number TEXT UNIQUE,
    certificate BLOB NOT NULL,
    km_certificate BLOB,
    key_hash BLOB NOT NULL,
    holder TEXT NOT NULL,
    id_number TEXT,
    policy TEXT NOT NULL,
    kind TEXT NOT NULL,
    predecessor TEXT,
    reference_number TEXT,
    partition INTEGER NOT NULL,
    standing TEXT NOT NULL,
    since INTEGER NOT NULL,
    reason INTEGER
);
CREATE INDEX IF NOT EXISTS issues_by_standing ON issues (standing, since);
CREATE INDEX IF NOT EXISTS issues_by_partition ON issues (partition, standing);
CREATE INDEX IF NOT EXISTS issues_by_key ON issues (key_hash);
CREATE INDEX IF NOT EXISTS issues_by_predecessor ON issues (predecessor);
CREATE TABLE IF NOT EXISTS transactions (
    transaction_id BLOB PRIMARY KEY,
    verb TEXT NOT NULL,
    requester TEXT NOT NULL,
    digest BLOB NOT NULL,
    serial_number TEXT,
    nonces BLOB NOT NULL,
    polls INTEGER NOT NULL DEFAULT 0,
    check_after INTEGER NOT NULL DEFAULT 0,
    request BLOB,
    at INTEGER NOT NULL
);
"""


def seconds(moment: datetime) -> int:
    """A moment as it is stored: whole seconds since 1970."""
    return int(moment.timestamp())


def moment_of(stored: int) -> datetime:
    """A stored moment, in UTC."""
    return datetime.fromtimestamp(stored, UTC)


class Database:
    """One connection that several threads use in turn.

    Args:
        path: The file, made for its user only where there is none yet; `MEMORY` for none.

    Raises:
        ValueError: The file is something else.
    """

    def __init__(self, path: str | os.PathLike[str] = MEMORY) -> None:
        self.is_memory = os.fspath(path) == MEMORY
        """Whether everything is gone with the process."""
        if not self.is_memory:
            Path(path).touch(mode=0o600)
        self._lock = RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # One that nobody closes is closed with its owner; Python 3.13 warns where it is not.
        self._close = weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        try:
            # No waiting for the disk: what a power cut takes is a test's.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._close()
            raise ValueError("the file is no database of a test authority") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another is undone alone where it fails."""
        with self._lock:
            name = f"level{self._depth}"
            self._connection.execute(f"SAVEPOINT {name}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth:
                    self._connection.execute(f"ROLLBACK TO {name}")
                    self._connection.execute(f"RELEASE {name}")
                else:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            self._connection.execute(f"RELEASE {name}" if self._depth else "COMMIT")

    def rows(self, statement: str, *values: _Value) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: _Value) -> sqlite3.Row | None:
        """The first that a query finds."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def change(self, statement: str, *values: _Value) -> int:
        """Change something; how many rows it touched."""
        with self.transaction():
            return self._connection.execute(statement, values).rowcount

    def insert(self, table: str, **values: _Value) -> None:
        """Add a row, or replace the one of the same key."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"
        self.change(statement, *values.values())

    def setting(self, name: str) -> bytes | None:
        """A setting, where it was put."""
        found = self.row("SELECT value FROM settings WHERE name = ?", name)
        return None if found is None else bytes(found["value"])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()
