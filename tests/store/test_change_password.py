# SPDX-License-Identifier: Apache-2.0
"""A password changed in a store: all keys or none, whatever happens meanwhile."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import threading

import pytest
from attrs import evolve

from kcert.errors import (
    ConflictError,
    FormatError,
    KcertError,
    StorageError,
    UnavailableError,
    UnlockError,
)
from kcert.formats import gpki
from kcert.keys.profiles import CHEAPEST, MODERN
from kcert.storage import ANY, FileBackend, MemoryBackend
from kcert.store import Store
from kcert.testing import FakeAuthority, assert_clear_error, clear_error

OLD, NEW = "옛 비밀번호", "new-Password-2"


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(password=OLD, profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def official():
    return FakeAuthority("GPKI").issue(password=OLD, profile=CHEAPEST, km=True)


class Plain:
    """A backend with the four verbs only."""

    def __init__(self):
        inner = MemoryBackend()
        self.list, self.get, self.put, self.delete = inner.list, inner.get, inner.put, inner.delete
        self.properties = evolve(inner.properties, atomic_folders=False)


@pytest.fixture(params=["file", "memory", "four verbs"])
def store(request, tmp_path):
    if request.param == "file":
        return Store(FileBackend(tmp_path / "store"))
    return Store(MemoryBackend() if request.param == "memory" else Plain())


def names_in(store):
    return sorted(name.rpartition("/")[2] for name in store._backend.list())


def open_with(credential, password):
    with credential.unlock(password) as unlocked:
        return unlocked.random.reveal(), unlocked.reveal_pkcs8()


def test_every_key_is_under_the_new_password_and_nothing_else_changes(store, credential):
    entry = store.add(credential)

    changed = store.change_password(entry.id, OLD, NEW)

    loaded = changed.load()
    assert open_with(loaded, NEW) == open_with(credential, OLD)
    assert loaded.certificate == credential.certificate
    assert loaded.ca_certificates == credential.ca_certificates
    assert loaded.key_management.key != credential.key_management.key
    with loaded.key_management.unlock(NEW):
        pass
    assert [entry.load() for entry in store.entries()] == [loaded]
    assert names_in(store) == ["CaPubs", "kmCert.der", "kmPri.key", "signCert.der", "signPri.key"]


def test_salts_are_fresh(store, credential):
    entry = store.add(credential)

    once = store.change_password(entry, OLD, OLD).load()

    assert once.key.der != credential.key.der
    assert once.key_management.key.der != credential.key_management.key.der


def test_a_profile_may_be_chosen(credential):
    store = Store(MemoryBackend())
    entry = store.add(credential)

    changed = store.change_password(entry, OLD, NEW, profile=evolve(MODERN, iterations=1000))

    assert changed.load().key.scheme == "PBES2"


def test_a_wrong_password_changes_nothing(store, credential):
    entry = store.add(credential)

    with clear_error(UnlockError, canaries=[OLD, NEW, "wrong one"]):
        store.change_password(entry.id, "wrong one", NEW)

    assert store.get(entry.id).load() == credential


def test_what_somebody_else_changed_meanwhile_stays(store, credential):
    entry = store.add(credential)
    theirs = credential.change_password(OLD, "the bank's")
    store._backend.put(f"{entry.location}/signPri.key", theirs.key.der, replace=ANY)
    store._backend.put(f"{entry.location}/kmPri.key", theirs.key_management.key.der, replace=ANY)

    with clear_error(ConflictError):
        store.change_password(entry, OLD, NEW)

    assert store.get(entry.id).load() == theirs


def test_a_change_between_reading_and_writing_is_a_conflict(credential):
    class Changing(MemoryBackend):
        armed = False

        def change_folder(self, folder, changes, *, replace):
            if self.armed:
                self.put(f"{folder}/signPri.key", b"the bank's", replace=ANY)
            super().change_folder(folder, changes, replace=replace)

    backend = Changing()
    store = Store(backend)
    entry = store.add(credential)
    backend.armed = True

    with pytest.raises(ConflictError):
        store.change_password(entry, OLD, NEW)
    assert backend.get(f"{entry.location}/signPri.key").data == b"the bank's"


def test_where_a_key_cannot_be_changed_none_is(store, credential):
    entry = store.add(credential)
    store._backend.put(f"{entry.location}/kmPri.key", b"damaged", replace=ANY)
    entry = store.get(entry.id)

    with clear_error(FormatError):
        store.change_password(entry, OLD, NEW)

    assert open_with(store.get(entry.id).load(), OLD)


def test_a_damaged_list_of_authorities_does_not_stand_in_the_way(store, credential):
    entry = store.add(credential)
    store._backend.put(f"{entry.location}/CaPubs", b"damaged", replace=ANY)

    changed = store.change_password(store.get(entry.id), OLD, NEW)

    assert open_with(changed.load(), NEW)
    assert store._backend.get(f"{changed.location}/CaPubs").data == b"damaged"


class Faulty(MemoryBackend):
    """Damages the keys that it is given, once it is told to."""

    armed = False
    dead = False

    def change_folder(self, folder, changes, *, replace):
        if self.dead:
            raise UnavailableError("gone", backend="memory")
        if self.armed:
            self.armed, self.dead = False, self.dead_after
            changes = {
                name: data[:-1] + bytes((data[-1] ^ 1,)) if name.endswith(".key") else data
                for name, data in changes.items()
            }
        super().change_folder(folder, changes, replace=replace)


@pytest.mark.parametrize("dead_after", [False, True])
def test_what_does_not_read_back_is_put_back(credential, dead_after):
    backend = Faulty()
    backend.dead_after = dead_after
    store = Store(backend)
    entry = store.add(credential)
    backend.armed = True

    with pytest.raises(UnavailableError) as caught:
        store.change_password(entry, OLD, NEW)

    assert_clear_error(caught.value)
    if dead_after:
        assert ".kcert-old" in str(caught.value)
        kept = backend.get(f"{entry.location}/signPri.key.kcert-old").data
        assert kept == credential.key.der
    else:
        assert "in place again" in str(caught.value)
        assert store.get(entry.id).load() == credential
        assert not [name for name in backend.list() if name.endswith(".kcert-old")]


def test_where_the_copy_beside_does_not_open_only_the_old_one_stays(credential):
    backend = Plain()
    store = Store(backend)
    entry = store.add(credential)
    put = backend.put

    def damaging(name, data, *, replace=None):
        damaged = data[:-1] + bytes((data[-1] ^ 1,))
        return put(name, damaged if name.endswith("kmPri.key") else data, replace=replace)

    backend.put = damaging
    with clear_error(UnavailableError):
        store.change_password(entry, OLD, NEW)

    assert [entry.load() for entry in store.entries()] == [credential]


def test_readers_never_see_keys_of_two_passwords(tmp_path, credential):
    root = tmp_path / "store"
    entry = Store(FileBackend(root)).add(credential)
    seen, ended = [], threading.Event()

    def read():
        while not ended.is_set():
            seen.append(Store(FileBackend(root)).get(entry.id).load())

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    writer = Store(FileBackend(root))
    passwords = [OLD, *(f"password {number}" for number in range(20))]
    states = [credential]
    for old, new in itertools.pairwise(passwords):
        states.append(writer.change_password(entry.id, old, new).load())
    ended.set()
    for reader in readers:
        reader.join()

    assert seen
    assert all(found in states for found in seen)


def test_old_keys_that_a_crash_left_go_with_the_next_change_or_with_the_entry(store, credential):
    entry = store.add(credential)
    for file in ("signPri.key", "kmPri.key"):
        store._backend.put(f"{entry.location}/{file}.kcert-old", b"left")

    if store._backend.properties.atomic_folders:
        entry = store.change_password(entry.id, OLD, NEW)
        assert not [name for name in names_in(store) if name.endswith("old")]
        store._backend.put(f"{entry.location}/signPri.key.kcert-old", b"left")
    store.remove(entry.id)

    assert names_in(store) == []


def test_government_files_are_changed_where_they_lie(tmp_path, official):
    other = FakeAuthority("GPKI").issue("홍길순", common_name="2", password=OLD, profile=CHEAPEST)
    gpki.write_folder(official, tmp_path / "class2", "1")
    gpki.write_folder(other, tmp_path / "class2")
    store = Store(FileBackend(tmp_path))

    changed = store.change_password(official.certificate.fingerprint(), OLD, NEW)

    assert open_with(changed.load(), NEW) == open_with(official, OLD)
    assert gpki.read_folder(tmp_path / "class2", "1") == changed.load()
    assert gpki.read_folder(tmp_path / "class2", "2") == other
    assert len(list((tmp_path / "class2").iterdir())) == 6


def test_government_files_are_left_where_not_all_can_be_changed_at_once(official):
    backend = Plain()
    for name, data in gpki.dump(official, "1").items():
        backend.put(f"class2/{name}", data)
    store = Store(backend)

    with clear_error(StorageError):
        store.change_password(official.certificate.fingerprint(), OLD, NEW)

    assert [entry.load() for entry in store.entries()] == [official]


# Faults and kills

ENTRY = "yessign"


def state(root, credential):
    """Which password opens every key there, on a store opened anew; the old backup counts too."""
    entries = list(Store(FileBackend(root)).entries())
    assert len(entries) == 1
    loaded = entries[0].load()
    assert loaded.certificate == credential.certificate
    assert loaded.problems == ()
    if loaded == credential:
        return OLD
    assert open_with(loaded, NEW)
    return NEW


def test_an_error_at_any_call_leaves_all_keys_old_or_all_new(tmp_path, failing_call, credential):
    root = tmp_path / "store"
    for nth in range(1, 200):
        shutil.rmtree(root, ignore_errors=True)
        store = Store(FileBackend(root))
        entry = store.add(credential)
        failing_call.left, failure = nth, None
        try:
            store.change_password(entry, OLD, NEW)
        except KcertError as error:
            failure = error
        reached, failing_call.left = failing_call.left <= 0, None
        found = state(root, credential)
        if failure is None:
            assert found == NEW
        # Whoever comes next can go on.
        store = Store(FileBackend(root))
        store.change_password(store.get(entry.id), found, "third")
        assert open_with(store.get(entry.id).load(), "third")
        assert not list(root.rglob("*.kcert-old"))
        if not reached:
            return
    raise AssertionError("the change did not end")


CHANGING = (
    "write,ftruncate,rename,renameat,renameat2,link,linkat,symlinkat,unlink,unlinkat,"
    "mkdir,mkdirat,rmdir,fsync,fdatasync,fchmod,fchmodat"
)
CHILD = """
import sys
from kcert.storage import FileBackend
from kcert.store import Store
store = Store(FileBackend(sys.argv[1]))
store.change_password(next(store.entries()), sys.argv[2], sys.argv[3])
"""


def strace(root, log, *more):
    command = ["strace", "-f", "-qq", "-y", "-e", "signal=none", "-e", f"trace={CHANGING}"]
    command += ["-o", str(log), *more, sys.executable, "-c", CHILD, str(root), OLD, NEW]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)


@pytest.mark.peer("strace")
def test_a_kill_at_any_system_call_leaves_all_keys_old_or_all_new(tmp_path, credential):
    root, log = tmp_path / "store", tmp_path / "log"

    def prepare():
        shutil.rmtree(root, ignore_errors=True)
        Store(FileBackend(root)).add(credential)

    prepare()
    done = strace(root, log)
    if done.returncode != 0:
        pytest.skip(f"strace does not work here: {done.stderr[-100:]!r}")
    calls = [line for line in log.read_text("utf-8").splitlines() if re.search(r"\w+\(", line)]
    points = [number for number, line in enumerate(calls, 1) if str(root) in line]
    assert len(points) > 10
    every = 1 if os.environ.get("KCERT_TEST_FULL") else 3
    seen = []
    for number in sorted({*points[::every], points[-1]}):
        prepare()
        strace(root, log, "-e", f"inject={CHANGING}:signal=KILL:when={number}")
        seen.append(state(root, credential))
    assert seen == sorted(seen, key=[OLD, NEW].index), "one moment of change"
    assert set(seen) == {OLD, NEW}
