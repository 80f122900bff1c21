# SPDX-License-Identifier: Apache-2.0
"""What all commands of one run share."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from kcert.cli.failures import Refusal, Stopped
from kcert.cli.voice import Voice, system_language

if TYPE_CHECKING:
    from typing import TextIO

    from kcert.cli.voice import Language, Text

__all__ = ["Session"]


class Session:
    """One run of the command.

    Attributes:
        voice: Says results, on standard output.
        complaints: Says what went wrong, asks and shows progress, on standard error.
        as_json: Whether results are JSON.
        where: What is being worked on, for an error that comes.
        advice: What to do where it cannot be opened, if that is better known than in general.
    """

    def __init__(
        self,
        language: Language | None = None,
        out: TextIO | None = None,
        errors: TextIO | None = None,
    ) -> None:
        language = language or system_language()
        self.voice = Voice(out or sys.stdout, language)
        self.complaints = Voice(errors or sys.stderr, language)
        self.as_json = False
        self.where: str | None = None
        self.advice: Text | None = None

    def write_json(self, schema: str, fields: dict[str, Any]) -> None:
        """Write one result as JSON; ``schema`` is its name and version."""
        document = {"schema": f"kcert/{schema}", **fields}
        self.voice.write(*[json.dumps(document, ensure_ascii=False, indent=2) + "\n"] * 2)

    def confirm(self, english: str, korean: str, *, yes: bool) -> None:
        """Ask before something dangerous.

        Raises:
            Refusal: There is nobody to ask, and ``yes`` was not given.
            Stopped: The answer was no.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise Refusal(
                (
                    "this asks first, and there is no terminal",
                    "먼저 확인해야 하는데 터미널이 없습니다",
                ),
                (
                    "run it in a terminal, or give --yes in a script",
                    "터미널에서 실행하거나 스크립트에서는 --yes를 주십시오",
                ),
            )
        self.complaints.say(f"{english} [y/N]", f"{korean} [y/N]", colour="yellow")
        if sys.stdin.readline().strip().lower() not in {"y", "yes", "예", "네", "ㅛ"}:
            raise Stopped
