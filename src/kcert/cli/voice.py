# SPDX-License-Identifier: Apache-2.0
"""Plain text for people: Korean or English, in colour where the terminal has it."""

from __future__ import annotations

import locale
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Literal, TextIO

from kcert.cli.table import display_width, lay_out, printable, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kcert import KcertError

__all__ = ["Colour", "Language", "Text", "Voice", "display_width", "system_language"]

Language = Literal["en", "ko"]
Colour = Literal["red", "yellow", "green", "bold"]
Text = tuple[str, str]
"""The same in English and in Korean."""

_CODES: dict[Colour, str] = {"red": "31", "yellow": "33", "green": "32", "bold": "1"}
_LABEL = 12
_BEGIN = re.compile(r" *(?:- )?")
"""What later lines of a sentence stand under."""


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Korean where the environment or the system says so, else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(variable):
            return "ko" if value.lower().startswith("ko") else "en"
    # Windows sets none of these and calls it "Korean_Korea".
    name = locale.getlocale()[0] or ""
    return "ko" if name.lower().startswith("ko") else "en"


def _has_colours(out: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR says no (no-color.org)."""
    if environment.get("NO_COLOR") or environment.get("TERM", "") == "dumb":
        return False
    # The old console of Windows shows the codes instead; the new terminal says who it is.
    if sys.platform == "win32" and not environment.get("WT_SESSION"):
        return False
    return out.isatty()


def _width_of(out: TextIO, environment: Mapping[str, str]) -> int | None:
    """Columns to fill: the terminal's, or what COLUMNS says; ``None`` into a file or pipe."""
    if not out.isatty() and not environment.get("COLUMNS", "").isdecimal():
        return None
    return max(40, shutil.get_terminal_size().columns)


class Voice:
    """Says things to a person in one language.

    Args:
        out: Where to write.
        language: ``"en"`` or ``"ko"``.
    """

    def __init__(self, out: TextIO, language: Language) -> None:
        self._out = out
        self.language = language
        self.width = _width_of(out, os.environ)
        self._has_colours = _has_colours(out, os.environ)

    def pick(self, english: str, korean: str) -> str:
        """The text in the language that is spoken."""
        return korean if self.language == "ko" else english

    def error(self, error: KcertError) -> str:
        """The message of an error in the language that is spoken."""
        return self.pick(str(error), error.message_ko)

    def say(self, english: str = "", korean: str = "", *, colour: Colour | None = None) -> None:
        """Write a sentence, broken into lines between words where the terminal is narrower."""
        text = self.pick(english, korean)
        if self.width is None or display_width(text) <= self.width:
            self.put(text, colour=colour)
            return
        begin = _BEGIN.match(text)
        mark = begin[0] if begin else ""
        first, *rest = wrap(printable(text[len(mark) :]), self.width - len(mark))
        self.put(mark + first, colour=colour)
        for line in rest:
            self.put(" " * len(mark) + line, colour=colour)

    def put(self, line: str, *, colour: Colour | None = None) -> None:
        """Write one line that is the same in every language, as it is: a path may be copied."""
        self._out.write(self.paint(printable(line), colour) + "\n")

    def paint(self, text: str, colour: Colour | None) -> str:
        """The text in a colour, where there are colours."""
        if colour is None or not self._has_colours:
            return text
        return f"\033[{_CODES[colour]}m{text}\033[0m"

    def write(self, english: str, korean: str) -> None:
        """Write a text of several lines."""
        self._out.write(self.pick(english, korean))

    def title(self, english: str, korean: str) -> None:
        """Write a heading."""
        text = self.pick(english, korean)
        self._out.write(f"\n{self.paint(text, 'bold')}\n{'-' * display_width(text)}\n")

    def beside(self, label: str, text: str, *, colour: Colour | None = None) -> None:
        """Write a sentence after a label, its later lines under its first."""
        begin = f"{label}  "
        room = None if self.width is None else self.width - display_width(begin)
        first, *rest = [text] if room is None else wrap(printable(text), room)
        self.put(begin + first, colour=colour)
        for line in rest:
            self.put(" " * display_width(begin) + line, colour=colour)

    def marked(self, label: str, text: str, *, colour: Colour | None = None) -> None:
        """Write a text after a label, below it in lines where it is too long for one."""
        shown, mark = printable(text), self.paint(label, colour)
        if self.width is None or display_width(f"{label}: {shown}") <= self.width:
            self._out.write(f"{mark}: {shown}\n")
            return
        self._out.write(f"{mark}:\n")
        for line in wrap(shown, self.width - 4):
            self._out.write(f"    {line}\n")

    def facts(self, rows: Sequence[tuple[Text, str]]) -> None:
        """Write labels and what belongs to them, one below the other."""
        labels = [self.pick(*label) for label, _ in rows]
        width = max([_LABEL, *map(display_width, labels)]) + 2
        for label, (_, value) in zip(labels, rows, strict=True):
            shown = printable(value)
            lines = [shown] if self.width is None else wrap(shown, self.width - width)
            self._out.write(f"{label}{' ' * (width - display_width(label))}{lines[0]}\n")
            for line in lines[1:]:
                self._out.write(f"{' ' * width}{line}\n")

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        colour_of: Callable[[int], Colour | None] = lambda _row: None,
        whole: int | None = None,
    ) -> None:
        """Write a table whose columns are as wide as what stands in them, and fit the terminal.

        Args:
            headers: Names of the columns.
            rows: The cells.
            colour_of: Colour of a row, by its number from 0.
            whole: The column whose cells are broken into lines where there is no room for them;
                the others' are cut.
        """
        lines = [list(headers), *([printable(cell) for cell in row] for row in rows)]
        if whole is None:
            made = lay_out(lines, self.width, whole=None)
            for number, line in enumerate(made):
                colour = "bold" if number == 0 else None if number == 1 else colour_of(number - 2)
                self._out.write(self.paint(line, colour) + "\n")
            return
        for line in lay_out(lines, self.width, whole=whole):
            self._out.write(line + "\n")
