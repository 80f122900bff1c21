# SPDX-License-Identifier: Apache-2.0
"""What the page says: texts in the language of its reader, and moments."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from kcert import Severity
    from kcert.cli.voice import Language, Text

__all__ = [
    "STATES",
    "VERDICTS",
    "Card",
    "Chain",
    "Copy",
    "Label",
    "Mark",
    "Page",
    "Pick",
    "Remark",
    "Span",
    "State",
    "Step",
]

Pick = Callable[[str, str], str]
"""Chooses between the English and the Korean text."""


class State(enum.Enum):
    """How a certificate stands at the moment of the page; the worst first."""

    DAMAGED = "damaged"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"
    EXPIRING = "expiring"
    RENEWABLE = "renewable"
    UPCOMING = "upcoming"
    VALID = "valid"


STATES: dict[State, Text] = {
    State.DAMAGED: ("damaged", "손상됨"),
    State.REVOKED: ("revoked", "폐지됨"),
    State.EXPIRED: ("expired", "만료됨"),
    State.UNTRUSTED: ("not trusted", "신뢰 안 됨"),
    State.EXPIRING: ("ends soon", "곧 만료"),
    State.RENEWABLE: ("renew now", "갱신 가능"),
    State.UPCOMING: ("not yet valid", "유효 전"),
    State.VALID: ("valid", "유효"),
}
"""What each state is called."""


VERDICTS = ("trusted", "not-trusted", "revoked", "revocation-unknown")
"""Codes of the findings that say whether a certificate is to be believed."""


class Mark(enum.Enum):
    """How far a step of a trust path holds."""

    SOUND = "sound"
    """Its signature was verified."""
    WEAK = "weak"
    """So it was, and the cryptography is old."""
    REFUSED = "refused"
    """It is not to be believed: expired, revoked, or a rule is broken."""
    UNKNOWN = "unknown"
    """Only its name is known; nothing was verified."""


@frozen
class Step:
    """One authority of a trust path, or the certificate itself.

    Attributes:
        name: What it is called.
        note: What it is, and what is wrong with it.
        mark: How far it holds.
    """

    name: str
    note: str
    mark: Mark


@frozen
class Chain:
    """A trust path: the certificate first, the root last.

    Attributes:
        steps: Its steps.
        verdict: Whether the certificate is to be believed, as a sentence.
        mark: The same, as a mark.
        remark: What was not asked or is not known, or "".
    """

    steps: tuple[Step, ...]
    verdict: str
    mark: Mark
    remark: str = ""


@frozen
class Remark:
    """One finding.

    Attributes:
        severity: How much it matters.
        code: Its stable name.
        text: What was found.
    """

    severity: Severity
    code: str
    text: str


@frozen
class Span:
    """The dates of a certificate.

    Attributes:
        begins: First moment of validity, UTC.
        ends: Last moment.
        opens: From when it can be renewed; ``None`` where it cannot be.
        last_day: The expiry day in Korea, ISO 8601.
        days_left: Days to it.
    """

    begins: datetime
    ends: datetime
    opens: datetime | None
    last_day: str
    days_left: int


@frozen
class Label:
    """A fact: what it is called, and what it is."""

    name: str
    value: str


@frozen
class Copy:
    """Where a certificate lies.

    Attributes:
        place: The location, or what stands for it where locations are not told.
        problem: What is wrong with it there, or "".
    """

    place: str
    problem: str = ""


@frozen
class Card:
    """One certificate.

    Attributes:
        title: The holder, or what stands for them.
        state: How it stands.
        kind: Kind, as a word of programs: ``"joint"``.
        kind_name: Kind, as people say it.
        authority: Who issued it.
        use: What it is good for.
        fingerprint: SHA-256, or "" where there is no certificate to be read.
        span: Its dates; ``None`` where there is none to be read.
        labels: Further facts.
        chain: Its trust path.
        remarks: Findings, the worst first.
        copies: Where it lies, one place at least.
    """

    title: str
    state: State
    kind: str
    kind_name: str
    authority: str
    use: str
    fingerprint: str
    span: Span | None
    labels: tuple[Label, ...]
    chain: Chain | None
    remarks: tuple[Remark, ...]
    copies: tuple[Copy, ...]

    @property
    def worst(self) -> Severity | None:
        """The severity of its worst finding."""
        return self.remarks[0].severity if self.remarks else None


@frozen
class Page:
    """The whole page.

    Attributes:
        language: Of its texts.
        at: The moment for which it holds, UTC.
        cards: The certificates, what needs attention first.
        places: Where was looked.
        has_names: Whether it tells who the holders are and where their certificates lie.
        revocation: What was asked about revocation, as a sentence.
        version: Of kcert.
    """

    language: Language
    at: datetime
    cards: tuple[Card, ...]
    places: tuple[str, ...]
    has_names: bool
    revocation: str
    version: str

    def pick(self, english: str, korean: str) -> str:
        """The text in the language of the page."""
        return korean if self.language == "ko" else english
