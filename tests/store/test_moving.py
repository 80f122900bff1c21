# SPDX-License-Identifier: Apache-2.0
"""Copy, move, back up and restore, between any two stores."""

from __future__ import annotations

import threading

import pytest

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    KcertError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.formats import gpki
from kcert.keys.profiles import CHEAPEST
from kcert.storage import ANY, FileBackend, MemoryBackend
from kcert.store import Outcome, Store, moving
from kcert.testing import FakeAuthority

PASSWORD = "correct horse"


class FourVerbs:
    """A backend that cannot write several files at once."""

    def __init__(self):
        self.memory = MemoryBackend()
        self.properties = self.memory.properties
        self.list, self.get = self.memory.list, self.memory.get
        self.put, self.delete = self.memory.put, self.memory.delete


KINDS = {
    "memory": lambda path: MemoryBackend(),
    "file": FileBackend,
    "four verbs": lambda path: FourVerbs(),
}


@pytest.fixture(params=KINDS)
def source(request, tmp_path):
    return Store(KINDS[request.param](tmp_path / "source"))


@pytest.fixture(params=KINDS)
def target(request, tmp_path):
    return Store(KINDS[request.param](tmp_path / "target"))


@pytest.fixture(scope="module")
def credentials():
    authority = FakeAuthority("yessign")
    return [
        authority.issue(name, password=PASSWORD, km=True, profile=CHEAPEST)
        for name in ("홍길동", "홍길남", "홍길서")
    ]


@pytest.fixture
def memory():
    return Store(MemoryBackend()), Store(MemoryBackend())


def files(store):
    return {name: store.backend.get(name).data for name in store.backend.list()}


def test_a_copy_is_the_same_byte_for_byte_and_the_original_stays(source, target, credentials):
    entry = source.add(credentials[0])
    before = files(source)
    copied = source.copy(entry.id, to=target)
    assert copied.id == entry.id
    assert copied.load() == credentials[0]
    assert files(source) == files(target) == before


def test_a_copy_may_be_run_again(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    assert source.copy(entry.id, to=target) == source.copy(entry.id, to=target)


def test_a_copy_does_not_overwrite_another_password(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    target.add(credentials[0].change_password(PASSWORD, "another one"))
    before = files(target)
    with pytest.raises(AlreadyExistsError):
        source.copy(entry.id, to=target)
    with pytest.raises(AlreadyExistsError):
        source.move(entry.id, to=target)
    assert files(target) == before
    assert source.get(entry.id).load() == credentials[0]


def test_moved_is_there_and_no_longer_here(source, target, credentials):
    entry = source.add(credentials[0])
    moved = source.move(entry.id, to=target)
    assert moved.load() == credentials[0]
    assert list(source.entries()) == []
    assert files(source) == {}


def test_a_move_that_was_broken_off_after_the_copy_is_finished_by_another(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    source.copy(entry.id, to=target)
    source.move(entry.id, to=target)
    assert list(source.entries()) == []
    assert [e.load() for e in target.entries()] == [credentials[0]]


def test_what_was_changed_during_a_move_is_not_removed(memory, credentials, monkeypatch):
    source, target = memory
    entry = source.add(credentials[0])
    changed = credentials[0].change_password(PASSWORD, "another one")
    copy = moving.copy

    def interfering(*arguments, **more):
        result = copy(*arguments, **more)
        source.replace(source.get(entry.id), changed)
        return result

    monkeypatch.setattr(moving, "copy", interfering)
    with pytest.raises(ConflictError):
        source.move(entry.id, to=target)
    assert source.get(entry.id).load() == changed
    assert target.get(entry.id).load() == credentials[0]


@pytest.mark.parametrize("way", ["the same path", "a link", "a folder above"])
def test_a_move_onto_itself_removes_nothing(tmp_path, credentials, way):
    here = tmp_path / "here"
    source = Store(FileBackend(here))
    entry = source.add(credentials[0])
    paths = {"the same path": here, "a link": tmp_path / "link", "a folder above": tmp_path}
    if way == "a link":
        paths[way].symlink_to(here)
    with pytest.raises(StorageError, match="one place"):
        source.move(entry.id, to=Store(FileBackend(paths[way])))
    assert source.get(entry.id).load() == credentials[0]
    assert not [name for name in source.backend.list() if "probe" in name]


def test_a_backup_copies_what_is_missing_and_can_be_run_again(source, target, credentials):
    ids = [source.add(credential).id for credential in credentials]
    first = source.backup(to=target)
    assert sorted(first.copied) == sorted(ids)
    assert first.complete
    second = source.backup(to=target)
    assert sorted(second.already_there) == sorted(ids)
    assert not second.copied
    assert files(source) == files(target)


def test_a_restore_brings_back_what_was_lost(memory, credentials):
    source, target = memory
    ids = [source.add(credential).id for credential in credentials]
    source.backup(to=target)
    source.remove(ids[1])
    summary = target.restore(to=source)
    assert summary.copied == (ids[1],)
    assert sorted(summary.already_there) == sorted([ids[0], ids[2]])
    assert files(source) == files(target)


def test_a_summary_tells_copied_already_there_different_and_broken(memory, credentials):
    source, target = memory
    entries = [source.add(credential) for credential in credentials]
    target.add(credentials[0])
    target.add(credentials[1].change_password(PASSWORD, "another one"))
    broken = source.add(FakeAuthority("KICA").issue("홍길순", password=PASSWORD))
    source.backend.put(f"{broken.location}/signPri.key", b"cut", replace=ANY)
    steps = []
    summary = source.backup(to=target, progress=steps.append)
    assert summary.already_there == (entries[0].id,)
    assert summary.different == (entries[1].id,)
    assert summary.copied == (entries[2].id,)
    assert summary.broken == (broken.id,)
    assert not summary.complete
    assert [step.done for step in steps] == [1, 2, 3, 4]
    assert {step.total for step in steps} == {4}
    assert {step.id: step.outcome for step in steps}[broken.id] is Outcome.BROKEN
    told = repr(summary) + repr(steps)
    assert not any(name in told for name in ("홍길동", "홍길남", "홍길서", "홍길순"))


def test_a_dry_run_says_the_same_and_writes_nothing(memory, credentials):
    source, target = memory
    for credential in credentials:
        source.add(credential)
    target.add(credentials[0])
    before = files(target)
    planned = source.backup(to=target, dry_run=True)
    assert planned.dry_run
    assert files(target) == before
    done = source.backup(to=target)
    assert (planned.copied, planned.already_there) == (done.copied, done.already_there)


def test_a_certificate_that_is_here_twice_is_copied_once(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    for name in list(source.backend.list()):
        source.backend.put(f"old/{name}", source.backend.get(name).data)
    for dry_run in (True, False):
        summary = source.backup(to=target, dry_run=dry_run)
        assert (summary.copied, summary.already_there) == ((entry.id,), (entry.id,))
    assert len(list(target.entries())) == 1


def test_a_sound_pair_is_copied_along_with_its_damaged_companion(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    source.backend.put(f"{entry.location}/kmPri.key", b"cut", replace=ANY)
    assert source.backup(to=target).copied == (entry.id,)
    assert files(target) == files(source)
    assert source.backup(to=target).already_there == (entry.id,)


def test_government_files_keep_their_names(source, target):
    credential = FakeAuthority("GPKI").issue("123홍길동456", password=PASSWORD, km=True)
    for name, data in gpki.dump(credential, "123홍길동456").items():
        source.backend.put(f"Certificate/class2/{name}", data)
    assert len(source.backup(to=target).copied) == 1
    assert files(target) == files(source)
    [entry] = target.entries()
    assert entry.load().certificate == credential.certificate
    assert len(source.backup(to=target).already_there) == 1


def test_government_files_whose_names_are_taken_go_into_a_folder(memory):
    source, target = memory
    authority = FakeAuthority("GPKI")
    old = authority.issue("123홍길동456", password=PASSWORD)
    new = authority.issue("123홍길동456", password=PASSWORD)
    for store, credential in ((target, old), (source, new)):
        for name, data in gpki.dump(credential, "123홍길동456").items():
            store.backend.put(name, data)
    assert len(source.backup(to=target).copied) == 1
    found = {entry.certificate for entry in target.entries()}
    assert found == {old.certificate, new.certificate}
    assert len(source.backup(to=target).already_there) == 1


def test_what_is_not_there_cannot_be_copied(memory):
    source, target = memory
    with pytest.raises(NotFoundError):
        source.copy("0" * 16, to=target)


def test_a_broken_entry_is_neither_copied_nor_moved(memory, credentials):
    source, target = memory
    entry = source.add(credentials[0])
    source.backend.put(f"{entry.location}/signPri.key", b"cut", replace=ANY)
    before = files(source)
    for verb in (source.copy, source.move):
        with pytest.raises(KcertError):
            verb(entry.id, to=target)
    assert files(source) == before
    assert files(target) == {}


def test_a_medium_that_gives_back_something_else_is_no_backup(memory, credentials, monkeypatch):
    source, target = memory
    entry = source.add(credentials[0])
    put_folder = target.backend.put_folder

    def faulty(folder, written):
        put_folder(folder, {name: data[:-1] + b"?" for name, data in written.items()})

    monkeypatch.setattr(target.backend, "put_folder", faulty)
    with pytest.raises(UnavailableError):
        source.move(entry.id, to=target)
    assert source.get(entry.id).load() == credentials[0]


def test_a_backup_that_was_broken_off_goes_on_where_it_was(tmp_path, credentials, failing_call):
    source = Store(MemoryBackend())
    for credential in credentials:
        source.add(credential)
    root = tmp_path / "target"
    nth = 1
    while True:
        failing_call.left = nth
        try:
            source.backup(to=Store(FileBackend(root)))
        except UnavailableError as error:
            assert error.retryable
        reached = failing_call.left <= 0
        failing_call.left = None
        assert all(entry.problem is None for entry in Store(FileBackend(root)).entries())
        assert source.backup(to=Store(FileBackend(root))).complete
        assert len(list(Store(FileBackend(root)).entries())) == 3
        if not reached:
            return
        nth += 7
        for entry in list(Store(FileBackend(root)).entries()):
            Store(FileBackend(root)).remove(entry.id)


def test_two_backups_at_once_are_one(tmp_path, credentials):
    source = Store(MemoryBackend())
    for credential in credentials:
        source.add(credential)
    results, barrier = [], threading.Barrier(3)

    def run():
        target = Store(FileBackend(tmp_path / "target"))
        barrier.wait()
        results.append(source.backup(to=target))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(summary.copied) for summary in results) == 3
    assert all(summary.complete for summary in results)
    assert len(list(Store(FileBackend(tmp_path / "target")).entries())) == 3
