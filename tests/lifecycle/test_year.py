# SPDX-License-Identifier: Apache-2.0
"""A year in one test: 200 certificates in three stores, over a real authority, with faults.

Every week some holders are issued a certificate, some lose theirs, some revoke or suspend it, and
whoever's window has opened renews. Answers are lost, codes are wrong, clocks differ, the authority
is down, and the power goes off. At every moment each holder has a certificate that works, or the
test knows why not; and in the end the histories alone tell what happened.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import combinations

import pytest
from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.lifecycle.memory_authority import Crash, Machine, Medium

from kcert._asn1.x509 import RawCertificate
from kcert.errors import IdentityRefusedError, KcertError, NotFoundError
from kcert.formats.naming import USER, authority_folder, subject_folders
from kcert.keys import PrivateKey
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import (
    CertificateState,
    CmpAuthority,
    DueState,
    Enrolment,
    HttpTransport,
    Retire,
    RevocationReason,
    Step,
    Verb,
    due,
    issue,
    reissue,
    renew,
    resume,
    revoke,
    settle,
    suspend,
    unfinished,
)
from kcert.storage import FileBackend, MemoryBackend
from kcert.store import EventKind, History, Store
from kcert.store.sealing import SealedStore, VaultIdentity, VaultMemory
from kcert.store.sealing.vaults import OpenVault
from kcert.testing import CmpServer, FakeKey, Fault
from kcert.testing.cmp import Issue
from kcert.trust import NetworkFetcher, RevocationSources, TrustStore

pytestmark = pytest.mark.slow

HOLDERS = 200
WEEKS = 60
BEGIN = datetime(2026, 1, 5, 3, tzinfo=UTC)
WEEK = timedelta(days=7)
STORES = ("file", "memory", "sealed")
GOOD, REVOKED = CertificateState.GOOD, CertificateState.REVOKED


class Clock:
    """The moment that everybody goes by."""

    def __init__(self):
        self.now = BEGIN

    def __call__(self):
        return self.now


class Keys:
    """As many different keys as anybody asks for, out of few primes: for tests alone."""

    def __init__(self, primes=52):
        numbers = [
            rsa.generate_private_key(65537, 2048).private_numbers() for _ in range(primes // 2)
        ]
        pairs = combinations([prime for number in numbers for prime in (number.p, number.q)], 2)
        self._pairs = iter(random.Random(1).sample(list(pairs), primes * (primes - 1) // 2))

    def __call__(self, key_size, *, random):
        p, q = next(self._pairs)
        d = pow(65537, -1, (p - 1) * (q - 1))
        numbers = rsa.RSAPrivateNumbers(
            p,
            q,
            d,
            rsa.rsa_crt_dmp1(d, p),
            rsa.rsa_crt_dmq1(d, q),
            rsa.rsa_crt_iqmp(p, q),
            rsa.RSAPublicNumbers(65537, p * q),
        )
        key = FakeKey(numbers.private_key(unsafe_skip_rsa_key_validation=True))
        return PrivateKey.load(key.pkcs8(random=secrets.token_bytes(20) if random else None))


class Wire:
    """What goes over the network goes through the machine, and ends with it."""

    def __init__(self, world, inside):
        self.world, self.inside = world, inside

    def exchange(self, message):
        with self.world.machine.action():
            return self.inside.exchange(message)

    def get(self, url):
        with self.world.machine.action():
            return self.inside.get(url)

    def post(self, url, data, *, content_type):
        with self.world.machine.action():
            return self.inside.post(url, data, content_type=content_type)


@define(eq=False)
class Holder:
    """Somebody, and what the test knows of them."""

    number: int
    store: str
    starts: int
    """Week of the first issue."""
    passwords: list = field(factory=list)
    why_not: str | None = "not issued yet"
    """Why there is nothing that works, where that is so."""
    pending: str | None = None
    """What is to be done, or tried again."""
    subject: object = None
    """The certificate that it is about."""
    renewed: set = field(factory=set)
    said: list = field(factory=list)
    """What the library said when something failed."""

    @property
    def name(self):
        return f"홍길동{self.number:03}"

    def choose_password(self):
        self.passwords.append(f"horse {self.number}-{len(self.passwords)}!")
        return self.passwords[-1]


class World:
    """Holders, three stores with backups and archives, an authority, and a machine."""

    def __init__(self, folder, server, clock):
        self.server, self.clock = server, clock
        self.random = random.Random(20260105)
        self.media = {
            "file": FileBackend(folder / "store"),
            "memory": MemoryBackend(),
            "sealed": MemoryBackend(),
        }
        self.others = {name: (MemoryBackend(), MemoryBackend()) for name in STORES}
        self.vault, self.seen, self.records = (
            VaultIdentity.generate(),
            VaultMemory(),
            MemoryBackend(),
        )
        self.machine = Machine()
        self.authority = CmpAuthority(
            server.url,
            trust=TrustStore([server.ca_certificates[0]]),
            certificate=server.ca_certificates[1],
            transport=Wire(self, HttpTransport(server.url)),
            checker=RevocationSources(fetcher=Wire(self, NetworkFetcher(allow_private=True))),
            clock=clock,
            sleep=lambda seconds: None,
            key_source=Keys(),
        )
        self.holders = [
            Holder(number, STORES[number % 3], starts=number % 6) for number in range(HOLDERS)
        ]
        self.by_name = {holder.name: holder for holder in self.holders}
        self.vanished, self.opened = set(), {}
        self.counts = Counter()
        self.crash_after = None
        self.stores = self._open(self.machine)
        self.plain = self._open(None)

    def _open(self, machine):
        """What a process finds when it begins: nothing but what lies on the media."""

        def plugged(backend):
            return backend if machine is None else Medium(backend, machine)

        def history(backend):
            return None if machine is None else History(plugged(backend), clock=self.clock)

        vault = OpenVault(
            plugged(self.media["sealed"]), self.vault, self.seen, create=True, months=None
        )
        stores = {
            name: Store(plugged(self.media[name]), history=history(self.media[name]))
            for name in ("file", "memory")
        }
        stores["sealed"] = SealedStore(vault, history=history(self.records))
        self.sticks = {name: Store(plugged(stick)) for name, (stick, _) in self.others.items()}
        self.archives = {name: Store(plugged(other)) for name, (_, other) in self.others.items()}
        return stores

    def switch_on(self, machine):
        self.machine = machine
        self.stores = self._open(machine)

    # What a holder has

    def issues(self, holder):
        rows = self.server.registry.database.rows(
            "SELECT * FROM issues WHERE holder = ?", holder.name
        )
        return [Issue.of(row) for row in rows]

    def entry(self, holder, certificate):
        """The entry of a certificate, looked for where it has to be: the stores are large."""
        store = self.plain[holder.store]
        if isinstance(store, SealedStore):
            with suppress(NotFoundError):
                return store.get(certificate.fingerprint())
            return None
        for leaf in subject_folders(certificate):
            location = f"{authority_folder(certificate)}/{USER}/{leaf}"
            with suppress(NotFoundError):
                found = store.get(location)
                if found.certificate == certificate:
                    return found
        return None

    def working(self, holder):
        """Entries that open, and that the authority has in force now."""
        return [
            entry
            for issue in self.issues(holder)
            if issue.status.state is GOOD
            and issue.certificate.validity.contains(self.clock.now)
            and (entry := self.entry(holder, issue.certificate)) is not None
            and self.opens(entry, holder)
        ]

    def opens(self, entry, holder):
        """Whether it opens: tried, or the very bytes that the same password has opened before."""
        try:
            credential = entry.load()
        except KcertError:
            return False
        fingerprint = credential.certificate.fingerprint()
        known, password = self.opened.get(fingerprint, (None, None))
        if credential == known and password in holder.passwords:
            return True
        for password in reversed(holder.passwords):
            with suppress(KcertError), credential.unlock(password):
                self.opened[fingerprint] = credential, password
                return True
        return False

    def check(self, holder):
        """At every moment each holder has what works, or there is a reason why not."""
        assert holder.why_not or self.working(holder), (holder.name, holder.pending, holder.said)

    # What is done

    def office(self, holder, fault):
        def identify(request):
            if fault == "identity-refused":
                raise IdentityRefusedError("the call was not answered", "전화를 받지 않았습니다")
            given = self.server.enrol(
                holder.name,
                replaces=None if request.verb is Verb.ISSUE else request.certificate,
                key_management=holder.number % 5 == 0,
            )
            if fault != "wrong-code":
                return given
            return Enrolment(given.reference_number, "wrong code", key_management=False)

        return identify

    def issue(self, holder, identify):
        store, stick = self.stores[holder.store], self.sticks[holder.store]
        for left in list(unfinished(store)):
            if left.certificate.holder_name == holder.name and settle(
                store, left, self.authority, holder.passwords[-1], backup_to=stick
            ):
                self.counts["settled issue"] += 1
                return
        for entry in self.working(holder):  # confirmed, and the power went off before the backup
            store.copy(entry.location, to=stick)
            return
        issue(
            store,
            self.authority,
            identify,
            holder.passwords[-1],
            profile=CHEAPEST,
            backup_to=stick,
            on_step=self.on_step,
        )

    def retired(self, holder):
        ways = (Retire.KEEP, Retire.REMOVE, self.archives[holder.store])
        return ways[holder.number // 3 % 3]

    def renew(self, holder, identify):
        done = renew(
            self.stores[holder.store],
            holder.subject.fingerprint(),
            self.authority,
            holder.passwords[-2],
            new_password=holder.passwords[-1],
            profile=CHEAPEST,
            backup_to=self.sticks[holder.store],
            old=self.retired(holder),
            at=self.clock.now,
            on_step=self.on_step,
        )
        self.counts["resumed renewal"] += done.resumed

    def reissue(self, holder, identify):
        done = reissue(
            self.stores[holder.store],
            holder.subject,
            self.authority,
            identify,
            holder.passwords[-1],
            profile=CHEAPEST,
            backup_to=self.sticks[holder.store],
            old=self.retired(holder),
            at=self.clock.now,
            on_step=self.on_step,
        )

        self.counts["resumed reissue"] += done.resumed

    def revoke(self, holder, identify):
        reason = (RevocationReason.KEY_COMPROMISE, RevocationReason.CESSATION_OF_OPERATION)[
            holder.number % 2
        ]
        revoke(
            self.stores[holder.store],
            holder.subject,
            self.authority,
            identity=identify,
            reason=reason,
        )

    def suspend(self, holder, identify):
        suspend(
            self.stores[holder.store],
            holder.subject.fingerprint(),
            self.authority,
            password=holder.passwords[-1],
        )

    def resume(self, holder, identify):
        resume(
            self.stores[holder.store],
            holder.subject.fingerprint(),
            self.authority,
            password=holder.passwords[-1],
        )

    # With what can go wrong

    def fault_for(self, action):
        verbs = {
            "issue": ("ir", "certConf"),
            "reissue": ("ir", "certConf"),
            "renew": ("kur", "certConf"),
        }.get(action, ("rr",))
        faults = [
            *[None] * 4,
            *["crash"] * 4,
            *[(Fault.LOST_REQUEST, verb) for verb in verbs],
            *[(Fault.LOST_ANSWER, verb) for verb in verbs],
            (Fault.CLOCK_SKEW, verbs[0]),
            (Fault.REFUSED, verbs[-1]),
            "down",
        ]
        if action in {"issue", "reissue", "revoke"}:
            faults += ["wrong-code", "identity-refused"]
        return self.random.choice(faults)

    def on_step(self, step):
        if step is self.crash_after:
            self.machine.at = self.machine.count + self.random.randint(1, 6)
            self.machine.after = self.random.random() < 0.5

    def attempt(self, holder, fault):
        """One run of a program; whether it reached its end."""
        action = holder.pending
        machine, self.crash_after = Machine(), None
        if fault == "crash" and action in {"issue", "renew", "reissue"}:
            # Some moments after a step. Most actions read what is there; these come between them.
            self.crash_after = self.random.choice(list(Step))
        elif fault == "crash":
            machine = Machine(self.random.randint(1, 100), after=self.random.random() < 0.5)
        elif isinstance(fault, tuple):
            kind, verb = fault
            # Confirmations are sent again; these are lost each time.
            self.server.faults.next(kind, verb=verb, times=None, seconds=7200)
        try:
            self.switch_on(machine)
            if fault == "down":
                with self.server.down():
                    getattr(self, action)(holder, self.office(holder, fault))
            else:
                getattr(self, action)(holder, self.office(holder, fault))
        except KcertError as error:
            holder.said.append(f"{action}: {error}")
            self.counts[f"said {error.code}"] += 1
            return False
        except Crash:
            self.counts["crashed"] += 1
            return False
        finally:
            self.server.faults.clear()
            self.switch_on(Machine())
            name = fault[0].name if isinstance(fault, tuple) else fault
            self.counts[f"tried with {name}"] += fault is not None
            self.check(holder)
        return True

    def pursue(self, holder, *, last=False):
        """Try until it is done, or leave it until next week; nobody waits longer than that."""
        action = holder.pending
        for fault in (self.fault_for(action), self.fault_for(action), None):
            if self.attempt(holder, None if last else fault):
                self.counts[action] += 1
                holder.pending = None
                getattr(self, f"after_{action}")(holder)
                self.check(holder)
                return
            self.clock.now += timedelta(minutes=1)
            if self.random.random() < 0.2:
                return
        assert holder.pending is None, holder.said

    def after_issue(self, holder):
        holder.why_not = None

    after_reissue = after_resume = after_issue

    def after_renew(self, holder):
        holder.renewed.add(holder.subject)

    def after_revoke(self, holder):
        holder.why_not = f"revoked in the week of {self.clock.now:%Y-%m-%d}"

    def after_suspend(self, holder):
        holder.why_not = "suspended"

    # A week

    def week(self, number):
        for holder in self.holders:
            if number % 4 == 0:
                self.check(holder)
            if holder.pending is None:
                self.fate(holder, number)
            if holder.pending is not None:
                self.pursue(holder)
        endings = due(list(self.plain.values()), at=self.clock.now) if number % 2 else ()
        for ending in endings:
            certificate = ending.entry.certificate
            holder = self.by_name[certificate.holder_name]
            if (
                ending.state is DueState.RENEWABLE
                and holder.why_not is None
                and holder.pending is None
                and certificate not in holder.renewed
                and self.server.status(certificate).state is GOOD
            ):
                holder.pending, holder.subject = "renew", certificate
                holder.choose_password()
                self.pursue(holder)

    def fate(self, holder, number):
        """What happens to a holder whom nothing else has happened to this week."""
        if number == holder.starts:
            holder.pending = "issue"
            holder.choose_password()
        elif holder.why_not == "suspended":
            holder.pending = "resume"
        elif holder.why_not is None:
            chance = self.random.random()
            (entry,) = self.working(holder)[-1:] if chance < 0.012 else (None,)
            if entry is None:
                return
            holder.subject = entry.certificate
            if chance < 0.005:
                holder.why_not, holder.pending = "the file or the password is lost", "reissue"
                if chance < 0.0025:
                    self.vanished.add(entry.certificate.fingerprint())
                    self.plain[holder.store].remove(entry.location)
                else:
                    holder.passwords.clear()
                holder.choose_password()
            elif chance < 0.008:
                holder.why_not, holder.pending = "being revoked", "revoke"
            else:
                holder.why_not, holder.pending = "being suspended", "suspend"

    # What is left

    def story(self, name):
        """Where each certificate stands and what is in the store, by the history alone."""
        standing, came, present = {}, {}, set()
        for event in self.stores[name].history.events():
            fingerprint, kind = event.fingerprint, event.kind
            if kind is EventKind.OFFERED:
                standing[fingerprint] = "offered"
            elif kind in {EventKind.ISSUED, EventKind.RENEWED, EventKind.REISSUED}:
                came[fingerprint] = (kind, event.renews)
                present.add(fingerprint)
            elif kind is EventKind.CONFIRMED:
                standing[fingerprint] = "good"
                if came[fingerprint][0] is EventKind.REISSUED:
                    standing[came[fingerprint][1]] = "revoked"
            elif kind in {EventKind.SUSPENDED, EventKind.RESUMED, EventKind.REVOKED}:
                standing[fingerprint] = "good" if kind is EventKind.RESUMED else kind.value
            elif kind is EventKind.REMOVED:
                present.discard(fingerprint)
        return standing, came, present


@pytest.fixture
def read_once(monkeypatch):
    """Read each certificate once: a few hundred are looked at some hundred thousand times."""
    monkeypatch.setattr(RawCertificate, "read", lru_cache(maxsize=None)(RawCertificate.read))


@pytest.mark.timeout(1200)
def test_a_year_of_two_hundred_certificates(tmp_path, read_once):
    clock = Clock()
    with CmpServer("yessign", clock=clock) as server:
        world = World(tmp_path, server, clock)
        for number in range(WEEKS):
            clock.now = max(clock.now, BEGIN + number * WEEK)
            world.week(number)
        for holder in world.holders:
            if holder.pending is not None:
                world.pursue(holder, last=True)
        for holder in world.holders:
            world.check(holder)
            assert holder.pending is None
        tell(world)


def tell(world):
    """The histories alone tell what the authority has on record and what lies in the stores."""
    issues = {
        issue.certificate.fingerprint(): issue for issue in world.server.registry.issues.all()
    }
    told = {}
    for name in STORES:
        store = world.stores[name]
        assert store.history.verify().events
        standing, came, present = world.story(name)
        there = {entry.certificate.fingerprint() for entry in store.entries()}
        assert present - world.vanished == there
        told.update(standing)
        for fingerprint, (kind, before) in came.items():
            issue = issues[fingerprint]
            if kind is EventKind.ISSUED:
                assert issue.predecessor is None
            else:
                assert issue.predecessor == issues[before].serial_number
        backed_up = {entry.certificate.fingerprint() for entry in world.sticks[name].entries()}
        counted = {one for one, where in standing.items() if where != "offered"}
        assert counted <= backed_up
    for fingerprint, issue in issues.items():
        where = told.get(fingerprint, "offered")
        state = issue.status.state
        if where == "offered":
            assert state is not GOOD, "it is in force, and no history knows"
        else:
            assert state.value == where
    counts = world.counts
    assert counts["issue"] == HOLDERS
    assert counts["renew"] > HOLDERS * 0.7
    assert min(counts[action] for action in ("reissue", "revoke", "suspend", "resume")) > 5
    assert counts["crashed"] > 20
    for resumed in ("resumed renewal", "resumed reissue", "settled issue"):
        assert counts[resumed] > 0
    for fault in ("LOST_REQUEST", "LOST_ANSWER", "CLOCK_SKEW", "REFUSED"):
        assert counts[f"tried with {fault}"] > 5
    assert counts["tried with wrong-code"] > 5
    assert counts["tried with down"] > 5
