# SPDX-License-Identifier: Apache-2.0
"""Stores killed with SIGKILL at random points, and stores that several processes write to.

Whatever happens, each credential is wholly there or wholly not, and none is lost.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import traceback
import warnings

import pytest

import kcert
from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    KcertError,
    NotFoundError,
    UnlockError,
)
from kcert.keys.profiles import CHEAPEST
from kcert.storage import FileBackend
from kcert.store import History, Store, open_store
from kcert.testing import FakeAuthority

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

FULL = os.environ.get("KCERT_TEST_FULL") == "1"
OLD, NEW = "correct horse", "another one"
CALLS = ("mkdir", "write", "fsync", "link", "rename", "replace", "unlink", "rmdir")


@pytest.fixture(scope="module")
def credentials():
    authority = FakeAuthority("yessign")
    return [
        authority.issue(name, password=OLD, km=True, profile=CHEAPEST)
        for name in ("홍길동", "홍길남", "홍길서")
    ]


@pytest.fixture(params=["files", "sealed"])
def sealed(request, monkeypatch):
    """Whether the stores of a test are vaults."""
    if request.param == "sealed":
        pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")
        monkeypatch.setitem(OPTIONS, "sealing", kcert.VaultIdentity.generate())
    return request.param == "sealed"


OPTIONS: dict[str, object] = {}


def opened(root, name):
    if OPTIONS:
        record = History(FileBackend(root / f"{name}-record"))
        return open_store(root / name, create=True, history=record, **OPTIONS)
    backend = FileBackend(root / name)
    return Store(backend, history=History(backend))


def child(work):
    """Run ``work`` in a process of its own, and return how that ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            if status:
                traceback.print_exc()
            os._exit(status)
    return pid


def end_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Killer:
    """Counts the calls that change something, and kills its process before, in or after one."""

    def __init__(self, at=0, when="before"):
        self.at, self.when, self.count = at, when, 0

    def __enter__(self):
        self.saved = {name: getattr(os, name) for name in CALLS}
        for name, call in self.saved.items():
            setattr(os, name, self.wrap(name, call))
        return self

    def __exit__(self, *failure):
        for name, call in self.saved.items():
            setattr(os, name, call)

    def wrap(self, name, call):
        def wrapper(*args, **kwargs):
            self.count += 1
            if self.count != self.at:
                return call(*args, **kwargs)
            try:
                if self.when == "after":
                    call(*args, **kwargs)
                elif self.when == "in" and name == "write":
                    call(args[0], bytes(args[1])[: len(args[1]) // 2])
            finally:
                os.kill(os.getpid(), signal.SIGKILL)

        return wrapper


def first(store):
    return min(store.entries(), key=lambda entry: entry.id)


def add(root, credentials):
    opened(root, "source").add(credentials[2])


def replace(root, credentials):
    source = opened(root, "source")
    entry = first(source)
    source.replace(entry, entry.load().change_password(OLD, NEW))


def change(root, credentials):
    source = opened(root, "source")
    source.change_password(first(source), OLD, NEW)


def copy(root, credentials):
    source = opened(root, "source")
    source.copy(first(source).id, to=opened(root, "target"))


def move(root, credentials):
    source = opened(root, "source")
    source.move(first(source).id, to=opened(root, "target"))


def backup(root, credentials):
    opened(root, "source").backup(to=opened(root, "target"))


ACTIONS = {"add": add, "replace": replace, "change": change, "copy": copy, "move": move}
ACTIONS["backup"] = backup


def whole(store):
    """The certificates of a store, each of whose keys opens with one and the same password."""
    found = []
    for entry in store.entries():
        assert entry.problem is None
        credential = entry.load()
        assert credential.key_management is not None
        try:
            credential.unlock(OLD).close()
        except UnlockError:
            credential.unlock(NEW).close()
        found.append(credential.certificate)
    assert len(set(found)) == len(found)
    return set(found)


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_at_random_points_nothing_is_lost_and_nothing_is_half(
    tmp_path, credentials, name, sealed
):
    action = ACTIONS[name]
    template = tmp_path / "template"
    source = opened(template, "source")
    for credential in credentials[:2]:
        source.add(credential)
    before = whole(source)
    shutil.copytree(template, tmp_path / "counted")
    with Killer() as killer:
        action(tmp_path / "counted", credentials)
    points = [(at, when) for at in range(1, killer.count + 1) for when in ("before", "in", "after")]
    chosen = random.Random(name).sample(
        points, min(len(points), 200 if FULL else 20 if sealed else 50)
    )
    root = tmp_path / "store"
    for at, when in chosen:
        shutil.copytree(template, root)

        def work(at=at, when=when):
            with Killer(at, when):
                action(root, credentials)

        assert end_of(child(work)) == -signal.SIGKILL, (at, when)
        here, there = whole(opened(root, "source")), whole(opened(root, "target"))
        assert before <= here | there, (at, when)
        if name != "move":
            assert before <= here
        try:
            action(root, credentials)
        except (AlreadyExistsError, UnlockError):
            assert name in {"add", "replace", "change"}  # it was done
        here, there = whole(opened(root, "source")), whole(opened(root, "target"))
        assert before <= here | there
        for store in ("source", "target"):
            opened(root, store).history.verify()
        shutil.rmtree(root)


# Several processes


def test_processes_that_add_replace_and_remove_one_entry_leave_it_whole_or_gone(
    tmp_path, credentials
):
    end = time.monotonic() + (60 if FULL else 10)
    old = credentials[0]
    new = old.change_password(OLD, NEW)
    with old.unlock(OLD), new.unlock(NEW):
        allowed = [old, new]

    def write(seed):
        choose = random.Random(seed)
        store = opened(tmp_path, "store")
        while time.monotonic() < end:
            try:
                match choose.choice(("add", "replace", "remove")):
                    case "add":
                        store.add(choose.choice(allowed))
                    case "replace":
                        store.replace(first(store), choose.choice(allowed))
                    case "remove":
                        store.remove(first(store).id)
            except (AlreadyExistsError, ConflictError, NotFoundError):
                continue  # the other one was faster
            except ValueError:
                continue  # nothing is there

    writers = [child(lambda seed=seed: write(seed)) for seed in range(2)]
    seen, looks, problems = set(), 0, []
    store = Store(FileBackend(tmp_path / "store"))
    try:
        while time.monotonic() < end:
            for entry in store.entries():
                looks += 1
                try:
                    seen.add(allowed.index(entry.load()))
                except NotFoundError:
                    continue  # removed since it was listed
                except KcertError as error:
                    problems.append(error.code)
    finally:
        ends = [end_of(pid) for pid in writers]
    assert ends == [0, 0]
    assert problems == []
    assert looks > 100
    assert seen == {0, 1}
    entries = list(store.entries())
    assert len(entries) <= 1
    assert all(entry.load() in allowed for entry in entries)
    assert opened(tmp_path, "store").history.verify().events > 50
