# SPDX-License-Identifier: Apache-2.0
"""The picture of a trust path: the certificate, its authorities, the root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.cli.report.elements import Element, make
from kcert.cli.report.icons import MARKS, shape
from kcert.cli.report.model import Mark
from kcert.cli.table import shorten

if TYPE_CHECKING:
    from kcert.cli.report.model import Chain, Pick, Step

__all__ = ["chain_picture", "chain_text"]

_STEP: Final = 46
_MIDDLE: Final = 12
_WIDTH: Final = 36


def chain_text(chain: Chain, pick: Pick) -> str:
    """The path in words, for whom the picture is not there."""
    marks = {
        Mark.SOUND: pick("verified", "확인됨"),
        Mark.WEAK: pick("weak", "약함"),
        Mark.REFUSED: pick("refused", "거부됨"),
        Mark.UNKNOWN: pick("not verified", "확인되지 않음"),
    }
    return " → ".join(f"{step.name} ({step.note}; {marks[step.mark]})" for step in chain.steps)


def chain_picture(chain: Chain, number: int, pick: Pick) -> Element:
    """Draw the path, from top to bottom.

    Args:
        chain: The path.
        number: Of its certificate on the page.
        pick: Chooses the language.
    """
    title, description = f"path-{number}", f"path-{number}-desc"
    steps = chain.steps
    lines = [
        make(
            "line",
            {
                "class": f"link {steps[place].mark.value if steps[place + 1].mark is not Mark.UNKNOWN else 'unknown'}",
                "x1": _MIDDLE,
                "x2": _MIDDLE,
                "y1": place * _STEP + 26,
                "y2": (place + 1) * _STEP + 2,
            },
        )
        for place in range(len(steps) - 1)
    ]
    return make(
        "svg",
        {
            "class": "chain",
            "role": "img",
            "width": "100%",
            "height": len(steps) * _STEP - 6,
            "aria-labelledby": f"{title} {description}",
        },
        make("title", {"id": title}, pick("Trust path", "신뢰 경로")),
        make("desc", {"id": description}, chain_text(chain, pick)),
        *lines,
        *(_step(step, place * _STEP) for place, step in enumerate(steps)),
    )


def _step(step: Step, y: int) -> Element:
    return make(
        "g",
        {"class": f"step {step.mark.value}"},
        shape(MARKS[step.mark], 2, y + 4),
        make("text", {"class": "name", "x": 34, "y": y + 14}, shorten(step.name, _WIDTH)),
        make("text", {"class": "note", "x": 34, "y": y + 31}, shorten(step.note, _WIDTH + 4)),
    )
