# SPDX-License-Identifier: Apache-2.0
"""The pages of the documentation and the code blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Help texts of the command, which the test of the reference compares.
CLI_REFERENCE = DOCS / "reference" / "cli.md"

_BLOCK = re.compile(
    r"(?:^(?P<mark><!-- (?P<kind>[\w ]+): (?P<why>[^>]*?) -->)\n+)?"
    r"^```(?P<language>[\w-]*)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its language, and why it is not run, if it is not."""

    page: Path
    line: int
    language: str
    code: str
    not_run: str | None

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def pages() -> list[Path]:
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    return sorted(set(found) - {CLI_REFERENCE})


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code"))
        reason = match["why"] if match["kind"] == "not run" else None
        yield Block(page, line, match["language"], match["code"], reason)
