# SPDX-License-Identifier: Apache-2.0
"""Content lines of iCalendar: escaping, folding and dates (RFC 5545 section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.certificate.validity import moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

__all__ = ["date_value", "escape", "join", "utc_value"]

_OCTETS: Final = 75
_CONTINUATION_BYTE: Final = 0x80
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def escape(text: str) -> str:
    """A TEXT value (section 3.3.11). Control characters, which it cannot hold, become spaces."""
    kept = "".join(
        character if character == "\n" or character.isprintable() else " "
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return kept.translate(_ESCAPES)


def join(lines: Iterable[str]) -> str:
    """The lines folded at 75 octets and ended with CRLF (section 3.1)."""
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def date_value(day: date) -> str:
    """A DATE value (section 3.3.4)."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def utc_value(at: datetime) -> str:
    """A DATE-TIME value in UTC (section 3.3.5)."""
    at = moment(at)
    return f"{date_value(at)}T{at.hour:02d}{at.minute:02d}{at.second:02d}Z"


def _fold(line: str) -> str:
    octets = line.encode()
    pieces: list[str] = []
    start, room = 0, _OCTETS
    while len(octets) - start > room:
        end = start + room
        # A character is not torn apart, although section 3.1 would allow it.
        while octets[end] & 0xC0 == _CONTINUATION_BYTE:
            end -= 1
        pieces.append(octets[start:end].decode())
        # The space that begins a continued line counts.
        start, room = end, _OCTETS - 1
    pieces.append(octets[start:].decode())
    return "\r\n ".join(pieces)
