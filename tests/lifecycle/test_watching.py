# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import EventKind, Watcher
from kcert.testing import FakeAuthority

NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def issue(ends, authority="yessign", **options):
    return FakeAuthority(authority).issue(
        not_before=ends - 365 * DAY, not_after=ends, profile=CHEAPEST, **options
    )


def store_of(*credentials):
    store = kcert.open_store("memory:")
    for credential in credentials:
        store.add(credential)
    return store


def told(watcher):
    return [(event.kind.value, event.days_left) for event in watcher.poll()]


def test_a_life_is_told_each_event_once():
    clock = Clock()
    watcher = Watcher(store_of(issue(NOW + 60 * DAY)), clock=clock)
    history = []
    for _ in range(70):
        history += told(watcher)
        clock.now += DAY

    assert history == [
        ("found", 60),
        ("window-opened", 30),
        ("expiring", 14),
        ("expiring", 7),
        ("expiring", 1),
        ("expired", -1),
    ]


def test_who_looks_late_is_told_the_last_step_that_was_passed():
    clock = Clock()
    watcher = Watcher(store_of(issue(NOW + 5 * DAY)), clock=clock)

    assert told(watcher) == [("found", 5), ("window-opened", 5), ("expiring", 5)]
    clock.now += 2 * DAY
    assert told(watcher) == []


def test_a_clock_that_goes_back_tells_nothing_twice():
    clock = Clock()
    watcher = Watcher(store_of(issue(NOW + 5 * DAY)), clock=clock)
    watcher.poll()
    clock.now -= 30 * DAY
    assert told(watcher) == []
    clock.now = NOW
    assert told(watcher) == []


def test_what_cannot_be_renewed_has_no_window():
    watcher = Watcher(store_of(issue(NOW + 5 * DAY, "GPKI")), clock=Clock())

    assert told(watcher) == [("found", 5), ("expiring", 5)]


def test_gone_and_found_again_take_turns():
    credential = issue(NOW + 5 * DAY)
    store = store_of(credential)
    watcher = Watcher(store, clock=Clock())
    watcher.poll()

    store.remove(credential.certificate.fingerprint())
    (gone,) = watcher.poll()
    assert gone.kind is EventKind.GONE
    assert gone.store is None
    assert gone.entry is None
    assert told(watcher) == []

    store.add(credential)
    (found,) = watcher.poll()
    assert found.kind is EventKind.FOUND
    assert found.entry.certificate == credential.certificate


def test_a_certificate_in_two_stores_is_one_and_gone_only_from_both():
    credential = issue(NOW + 90 * DAY)
    stores = [store_of(credential), store_of(credential)]
    watcher = Watcher(stores, clock=Clock())

    assert told(watcher) == [("found", 90)]
    stores[0].remove(credential.certificate.fingerprint())
    assert told(watcher) == []
    stores[1].remove(credential.certificate.fingerprint())
    assert told(watcher) == [("gone", 90)]


def test_what_is_gone_and_has_ended_is_forgotten():
    credential = issue(NOW + DAY)
    store, clock = store_of(credential), Clock()
    watcher = Watcher(store, clock=clock)
    watcher.poll()
    store.remove(credential.certificate.fingerprint())
    clock.now += 3 * DAY

    assert told(watcher) == [("gone", -2)]
    assert json.loads(watcher.state)["certificates"] == {}


class Unplugged(kcert.Store):
    broken = False

    def entries(self):
        if self.broken:
            raise kcert.UnavailableError("unplugged", backend="file")
        return super().entries()


def test_a_store_that_cannot_be_read_makes_nothing_gone():
    stick = Unplugged(kcert.storage.MemoryBackend())
    stick.add(issue(NOW + 90 * DAY))
    here = store_of(issue(NOW + 90 * DAY))
    watcher = Watcher([stick, here], clock=Clock())
    assert len(watcher.poll()) == 2

    stick.broken = True
    here.add(issue(NOW + 91 * DAY))
    assert told(watcher) == [("found", 91)]
    assert [type(problem) for problem in watcher.problems] == [kcert.UnavailableError]

    stick.broken = False
    assert told(watcher) == []
    assert watcher.problems == ()


def test_a_revocation_is_told_once():
    revoked = set()
    credential = issue(NOW + 90 * DAY)
    watcher = Watcher(
        store_of(credential), clock=Clock(), revoked=lambda certificate: certificate in revoked
    )
    assert told(watcher) == [("found", 90)]

    revoked.add(credential.certificate)
    assert told(watcher) == [("revoked", 90)]
    assert told(watcher) == []


def test_a_check_that_raises_revoked_error_is_an_answer():
    authority = FakeAuthority("yessign")
    credential = issue(NOW + 90 * DAY)
    sources = kcert.trust.RevocationSources(
        crls=[
            authority.crl([credential.certificate], at=NOW),
            authority.root.crl(at=NOW),
        ]
    )
    trust = kcert.TrustStore([authority.root.certificate])

    def revoked(certificate):
        trust.verify(
            certificate,
            NOW,
            intermediates=authority.ca_certificates,
            revocation=kcert.Revocation.REQUIRE,
            checker=sources,
        )
        return False

    watcher = Watcher(store_of(credential), clock=Clock(), revoked=revoked)

    assert told(watcher) == [("found", 90), ("revoked", 90)]


def test_a_check_without_an_answer_is_a_problem_and_asked_again():
    answers = [kcert.RevocationUnknownError("no list"), None]

    def revoked(certificate):
        answer = answers.pop(0)
        if answer:
            raise answer
        return True

    watcher = Watcher(store_of(issue(NOW + 90 * DAY)), clock=Clock(), revoked=revoked)

    assert told(watcher) == [("found", 90)]
    assert len(watcher.problems) == 1
    assert told(watcher) == [("revoked", 90)]


def test_an_error_in_between_loses_no_event():
    def revoked(certificate):
        raise ZeroDivisionError

    store = store_of(issue(NOW + 90 * DAY))
    watcher = Watcher(store, clock=Clock(), revoked=revoked)
    with pytest.raises(ZeroDivisionError):
        watcher.poll()

    assert told(Watcher(store, clock=Clock(), state=watcher.state)) == [("found", 90)]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_restarts_change_nothing(steps):
    store = store_of(issue(NOW + 20 * DAY), issue(NOW + 50 * DAY, "SignKorea"))
    clock = Clock()
    lasting, state = Watcher(store, clock=clock), None
    for step in steps:
        clock.now += step * DAY
        fresh = Watcher(store, clock=clock, state=state)
        assert fresh.poll() == lasting.poll()
        state = fresh.state
        assert state == lasting.state


def test_neither_state_nor_events_name_anybody():
    watcher = Watcher(store_of(issue(NOW + 5 * DAY)), clock=Clock())
    events = watcher.poll()

    assert "홍길동" not in watcher.state + repr(events) + repr(watcher)
    assert "홍길동" not in json.dumps([event.to_dict() for event in events], ensure_ascii=False)
    assert events[0].to_dict(names=True)["holder_name"] == "홍길동"


@pytest.mark.parametrize(
    "state",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"version":2,"certificates":{}}',
        '{"version":1,"certificates":[]}',
        '{"version":1,"certificates":{"ab":{"not_after":"2025-01-01T00:00:00+00:00","told":[],"gone":false}}}',
        '{"version":1,"certificates":{"%s":{"not_after":"2025-01-01","told":[],"gone":false}}}'
        % ("a" * 64),
        '{"version":1,"certificates":{"%s":{"not_after":5,"told":[],"gone":false}}}' % ("a" * 64),
        "[" * 100_000,
    ],
)
def test_what_is_no_state_is_a_format_error(state):
    with pytest.raises(kcert.FormatError) as caught:
        Watcher([], state=state)
    assert caught.value.message_ko


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_no_json_makes_another_error(value):
    state = json.dumps({"version": 1, "certificates": {"a" * 64: {"told": value, "gone": value}}})
    with pytest.raises(kcert.FormatError):
        Watcher([], state=state)


def test_steps_are_the_callers():
    with pytest.raises(ValueError, match="negative"):
        Watcher([], steps=[-1])
    watcher = Watcher(store_of(issue(NOW + 3 * DAY)), clock=Clock(), steps=[3])

    assert ("expiring", 3) in told(watcher)
