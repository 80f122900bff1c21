# SPDX-License-Identifier: Apache-2.0
"""What a watcher tells, and what it remembers of having told it."""

from __future__ import annotations

import enum
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert.certificate.validity import moment
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcert.lifecycle.listing import Listed
    from kcert.store import Entry, Store

__all__ = ["EventKind", "Memory", "WatchEvent", "dump", "load"]

_FORMAT: Final = "watcher state"
_VERSION: Final = 1
_MAX_STATE: Final = 128 * 2**20  # some 700,000 certificates
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_MARK: Final = re.compile(r"[a-z]+(-[a-z0-9]+)?")


class EventKind(enum.Enum):
    """What has happened to a certificate."""

    FOUND = "found"
    """It is in a store, and was not before."""
    WINDOW_OPENED = "window-opened"
    """It can be renewed now."""
    EXPIRING = "expiring"
    """So few days are left that a step was reached: 14, 7 or 1, if nothing else was asked for."""
    EXPIRED = "expired"
    """It has ended."""
    REVOKED = "revoked"
    """It was taken back."""
    GONE = "gone"
    """It was in a store, and is in none any more."""


@frozen
class WatchEvent:
    """Something that has happened to a certificate since the watcher looked last.

    Attributes:
        kind: What has happened.
        at: When the watcher saw it, UTC.
        fingerprint: SHA-256 of the certificate, lower-case hexadecimal.
        not_after: When the certificate ends, UTC.
        days_left: Days to the expiry day by the Korean calendar; see `Validity.days_left`.
    """

    kind: EventKind
    at: datetime
    fingerprint: str
    not_after: datetime
    days_left: int
    _listed: Listed | None = field(default=None, alias="listed", repr=False)

    @property
    def store(self) -> Store | None:
        """The store it is in; ``None`` for one that is gone."""
        return None if self._listed is None else self._listed.store

    @property
    def entry(self) -> Entry | None:
        """Its entry, read again; ``None`` for one that is gone.

        Raises:
            NotFoundError: It is gone meanwhile.
        """
        return None if self._listed is None else self._listed.entry

    def to_dict(self, *, names: bool = False) -> dict[str, Any]:
        """Everything as JSON values, moments as ISO 8601 text.

        Args:
            names: Add the holder's name and the location, which has it too.
        """
        described: dict[str, Any] = {
            "event": self.kind.value,
            "at": self.at.isoformat(),
            "days_left": self.days_left,
            "fingerprint": self.fingerprint,
            "not_after": self.not_after.isoformat(),
        }
        if self._listed is not None:
            described |= self._listed.to_dict(names=names)
        return described


@frozen
class Memory:
    """What was told of one certificate.

    Attributes:
        not_after: When it ends.
        told: Marks of the events that are told once.
        gone: Whether it was told to be gone.
    """

    not_after: datetime
    told: frozenset[str] = frozenset()
    gone: bool = False


def dump(known: Mapping[str, Memory]) -> str:
    """The memory as JSON text: fingerprints and dates, no names."""
    certificates = {
        fingerprint: {
            "not_after": memory.not_after.isoformat(),
            "told": sorted(memory.told),
            "gone": memory.gone,
        }
        for fingerprint, memory in sorted(known.items())
    }
    return json.dumps({"version": _VERSION, "certificates": certificates}, separators=(",", ":"))


def load(state: str) -> dict[str, Memory]:
    """Read what `dump` has written.

    Raises:
        FormatError: It is something else.
        LimitError: It is longer than 128 MiB.
    """
    if len(state) > _MAX_STATE:
        raise LimitError("state size", len(state), _MAX_STATE, where=_FORMAT)
    try:
        return _read(json.loads(state))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise FormatError(
        _FORMAT,
        "this is no state that a watcher has written; start with none",
        reason_ko="Watcher가 쓴 상태가 아닙니다; 상태 없이 시작하십시오",
    )


def _read(state: Any) -> dict[str, Memory]:  # noqa: ANN401 - JSON can be anything
    if state["version"] != _VERSION:
        raise ValueError("another version")
    return {
        fingerprint: _memory(fingerprint, remembered)
        for fingerprint, remembered in state["certificates"].items()
    }


def _memory(fingerprint: str, remembered: Mapping[str, Any]) -> Memory:
    told, gone = remembered["told"], remembered["gone"]
    right = (
        _FINGERPRINT.fullmatch(fingerprint)
        and isinstance(told, list)
        and all(_MARK.fullmatch(mark) for mark in told)
        and isinstance(gone, bool)
    )
    if not right:
        raise ValueError("not a memory")
    not_after = moment(datetime.fromisoformat(remembered["not_after"]))
    return Memory(not_after, frozenset(told), gone)
