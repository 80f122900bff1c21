# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kcert.certificate import RenewalWindow, Validity
from kcert.certificate.validity import korean_date, moment

KST = timezone(timedelta(hours=9))
# A yessign year: Korean midnight to the last second of the day.
YEAR = Validity(
    datetime(2026, 3, 25, 15, 0, tzinfo=UTC), datetime(2027, 3, 26, 14, 59, 59, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (datetime(2027, 3, 26, 0, 0, tzinfo=KST), 0),
        (datetime(2027, 3, 26, 23, 59, 59, tzinfo=KST), 0),
        (datetime(2027, 3, 25, 23, 59, 59, tzinfo=KST), 1),
        (datetime(2027, 3, 27, 0, 0, tzinfo=KST), -1),
        (datetime(2027, 3, 26, 14, 59, 59, tzinfo=UTC), 0),
        (datetime(2027, 3, 26, 15, 0, tzinfo=UTC), -1),
        (datetime(2027, 2, 24, 0, 0, tzinfo=KST), 30),
        (datetime(2026, 3, 26, 0, 0, tzinfo=KST), 365),
        (datetime(2027, 3, 25, 23, 30, tzinfo=timezone(timedelta(hours=-5))), 0),
    ],
)
def test_days_change_at_korean_midnight(at, days):
    assert YEAR.days_left(at) == days


def test_the_expiry_day_counts_as_zero_also_after_the_last_moment():
    noon = Validity(YEAR.not_before, datetime(2027, 3, 26, 3, 0, tzinfo=UTC))
    assert noon.days_left(datetime(2027, 3, 26, 20, 0, tzinfo=KST)) == 0
    assert not noon.contains(datetime(2027, 3, 26, 20, 0, tzinfo=KST))


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (YEAR.not_before, True),
        (YEAR.not_after, True),
        (YEAR.not_before - timedelta(microseconds=1), False),
        (YEAR.not_after + timedelta(microseconds=1), False),
        (YEAR.not_after.astimezone(KST), True),
    ],
)
def test_both_ends_are_included(at, valid):
    assert YEAR.contains(at) is valid


def test_now_is_the_default():
    always = Validity(datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
    assert always.contains()
    assert always.days_left() > 365 * 7000
    assert YEAR.contains() == YEAR.contains(datetime.now(UTC))


@pytest.mark.parametrize(
    ("at", "error"),
    [(datetime.fromisoformat("2027-01-01"), ValueError), ("2027", TypeError), (0, TypeError)],
)
def test_only_aware_datetimes_are_moments(at, error):
    window = RenewalWindow.of(YEAR)
    for ask in (YEAR.contains, YEAR.days_left, window.contains, moment):
        with pytest.raises(error):
            ask(at)


def test_the_renewal_window_opens_30_korean_days_before_the_expiry_day():
    window = RenewalWindow.of(YEAR)
    assert window.opens == datetime(2027, 2, 24, 0, 0, tzinfo=KST)
    assert window.opens.tzinfo is UTC
    assert window.closes == YEAR.not_after
    assert window.contains(window.opens)
    assert window.contains(window.closes)
    assert not window.contains(window.opens - timedelta(seconds=1))
    assert not window.contains(window.closes + timedelta(seconds=1))
    assert YEAR.days_left(window.opens) == 30


def test_a_short_certificate_can_be_renewed_from_the_start():
    short = Validity(YEAR.not_after - timedelta(days=3), YEAR.not_after)
    assert RenewalWindow.of(short).opens == short.not_before


def test_a_certificate_that_ends_before_it_begins_has_no_window():
    assert RenewalWindow.of(Validity(YEAR.not_after, YEAR.not_before)) is None


def test_the_ends_of_the_calendar_hold():
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    first = datetime(1, 1, 1, tzinfo=UTC)
    endless = Validity(first, last)
    assert endless.last_day == date(9999, 12, 31)
    assert endless.days_left(last) == 0
    assert endless.contains(datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))) is False
    assert endless.contains(datetime.min.replace(tzinfo=KST))
    assert RenewalWindow.of(endless).closes == last
    assert RenewalWindow.of(Validity(first, first + timedelta(days=2))).opens == first


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_days_are_the_difference_of_korean_dates(end, at):
    assume(max(end, at) < datetime(9999, 12, 30, tzinfo=UTC))
    left = Validity(at, end).days_left(at)
    assert left == (end.astimezone(KST).date() - at.astimezone(KST).date()).days
    assert korean_date(at) == at.astimezone(KST).date()
