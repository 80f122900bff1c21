# SPDX-License-Identifier: Apache-2.0
"""Due checks over many entries, none of which is opened.

Smaller by default; `KCERT_BENCHMARK_FULL=1` lists 100,000 folders.
"""

from __future__ import annotations

import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import kcert
from kcert import npki
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import DueIndex, due
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table

FULL = bool(os.environ.get("KCERT_BENCHMARK_FULL"))
CHECKS = 1000
NOW = datetime(2025, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def entries(table: Table) -> int:
    return 100_000 if FULL else 1_000 if table.quick else 5_000


@pytest.fixture(scope="session")
def many(entries: int) -> kcert.Store:
    """Folders in memory; their certificates end on the days of the year to come."""
    authority = FakeAuthority("yessign")
    files = [
        npki.dump(
            authority.issue(not_before=NOW - 10 * DAY, not_after=NOW + days * DAY, profile=CHEAPEST)
        )
        for days in range(1, 366)
    ]
    backend = kcert.storage.MemoryBackend()
    for number in range(entries):
        for name, data in files[number % len(files)].items():
            backend.put(f"yessign/USER/cn={number:06}/{name}", data)
    return kcert.Store(backend)


def test_checks_without_opening_anything(
    many: kcert.Store, entries: int, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a key was opened")

    monkeypatch.setattr(kcert.EncryptedKey, "unlock", fail)
    one = f"one due check reading {entries:,} entries"
    read = f"a due index of {entries:,} entries"
    checks = f"{CHECKS:,} due checks of it, a day ahead"
    wide = f"{CHECKS:,} due checks of it, 30 days ahead"
    rounds = 1 if FULL else 3
    table.time(one, lambda: due(many, at=NOW), rounds=rounds)
    tracemalloc.start()
    index = DueIndex(many)
    kept = tracemalloc.get_traced_memory()[0] / entries
    tracemalloc.stop()
    table.time(read, index.refresh, rounds=rounds)

    def check(within: timedelta) -> Callable[[], None]:
        def run() -> None:
            for _ in range(CHECKS):
                index.due(within, at=NOW)

        return run

    assert index.due(at=NOW) == due(many, at=NOW)
    table.time(checks, check(DAY), rounds=rounds)
    table.time(wide, check(30 * DAY), rounds=rounds)
    for label in (one, read, checks, wide):
        table.figure(label, table.seconds[label], " s", at_most=60)
    table.figure(f"{wide} / {one}", table.seconds[wide] / table.seconds[one], "x", at_most=20)
    table.figure("memory of an index for each entry", kept, " B", at_most=2048)
