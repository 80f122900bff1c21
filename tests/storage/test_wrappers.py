# SPDX-License-Identifier: Apache-2.0
"""Backends around backends: read-only, trying again, telling what was done."""

from __future__ import annotations

import logging

import pytest

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.storage import (
    ANY,
    AuditBackend,
    FileBackend,
    MemoryBackend,
    ReadOnlyBackend,
    RetryBackend,
    WrapperBackend,
)
from kcert.store import Store
from kcert.testing import FakeAuthority
from kcert.testing.folder_backend import FolderBackendContract

SECRET = "홍길동"


class TestWrapped(FolderBackendContract):
    def make_backend(self, tmp_path):
        return WrapperBackend(MemoryBackend())


class TestRetryOnFiles(FolderBackendContract):
    def make_backend(self, tmp_path):
        return RetryBackend(FileBackend(tmp_path / "store"), sleep=lambda seconds: None)


class TestAllAroundOneAnother(FolderBackendContract):
    def make_backend(self, tmp_path):
        return AuditBackend(RetryBackend(AuditBackend(MemoryBackend())))


def gone(retryable=True):
    return UnavailableError("gone", "없음", backend="memory", retryable=retryable)


class Flaky(WrapperBackend):
    """Fails as often as told, before or after the verb was carried out."""

    def __init__(self, backend, failures, *, after=False, error=None):
        super().__init__(backend)
        self.failures, self.after, self.calls = failures, after, 0
        self.error = error or gone()

    def _call(self, verb, step, *, size=0, arrived=None):
        self.calls += 1
        if self.failures > 0 and (arrived is not None or not self.after):
            self.failures -= 1
            if self.after:
                step()
            raise self.error
        return step()

    def _stream(self, verb, step):
        self.calls += 1
        for number, item in enumerate(step()):
            if self.failures > 0 and number >= self.after:
                self.failures -= 1
                raise self.error
            yield item


def retrying(failures, *, memory=None, slept=None, **more):
    flaky = Flaky(memory or MemoryBackend(), failures, **more)
    pauses = [] if slept is None else slept
    return RetryBackend(flaky, attempts=4, sleep=pauses.append), flaky


# Read-only


def test_read_only_reads_and_refuses_every_change_before_the_medium():
    memory = MemoryBackend()
    memory.put("a/b", b"x")
    inside = Flaky(memory, 0)
    backend = ReadOnlyBackend(inside)
    assert backend.get("a/b").data == b"x"
    assert backend.get_folder("a", ["b"])["b"].data == b"x"
    assert list(backend.list()) == ["a/b"]
    assert [folder.name for folder in backend.folders() if folder.files] == ["a"]
    calls = inside.calls
    for change in (
        lambda: backend.put("c", b"x"),
        lambda: backend.put("a/b", b"y", replace=ANY),
        lambda: backend.delete("a/b"),
        lambda: backend.put_folder("d", {"x": b"x"}),
        lambda: backend.change_folder("a", {"b": None}, replace={}),
    ):
        with pytest.raises(UnavailableError, match="reading only") as caught:
            change()
        assert not caught.value.retryable
    assert inside.calls == calls


def test_a_read_only_store_lists_and_loads():
    memory = MemoryBackend()
    credential = FakeAuthority("yessign").issue("홍길동")
    entry = Store(memory).add(credential)
    store = Store(ReadOnlyBackend(memory))
    assert store.get(entry.id).load() == credential
    with pytest.raises(UnavailableError):
        store.remove(entry.id)
    assert Store(memory).get(entry.id).load() == credential


# Trying again


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_what_may_be_tried_again_is(failures):
    slept = []
    backend, _ = retrying(failures, slept=slept)
    backend.put("a", b"x")
    assert backend.get("a").data == b"x"
    assert len(slept) == failures


def test_tries_are_bounded_and_waits_grow():
    slept = []
    backend, flaky = retrying(99, slept=slept)
    with pytest.raises(UnavailableError, match="gone"):
        backend.put("a", b"x")
    assert flaky.calls == 4
    assert len(slept) == 3
    for number, pause in enumerate(slept):
        assert 0.1 * 2**number <= pause <= 0.2 * 2**number


def test_waits_have_a_longest():
    slept = []
    flaky = Flaky(MemoryBackend(), 99)
    backend = RetryBackend(flaky, attempts=9, first_pause=1, longest_pause=2, sleep=slept.append)
    with pytest.raises(UnavailableError):
        backend.get("a")
    assert max(slept) <= 2


@pytest.mark.parametrize(
    "error",
    [
        gone(retryable=False),
        NotFoundError("no", backend="memory"),
        ConflictError("no", backend="memory"),
        AlreadyExistsError("no", backend="memory"),
        StorageError("no", backend="memory"),
    ],
    ids=lambda error: error.code,
)
def test_what_does_not_get_better_is_not_tried_again(error):
    backend, flaky = retrying(1, error=error)
    with pytest.raises(type(error)):
        backend.put("a", b"x")
    assert flaky.calls == 1


def test_a_write_whose_answer_was_lost_is_found_to_be_done():
    memory = MemoryBackend()
    backend, _ = retrying(1, memory=memory, after=True)
    version = backend.put("a/b", b"x")
    assert memory.get("a/b").version == version
    backend, _ = retrying(1, memory=memory, after=True)
    assert backend.put("a/b", b"y", replace=version) == memory.get("a/b").version
    backend, _ = retrying(1, memory=memory, after=True)
    versions = {"b": memory.get("a/b").version}
    backend.change_folder("a", {"b": b"z", "c": b"new"}, replace=versions)
    assert memory.get("a/c").data == b"new"
    backend, _ = retrying(1, memory=memory, after=True)
    backend.put_folder("d", {"x": b"1", "y": b"2"})
    backend, _ = retrying(1, memory=memory, after=True)
    backend.delete("a/b")
    assert sorted(memory.list()) == ["a/c", "d/x", "d/y"]


def test_a_write_whose_answer_was_lost_and_that_somebody_overtook_is_a_conflict():
    memory = MemoryBackend()
    backend, flaky = retrying(1, memory=memory, after=True)

    def overtaken(seconds):
        memory.put("a", b"theirs", replace=ANY)

    backend = RetryBackend(flaky, sleep=overtaken)
    with pytest.raises(AlreadyExistsError):
        backend.put("a", b"ours")
    assert memory.get("a").data == b"theirs"


def test_a_first_conflict_is_not_explained_away():
    """Only a try before it can have been our own."""
    memory = MemoryBackend()
    memory.put("a", b"x")
    backend, _ = retrying(0, memory=memory)
    with pytest.raises(AlreadyExistsError):
        backend.put("a", b"x")
    with pytest.raises(NotFoundError):
        backend.delete("b")


def test_a_listing_is_begun_again_only_before_its_first_name():
    memory = MemoryBackend()
    for name in ("a", "b"):
        memory.put(name, b"x")
    backend, _ = retrying(2, memory=memory)
    assert list(backend.list()) == ["a", "b"]
    backend, _ = retrying(1, memory=memory, after=True)
    with pytest.raises(UnavailableError):
        list(backend.list())
    assert list(retrying(0)[0].list()) == []


def test_at_least_one_try_is_made():
    with pytest.raises(ValueError, match="attempts"):
        RetryBackend(MemoryBackend(), attempts=0)
    backend = RetryBackend(Flaky(MemoryBackend(), 1), attempts=1, sleep=pytest.fail)
    with pytest.raises(UnavailableError):
        backend.get("a")


# Telling


def test_every_verb_is_told_and_no_name():
    told = []
    backend = AuditBackend(MemoryBackend(), told.append, timer=iter(range(99)).__next__)
    backend.put(f"{SECRET}/a", b"12345")
    backend.get(f"{SECRET}/a")
    with pytest.raises(NotFoundError):
        backend.get(f"{SECRET}/b")
    list(backend.list())
    backend.put_folder(f"{SECRET}2", {"x": b"123"})
    backend.delete(f"{SECRET}/a")
    assert [(event.verb, event.size, event.error) for event in told] == [
        ("put", 5, None),
        ("get", 0, None),
        ("get", 0, "not-found"),
        ("list", 0, None),
        ("put_folder", 3, None),
        ("delete", 0, None),
    ]
    assert {event.seconds for event in told} == {1}
    assert SECRET not in repr(told)


def test_a_listing_that_is_left_early_is_told():
    told = []
    memory = MemoryBackend()
    for name in ("a", "b"):
        memory.put(name, b"x")
    listing = AuditBackend(memory, told.append).list()
    next(listing)
    listing.close()
    assert told[0].error == "interrupted"
    with pytest.raises(UnavailableError):
        list(AuditBackend(Flaky(memory, 1), told.append).list())
    assert told[1].error == "unavailable"


def test_telling_goes_to_the_log_unless_told_otherwise(caplog):
    with caplog.at_level(logging.INFO, "kcert.storage.audit"):
        AuditBackend(MemoryBackend()).put(SECRET, b"x")
    assert caplog.messages == ["put size=1 error=None"]
