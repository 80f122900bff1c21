# SPDX-License-Identifier: Apache-2.0
"""The expiry timeline: a bar for each certificate along one axis of time.

Places across are percentages, so that the drawing is as wide as the screen while its text stays as
large as it is.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import frozen

from kcert.cli.report.elements import Element, add, make
from kcert.cli.report.model import STATES, Card, Page, Pick, Span, State
from kcert.cli.table import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ROWS", "Scale", "Tick", "ticks", "timeline"]

ROWS: Final = 40
"""How many certificates are drawn, the first to end first; the table has them all."""

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400.0
_YEAR: Final = 365.25 * _DAY
_KOREA: Final = 9 * 3600.0
_LEAD: Final = 0.24  # of the width before the moment of the page
_TICKS: Final = 12
# Months from one line to the next, and from one that a narrow screen labels to the next.
_STEPS: Final = ((1, 3), (2, 6), (3, 6), (6, 12), (12, 12), (24, 24))
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]

_HEAD, _ROW, _FOOT = 50, 44, 10
_NAME_WIDTH: Final = 26


def _seconds(moment: datetime) -> float:
    return (moment - _FIRST) / timedelta(seconds=1)


@frozen
class Scale:
    """From moments to percent of the width.

    Attributes:
        begin: The left end, in seconds since the year 1.
        end: The right end.
    """

    begin: float
    end: float

    @classmethod
    def of(cls, at: datetime, ends: Iterable[datetime]) -> Scale:
        """Make the scale for ends of validity: one year ahead at least, four at most."""
        now = _seconds(at)
        latest = max((_seconds(end) - now for end in ends), default=0.0)
        ahead = min(max(latest * 1.06, _YEAR), 4 * _YEAR)
        return cls(now - ahead * _LEAD / (1 - _LEAD), now + ahead)

    def place(self, moment: datetime) -> float:
        """Where a moment lies; what is outside lies a little outside, whatever its distance."""
        part = (_seconds(moment) - self.begin) / (self.end - self.begin)
        return min(max(part * 100, -4.0), 104.0)


class Tick(NamedTuple):
    """A line of the axis: where, its label, and whether a narrow screen shows the label, too."""

    place: float
    label: str
    is_major: bool


def ticks(scale: Scale, pick: Pick) -> Iterator[Tick]:
    """Yield the first days of months, in Korea, that a scale has room for."""
    first, last = (_month(end) for end in (scale.begin, scale.end))
    step, major = next((pair for pair in _STEPS if (last - first) // pair[0] <= _TICKS), _STEPS[-1])
    for month in range(first + step - first % step, last + 1, step):
        year, number = divmod(month, 12)
        if not MINYEAR <= year <= MAXYEAR:
            continue
        place = scale.place(datetime(year, number + 1, 1, tzinfo=UTC)) - _offset(scale)
        if 3 < place < 97:
            label = (
                pick(_MONTHS[number], f"{number + 1}월") if number else pick(f"{year}", f"{year}년")
            )
            yield Tick(place, label, month % major == 0)


def _offset(scale: Scale) -> float:
    """Nine hours: midnight comes earlier in Korea."""
    return _KOREA / (scale.end - scale.begin) * 100


def _month(seconds: float) -> int:
    """Months since the year 0; approximately outside the years that a date can have."""
    try:
        day = _FIRST + timedelta(seconds=seconds)
    except OverflowError:
        return int(seconds / _YEAR * 12) + 12
    return day.year * 12 + day.month - 1


class _Row(NamedTuple):
    """A certificate of the timeline: its number on the page, itself, its dates, its upper edge."""

    number: int
    card: Card
    span: Span
    y: int

    @property
    def attributes(self) -> dict[str, str | float | bool | None]:
        return {"class": f"row {self.card.state.value}", "data-of": self.number}


def timeline(page: Page) -> tuple[Element, int]:
    """Draw the timeline.

    Returns:
        The SVG, and how many certificates did not get a row.
    """
    pick = page.pick
    dated = [(n, card, card.span) for n, card in enumerate(page.cards, 1) if card.span is not None]
    dated.sort(key=lambda row: row[2].ends)
    # Those that have ended long ago would push out what can still be acted on.
    shown = [row for row in dated if row[2].ends >= page.at]
    past = [row for row in dated if row[2].ends < page.at]
    shown = (past[-max(ROWS - len(shown), ROWS // 4) :] + shown)[:ROWS]
    scale = Scale.of(page.at, (span.ends for _, _, span in shown))
    height = _HEAD + _ROW * len(shown) + _FOOT
    now = scale.place(page.at)
    drawing = make(
        "svg",
        {
            "class": "timeline",
            "role": "img",
            "width": "100%",
            "height": height,
            "aria-labelledby": "timeline-title timeline-desc",
        },
        make("title", {"id": "timeline-title"}, pick("Expiry timeline", "만료 일정표")),
        make("desc", {"id": "timeline-desc"}, _description(page, shown)),
        _hatch(),
    )
    for tick in ticks(scale, pick):
        at = f"{tick.place:.2f}%"
        group = make("g", {"class": "tick" if tick.is_major else "tick minor"})
        add(group, [make("line", {"x1": at, "x2": at, "y1": _HEAD - 8, "y2": height})])
        add(group, [make("text", {"x": at, "y": _HEAD - 14, "text-anchor": "middle"}, tick.label)])
        drawing.append(group)
    at = f"{now:.2f}%"
    rows = [
        _Row(number, card, span, _HEAD + _ROW * n) for n, (number, card, span) in enumerate(shown)
    ]
    line = make("line", {"x1": at, "x2": at, "y1": 18, "y2": height})
    label = make("text", {"x": at, "y": 13, "text-anchor": "middle"}, pick("now", "현재"))
    # The line of the moment crosses the bars, and the texts stand before the line.
    add(drawing, [_bars(row, scale) for row in rows])
    add(drawing, [make("g", {"class": "now"}, line, label)])
    add(drawing, [_texts(row, pick) for row in rows])
    return drawing, len(dated) - len(shown)


def _description(page: Page, shown: list[tuple[int, Card, Span]]) -> str:
    pick, count = page.pick, len(shown)
    text = pick(
        f"A bar for each of {count} certificates, from its first to its last day. ",
        f"인증서 {count}개의 시작일부터 만료일까지를 막대로 보여 줍니다. ",
    )
    coming = next((span for _, card, span in shown if span.ends >= page.at), None)
    if coming is not None:
        text += pick(
            f"The next one ends on {coming.last_day}. ",
            f"가장 먼저 만료되는 날은 {coming.last_day}입니다. ",
        )
    return text + pick(
        "The same dates are in the table of all certificates.",
        "같은 날짜가 전체 인증서 표에도 있습니다.",
    )


def _hatch() -> Element:
    """The pattern of the time in which renewal is open."""
    pattern = make(
        "pattern",
        {
            "id": "hatch",
            "width": 6,
            "height": 6,
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
        make("rect", {"class": "hatch", "width": 2.5, "height": 6}),
    )
    return make("defs", None, pattern)


def _bars(row: _Row, scale: Scale) -> Element:
    _, card, span, y = row
    begin, end = scale.place(span.begins), scale.place(span.ends)
    group = make(
        "g",
        row.attributes,
        make(
            "rect", {"class": "track", "x": 0, "width": "100%", "y": y + 22, "height": 8, "rx": 4}
        ),
        _bar("bar", begin, end, y),
    )
    if span.opens is not None and card.state in (State.VALID, State.UPCOMING):
        group.append(_bar("window", max(begin, scale.place(span.opens)), end, y))
    return group


def _bar(kind: str, begin: float, end: float, y: int) -> Element:
    width = f"{max(end - begin, 0.6):.2f}%"
    return make(
        "rect",
        {"class": kind, "x": f"{begin:.2f}%", "width": width, "y": y + 22, "height": 8, "rx": 4},
    )


def _texts(row: _Row, pick: Pick) -> Element:
    _, card, span, y = row
    left = pick(*STATES[card.state])
    if card.state in (State.VALID, State.RENEWABLE, State.EXPIRING):
        left = pick(f"{span.days_left} d left", f"{span.days_left}일 남음")
    return make(
        "g",
        row.attributes,
        make("text", {"class": "name", "x": 0, "y": y + 14}, shorten(card.title, _NAME_WIDTH)),
        make(
            "text",
            {"class": "date", "x": "100%", "y": y + 14, "text-anchor": "end"},
            f"{span.last_day} · {left}",
        ),
    )
