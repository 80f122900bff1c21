# SPDX-License-Identifier: Apache-2.0
"""Pictures of 20 by 20 that tell by their shape, not by their colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert import Severity
from kcert.cli.report.elements import make
from kcert.cli.report.model import Mark, State

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["MARKS", "SEVERITIES", "STATE_ICONS", "icon", "shape"]

SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
MARKS = {
    Mark.SOUND: "good",
    Mark.WEAK: "warning",
    Mark.REFUSED: "error",
    Mark.UNKNOWN: "unknown",
}
STATE_ICONS = {
    State.DAMAGED: "error",
    State.REVOKED: "error",
    State.EXPIRED: "error",
    State.UNTRUSTED: "error",
    State.EXPIRING: "warning",
    State.RENEWABLE: "clock",
    State.UPCOMING: "clock",
    State.VALID: "good",
}

# A body that is filled, and what is drawn on it in the colour of the ground.
_CIRCLE = "M10 1.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z"
_SHAPES = {
    "good": (_CIRCLE, "M6.2 10.3l2.6 2.6 5-5.4"),
    "warning": ("M10 1.8 19 17.6a.6.6 0 0 1-.5.9h-17a.6.6 0 0 1-.5-.9z", "M10 7.6v4.6M10 15.2v.1"),
    "error": ("M6.4 1.5h7.2l4.9 4.9v7.2l-4.9 4.9H6.4l-4.9-4.9V6.4z", "M7 7l6 6M13 7l-6 6"),
    "info": (_CIRCLE, "M10 9.2v5M10 6v.1"),
    "clock": (_CIRCLE, "M10 5.4V10l3 2"),
    "unknown": (_CIRCLE, "M7.7 7.9a2.3 2.3 0 1 1 3.4 2.1c-.8.4-1.1.9-1.1 1.7M10 14.4v.1"),
}


def shape(name: str, x: float = 0, y: float = 0) -> Element:
    """An icon within an SVG, its corner at a point."""
    body, lines = _SHAPES[name]
    return make(
        "g",
        {"class": f"icon {name}", "transform": f"translate({x:g} {y:g})"},
        make("path", {"class": "body", "d": body}),
        make("path", {"class": "lines", "d": lines}),
    )


def icon(name: str) -> Element:
    """An icon within text; it says nothing that the text beside it does not say."""
    return make(
        "svg",
        {"class": "i", "viewBox": "0 0 20 20", "aria-hidden": "true", "focusable": "false"},
        shape(name),
    )
