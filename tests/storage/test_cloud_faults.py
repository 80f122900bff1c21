# SPDX-License-Identifier: Apache-2.0
"""A vault at a service that fails in every way it can, at every request of every verb.

Each ends in success or a clear error, and nothing that was there is lost.
"""

from __future__ import annotations

import contextlib

import pytest

import kcert
from kcert.errors import AlreadyExistsError, NotFoundError, StorageError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

from kcert.store.sealing.locations import location_of

KEYS = {"access_key_id": "AK", "secret_access_key": "SK"}
FAULTS = [
    "500", "502", "503", "504", "429", "403", "409", "500-after-commit", "drop-before-commit",
    "drop-after-commit", "drop-mid-upload", "hang", "slow:0.2", "truncate", "bitflip", "stale",
    "rollback", "empty", "html", "ignore-conditions", "swap",
]  # fmt: skip


@pytest.fixture(scope="module")
def credentials():
    authority = FakeAuthority("yessign")
    return [authority.issue(name, password="pw", profile=CHEAPEST) for name in ("홍길동", "홍길남")]


class Vault:
    """A vault at the failing service: one entry that is worked on, one that is to stay."""

    def __init__(self, faulty, credentials):
        self.faulty = faulty
        self.worked_on, self.neighbour = credentials
        self.identity = kcert.VaultIdentity.generate()

    def open(self, *, timeout=30, **options):
        return kcert.open_store(
            f"s3://bucket/p?endpoint={self.faulty.url}&region=us-east-1",
            sealing=self.identity,
            credentials=KEYS,
            timeout=timeout,
            **options,
        )

    def prepare(self, *, with_entry):
        self.faulty.objects.clear()
        self.faulty.rolled = False
        self.memory = kcert.VaultMemory()
        store = self.open(create=True, memory=self.memory)
        self.other = self.name_of(store.add(self.neighbour))
        if with_entry:
            store.add(self.worked_on)
        self.faulty.log.clear()
        return store

    @staticmethod
    def name_of(entry):
        return f"bucket/p/entries/{entry.location}.age"

    def state(self):
        """What a store opened anew, at a service that works again, has of the entry."""
        self.faulty.faults.clear()
        self.faulty.rolled = False
        store = self.open()
        fingerprint = self.neighbour.certificate.fingerprint()
        assert store.get(fingerprint).load() == self.neighbour
        location = location_of(
            store.backend.vault, self.worked_on.certificate.fingerprint(), not_after=None
        )
        try:
            files = store.backend.get_folder(location, ["signCert.der", "signPri.key"])
        except NotFoundError:  # also where its removal has begun and could not be finished
            return None
        credential = kcert.npki.load({name: blob.data for name, blob in files.items()})
        for password in ("pw", "pw2"):
            try:
                credential.unlock(password).close()
            except kcert.UnlockError:
                continue
            return password
        raise AssertionError("neither the old state nor the new one")


def add(store, vault):
    store.add(vault.worked_on)


def change(store, vault):
    fingerprint = vault.worked_on.certificate.fingerprint()
    store.change_password(fingerprint, "pw", "pw2", profile=CHEAPEST)


def remove(store, vault):
    store.remove(vault.worked_on.certificate.fingerprint())


def load(store, vault):
    assert store.get(vault.worked_on.certificate.fingerprint()).load() == vault.worked_on


ACTIONS = {
    "add": (add, False, [None, "pw"]),
    "change": (change, True, ["pw", "pw2"]),
    "remove": (remove, True, ["pw", None]),
    "load": (load, True, ["pw", "pw"]),
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_request_ends_in_success_or_a_clear_error(faulty, credentials, name, fault):
    action, with_entry, (before, after) = ACTIONS[name]
    vault = Vault(faulty, credentials)
    store = vault.prepare(with_entry=with_entry)
    action(store, vault)
    requests = len(faulty.log)
    assert vault.state() == after
    for position in range(requests):
        vault.prepare(with_entry=with_entry)
        told = f"swap:{vault.other}" if fault == "swap" else fault
        done = False
        try:
            store = vault.open(timeout=0.4, memory=vault.memory)
            faulty.faults += [None] * position + [told]
            action(store, vault)
            done = True
        except StorageError as error:
            assert error.message_ko
            assert "127.0.0.1" not in str(error)
            assert error.__cause__ is None
        state = vault.state()
        assert state == after if done else state in {before, after}, position
        if not done and state == before and name != "load":
            # Nothing that the failure left is in the way of the next try.
            with contextlib.suppress(AlreadyExistsError, NotFoundError):
                action(vault.open(), vault)
            assert vault.state() == after
