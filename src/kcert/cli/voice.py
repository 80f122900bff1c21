# SPDX-License-Identifier: Apache-2.0
"""Plain text for people: Korean or English, and tables that line up with Hangul in them."""

from __future__ import annotations

import locale
import os
import unicodedata
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kcert import KcertError

__all__ = ["Language", "Voice", "display_width", "system_language"]

Language = Literal["en", "ko"]

_WIDE = ("W", "F")
_GAP = "  "


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Korean where the environment or the system says so, else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable):
            return "ko" if value.lower().startswith("ko") else "en"
    # Windows sets none of these and calls it "Korean_Korea".
    name = locale.getlocale()[0] or ""
    return "ko" if name.lower().startswith("ko") else "en"


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: Hangul takes two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1
        for c in text
    )


def _printable(text: str) -> str:
    """Names come from strangers: nothing in them may steer the terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


class Voice:
    """Says things to a person in one language.

    Args:
        out: Where to write.
        language: ``"en"`` or ``"ko"``.
    """

    def __init__(self, out: TextIO, language: Language) -> None:
        self._out = out
        self.language = language

    def pick(self, english: str, korean: str) -> str:
        """The text in the language that is spoken."""
        return korean if self.language == "ko" else english

    def error(self, error: KcertError) -> str:
        """The message of an error in the language that is spoken."""
        return self.pick(str(error), error.message_ko)

    def say(self, english: str = "", korean: str = "") -> None:
        """Write one line."""
        self._out.write(_printable(self.pick(english, korean)) + "\n")

    def write(self, english: str, korean: str) -> None:
        """Write a text of several lines."""
        self._out.write(self.pick(english, korean))

    def title(self, english: str, korean: str) -> None:
        """Write a heading."""
        text = self.pick(english, korean)
        self._out.write(f"\n{text}\n{'-' * display_width(text)}\n")

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table whose columns are as wide as what stands in them."""
        lines = [list(headers), *([_printable(cell) for cell in row] for row in rows)]
        widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, ["-" * width for width in widths])
        for line in lines:
            cells = (
                cell + " " * (width - display_width(cell))
                for cell, width in zip(line, widths, strict=True)
            )
            self._out.write(_GAP.join(cells).rstrip() + "\n")
