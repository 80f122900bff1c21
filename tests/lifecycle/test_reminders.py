# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import kcert
from kcert import EncryptedKey, lifecycle
from kcert.certificate import Validity
from kcert.certificate.validity import korean_date
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import DueIndex, DueState, due
from kcert.testing import FakeAuthority

KOREA = timezone(timedelta(hours=9))
NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def issue(ends, holder="홍길동", authority="yessign", **options):
    return FakeAuthority(authority).issue(
        holder, not_before=ends - 365 * DAY, not_after=ends, profile=CHEAPEST, **options
    )


def store_of(*credentials):
    store = kcert.open_store("memory:")
    for credential in credentials:
        store.add(credential)
    return store


@pytest.fixture(scope="module")
def ends():
    return [NOW + days * DAY for days in (40, 3, 200, -2, 30, 0)]


@pytest.fixture(scope="module")
def store(ends):
    return store_of(*(issue(end) for end in ends))


def test_what_ends_first_comes_first(store):
    assert [found.days_left for found in due(store, at=NOW)] == [0, 3, 30]


def test_a_longer_look_finds_more(store):
    assert [found.days_left for found in due(store, 100 * DAY, at=NOW)] == [0, 3, 30, 40]
    assert len(due(store, timedelta.max, at=NOW)) == 5


def test_the_expired_are_told_on_request(store):
    found = due(store, at=NOW, expired=True)

    assert (found[0].days_left, found[0].state) == (-2, DueState.EXPIRED)
    assert len(found) == 4


def test_states_say_what_can_be_done(store):
    states = {found.days_left: found.state for found in due(store, 100 * DAY, at=NOW)}

    assert states == {
        0: DueState.RENEWABLE,
        3: DueState.RENEWABLE,
        30: DueState.RENEWABLE,
        40: DueState.UPCOMING,
    }


def test_what_its_holder_cannot_renew_is_expiring():
    store = store_of(issue(NOW + 3 * DAY, authority="GPKI"))

    (found,) = due(store, at=NOW)

    assert found.state is DueState.EXPIRING
    assert found.renewal_window is None
    assert found.to_dict()["renewal_opens"] is None


def test_a_certificate_is_due_from_the_moment_its_window_opens():
    credential = issue(datetime(2025, 7, 1, 14, 59, 59, tzinfo=UTC))
    opens = credential.certificate.renewal_window.opens
    store = store_of(credential)

    assert due(store, at=opens)[0].state is DueState.RENEWABLE
    assert not due(store, at=opens - timedelta(seconds=1))


@pytest.mark.parametrize(
    "end",
    [
        datetime(2024, 12, 31, 14, 59, 59, tzinfo=UTC),  # the last second of the year in Korea
        datetime(2024, 12, 31, 15, tzinfo=UTC),  # the first of the next
        datetime(2024, 2, 29, 3, tzinfo=UTC),
    ],
)
def test_days_turn_at_korean_midnight_over_the_year(end):
    store = store_of(issue(end))
    midnight = datetime.combine(korean_date(end), datetime.min.time(), KOREA)

    assert due(store, timedelta(), at=midnight)[0].days_left == 0
    assert due(store, DAY, at=midnight - timedelta(seconds=1))[0].days_left == 1
    assert not due(store, timedelta(), at=midnight - timedelta(seconds=1))


def test_several_stores_are_one_list(store):
    other = store_of(issue(NOW + 2 * DAY))

    found = due(iter([store, other]), at=NOW)

    assert [item.days_left for item in found] == [0, 2, 3, 30]
    assert [item.store for item in found] == [store, other, store, store]


def test_nothing_is_unlocked(store, monkeypatch):
    def fail(*args, **kwargs):
        raise AssertionError("a key was opened")

    monkeypatch.setattr(EncryptedKey, "unlock", fail)

    assert due(store, at=NOW)
    assert DueIndex(store).due(at=NOW)
    assert lifecycle.calendar(store, at=NOW)
    assert lifecycle.Watcher(store, clock=lambda: NOW).poll()


def test_names_are_given_on_request_only(store):
    (found, *_) = due(store, at=NOW)

    assert "홍길동" not in json.dumps(found.to_dict(), ensure_ascii=False) + repr(found)
    assert found.to_dict(names=True)["holder_name"] == "홍길동"
    assert "홍길동" in found.to_dict(names=True)["location"]


def test_a_damaged_entry_stops_nothing(store):
    backend = kcert.storage.MemoryBackend()
    damaged = kcert.Store(backend)
    damaged.add(issue(NOW + DAY))
    backend.put("yessign/USER/cn=x/signCert.der", b"0")
    backend.put("yessign/USER/cn=x/signPri.key", b"0")

    assert len(due(damaged, at=NOW)) == 1


def test_wrong_arguments_are_the_programmers_errors(store):
    with pytest.raises(ValueError, match="negative"):
        due(store, -DAY)
    with pytest.raises(TypeError, match="timedelta"):
        due(store, 30)
    with pytest.raises(TypeError, match="store"):
        due(["npki:"])
    with pytest.raises(ValueError, match="aware"):
        due(store, at=datetime(2025, 1, 1))  # noqa: DTZ001 - on purpose


@given(
    days=st.integers(-400, 400) | st.integers(-9000, 2_900_000),
    within=st.timedeltas(timedelta()),
    expired=st.booleans(),
)
def test_an_index_answers_as_the_function_does(store, days, within, expired):
    at = NOW + days * DAY
    plain = due(store, within, at=at, expired=expired)

    assert DueIndex(store).due(within, at=at, expired=expired) == plain
    assert all(at <= item.validity.not_after or expired for item in plain)


def test_an_index_tells_what_it_read_until_it_is_refreshed():
    credential = issue(NOW + DAY)
    store = store_of(credential)
    index = DueIndex(store)
    (found,) = index.due(at=NOW)
    assert found.entry.certificate == credential.certificate

    store.remove(found.fingerprint)
    with pytest.raises(kcert.NotFoundError):
        _ = found.entry
    assert len(index) == 1
    index.refresh()

    assert not index.due(at=NOW)
    assert "홍길동" not in repr(index)


class ManyEntries(kcert.Store):
    """A store that lists one certificate as many that end on different days."""

    def __init__(self, count):
        super().__init__(kcert.storage.MemoryBackend())
        self.count = count
        self.add(issue(NOW + 400 * DAY))
        (self.entry,) = super().entries()

    def entries(self):
        certificate = self.entry.certificate
        for _ in range(self.count):
            # A copy of its own, as it would be read from a medium.
            copy = kcert.Certificate.load(bytes(bytearray(certificate.der)))
            yield evolve(self.entry, certificate=copy)


def peak(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_over_ten_thousand_entries():
    few, many = ManyEntries(100), ManyEntries(10_000)
    due(few, at=NOW)

    assert peak(lambda: due(many, at=NOW)) < 2 * peak(lambda: due(few, at=NOW))


def test_a_validity_at_the_end_of_the_calendar_is_due_some_day(monkeypatch):
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    assert Validity(last, last).last_day == korean_date(last)
    assert due(store_of(issue(last)), timedelta.max, at=NOW)
