# SPDX-License-Identifier: Apache-2.0
"""A picture of when certificates end, in plain characters: every terminal and font has them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.cli.table import display_width, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ENDED", "OPEN", "VALID", "Span", "draw"]

VALID: Final = "="
"""It is valid, and cannot be renewed yet."""
OPEN: Final = "#"
"""It is valid, and can be renewed."""
ENDED: Final = "x"
"""It has ended."""
_BEYOND: Final = ">"

_SHORTEST: Final = 60
_LONGEST: Final = 3 * 366
"""Days that the picture reaches to at most, however far a certificate does."""
_TICK: Final = len("|2026-01 ")
_STEPS: Final = (1, 2, 3, 6, 12)
_GAP: Final = "  "
_LEAST: Final = 10


@frozen
class Span:
    """One line of the picture.

    Attributes:
        label: What stands before it.
        days_left: Days to the expiry day; negative for one that has ended.
        opens: Days until it can be renewed, negative where it can already; ``None`` for never.
    """

    label: str
    days_left: int
    opens: int | None


def draw(spans: Sequence[Span], *, today: date, width: int) -> list[str]:
    """Make the picture: a scale of months, then a line for each span.

    Args:
        spans: What is drawn, in this order.
        today: The day of the first column.
        width: Columns of the terminal.
    """
    left = min(max((display_width(span.label) for span in spans), default=0), max(width // 3, 8))
    numbers = max((len(str(span.days_left)) for span in spans), default=0)
    columns = max(_LEAST, width - left - numbers - 2 * len(_GAP))
    farthest = max((span.days_left + 1 for span in spans), default=0)
    days = min(max(farthest, _SHORTEST), _LONGEST)
    lines = [f"{'':{left}}{_GAP}{_scale(today, days, columns)}".rstrip()]
    for span in spans:
        label = shorten(span.label, left)
        padding = " " * (left - display_width(label))
        bar = _bar(span, days, columns)
        lines.append(f"{label}{padding}{_GAP}{bar:{columns}}{_GAP}{span.days_left:{numbers}}")
    return lines


def _bar(span: Span, days: int, columns: int) -> str:
    if span.days_left < 0:
        return ENDED
    length = max(1, min(columns, round((span.days_left + 1) * columns / days)))
    bar = VALID * length
    if span.opens is not None:
        # One column at least: that there is a time to renew is what the picture is for.
        begin = min(max(span.opens, 0) * columns // days, length - 1)
        bar = VALID * begin + OPEN * (length - begin)
    return bar[:-1] + _BEYOND if span.days_left >= days else bar


def _scale(today: date, days: int, columns: int) -> str:
    """The begins of months, so many that their names do not meet."""
    for step in _STEPS:
        ticks = [
            (column, day)
            for day in _months(today, days, step)
            if (column := (day - today).days * columns // days) + _TICK - 1 <= columns
        ]
        gaps = [after[0] - before[0] for before, after in pairwise(ticks)]
        if all(gap >= _TICK for gap in gaps):
            break
    line = ""
    for column, day in ticks:
        line = f"{line:{column}}|{day:%Y-%m}"
    return line


def _months(today: date, days: int, step: int) -> Iterator[date]:
    """The first days of every month, or of every second, third and so on, within some days."""
    end = today + timedelta(days=min(days, (date.max - today).days))
    number = today.year * 12 + today.month - 1
    while (number := number + 1) // 12 <= end.year:
        day = date(number // 12, number % 12 + 1, 1)
        if day <= end and (number % 12) % step == 0:
            yield day
