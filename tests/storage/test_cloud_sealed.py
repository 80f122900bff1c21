# SPDX-License-Identifier: Apache-2.0
"""A sealed store at a service: many workers, and a service that cheats."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import kcert
from kcert.errors import AlreadyExistsError, ConflictError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

_count = itertools.count()


@pytest.fixture
def opened(service):
    address = service.address(f"sealed{next(_count)}")
    identity = kcert.VaultIdentity.generate()

    def open_it(**options):
        return kcert.open_store(
            address, sealing=identity, credentials=service.credentials, **options
        )

    open_it(create=True, expiry_months=True)
    return open_it


def test_the_verbs_at_a_service(opened):
    store = opened()
    credential = FakeAuthority("yessign").issue("홍길동", password="pw", km=True, profile=CHEAPEST)
    here = kcert.open_store("memory:")
    here.add(credential)
    assert len(here.backup(to=store).copied) == 1
    with pytest.raises(AlreadyExistsError):
        opened().add(credential)
    (entry,) = store.entries()
    changed = store.change_password(entry, "pw", "pw2")
    with pytest.raises(ConflictError):
        store.replace(entry, credential)
    with changed.load().unlock("pw2"):
        pass
    days = timedelta(days=400)
    assert [e.id for e in store.find(expiring_within=days, at=datetime.now(UTC))] == [entry.id]
    fresh = kcert.open_store("memory:")
    assert len(opened().restore(to=fresh).copied) == 1
    opened().remove(entry.id)
    assert list(store.entries()) == []


def test_eight_workers_lose_nothing(opened):
    authority = FakeAuthority("yessign")
    credentials = [
        authority.issue(f"홍길동{number}", password="pw", profile=CHEAPEST) for number in range(24)
    ]

    def work(mine):
        store = opened()
        return [store.add(credential).load() for credential in mine]

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, [credentials[at::8] for at in range(8)]))
    assert {c for mine in done for c in mine} == set(credentials)
    assert {entry.load() for entry in opened().entries()} == set(credentials)


def test_of_eight_who_replace_the_same_state_one_does(opened):
    store = opened()
    if not store.backend.properties.conditional:
        pytest.skip("this backend does not promise it")
    credential = FakeAuthority("yessign").issue("홍길동", password="pw", profile=CHEAPEST)
    entry = store.add(credential)
    changed = [credential.change_password("pw", f"pw{n}", CHEAPEST) for n in range(8)]

    def replace(new):
        try:
            return opened().replace(entry, new).load()
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        done = [new for new in pool.map(replace, changed) if new is not None]
    assert len(done) == 1
    assert opened().get(entry.id).load() == done[0]
