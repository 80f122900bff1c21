# SPDX-License-Identifier: Apache-2.0
"""Faults at every call that changes something: errors, kills, full and read-only media.

After each, a store opened anew has every folder wholly old or wholly new.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import threading
from itertools import chain
from pathlib import Path

import pytest

from kcert.errors import (
    AlreadyExistsError,
    StorageError,
    UnavailableError,
)
from kcert.storage import ANY, FileBackend
from kcert.storage.os_errors import explain

OLD = {"signPri.key": b"old sign", "kmPri.key": b"old km", "signCert.der": b"certificate"}
CHANGED = {"signPri.key": b"new sign" * 99, "kmPri.key": b"new km" * 99}
NEW = {**OLD, **CHANGED}
FOLDER = "yessign/USER/cn=test"
NEIGHBOUR = {"signCert.der": b"neighbour"}


def contents(root, folder=FOLDER):
    """What a store opened anew has in the folder; ``{}`` where there is none."""
    backend = FileBackend(root)
    names = [n.rpartition("/")[2] for n in backend.list(folder)]
    return {name: backend.get(f"{folder}/{name}").data for name in names}


def prepare(root, *, with_entry):
    shutil.rmtree(root, ignore_errors=True)
    backend = FileBackend(root)
    backend.put_folder("yessign/USER/cn=neighbour", NEIGHBOUR)
    if with_entry:
        backend.put_folder(FOLDER, OLD)
    return backend


def versions(backend, names):
    return {name: blob.version for name, blob in backend.get_folder(FOLDER, names).items()}


def add(backend):
    backend.put_folder(FOLDER, NEW)


def change(backend):
    backend.change_folder(FOLDER, CHANGED, replace=versions(backend, OLD))


def remove(backend):
    backend.change_folder(FOLDER, dict.fromkeys(OLD), replace=versions(backend, OLD))


def put_one(backend):
    backend.put(f"{FOLDER}/signPri.key", CHANGED["signPri.key"], replace=ANY)


def append(backend):
    version = backend.get(f"{FOLDER}/signPri.key").version
    backend.append(f"{FOLDER}/signPri.key", MORE, after=version)


MORE = b" and more" * 9
LONGER = {**OLD, "signPri.key": OLD["signPri.key"] + MORE}
ONE = {**OLD, "signPri.key": CHANGED["signPri.key"]}
# What is done, whether the entry is there before, and the states allowed after a fault.
ACTIONS = {
    "add": (add, False, [{}, NEW]),
    "change": (change, True, [OLD, NEW]),
    "remove": (remove, True, [OLD, {}]),
    "put": (put_one, True, [OLD, ONE]),
    "append": (append, True, [OLD, LONGER]),
}
CALLS = ("mkdir", "write", "fsync", "link", "rename", "replace", "unlink", "rmdir")


class Faults:
    """Makes the Nth changing call fail, once or from then on."""

    def __init__(self, monkeypatch):
        self.left = None
        self.number = 0
        self.lasting = False
        for name in CALLS:
            monkeypatch.setattr(os, name, self.wrap(getattr(os, name)))

    def wrap(self, call):
        def wrapper(*args, **kwargs):
            if self.left is not None:
                self.left -= 1
                if self.left == 0 or (self.left < 0 and self.lasting):
                    raise OSError(self.number, "injected")
            return call(*args, **kwargs)

        return wrapper


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    ("number", "lasting"),
    [(errno.ENOSPC, False), (errno.ENOSPC, True), (errno.EIO, False)],
    ids=["full once", "full from then on", "failing once"],
)
def test_an_error_at_any_call_leaves_the_old_state_or_the_new(
    tmp_path, monkeypatch, name, number, lasting
):
    action, with_entry, allowed = ACTIONS[name]
    root = tmp_path / "store"
    faults = Faults(monkeypatch)
    for nth in range(1, 200):
        backend = prepare(root, with_entry=with_entry)
        faults.left, faults.number, faults.lasting = nth, number, lasting
        failure = None
        try:
            action(backend)
        except UnavailableError as error:
            failure = error
        reached = faults.left <= 0
        faults.left = None
        assert contents(root) in allowed, nth
        assert contents(root, "yessign/USER/cn=neighbour") == NEIGHBOUR
        if failure is not None:
            assert failure.retryable is (number == errno.EIO)
            assert failure.__context__ is None
        else:
            assert contents(root) == allowed[1]
        if name == "add" and not lasting and failure is not None and contents(root) == {}:
            assert not list(root.rglob(".kcert-*.tmp")), nth
        if not reached:
            return
    raise AssertionError("the action did not end")


@pytest.mark.parametrize("name", ACTIONS)
def test_an_interrupt_at_any_call_comes_through_and_leaves_old_or_new(tmp_path, monkeypatch, name):
    action, with_entry, allowed = ACTIONS[name]
    root = tmp_path / "store"
    calls = 0

    def counting(call, at):
        def wrapper(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == at:
                raise KeyboardInterrupt
            return call(*args, **kwargs)

        return wrapper

    for nth in range(1, 200):
        backend = prepare(root, with_entry=with_entry)
        calls = 0
        with monkeypatch.context() as patch:
            for called in CALLS:
                patch.setattr(os, called, counting(getattr(os, called), nth))
            with contextlib.suppress(KeyboardInterrupt):
                action(backend)
        assert contents(root) in allowed, nth
        if calls < nth:
            return
    raise AssertionError("the action did not end")


def test_a_short_write_is_continued(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    backend = FileBackend(tmp_path / "store")
    backend.put("a", bytes(range(100)))
    assert backend.get("a").data == bytes(range(100))


@pytest.mark.parametrize(
    ("number", "kind", "retryable"),
    [
        (errno.ENOSPC, UnavailableError, False),
        (errno.EDQUOT, UnavailableError, False),
        (errno.EFBIG, UnavailableError, False),
        (errno.EROFS, UnavailableError, False),
        (errno.EACCES, UnavailableError, False),
        (errno.EIO, UnavailableError, True),
        (errno.ENODEV, UnavailableError, True),
        (errno.EMFILE, UnavailableError, True),
        (errno.EEXIST, AlreadyExistsError, False),
        (errno.ELOOP, StorageError, False),
        (errno.ENAMETOOLONG, StorageError, False),
        (errno.EPROTO, UnavailableError, False),
    ],
)
def test_every_system_error_says_what_it_is_and_whether_a_retry_helps(number, kind, retryable):
    error = explain(OSError(number, "text", "/home/홍길동"), name="a")
    assert type(error) is kind
    assert (error.retryable, error.name, error.backend) == (retryable, "a", "file")
    assert "홍길동" not in str(error) + error.message_ko


# Real media


def mounted(tmp_path, options):
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs root on Linux")
    point = tmp_path / "medium"
    point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this system does not let one mount")
    return point


@pytest.fixture
def unmount(tmp_path):
    yield
    subprocess.run(["umount", str(tmp_path / "medium")], capture_output=True, check=False)


def test_a_full_medium_keeps_what_it_has(tmp_path, unmount):
    point = mounted(tmp_path, "size=64k")
    backend = prepare(point / "store", with_entry=True)

    def fill():
        for number in range(100):
            backend.put(f"fill/{number}", bytes(4096))

    with pytest.raises(UnavailableError) as caught:
        fill()
    assert not caught.value.retryable
    with pytest.raises(UnavailableError):
        change(backend)
    with pytest.raises(UnavailableError):
        backend.put_folder("yessign/USER/cn=more", {"x": bytes(8000)})
    assert contents(point / "store") == OLD
    assert not list(point.rglob(".kcert-*"))
    backend.delete("fill/0")
    backend.delete("fill/1")
    change(backend)
    assert contents(point / "store") == NEW


def test_a_read_only_medium_is_read_and_not_touched(tmp_path, unmount):
    point = mounted(tmp_path, "size=1m")
    backend = prepare(point / "store", with_entry=True)
    read = versions(backend, OLD)
    subprocess.run(["mount", "-o", "remount,ro", str(point)], check=True)
    assert contents(point / "store") == OLD
    for action in (
        lambda: backend.put("new", b"x"),
        lambda: backend.put_folder("new", {"x": b"x"}),
        lambda: backend.change_folder(FOLDER, CHANGED, replace=read),
        lambda: backend.delete(f"{FOLDER}/signPri.key"),
    ):
        with pytest.raises(UnavailableError) as caught:
            action()
        assert "read-only" in str(caught.value)
        assert not caught.value.retryable


def test_what_one_may_not_read_is_told_and_stops_nothing(tmp_path):
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    root = Path("/tmp") / f"kcert-test-{os.getpid()}-{threading.get_ident()}"
    backend = prepare(root, with_entry=True)
    try:
        os.chown(root / "yessign", 65534, 65534)
        for path in root.rglob("*"):
            os.chown(path, 65534, 65534)
        os.chown(root, 65534, 65534)
        os.chown(root / FOLDER, 0, 0)
        os.seteuid(65534)
        listings = list(FileBackend(root).folders())
        with pytest.raises(UnavailableError):
            backend.put(f"{FOLDER}/new", b"x")
    finally:
        os.seteuid(0)
        shutil.rmtree(root)
    assert [f.name for f in listings if f.problem] == [FOLDER]
    assert [f.name for f in listings if f.files] == ["yessign/USER/cn=neighbour"]


# A medium that loses power, fills up and breaks


def power_cut_at(medium, monkeypatch, nth):
    """Cut the power at the nth call that changes something; nothing answers from then on."""
    left = nth

    def cutting(call):
        def wrapper(*args, **kwargs):
            nonlocal left
            left -= 1
            if left == 0:
                medium.tell("powercut")
                medium.tell("eio 0")
            return call(*args, **kwargs)

        return wrapper

    for name in CALLS:
        monkeypatch.setattr(os, name, cutting(getattr(os, name)))
    return lambda: left <= 0


def on_again(medium, **change):
    """A store opened anew after the power is back."""
    medium.tell("eio -1")
    return contents(medium.path / "store", **change)


@pytest.mark.parametrize("name", ACTIONS)
def test_what_was_reported_done_survives_a_power_cut(faulty_medium, name):
    action, with_entry, allowed = ACTIONS[name]
    action(prepare(faulty_medium.path / "store", with_entry=with_entry))
    faulty_medium.tell("powercut")
    assert on_again(faulty_medium) == allowed[1]
    assert contents(faulty_medium.path / "store", "yessign/USER/cn=neighbour") == NEIGHBOUR


@pytest.mark.parametrize("name", ACTIONS)
def test_a_power_cut_at_any_call_leaves_the_old_state_or_the_new(faulty_medium, monkeypatch, name):
    action, with_entry, allowed = ACTIONS[name]
    root = faulty_medium.path / "store"
    for nth in range(1, 200):
        backend = prepare(root, with_entry=with_entry)
        done = False
        with monkeypatch.context() as patch:
            reached = power_cut_at(faulty_medium, patch, nth)
            with contextlib.suppress(StorageError):
                action(backend)
                done = True
            cut = reached()
        state = on_again(faulty_medium)
        assert state == allowed[1] if done else torn_only(state, allowed, name), nth
        assert contents(root, "yessign/USER/cn=neighbour") == NEIGHBOUR
        if not cut:
            return
    raise AssertionError("the action did not end")


def torn_only(state, allowed, name):
    """What is appended may be there in part; nothing else may."""
    if name == "append" and state.keys() == LONGER.keys():
        part = state["signPri.key"]
        whole = LONGER["signPri.key"]
        return part.startswith(OLD["signPri.key"]) and whole.startswith(part)
    return state in allowed


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("fault", ["eio", "enospc"])
def test_a_stick_pulled_or_full_after_any_number_of_bytes_has_old_or_new(
    faulty_medium, name, fault
):
    action, with_entry, allowed = ACTIONS[name]
    root = faulty_medium.path / "store"
    for room in (0, 1, 7, 8, 64, 511, 512, 700, 1500, 2500, 1 << 20):
        backend = prepare(root, with_entry=with_entry)
        faulty_medium.tell(f"{fault} {room}")
        done = False
        with contextlib.suppress(UnavailableError):
            action(backend)
            done = True
        faulty_medium.tell("enospc -1")
        state = on_again(faulty_medium)
        assert state == allowed[1] if done else torn_only(state, allowed, name), room
        # Plugged in again, or room made: the same goes through.
        if state == allowed[0] and not done:
            action(FileBackend(root))
            assert contents(root) == allowed[1]


def test_a_short_write_of_the_medium_is_continued(faulty_medium):
    backend = FileBackend(faulty_medium.path / "store")
    faulty_medium.tell("shortwrite")
    backend.put("a", bytes(range(100)))
    faulty_medium.tell("powercut")
    assert FileBackend(faulty_medium.path / "store").get("a").data == bytes(range(100))


def test_a_slow_medium_is_waited_for(faulty_medium):
    faulty_medium.tell("slow 50")
    add(prepare(faulty_medium.path / "store", with_entry=False))
    assert contents(faulty_medium.path / "store") == NEW


def test_a_medium_that_turns_read_only_is_read_and_says_so(faulty_medium):
    backend = prepare(faulty_medium.path / "store", with_entry=True)
    faulty_medium.tell("ro")
    assert contents(faulty_medium.path / "store") == OLD
    with pytest.raises(UnavailableError, match="read-only"):
        change(backend)
    faulty_medium.tell("rw")
    assert contents(faulty_medium.path / "store") == OLD


# Kills, from outside, at every system call that changes something

CHANGING = (
    "write,ftruncate,rename,renameat,renameat2,link,linkat,symlinkat,unlink,unlinkat,"
    "mkdir,mkdirat,rmdir,fsync,fdatasync,fchmod,fchmodat"
)

CHILD = """
import sys
from kcert.storage import FileBackend
action, root, folder = sys.argv[1:]
backend = FileBackend(root)
old = {"signPri.key": b"old sign", "kmPri.key": b"old km", "signCert.der": b"certificate"}
changed = {"signPri.key": b"new sign" * 99, "kmPri.key": b"new km" * 99}
if action == "add":
    backend.put_folder(folder, {**old, **changed})
elif action == "append":
    name = folder + "/signPri.key"
    backend.append(name, b" and more" * 9, after=backend.get(name).version)
else:
    files = backend.get_folder(folder, list(old))
    versions = {name: blob.version for name, blob in files.items()}
    backend.change_folder(folder, changed, replace=versions)
"""


def strace(root, action, log, *more):
    command = ["strace", "-f", "-qq", "-y", "-e", "signal=none", "-e", f"trace={CHANGING}"]
    command += ["-o", str(log), *more, sys.executable, "-c", CHILD, action, str(root), FOLDER]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)


def points(root, action, log):
    """Numbers of the calls of an undisturbed run that touch the store."""
    done = strace(root, action, log)
    if done.returncode != 0:
        pytest.skip(f"strace does not work here: {done.stderr[-100:]!r}")
    calls = [line for line in log.read_text("utf-8").splitlines() if re.search(r"\w+\(", line)]
    return [number for number, line in enumerate(calls, 1) if str(root) in line]


@pytest.mark.peer("strace")
@pytest.mark.parametrize("action", ["add", "change", "append"])
def test_a_kill_at_any_system_call_leaves_the_old_state_or_the_new(tmp_path, action):
    _, with_entry, allowed = ACTIONS[action]
    root, log = tmp_path / "store", tmp_path / "log"
    prepare(root, with_entry=with_entry)
    numbers = points(root, action, log)
    assert len(numbers) > (8 if action != "append" else 1)
    seen = []
    for number in numbers:
        prepare(root, with_entry=with_entry)
        strace(root, action, log, "-e", f"inject={CHANGING}:signal=KILL:when={number}")
        state = contents(root)
        assert state in allowed, number
        assert contents(root, "yessign/USER/cn=neighbour") == NEIGHBOUR
        seen.append(allowed.index(state))
        # Whoever comes next can go on, and is not in the way of what was left.
        backend = FileBackend(root)
        if state == {}:
            add(backend)
        else:
            backend.put(f"{FOLDER}/signCert.der", b"certificate", replace=ANY)
        assert contents(root) == (NEW if state == {} else state)
        for left in root.rglob(".kcert-*.tmp"):
            assert not set(left.parts) & {"cn=neighbour"}
    assert seen == sorted(seen), "one moment of change"
    assert set(seen) == {0, 1}


# Processes

RACER = """
import sys
from kcert.errors import AlreadyExistsError
from kcert.storage import FileBackend
root, who = sys.argv[1:]
backend = FileBackend(root)
sys.stdin.readline()
for number in range(30):
    try:
        backend.put_folder(f"yessign/USER/{number}", {"key": who.encode(), "cert": who.encode()})
        print(number)
    except AlreadyExistsError:
        pass
"""


def test_of_processes_that_create_the_same_entries_exactly_one_wins_each(tmp_path):
    root = tmp_path / "store"
    root.mkdir()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(root), str(who)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in range(3)
    ]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = {str(who): racer.communicate(timeout=60)[0].split() for who, racer in enumerate(racers)}
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert sorted(chain(*won.values()), key=int) == [str(number) for number in range(30)]
    backend = FileBackend(root)
    for who, numbers in won.items():
        for number in numbers:
            files = backend.get_folder(f"yessign/USER/{number}", ["key", "cert"])
            assert {blob.data for blob in files.values()} == {who.encode()}
    assert not list(root.rglob(".kcert-*"))


HOLDER = """
import sys, time
from kcert.storage.folder import Folder
with Folder.open(sys.argv[1]) as folder, folder.lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    backend = FileBackend(tmp_path / "store")
    backend.put("a/b", b"1")
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "store" / "a")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    backend.put("a/c", b"2")
    assert backend.get("a/c").data == b"2"
