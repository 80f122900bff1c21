# SPDX-License-Identifier: Apache-2.0
"""Tables for a terminal: columns line up with Hangul in them, and fit the width there is."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["display_width", "lay_out", "printable", "shorten", "wrap"]

_WIDE = ("W", "F")
_GAP = "  "
_ELLIPSIS = "…"
_NARROWEST = 6


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: Hangul takes two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1
        for c in text
    )


def printable(text: str) -> str:
    """Names come from strangers: nothing in them may steer the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def shorten(text: str, width: int) -> str:
    """The text, with its end replaced by an ellipsis where it takes more than ``width`` columns."""
    if display_width(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += display_width(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns, broken between words where that goes."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if display_width(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while display_width(line) > width:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _head(word: str, width: int) -> str:
    """As much of a word as fits, one character at least."""
    used = 0
    for place, character in enumerate(word):
        used += display_width(character)
        if used > width and place:
            return word[:place]
    return word


def _widths(lines: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """How wide each column is: as wide as what stands in it, less where there is no room."""
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    if width is None:
        return widths
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def lay_out(lines: Sequence[Sequence[str]], width: int | None, *, whole: int | None) -> list[str]:
    """Make the lines of a table; the first holds the headers.

    Args:
        lines: Headers, then rows, each with the same number of cells.
        width: Columns of the terminal; ``None`` for as many as it takes.
        whole: Number of the column whose cells are broken into lines rather than cut.
    """
    widths = _widths(lines, width)
    made: list[str] = []
    for number, cells in enumerate(lines):
        if number == 1:
            made.append(_GAP.join("-" * each for each in widths))
        stacks = [
            wrap(cell, each) if place == whole else [shorten(cell, each)]
            for place, (cell, each) in enumerate(zip(cells, widths, strict=True))
        ]
        for row in range(max(map(len, stacks))):
            parts = [
                _padded(stack[row] if row < len(stack) else "", each)
                for stack, each in zip(stacks, widths, strict=True)
            ]
            made.append(_GAP.join(parts).rstrip())
    if len(lines) == 1:
        made.append(_GAP.join("-" * each for each in widths))
    return made


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - display_width(cell))
