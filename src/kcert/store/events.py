# SPDX-License-Identifier: Apache-2.0
"""One line of a store's history: what happened to which certificate, and the link to the last."""

from __future__ import annotations

import enum
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen

from kcert.errors import FormatError

__all__ = [
    "ARRIVALS",
    "START",
    "Event",
    "EventKind",
    "broken",
    "digest",
    "parse_event",
    "read_event",
]

#: What the first event has for the digest of the event before it.
START: Final = "0" * 64

_MAX_LINE: Final = 4096
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_WORD: Final = re.compile(r"[a-z0-9+.-]{1,64}")


class EventKind(enum.Enum):
    """What happened."""

    ADDED = "added"
    """A credential came in: added, or copied from another store."""
    COPIED = "copied"
    """It was copied into another store."""
    UNLOCKED = "unlocked"
    """Its keys were opened through the store, for signing or decryption."""
    REPLACED = "replaced"
    """Its keys were put under another password, or its files replaced."""
    RENEWED = "renewed"
    """It came in as the successor of another certificate."""
    OFFERED = "offered"
    """An authority has made it out: it is about to come in, and does not count yet."""
    ISSUED = "issued"
    """It came in from the authority, as the first of its holder."""
    REISSUED = "reissued"
    """It came in from the authority in the place of one that was lost."""
    CONFIRMED = "confirmed"
    """The authority has it in force: what came in from there counts from now on."""
    SUSPENDED = "suspended"
    """The authority has suspended it (효력정지)."""
    RESUMED = "resumed"
    """The authority has put it into effect again (효력회복)."""
    REVOKED = "revoked"
    """The authority has revoked it (폐지), for good."""
    REMOVED = "removed"
    """It was removed, for good."""


#: How a credential comes in from an authority.
ARRIVALS: Final = frozenset({EventKind.ISSUED, EventKind.RENEWED, EventKind.REISSUED})


@frozen
class Event:
    """One entry of a history. It knows no names and no numbers of people.

    Attributes:
        number: Its position, from 1.
        at: When, in UTC.
        kind: What happened.
        fingerprint: SHA-256 fingerprint of the certificate, lower-case hex; ``None`` where the
            certificate could not be read.
        previous: SHA-256 digest of the line before it, lower-case hex.
        renews: Fingerprint of the certificate it renews or was reissued for.
        medium: Kind of the storage it was copied to.
        store: Identity of the store it was copied to (`History.store_id`), where that has one.
        reason: Why it was revoked, ``"key-compromise"`` for example (RFC 5280 section 5.3.1).
    """

    number: int
    at: datetime
    kind: EventKind
    fingerprint: str | None
    previous: str
    renews: str | None = None
    medium: str | None = None
    store: str | None = None
    reason: str | None = None

    def to_line(self) -> bytes:
        """The event as a line of JSON (RFC 8259), without the line's end."""
        facts: dict[str, Any] = {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": self.kind.value,
            "fingerprint": self.fingerprint,
            "renews": self.renews,
            "medium": self.medium,
            "store": self.store,
            "reason": self.reason,
            "previous": self.previous,
        }
        known = {name: fact for name, fact in facts.items() if fact is not None}
        return json.dumps(known, separators=(",", ":")).encode("ascii")


def digest(line: bytes) -> str:
    """What the next event calls this line."""
    return hashlib.sha256(line).hexdigest()


def parse_event(line: bytes) -> Event | None:
    """Read a line on its own; ``None`` where it is not an event."""
    try:
        facts: Any = json.loads(line) if len(line) <= _MAX_LINE else None
        event = Event(
            number=int(facts["number"]),
            at=datetime.fromisoformat(facts["at"]),
            kind=EventKind(facts["event"]),
            fingerprint=_matching(_DIGEST, facts.get("fingerprint")),
            previous=str(facts["previous"]),
            renews=_matching(_DIGEST, facts.get("renews")),
            medium=_matching(_WORD, facts.get("medium")),
            store=_matching(_WORD, facts.get("store")),
            reason=_matching(_WORD, facts.get("reason")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
    return None if event.at.tzinfo is None else event


def read_event(line: bytes, number: int, previous: str) -> Event:
    """Read a line that should be the event of this number, after the line with this digest.

    Raises:
        FormatError: If it is not; ``where`` names the event.
    """
    event = parse_event(line)
    if event is None:
        raise broken(number, "it is damaged", "손상되었습니다")
    if event.number != number:
        raise broken(number, "another one is in its place", "다른 기록이 그 자리에 있습니다")
    if event.previous != previous:
        raise broken(
            number,
            "it does not follow from the one before it; one of them was changed",
            "바로 앞 기록과 이어지지 않습니다; 둘 중 하나가 바뀌었습니다",
        )
    return event


def broken(number: int, reason: str, reason_ko: str) -> FormatError:
    """The error for a chain that breaks at an event."""
    return FormatError("history", reason, reason_ko=reason_ko, where=f"event {number}")


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    if value is not None and not pattern.fullmatch(value):
        raise ValueError
    return value
