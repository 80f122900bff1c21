# SPDX-License-Identifier: Apache-2.0
"""Renewal windows and expiry days as a calendar that any calendar program opens (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from kcert.certificate.validity import korean_date, moment
from kcert.lifecycle.content_lines import date_value, escape, join, utc_value
from kcert.lifecycle.listing import Listed, Stores, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

__all__ = ["ALARM_DAYS", "Language", "calendar"]

Language = Literal["ko", "en"]

ALARM_DAYS: Final = (14, 7, 1)
"""How many days before the expiry day alarms go off, besides that at the window's opening."""

# Alarms go off at nine in the morning: at midnight, when the day begins, nobody looks.
_MORNING: Final = timedelta(hours=9)
_SHORT: Final = 8


@frozen
class _Words:
    calendar: str
    unknown: str
    renewal: str
    renewal_text: str
    expiry: str
    expiry_text: str
    ending: str
    alarm: str


_WORDS: Final[dict[str, _Words]] = {
    "ko": _Words(
        calendar="인증서 갱신과 만료",
        unknown="인증서",
        renewal="인증서 갱신 시작: {label}",
        renewal_text=(
            "오늘부터 {last_day}까지 갱신할 수 있습니다. 만료 후에는 갱신할 수 없고 새로 "
            "발급받아야 합니다.\n갱신한 뒤에는 바로 백업하십시오.\n지문(SHA-256): {fingerprint}"
        ),
        expiry="인증서 만료: {label}",
        expiry_text=(
            "오늘 {time}(한국 시각)에 만료됩니다. 만료 후에는 갱신할 수 없고 새로 발급받아야 "
            "합니다.\n지문(SHA-256): {fingerprint}"
        ),
        ending="오늘 {time}(한국 시각)에 만료됩니다.\n지문(SHA-256): {fingerprint}",
        alarm="인증서 만료 {days}일 전: {label}",
    ),
    "en": _Words(
        calendar="Certificates: renewal and expiry",
        unknown="certificate",
        renewal="Certificate can be renewed: {label}",
        renewal_text=(
            "It can be renewed from today until {last_day}. After that it cannot be renewed, and "
            "a new one must be issued.\nBack it up at once after renewing.\n"
            "Fingerprint (SHA-256): {fingerprint}"
        ),
        expiry="Certificate expires: {label}",
        expiry_text=(
            "It expires today at {time} (Korean time). After that it cannot be renewed, and a new "
            "one must be issued.\nFingerprint (SHA-256): {fingerprint}"
        ),
        ending="It expires today at {time} (Korean time).\nFingerprint (SHA-256): {fingerprint}",
        alarm="Certificate expires in {days} days: {label}",
    ),
}


def calendar(
    stores: Stores,
    *,
    at: datetime | None = None,
    language: Language = "ko",
    names: bool = False,
) -> str:
    """Make a calendar of every certificate that has not ended: when renewal opens, when it ends.

    Both are events that last all day, by the Korean calendar. Alarms go off at nine o'clock on the
    day renewal opens, and 14, 7 and 1 days before the expiry day. An event keeps its UID as long as
    the certificate is the same, so that a calendar program that takes the file again replaces
    what it has. A certificate that lies in several places is there once.

    Events are marked private, and name the authority, the policy and the begin of the fingerprint.
    Calendars are often shared: the holder is named on request only.

    Args:
        stores: A store, or several.
        at: Aware datetime, also the time stamp of the events; default now.
        language: ``"ko"`` or ``"en"``.
        names: Name the holder, for who has certificates of several people in one calendar.

    Returns:
        iCalendar text (RFC 5545), lines ended with CRLF. Write it as UTF-8, with ``newline=""``.

    Raises:
        ValueError: There is no such language, or ``at`` has no time zone.
        StorageError: A store cannot be read.
    """
    if language not in _WORDS:
        raise ValueError(f"language must be one of {', '.join(_WORDS)}")
    now = moment(at)
    words = _WORDS[language]
    found: dict[str, tuple[Listed, str]] = {}
    for item in listed(stores):
        if item.fingerprint not in found and now <= item.validity.not_after:
            label = _label(item, words, language, names=names)
            found[item.fingerprint] = item.without_entry(), label
    ordered = sorted(
        found.values(), key=lambda pair: (pair[0].validity.not_after, pair[0].fingerprint)
    )
    return join(_lines(ordered, now, words, language))


def _lines(
    found: list[tuple[Listed, str]], now: datetime, words: _Words, language: str
) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//kcert//lifecycle//{language.upper()}"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{escape(words.calendar)}"
    if not found:
        yield from _KOREA
    for item, label in found:
        yield from _events(item, label, now, words)
    yield "END:VCALENDAR"


# A calendar must have at least one component (section 3.4); the time zone is the harmless one.
_KOREA: Final = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Seoul",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "TZNAME:KST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def _events(item: Listed, label: str, now: datetime, words: _Words) -> Iterator[str]:
    last_day = item.validity.last_day
    facts = {
        "label": label,
        "last_day": last_day.isoformat(),
        "fingerprint": item.fingerprint,
        "time": _korean_time(item.validity.not_after),
    }
    window = item.renewal_window
    if window is not None:
        summary = words.renewal.format_map(facts)
        yield from _event(
            uid=f"{item.fingerprint}-renewal@kcert",
            day=korean_date(window.opens),
            now=now,
            summary=summary,
            text=words.renewal_text.format_map(facts),
            alarms=[(_MORNING, summary)],
        )
    yield from _event(
        uid=f"{item.fingerprint}-expiry@kcert",
        day=last_day,
        now=now,
        summary=words.expiry.format_map(facts),
        text=(words.ending if window is None else words.expiry_text).format_map(facts),
        alarms=[
            (_MORNING - timedelta(days=days), words.alarm.format(days=days, label=label))
            for days in ALARM_DAYS
        ],
    )


def _event(
    *,
    uid: str,
    day: date,
    now: datetime,
    summary: str,
    text: str,
    alarms: list[tuple[timedelta, str]],
) -> Iterator[str]:
    # Without DTEND, an event that begins on a date lasts that day (section 3.6.1).
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{utc_value(now)}"
    yield f"DTSTART;VALUE=DATE:{date_value(day)}"
    yield f"SUMMARY:{escape(summary)}"
    yield f"DESCRIPTION:{escape(text)}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    for offset, description in alarms:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escape(description)}"
        yield f"TRIGGER:{_duration(offset)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _duration(offset: timedelta) -> str:
    """A DURATION value in days and hours (section 3.3.6)."""
    sign, size = ("-", -offset) if offset < timedelta() else ("", offset)
    days = f"{size.days}D" if size.days else ""
    return f"{sign}P{days}T{size.seconds // 3600}H"


def _korean_time(at: datetime) -> str:
    minutes = (at.hour * 60 + at.minute + 9 * 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _label(item: Listed, words: _Words, language: str, *, names: bool) -> str:
    """What tells the certificate from others: authority, policy and begin of the fingerprint."""
    authority, policy = item.authority, item.policy
    parts: list[str | None] = []
    if authority is not None:
        parts.append(authority.code)
    if policy is not None:
        parts.append(policy.name_ko if language == "ko" else policy.name_en)
    parts = parts or [words.unknown]
    if names:
        certificate = item.entry.certificate
        parts.insert(0, certificate.holder_name if certificate else None)
    return f"{' '.join(filter(None, parts))} ({item.fingerprint[:_SHORT]})"
