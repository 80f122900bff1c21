# SPDX-License-Identifier: Apache-2.0
"""The memory of vaults closes its file, whoever forgets to."""

from __future__ import annotations

import gc
import sqlite3

import pytest

from kcert import VaultMemory
from kcert.errors import StorageError


@pytest.mark.parametrize("by", ["close", "the end of its owner"])
def test_the_file_is_closed_by(by, tmp_path):
    memory = VaultMemory(tmp_path / "seen")
    memory.record("vault", "entry", 1, "digest")
    database = memory._database
    if by == "close":
        memory.close()
        memory.close()
    del memory
    gc.collect()

    with pytest.raises(sqlite3.ProgrammingError):
        database.execute("SELECT 1")


def test_what_it_has_seen_is_in_the_file(tmp_path):
    first = VaultMemory(tmp_path / "seen")
    first.record("vault", "entry", 2, "newer")
    first.record("vault", "entry", 1, "older")
    del first

    assert VaultMemory(tmp_path / "seen").seen("vault", "entry") == (2, "newer")


def test_another_file_is_refused(tmp_path):
    (tmp_path / "seen").write_bytes(b"something else " * 100)
    with pytest.raises(StorageError):
        VaultMemory(tmp_path / "seen")
