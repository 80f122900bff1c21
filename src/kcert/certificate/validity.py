# SPDX-License-Identifier: Apache-2.0
"""Validity, the Korean calendar and the renewal window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from attrs import frozen

__all__ = ["RENEWAL_DAYS", "RenewalWindow", "Validity", "korean_date", "moment"]

RENEWAL_DAYS: Final = 30
"""How many days before the expiry day renewal opens.

yessign's commonRenew.jsp and TradeSign's FAQ say 30 for joint certificates. For financial
certificates public pages say 30 or 90 (unsure); the narrower one is taken.
"""

# Korea has had no summer time since 1988; a fixed offset needs no time zone database.
_OFFSET: Final = timedelta(hours=9)
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)


def moment(at: datetime | None = None) -> datetime:
    """The moment in question in UTC: ``at``, or now.

    Raises:
        TypeError: ``at`` is no datetime.
        ValueError: ``at`` has no time zone.
    """
    if at is None:
        return datetime.now(UTC)
    if not isinstance(at, datetime):
        raise TypeError(f"at must be a datetime, not {type(at).__name__}")
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("at must be an aware datetime: give it a time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        # Within a day of the calendar's ends; no certificate can tell the difference.
        return datetime.max.replace(tzinfo=UTC) if at.year > 1 else _FIRST


def _korean_day(at: datetime) -> int:
    """Number of the day in Korea. Counted, because a date near the year 9999 may not exist."""
    return (at - _FIRST + _OFFSET) // _DAY


def korean_date(at: datetime) -> date:
    """The date in Korea (UTC+09:00) at a moment, at most 9999-12-31."""
    return date.fromordinal(min(_korean_day(at) + 1, date.max.toordinal()))


@frozen
class Validity:
    """The period of validity, both ends included (RFC 5280 section 4.1.2.5).

    Attributes:
        not_before: First moment, in UTC.
        not_after: Last moment, in UTC.
    """

    not_before: datetime
    not_after: datetime

    @property
    def last_day(self) -> date:
        """The expiry day by the Korean calendar."""
        return korean_date(self.not_after)

    def contains(self, at: datetime | None = None) -> bool:
        """Whether the certificate is valid at a moment (aware datetime, default now)."""
        return self.not_before <= moment(at) <= self.not_after

    def days_left(self, at: datetime | None = None) -> int:
        """Whole days from ``at`` (aware datetime, default now) to the expiry day.

        Days change at midnight in Korea (UTC+09:00). It is 0 all day long on the expiry day, also
        after the last moment has passed, and negative from the next day on.
        """
        return _korean_day(self.not_after) - _korean_day(moment(at))


@frozen
class RenewalWindow:
    """When a certificate can be renewed, both ends included.

    Attributes:
        opens: Korean midnight 30 days before the expiry day (or the begin of validity), in UTC.
        closes: The last moment of validity, in UTC; afterwards only a new issuance is possible.
    """

    opens: datetime
    closes: datetime

    @classmethod
    def of(cls, validity: Validity, days: int = RENEWAL_DAYS) -> RenewalWindow | None:
        """The window of a period of validity; ``None`` for one that ends before it begins."""
        if validity.not_after < validity.not_before:
            return None
        opens = _DAY * (_korean_day(validity.not_after) - days) - _OFFSET
        since_first = max(opens, validity.not_before - _FIRST)
        return cls(_FIRST + since_first, validity.not_after)

    def contains(self, at: datetime | None = None) -> bool:
        """Whether renewal is possible at a moment (aware datetime, default now)."""
        return self.opens <= moment(at) <= self.closes
