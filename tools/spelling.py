# SPDX-License-Identifier: Apache-2.0
"""Checks the spelling of the documentation, English and Korean, with hunspell.

Usage: spelling.py [PAGE ...]

Without arguments, all pages. Names, and Korean terms, stand in `tools/dictionary`, one a line; a
Korean term may be followed by particles and by another term. What is code is left out, and so are
abbreviations and names with a capital letter inside. Prints ``page:line: word`` and ends with 1
where a word is in no dictionary.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]
DICTIONARIES = Path(__file__).parent / "dictionary"
# Help texts of the command are approved where they are made.
EXCEPT = {ROOT / "docs" / "reference" / "cli.md"}

_CODE = "\x01"
_FENCE = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)
_LEFT_OUT = re.compile(
    r"<!--(?s:.*?)-->|\]\([^)\s]*\)|https?://\S+|^:::.*(?:\n    .*)*$|\{[.:#][^}]*\}", re.MULTILINE
)
_INLINE = re.compile(r"``.+?``|`[^`\n]+`")
# A Korean word right after code is a particle.
_WORD = re.compile(rf"(?<![{_CODE}\w])[가-힣]+|[A-Za-z]+(?:['’][a-z]+)*")


def pages() -> list[Path]:
    """Every page of the documentation, and those at the top of the project."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    return sorted(set(found) - EXCEPT)


def words(text: str) -> Iterator[tuple[int, str]]:
    """The words of a page's prose, each with its line."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    prose = _LEFT_OUT.sub(blank, _FENCE.sub(blank, text))
    for number, line in enumerate(_INLINE.sub(_CODE, prose).splitlines(), 1):
        for match in _WORD.finditer(line):
            yield number, match[0].replace("’", "'")


@cache
def _terms(name: str) -> tuple[str, ...]:
    lines = (DICTIONARIES / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def _korean_pattern() -> re.Pattern[str]:
    terms = "|".join(sorted(_terms("korean"), key=len, reverse=True))
    particles = "|".join(sorted(_terms("korean-particles"), key=len, reverse=True))
    return re.compile(rf"(?:(?:{terms})+(?:{particles})?)|(?:{particles})")


def _is_term(word: str) -> bool:
    if "가" <= word[0] <= "힣":
        return _korean_pattern().fullmatch(word) is not None
    if re.search(r".[A-Z]", word):  # an abbreviation, or a name out of a program or standard
        return True
    stem = word.removesuffix("'s").casefold()
    known = {term.casefold() for term in _terms("english")}
    return stem in known or stem.removesuffix("s") in known


def unknown(found: Iterable[str]) -> set[str]:
    """Those of the words that neither hunspell nor the project's dictionaries have.

    Raises:
        FileNotFoundError: There is no hunspell, or it has no dictionary for one of the languages.
    """
    left = {word for word in found if not _is_term(word)}
    for language, mine in (
        ("en_US", {word for word in left if word.isascii()}),
        ("ko_KR", {word for word in left if not word.isascii()}),
    ):
        run = subprocess.run(  # noqa: S603 - the arguments are those written here
            ["hunspell", "-d", language, "-i", "utf-8", "-l"],  # noqa: S607 - wherever it is installed
            input="\n".join(sorted(mine)),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if run.returncode:
            raise FileNotFoundError(f"hunspell has no dictionary {language}: {run.stderr.strip()}")
        left -= mine - set(run.stdout.split())
    return left


def misspelt(paths: Iterable[Path]) -> list[str]:
    """``page:line: word`` for every word of the pages that is in no dictionary."""
    found = [(path, line, word) for path in paths for line, word in words(path.read_text("utf-8"))]
    bad = unknown(word for _, _, word in found)
    return [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {word}"
        for path, line, word in found
        if word in bad
    ]


def is_available() -> bool:
    """Whether hunspell is installed with both dictionaries."""
    if shutil.which("hunspell") is None:
        return False
    try:
        unknown(["zzqx", "쀍쀍"])
    except FileNotFoundError:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Check the pages named, or all."""
    found = misspelt([Path(name).resolve() for name in arguments] or pages())
    print("\n".join(found) or "no misspelt word")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
