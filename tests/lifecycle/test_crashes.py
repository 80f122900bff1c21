# SPDX-License-Identifier: Apache-2.0
"""Renewals and reissues whose power goes off at every single action on medium and authority.

Whatever happens, the holder has a credential that opens and that the authority has in force; and
the next run, with nothing but what lies on the medium, reaches the end.
"""

from __future__ import annotations

import os
import pickle
import signal
import time
import warnings
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lifecycle.memory_authority import (
    GOOD,
    NOW,
    Crash,
    Machine,
    Medium,
    MemoryAuthority,
    Office,
)

from kcert.errors import KcertError
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import Issuance, Retire, issue, reissue, renew, settle, unfinished
from kcert.storage import FileBackend, MemoryBackend
from kcert.store import EventKind, History, Store
from kcert.store.sealing import SealedStore, VaultIdentity, VaultMemory
from kcert.store.sealing.backend import SealedBackend
from kcert.store.sealing.vaults import OpenVault

OLD, NEW = "old horse 1!", "new horse 1!"
FAULTS = (
    None,
    "refuse",
    "not-heard",
    "answer-lost",
    "confirmation-not-heard",
    "confirmation-refused",
    "confirmation-lost",
)


class Verbs:
    """A backend with the four verbs only: nothing about it changes several files at once."""

    def __init__(self, backend):
        self.properties = backend.properties
        self.list, self.get = backend.list, backend.get
        self.put, self.delete = backend.put, backend.delete


class World:
    """A store, a backup, an archive and an authority, on a machine that can be switched off."""

    def __init__(self, medium, *, retire="move", supersedes=False, km=False):
        self.media = [medium(), MemoryBackend(), MemoryBackend()]
        self.authority = MemoryAuthority(supersedes=supersedes)
        self.office = Office()
        self.retire = retire
        self.old = self.authority.holder(password=OLD, km=km)
        self.switch_on(Machine())
        self.store.add(self.old)

    def switch_on(self, machine):
        """What a process finds after the power has come back: nothing but media and authority."""
        self.machine = self.authority.machine = machine
        self.authority.down = False
        media = [Medium(backend, machine) for backend in self.media]
        self.store, self.stick, self.archive = (
            Store(backend, history=History(backend)) for backend in media
        )

    @property
    def put_away(self):
        return {"keep": Retire.KEEP, "remove": Retire.REMOVE, "move": self.archive}[self.retire]

    def renew(self):
        fingerprint = self.old.certificate.fingerprint()
        return renew(
            self.store,
            fingerprint,
            self.authority,
            OLD,
            new_password=NEW,
            profile=CHEAPEST,
            backup_to=self.stick,
            old=self.put_away,
            at=NOW,
        )

    def reissue(self):
        return reissue(
            self.store,
            self.old.certificate,
            self.authority,
            self.office,
            NEW,
            profile=CHEAPEST,
            backup_to=self.stick,
            old=self.put_away,
            at=NOW,
        )

    def working(self, *passwords):
        """Entries that open and that the authority has in force, wherever they are."""
        return [
            entry
            for store in (self.store, self.archive)
            for entry in store.entries()
            if entry.certificate is not None
            and self.authority.state(entry.certificate) is GOOD
            and any(opens(entry, password) for password in passwords)
        ]

    def check_end(self, done):
        """Everything is as if nothing had ever gone wrong."""
        new = done.entry.certificate
        assert self.authority.state(new) is GOOD
        assert opens(self.store.get(new.fingerprint()), NEW)
        assert opens(self.stick.get(new.fingerprint()), NEW)
        kept = {entry.certificate for entry in self.store.entries()}
        assert kept == ({new, self.old.certificate} if self.retire == "keep" else {new})
        moved = {entry.certificate for entry in self.archive.entries()}
        assert moved == ({self.old.certificate} if self.retire == "move" else set())
        events = list(self.store.history.events())
        told = [event.kind.value for event in events if event.fingerprint == new.fingerprint()]
        assert told.count("offered") == told.count("confirmed") == 1
        assert told.count("renewed") + told.count("reissued") == 1
        assert self.stick.history.last(new, EventKind.ADDED)
        assert self.store.history.last(new, EventKind.COPIED)
        if self.retire == "move":
            assert self.archive.history.last(self.old.certificate, EventKind.ADDED)
            assert self.store.history.last(self.old.certificate, EventKind.COPIED)


def opens(entry, password):
    try:
        with entry.load().unlock(password):
            return True
    except KcertError:
        return False


def memory():
    return MemoryBackend()


def verbs():
    return Verbs(MemoryBackend())


def run(world, action):
    """One process: what it brings to an end, or ``None`` where it fails or the power goes off."""
    try:
        return action()
    except (KcertError, Crash):
        return None


def crash_everywhere(make, verb, passwords, *, stride=1):
    """Crash before and after each action; after each the holder has something that works."""
    for after in (False, True):
        at = 1 - stride
        while True:
            at += stride
            world = make()
            machine = Machine(at, after=after)
            world.switch_on(machine)
            run(world, getattr(world, verb))
            crashed = machine.off
            world.switch_on(Machine())
            world.authority.faults.clear()
            assert world.working(*passwords), (at, after)
            done = run(world, getattr(world, verb)) or run(world, getattr(world, verb))
            assert done is not None, (at, after)
            assert world.working(NEW)
            world.check_end(done)
            if not crashed:
                assert at > 8
                break


@pytest.mark.parametrize("supersedes", [False, True], ids=["both-count", "old-revoked"])
@pytest.mark.parametrize("retire", ["keep", "move", "remove"])
@pytest.mark.parametrize("medium", [memory, verbs], ids=["folders", "four-verbs"])
def test_a_renewal_that_crashes_anywhere_is_finished_by_the_next(medium, retire, supersedes):
    crash_everywhere(
        partial(World, medium, retire=retire, supersedes=supersedes), "renew", (OLD, NEW)
    )


def test_a_renewal_on_files_that_crashes_anywhere_is_finished_by_the_next(tmp_path):
    roots = iter(range(10_000))
    medium = lambda: FileBackend(tmp_path / str(next(roots)))  # noqa: E731 - a new folder each time
    crash_everywhere(partial(World, medium, km=True), "renew", (OLD, NEW), stride=4)


class Sealed(World):
    """A world whose store is a vault; its history lies beside it, since a vault has none."""

    def __init__(self, medium, **given):
        self.beside, self.seen = MemoryBackend(), VaultMemory()
        self.identity = VaultIdentity.generate()
        super().__init__(medium, **given)

    def switch_on(self, machine):
        super().switch_on(machine)
        # Opening is no action of the renewal: the power is on.
        vault = OpenVault(
            self.media[0], self.identity, self.seen, create=True, months=False
        ).sealed.vault
        opened = OpenVault(self.media[0], self.identity, self.seen, create=False, months=None)
        sealed = SealedBackend(Medium(self.media[0], machine), vault, self.seen, opened.reload)
        opened.sealed = sealed
        history = History(Medium(self.beside, machine))
        self.store = SealedStore(opened, history=history)


@pytest.mark.parametrize("retire", ["keep", "move", "remove"])
def test_a_renewal_in_a_vault_that_crashes_anywhere_is_finished_by_the_next(retire):
    pytest.importorskip("pyrage", reason='vaults need pip install "kcert[cloud]"')
    crash_everywhere(partial(Sealed, memory, retire=retire), "renew", (OLD, NEW))


@pytest.mark.parametrize("fault", FAULTS[1:])
def test_a_renewal_that_fails_and_crashes_anywhere_is_finished_by_the_next(fault):
    def make():
        world = World(memory, supersedes=True)
        world.authority.faults = [fault]
        return world

    crash_everywhere(make, "renew", (OLD, NEW))


@pytest.mark.parametrize("retire", ["keep", "move", "remove"])
def test_a_reissue_that_crashes_anywhere_is_finished_by_the_next(retire):
    crash_everywhere(partial(World, memory, retire=retire), "reissue", (OLD, NEW))


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.integers(0, 70), st.booleans(), st.sampled_from(FAULTS), st.booleans()),
        max_size=6,
    ),
    st.sampled_from(["keep", "move", "remove"]),
    st.booleans(),
    st.sampled_from(["renew", "reissue"]),
)
def test_any_row_of_crashes_and_faults_leaves_something_that_works(runs, retire, supersedes, verb):
    world = World(memory, retire=retire, supersedes=supersedes)
    done = None
    for at, after, fault, down in runs:
        world.switch_on(Machine(at, after=after))
        world.authority.faults = [fault]
        world.authority.down = down
        done = run(world, getattr(world, verb)) or done
        world.switch_on(Machine())
        assert world.working(OLD, NEW)
    world.authority.faults.clear()
    done = run(world, getattr(world, verb)) or run(world, getattr(world, verb))
    assert done is not None
    world.check_end(done)


def test_an_issue_that_crashes_anywhere_is_settled_or_put_back():
    for after in (False, True):
        at = 0
        while True:
            at += 1
            world = World(memory)
            machine = Machine(at, after=after)
            world.switch_on(machine)
            done = run(
                world,
                lambda world=world: issue(
                    world.store, world.authority, world.office, NEW, backup_to=world.stick
                ),
            )
            world.switch_on(Machine())
            for entry in list(unfinished(world.store)):
                settled = settle(world.store, entry, world.authority, NEW, backup_to=world.stick)
                assert (settled is None) or isinstance(settled, Issuance)
            states = {
                entry.certificate: world.authority.state(entry.certificate)
                for entry in world.store.entries()
                if entry.certificate != world.old.certificate
            }
            assert set(states.values()) <= {GOOD}, (at, after)
            in_force = [
                record.certificate
                for record in world.authority.records.values()
                if record.state is GOOD and record.certificate != world.old.certificate
            ]
            assert set(in_force) == set(states), (at, after)
            if done is not None:
                assert at > 10
                break


class Ledger(MemoryAuthority):
    """An authority whose records outlive the process that it is asked from."""

    def __init__(self, path):
        self.path = path
        super().__init__(supersedes=True)

    def read(self):
        self.records = pickle.loads(self.path.read_bytes())

    def _write(self):
        beside = self.path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(pickle.dumps(self.records))
        beside.replace(self.path)

    def _reached(self, fault=False):
        super()._reached(fault)
        self._write()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_process_killed_at_any_moment_leaves_something_that_works(tmp_path):
    rounds = 60 if os.environ.get("KCERT_TEST_FULL") == "1" else 15
    seconds = 0.0
    for number in range(rounds + 1):
        world = World(lambda number=number: FileBackend(tmp_path / str(number)), retire="remove")
        world.media[1] = FileBackend(tmp_path / f"{number}-stick")
        world.switch_on(Machine())
        ledger = Ledger(tmp_path / f"{number}.ledger")
        ledger.records, ledger.machine = world.authority.records, world.machine
        ledger._write()
        world.authority = ledger

        pid = forked(world.renew)
        began = time.perf_counter()
        if number:
            time.sleep(seconds * 1.1 * number / rounds)
            os.kill(pid, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert ended in {0, -signal.SIGKILL}
        seconds = seconds or time.perf_counter() - began

        world.switch_on(Machine())
        ledger.read()
        assert world.working(OLD, NEW)
        done = world.renew()
        assert world.working(NEW)
        world.check_end(done)


def forked(work):
    """Run ``work`` in a process of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return pid
