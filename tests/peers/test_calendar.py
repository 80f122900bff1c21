# SPDX-License-Identifier: Apache-2.0
"""Calendars pass the validator of vobject, and open in it as they open in icalendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import calendar
from kcert.testing import FakeAuthority

NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def vobject():
    return pytest.importorskip("vobject", reason="peer 'vobject' is not installed")


@pytest.fixture(scope="module")
def icalendar():
    return pytest.importorskip("icalendar", reason="peer 'icalendar' is not installed")


@pytest.fixture(scope="module")
def store():
    store = kcert.open_store("memory:")
    for authority in ("yessign", "SignKorea", "GPKI"):
        for days in (5, 40, 200, 400):
            end = NOW + days * DAY
            store.add(
                FakeAuthority(authority).issue(
                    "홍; 길,동\\", not_before=end - 365 * DAY, not_after=end, profile=CHEAPEST
                )
            )
    return store


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_validator_finds_nothing_to_object_to(vobject, store, language, names):
    read = vobject.readOne(calendar(store, at=NOW, language=language, names=names))

    assert read.validate(raiseException=True)
    assert len(read.vevent_list) == 20
    for event in read.vevent_list:
        assert event.validate(raiseException=True)
        for alarm in event.contents.get("valarm", ()):
            assert alarm.validate(raiseException=True)


@pytest.mark.parametrize("line", ["UID:", "PRODID:"])
def test_the_validator_objects_to_a_calendar_without_what_it_must_have(vobject, store, line):
    text = calendar(store, at=NOW).replace("\r\n ", "")
    lines = [kept for kept in text.split("\r\n") if not kept.startswith(line)]
    with pytest.raises(vobject.base.VObjectError):
        vobject.readOne("\r\n".join(lines)).validate(raiseException=True)


def test_two_libraries_read_the_same_events_and_alarms(vobject, icalendar, store):
    text = calendar(store, at=NOW, names=True)
    one = [
        (
            event.uid.value,
            event.dtstart.value,
            event.summary.value,
            event.description.value,
            sorted(alarm.trigger.value for alarm in event.contents.get("valarm", ())),
        )
        for event in vobject.readOne(text).vevent_list
    ]
    other = [
        (
            str(event["UID"]),
            event["DTSTART"].dt,
            str(event["SUMMARY"]),
            str(event["DESCRIPTION"]),
            sorted(alarm["TRIGGER"].dt for alarm in event.walk("VALARM")),
        )
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]

    assert one == other
    assert any("홍; 길,동\\" in summary for _, _, summary, _, _ in one)
