# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import calendar
from kcert.lifecycle.content_lines import escape, join
from kcert.testing import FakeAuthority

NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
DURATION = re.compile(r"([+-]?)P(?:(\d+)D)?(?:T(\d+)H)")

# Section 3.6.1 and 3.6.6: what an event and a displayed alarm must have once.
REQUIRED = {
    "VCALENDAR": {"PRODID", "VERSION"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART"},
    "VALARM": {"ACTION", "DESCRIPTION", "TRIGGER"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}


def store_of(*ends, authority="yessign", holder="홍길동"):
    store = kcert.open_store("memory:")
    for end in ends:
        store.add(
            FakeAuthority(authority).issue(
                holder, not_before=end - 365 * DAY, not_after=end, profile=CHEAPEST
            )
        )
    return store


def validate(text):
    """The rules of RFC 5545 on lines, nesting, required properties and single UIDs."""
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    open_parts, uids = [], []
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):([^\x00-\x08\x0a-\x1f\x7f]*)", line)
        assert match, line
        name, _, value = match.groups()
        if name == "BEGIN":
            open_parts.append((value, []))
        elif name == "END":
            part, names = open_parts.pop()
            assert part == value
            assert REQUIRED[part] <= set(names)
            assert len(names) == len(set(names))
        else:
            open_parts[-1][1].append(name)
            uids += [value] if name == "UID" else []
    assert not open_parts
    assert len(uids) == len(set(uids))


def days(text, word):
    """Dates of the events whose UID has a word."""
    found = re.findall(
        r"UID:\S*?(\w+)@kcert\r\nDTSTAMP:\S+\r\nDTSTART;VALUE=DATE:(\d{8})", unfold(text)
    )
    return [day for kind, day in found if kind == word]


def unfold(text):
    return text.replace("\r\n ", "")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("names", [True, False])
def test_a_calendar_keeps_the_rules_of_rfc_5545(language, names):
    store = store_of(NOW + 100 * DAY, NOW + 5 * DAY)

    text = calendar(store, at=NOW, language=language, names=names)

    validate(text)
    assert text.count("BEGIN:VEVENT") == 4
    assert ("홍길동" in unfold(text)) is names


def test_an_empty_calendar_is_one_too():
    validate(calendar(kcert.open_store("memory:"), at=NOW))


def test_events_lie_on_korean_days():
    # 00:30 on New Year's Day in Korea.
    text = calendar(store_of(datetime(2025, 12, 31, 15, 30, tzinfo=UTC)), at=NOW)

    assert days(text, "renewal") == ["20251202"]
    assert days(text, "expiry") == ["20260101"]
    assert "00:30" in unfold(text)


def test_alarms_go_off_at_the_opening_and_14_7_and_1_days_before():
    end = datetime(2025, 12, 31, 3, tzinfo=UTC)
    text = unfold(calendar(store_of(end), at=NOW))

    starts = [
        datetime.strptime(f"{day} +0000", "%Y%m%d %z")
        for day in re.findall(r"DTSTART;VALUE=DATE:(\d+)", text)
    ]
    alarms = []
    for start, event in zip(starts, text.split("BEGIN:VEVENT")[1:], strict=True):
        for sign, whole, hours in DURATION.findall("\n".join(re.findall("TRIGGER:(.*)", event))):
            offset = timedelta(days=int(whole or 0), hours=int(hours))
            alarms.append(start + (-offset if sign == "-" else offset))

    assert alarms == [datetime(2025, 12, day, 9, tzinfo=UTC) for day in (1, 17, 24, 30)]


def test_a_uid_stays_as_long_as_the_certificate():
    store = store_of(NOW + 50 * DAY)

    first, later = calendar(store, at=NOW), calendar(store, at=NOW + DAY, language="en")

    assert re.findall("UID:.*", unfold(first)) == re.findall("UID:.*", unfold(later))
    assert calendar(store, at=NOW) == first


def test_what_has_ended_is_left_out_and_copies_are_told_once():
    store = store_of(NOW - DAY, NOW + DAY)

    assert calendar([store, store], at=NOW).count("BEGIN:VEVENT") == 2


def test_what_its_holder_cannot_renew_has_an_expiry_only():
    text = calendar(store_of(NOW + 50 * DAY, authority="GPKI"), at=NOW)

    assert text.count("BEGIN:VEVENT") == 1
    assert "갱신" not in unfold(text).split("BEGIN:VEVENT")[1]


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="ko, en"):
        calendar(kcert.open_store("memory:"), language="fr")


def test_a_calendar_library_reads_every_event():
    icalendar = pytest.importorskip("icalendar", reason="peer 'icalendar' is not installed")
    store = store_of(NOW + 100 * DAY, datetime(2026, 1, 1, 3, tzinfo=UTC), holder="홍; 길,동\\")

    read = icalendar.Calendar.from_ical(calendar(store, at=NOW, names=True))
    events = read.walk("VEVENT")

    assert not read.errors
    assert not [event for event in events if event.errors]
    assert [event["DTSTART"].dt for event in events] == [
        date(2025, 8, 10),
        date(2025, 9, 9),
        date(2025, 12, 2),
        date(2026, 1, 1),
    ]
    assert [event["DTSTAMP"].dt for event in events] == [NOW] * 4
    assert events[0]["SUMMARY"].startswith("인증서 갱신 시작: 홍; 길,동")
    assert [len(event.walk("VALARM")) for event in events] == [1, 3, 1, 3]
    assert events[1].walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=9) - 14 * DAY


@given(st.text())
def test_folded_lines_are_short_and_unfold_to_what_they_were(text):
    line = f"SUMMARY:{escape(text)}"

    folded = join([line])

    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == f"{line}\r\n"


@given(st.text(st.characters(categories=("L", "N", "P", "S")) | st.sampled_from(" \n")))
def test_a_calendar_library_reads_back_what_was_escaped(text):
    icalendar = pytest.importorskip("icalendar", reason="peer 'icalendar' is not installed")

    lines = ["BEGIN:VEVENT", "UID:1", f"SUMMARY:{escape(text)}", "END:VEVENT"]

    assert str(icalendar.Event.from_ical(join(lines))["SUMMARY"]) == text


@given(st.integers(0, 38 * 365 * 86400))
def test_any_end_gives_a_calendar_in_order(seconds):
    end = datetime(2002, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    store = store_of(end)

    text = calendar(store, at=end - 60 * DAY)

    validate(text)
    ((opens,), (ends,)) = days(text, "renewal"), days(text, "expiry")
    assert date.fromisoformat(ends) - date.fromisoformat(opens) == 30 * DAY
