# SPDX-License-Identifier: Apache-2.0
"""Which certificates end soon: `due` reads the stores, `DueIndex` remembers what it read."""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert.certificate.validity import korean_date, moment
from kcert.lifecycle.listing import Listed, Stores, listed, many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.certificate import Authority, CertificateKind, Policy, RenewalWindow, Validity
    from kcert.store import Entry, Store

__all__ = ["WITHIN", "Due", "DueIndex", "DueState", "due"]

WITHIN: Final = timedelta(days=30)
"""How far `due` looks ahead by default: as long as renewal is open."""


class DueState(enum.Enum):
    """What can be done about a certificate that ends soon."""

    UPCOMING = "upcoming"
    """It can be renewed, but not yet."""
    RENEWABLE = "renewable"
    """It can be renewed now."""
    EXPIRING = "expiring"
    """It ends, and its holder cannot renew it: a new one has to be issued."""
    EXPIRED = "expired"
    """It has ended, and cannot be renewed any more: a new one has to be issued."""


@frozen
class Due:
    """A certificate that ends soon. Nothing of it was unlocked.

    Attributes:
        state: What can be done about it.
        days_left: Days to the expiry day by the Korean calendar; see `Validity.days_left`.
    """

    state: DueState
    days_left: int
    _listed: Listed = field(alias="listed")

    @property
    def store(self) -> Store:
        """The store it is in."""
        return self._listed.store

    @property
    def entry(self) -> Entry:
        """Its entry: as `due` read it, or read again where it comes from a `DueIndex`.

        Raises:
            NotFoundError: It had to be read again, and is gone.
            UnavailableError: It had to be read again, and the medium is gone.
        """
        return self._listed.entry

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, lower-case hexadecimal."""
        return self._listed.fingerprint

    @property
    def kind(self) -> CertificateKind:
        """Kind of the certificate."""
        return self._listed.kind

    @property
    def authority(self) -> Authority | None:
        """Who issued it, where that is known."""
        return self._listed.authority

    @property
    def policy(self) -> Policy | None:
        """Its certificate policy, where that is known."""
        return self._listed.policy

    @property
    def validity(self) -> Validity:
        """Its period of validity."""
        return self._listed.validity

    @property
    def renewal_window(self) -> RenewalWindow | None:
        """When it can be renewed; ``None`` where its holder cannot renew it."""
        return self._listed.renewal_window

    def to_dict(self, *, names: bool = False) -> dict[str, Any]:
        """Everything as JSON values, moments as ISO 8601 text.

        Args:
            names: Add the holder's name and the location, which has it too.
        """
        return {
            "state": self.state.value,
            "days_left": self.days_left,
            **self._listed.to_dict(names=names),
        }


def due(
    stores: Stores,
    within: timedelta = WITHIN,
    *,
    at: datetime | None = None,
    expired: bool = False,
) -> tuple[Due, ...]:
    """Find the certificates that end soon, the first to end first. No password is needed.

    Days count by the Korean calendar, so that with the default a certificate is due from the
    moment its renewal opens. Entries are read one at a time and only what is due is kept. Entries
    whose certificate cannot be read are left out: `Store.entries` tells about them.

    Args:
        stores: A store, or several.
        within: How far to look ahead.
        at: Aware datetime; default now.
        expired: Add those that have ended already.

    Returns:
        What is due, by end of validity; equal ends by fingerprint.

    Raises:
        ValueError: ``within`` is negative, or ``at`` has no time zone.
        StorageError: A store cannot be read.
    """
    now = moment(at)
    last = _last_day(now, within)
    return _found((item for item in listed(stores) if _day(item) <= last), now, expired=expired)


class DueIndex:
    """`due` for many checks: reads the stores once and remembers when each certificate ends.

    A check costs what it finds, however many certificates there are. It tells what the stores held
    when they were read: call `refresh` after changing them, or from time to time. Kept is some
    0.6 KB for each certificate, and no name but that in the location.

    Args:
        stores: A store, or several.

    Raises:
        StorageError: A store cannot be read.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = many(stores)
        self._days: list[date] = []
        self._listed: list[Listed] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self._listed)

    def __repr__(self) -> str:
        return f"<DueIndex of {len(self)} certificates in {len(self._stores)} stores>"

    def refresh(self) -> None:
        """Read the stores again. Where that fails, what was known before stays.

        Raises:
            StorageError: A store cannot be read.
        """
        found = sorted((item.without_entry() for item in listed(self._stores)), key=_order)
        self._days = [_day(item) for item in found]
        self._listed = found

    def due(
        self, within: timedelta = WITHIN, *, at: datetime | None = None, expired: bool = False
    ) -> tuple[Due, ...]:
        """As the function `due`, of what was read last."""
        now = moment(at)
        end = bisect_right(self._days, _last_day(now, within))
        begin = 0 if expired else bisect_left(self._days, korean_date(now), hi=end)
        return _found(self._listed[begin:end], now, expired=expired, ordered=True)


def _found(
    candidates: Iterable[Listed], now: datetime, *, expired: bool, ordered: bool = False
) -> tuple[Due, ...]:
    kept = [item for item in candidates if expired or now <= item.validity.not_after]
    if not ordered:
        kept.sort(key=_order)
    return tuple(Due(_state(item, now), item.validity.days_left(now), item) for item in kept)


def _state(item: Listed, now: datetime) -> DueState:
    if now > item.validity.not_after:
        return DueState.EXPIRED
    if item.renewal_window is None:
        return DueState.EXPIRING
    return DueState.RENEWABLE if item.renewal_window.contains(now) else DueState.UPCOMING


def _last_day(now: datetime, within: timedelta) -> date:
    """The last expiry day that counts as due."""
    if not isinstance(within, timedelta):
        raise TypeError(f"within must be a timedelta, not {type(within).__name__}")
    if within < timedelta():
        raise ValueError("within must not be negative")
    try:
        return korean_date(now + within)
    except OverflowError:
        return date.max


def _day(item: Listed) -> date:
    return item.validity.last_day


def _order(item: Listed) -> tuple[datetime, str]:
    return item.validity.not_after, item.fingerprint
