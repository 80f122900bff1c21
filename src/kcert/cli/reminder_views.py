# SPDX-License-Identifier: Apache-2.0
"""How reminders look: a table of what is to be done, and a picture of when certificates end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.cli import timeline
from kcert.cli.table import printable
from kcert.cli.views import HEADERS, ID_LENGTH, SOON, authority_name, korean_date, korean_day
from kcert.lifecycle import DueState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kcert.cli.reminders import Reminder
    from kcert.cli.voice import Colour, Text, Voice

__all__ = ["show_reminders", "show_timeline"]

_PICTURE: Final = 100
"""Columns of a picture that does not go to a terminal."""

_NEXT: dict[DueState, Text] = {
    DueState.UPCOMING: ("from {opens}", "{opens}부터"),
    DueState.RENEWABLE: ("now", "지금 가능"),
    DueState.EXPIRING: ("get a new one", "새로 발급"),
    DueState.EXPIRED: ("get a new one", "새로 발급"),
}
_STATE_COLOURS: dict[DueState, Colour] = {DueState.EXPIRED: "red", DueState.UPCOMING: "green"}


def show_reminders(voice: Voice, found: Sequence[Reminder]) -> None:
    """List what ends soon, and whether it can be renewed."""
    headers: list[Text] = [HEADERS[0], HEADERS[2], HEADERS[4], HEADERS[5], ("renewal", "갱신")]
    voice.table(
        ["id", *(voice.pick(*header) for header in headers)],
        [
            [
                one.id[:ID_LENGTH],
                one.certificate.holder_name or "-",
                authority_name(voice, one.certificate),
                one.certificate.validity.last_day.isoformat(),
                str(one.days_left),
                _next(voice, one),
            ]
            for one in found
        ],
        colour_of=lambda row: _STATE_COLOURS.get(found[row].state, "yellow"),
    )


def show_timeline(voice: Voice, found: Sequence[Reminder], at: datetime) -> None:
    """Draw when each certificate ends."""
    today = korean_date(at)
    spans = []
    for one in found:
        window = one.certificate.renewal_window
        opens = None if window is None else (korean_date(window.opens) - today).days
        label = f"{one.id[:ID_LENGTH]} {one.certificate.holder_name or '-'}"
        spans.append(timeline.Span(printable(label), one.days_left, opens))
    scale, *bars = timeline.draw(spans, today=today, width=voice.width or _PICTURE)
    voice.put(scale)
    for one, bar in zip(found, bars, strict=True):
        soon = one.days_left <= SOON
        voice.put(bar, colour="red" if one.days_left < 0 else "yellow" if soon else None)
    voice.say()
    valid, renewable, ended = timeline.VALID, timeline.OPEN, timeline.ENDED
    legend = (
        f"{valid} valid   {renewable} can be renewed   {ended} has ended",
        f"{valid} 유효   {renewable} 갱신 가능   {ended} 만료됨",
    )
    voice.put(voice.pick(*legend))


def _next(voice: Voice, one: Reminder) -> str:
    window = one.certificate.renewal_window
    opens = "" if window is None else korean_day(window.opens)
    return voice.pick(*_NEXT[one.state]).format(opens=opens)
