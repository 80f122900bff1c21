# SPDX-License-Identifier: Apache-2.0
"""The history of a store: what is entered, by whom it can be checked, and who may write at once."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.errors import ConflictError, FormatError, StorageError, UnavailableError, UnlockError
from kcert.storage import ANY, FileBackend, MemoryBackend
from kcert.store import EventKind, History, Store, open_store
from kcert.store.events import parse_event
from kcert.testing import FakeAuthority

PASSWORD = "correct horse"
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = AT

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


class Loose:
    """A backend that does not compare versions, and says so."""

    def __init__(self):
        self.memory = MemoryBackend()
        from attrs import evolve

        self.properties = evolve(self.memory.properties, conditional=False)
        self.list, self.get, self.delete = self.memory.list, self.memory.get, self.memory.delete

    def put(self, name, data, *, replace=None):
        return self.memory.put(name, data, replace=ANY if replace else None)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue("홍길동", password=PASSWORD, km=True, id_number="9001011234567")


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def history(backend):
    return History(backend, clock=Clock())


@pytest.fixture
def store(backend, history):
    return Store(backend, history=history)


def kinds(history):
    return [event.kind.value for event in history.events()]


def test_what_is_done_is_entered_in_its_order(store, history, credential, authority):
    entry = store.add(credential)
    other = Store(MemoryBackend(), history=History(MemoryBackend()))
    store.copy(entry.id, to=other)
    with store.get(entry.id).unlock(PASSWORD) as unlocked:
        assert unlocked.certificate == credential.certificate
    store.change_password(entry.id, PASSWORD, "another one")
    renewed = authority.issue("홍길동", password=PASSWORD)
    store.add(renewed, renews=credential.certificate)
    store.remove(entry.id)
    assert kinds(history) == ["added", "copied", "unlocked", "replaced", "renewed", "removed"]
    events = list(history.events())
    assert [event.number for event in events] == list(range(1, 7))
    assert [event.at for event in events] == [AT + timedelta(seconds=n) for n in range(1, 7)]
    fingerprint = credential.certificate.fingerprint()
    assert {events[n].fingerprint for n in (0, 1, 2, 3, 5)} == {fingerprint}
    assert events[4].fingerprint == renewed.certificate.fingerprint()
    assert events[4].renews == fingerprint
    assert (events[1].medium, events[1].store) == ("memory", other.history.store_id())
    assert kinds(other.history) == ["added"]


def test_what_failed_is_not_entered(store, history, credential):
    entry = store.add(credential)
    with pytest.raises(UnlockError):
        entry.unlock("wrong")
    with pytest.raises(StorageError):
        store.add(credential)
    assert kinds(history) == ["added"]


def test_moving_and_backing_up_are_entered_once_each(store, history, credential):
    entry = store.add(credential)
    target = Store(MemoryBackend(), history=History(MemoryBackend()))
    assert store.backup(to=target).copied
    assert store.backup(to=target).already_there
    assert store.backup(to=target, dry_run=True).already_there
    store.move(entry.id, to=target)
    assert kinds(history) == ["added", "copied", "removed"]
    assert kinds(target.history) == ["added"]


def test_looking_enters_nothing(store, backend, history):
    list(store.entries())
    list(store.find(holder="홍길동"))
    assert list(history.events()) == []
    assert history.verify().events == 0
    assert list(backend.list()) == []


def test_there_are_no_names_and_no_numbers_in_it(store, history, credential):
    entry = store.add(credential)
    store.move(entry.id, to=Store(MemoryBackend()))
    text = "\n".join(history.export())
    for personal in ("홍길동", "900101", "1234567", "yessign", entry.location, "cn="):
        assert personal not in text
        assert json.dumps(personal).strip('"') not in text
    assert str(credential.certificate.serial_number) not in text
    assert f"{credential.certificate.serial_number:x}" not in text.replace(
        credential.certificate.fingerprint(), ""
    )


def test_the_last_backup_of_what_was_removed_is_named(store, history, credential):
    entry = store.add(credential)
    stick = Store(MemoryBackend(), history=History(MemoryBackend()))
    store.copy(entry.id, to=stick)
    removal = store.remove(entry.id)
    assert removal.id == entry.id
    assert removal.fingerprint == credential.certificate.fingerprint()
    assert removal.last_backup.at == AT + timedelta(seconds=2)
    assert removal.last_backup.store == stick.history.store_id()


def test_without_a_copy_or_a_history_no_backup_is_named(store, credential):
    assert store.remove(store.add(credential).id).last_backup is None
    plain = Store(MemoryBackend())
    assert plain.remove(plain.add(credential).id).last_backup is None


def test_a_store_that_was_opened_keeps_a_history_unless_told_not_to(tmp_path, credential):
    on = open_store(tmp_path / "on", create=True)
    on.add(credential)
    assert kinds(on.history) == ["added"]
    assert (tmp_path / "on/.kcert/history/000000000001.jsonl").is_file()
    off = open_store(tmp_path / "off", create=True, history=False)
    entry = off.add(credential)
    entry.unlock(PASSWORD).close()
    assert off.history is None
    assert not (tmp_path / "off/.kcert").exists()


def test_a_history_may_lie_elsewhere(tmp_path, credential):
    record = History(FileBackend(tmp_path / "record"))
    store = open_store(tmp_path / "store", create=True, history=record)
    store.add(credential)
    assert kinds(record) == ["added"]
    assert not (tmp_path / "store/.kcert").exists()


def test_the_record_is_no_entry(store, credential):
    store.add(credential)
    assert len(list(store.entries())) == 1


# The chain


def filled(backend, count, certificate=None):
    history = History(backend, clock=Clock())
    for _ in range(count):
        history.record(EventKind.UNLOCKED, certificate)
    return history


def test_a_long_record_is_one_chain_over_many_files(backend):
    history = filled(backend, 200)
    names = sorted(backend.list(".kcert/history"))
    assert len(names) == 4
    assert max(len(backend.get(name).data) for name in names) < 32_000
    assert history.verify().events == 200
    assert len(list(history.export())) == 200
    assert History(backend).verify() == history.verify()
    assert filled(backend, 3).verify().events == 203


def test_an_export_is_json_lines(backend):
    history = filled(backend, 70)
    lines = [json.loads(line) for line in history.export()]
    assert [line["number"] for line in lines] == list(range(1, 71))
    assert all(line["event"] == "unlocked" and line["at"] for line in lines)


def damaged(backend, name, change):
    data = backend.get(name).data.split(b"\n")
    backend.put(name, b"\n".join(change(data)), replace=ANY)


FIRST, SECOND = ".kcert/history/000000000001.jsonl", ".kcert/history/000000000065.jsonl"


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [
        (FIRST, lambda ls: [*ls[:4], ls[4].replace(b"unlocked", b"removed"), *ls[5:]], 6),
        (FIRST, lambda ls: [*ls[:4], *ls[5:]], 5),
        (FIRST, lambda ls: [*ls[:4], ls[5], ls[4], *ls[6:]], 5),
        (FIRST, lambda ls: [*ls[:4], ls[4], ls[4], *ls[5:]], 6),
        (FIRST, lambda ls: [*ls[:4], b"{}", *ls[5:]], 5),
        (FIRST, lambda ls: [*ls[:4], b"", *ls[5:]], 5),
        (FIRST, lambda ls: [*ls[:4], b"[" * 3000, *ls[5:]], 5),
        (FIRST, lambda ls: [*ls[:4], b"x" * 9000, *ls[5:]], 5),
        (FIRST, lambda ls: [ls[0].replace(b"unlocked", b"added"), *ls[1:]], 2),
        (FIRST, lambda ls: ls[:10], 10),  # the tenth has no end any more
        (FIRST, lambda ls: [*ls[:10], b""], 11),
        (SECOND, lambda ls: ls[1:], 65),
        (SECOND, lambda ls: [*ls[:-2], ls[-2][:-9], b""], 70),
    ],
)
def test_the_first_broken_link_is_named(backend, name, change, where):
    history = filled(backend, 70)
    damaged(backend, name, change)
    with pytest.raises(FormatError) as caught:
        history.verify()
    assert caught.value.where == f"event {where}"
    assert caught.value.message_ko


@pytest.mark.parametrize("where", ["memory", "file"])
@pytest.mark.parametrize("torn", [b"\0" * 150, b'{"number":6,"at":"19', b"\xff"])
def test_what_a_crash_left_behind_the_last_line_is_no_event_and_goes(
    backend, tmp_path, where, torn
):
    backend = FileBackend(tmp_path) if where == "file" else backend
    history = filled(backend, 5)
    backend.put(FIRST, backend.get(FIRST).data + torn, replace=ANY)
    assert history.verify().events == 5
    assert History(backend).record(EventKind.REMOVED, None).number == 6
    assert history.verify().events == 6
    assert torn not in backend.get(FIRST).data


def test_where_the_medium_appends_a_file_is_not_written_anew(tmp_path, monkeypatch):
    backend = FileBackend(tmp_path)
    history = filled(backend, 1)
    inode = (tmp_path / FIRST).stat().st_ino
    monkeypatch.setattr(backend, "put", lambda *args, **kwargs: pytest.fail("written anew"))
    for _ in range(5):
        history.record(EventKind.UNLOCKED, None)
    assert (tmp_path / FIRST).stat().st_ino == inode
    assert History(backend).verify().events == 6


def test_a_file_that_is_missing_is_named(backend):
    history = filled(backend, 130)
    backend.delete(SECOND)
    with pytest.raises(FormatError) as caught:
        history.verify()
    assert caught.value.where == "event 65"


def test_what_was_cut_off_at_the_end_shows_against_a_head_noted_before(backend):
    history = filled(backend, 10)
    head = history.verify().head
    filled(backend, 5)
    assert history.verify(head=head).events == 15
    damaged(backend, FIRST, lambda lines: [*lines[:8], b""])
    assert history.verify().events == 8
    with pytest.raises(FormatError, match="cut off"):
        history.verify(head=head)


def test_a_record_that_was_written_anew_shows_against_a_head_noted_before(backend):
    head = filled(backend, 10).verify().head
    other = filled(MemoryBackend(), 3)
    other.record(EventKind.REMOVED, None)
    with pytest.raises(FormatError):
        other.verify(head=head)


def test_a_broken_record_is_appended_to_and_stays_broken_where_it_was(backend):
    history = filled(backend, 10)
    damaged(backend, FIRST, lambda lines: [*lines[:4], b"?", *lines[5:]])
    history.record(EventKind.REMOVED, None)
    with pytest.raises(FormatError) as caught:
        history.verify()
    assert caught.value.where == "event 5"


def test_a_record_that_was_taken_away_begins_anew(backend):
    history = filled(backend, 70)
    for name in list(backend.list()):
        backend.delete(name)
    history.record(EventKind.ADDED, None)
    assert history.verify().events == 1


@given(st.binary(max_size=300))
def test_whatever_a_line_is_it_is_an_event_or_none(data):
    event = parse_event(data)
    assert event is None or event.at.tzinfo is not None


def test_an_event_is_read_as_it_was_written(backend, credential):
    certificate = credential.certificate
    event = filled(backend, 1).record(
        EventKind.COPIED, certificate, renews=certificate, medium="usb", store="0" * 32
    )
    assert parse_event(event.to_line()) == event


# Many at once


def test_threads_append_to_one_chain(backend):
    barrier = threading.Barrier(4)

    def run():
        history = History(backend)
        barrier.wait()
        for _ in range(30):
            history.record(EventKind.UNLOCKED, None)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert History(backend).verify().events == 120


APPEND = """
import sys
from kcert.storage import FileBackend
from kcert.store import EventKind, History
history = History(FileBackend(sys.argv[1]))
for _ in range(25):
    history.record(EventKind.UNLOCKED, None)
"""


def test_processes_append_to_one_chain(tmp_path):
    command = [sys.executable, "-c", APPEND, str(tmp_path / "store")]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    assert History(FileBackend(tmp_path / "store")).verify().events == 100


def test_who_never_gets_a_turn_is_told_after_a_bounded_time(backend, monkeypatch):
    slept = []
    history = History(backend, sleep=slept.append)

    def conflict(*args, **kwargs):
        raise ConflictError("always", backend="memory")

    monkeypatch.setattr(backend, "put", conflict)
    with pytest.raises(ConflictError) as caught:
        history.record(EventKind.ADDED, None)
    assert caught.value.retryable
    assert len(slept) == 64
    assert max(slept) <= 0.1


def test_where_nobody_compares_an_event_that_was_overwritten_is_entered_again():
    loose = Loose()
    history = History(loose, sleep=lambda seconds: None)
    history.record(EventKind.ADDED, None)
    put, other = loose.put, []

    def interfering(name, data, *, replace=None):
        version = put(name, data, replace=replace)
        if not other:
            other.append(put(name, loose.get(FIRST).data.split(b"\n")[0] + b"\n", replace=ANY))
        return version

    loose.put = interfering
    history.record(EventKind.REMOVED, None)
    assert kinds(history) == ["added", "removed"]


# Media that do not take it


@pytest.fixture
def refusing(backend, credential, monkeypatch):
    """A store whose record cannot be written any more, with one entry in it."""
    plain = MemoryBackend()
    Store(plain).add(credential)

    def refuse(*args, **kwargs):
        raise UnavailableError("full", "가득 참", backend="memory")

    monkeypatch.setattr(backend, "put", refuse)
    return lambda required: Store(plain, history=History(backend, required=required))


def test_what_cannot_be_entered_is_done_all_the_same_and_logged(refusing, caplog):
    store = refusing(False)
    [entry] = store.entries()
    with caplog.at_level(logging.WARNING), entry.unlock(PASSWORD) as unlocked:
        assert unlocked.sign(b"data")
    assert "not entered in the history" in caplog.text
    assert "홍길동" not in caplog.text


def test_where_entering_is_required_nothing_is_unlocked_without(refusing):
    [entry] = refusing(True).entries()
    with pytest.raises(UnavailableError, match="not entered in the history"):
        entry.unlock(PASSWORD)


def test_a_change_that_could_not_be_entered_says_that_it_was_made(refusing):
    store = refusing(True)
    [entry] = store.entries()
    with pytest.raises(UnavailableError, match="memory storage: removed, but not entered"):
        store.remove(entry.id)
    assert list(store.entries()) == []


def test_the_identity_of_a_store_stays(tmp_path):
    first = History(FileBackend(tmp_path)).store_id()
    assert first == History(FileBackend(tmp_path)).store_id()
    assert first != History(MemoryBackend()).store_id()
    assert len(first) == 32
