# SPDX-License-Identifier: Apache-2.0
"""From when to when a certificate is valid, by each authority's habit of rounding."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from kcert.testing.houses import DateStyle

if TYPE_CHECKING:
    from kcert.testing.houses import House

__all__ = ["KOREA", "aware", "validity", "years_later"]

KOREA = timezone(timedelta(hours=9))


def aware(moment: datetime | None) -> datetime:
    """The moment, default now; a naive one is refused.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment is None:
        return datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("the moment needs a time zone: datetime(…, tzinfo=UTC)")
    return moment


def years_later(moment: datetime, years: int) -> datetime:
    """The same day of another year; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def _start(style: DateStyle, moment: datetime) -> datetime:
    if style is DateStyle.MIDNIGHT:
        return datetime.combine(moment.astimezone(KOREA), time(), KOREA)
    if style is DateStyle.MINUTE:
        return moment.replace(second=0, microsecond=0)
    return moment.replace(microsecond=0)


def validity(
    house: House,
    moment: datetime,
    *,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    valid_days: int | None = None,
    years: int = 1,
) -> tuple[datetime, datetime]:
    """First and last second of a certificate issued at a moment.

    Args:
        house: The authority.
        moment: When it is issued.
        not_before: First second, where it is not to follow from the moment.
        not_after: Last second, where it is not to follow from the first. Where only this one is
            given and lies before the moment, the certificate begins as many years before it.
        valid_days: Days instead of ``years``.
        years: Usual term.

    Raises:
        ValueError: A naive datetime, or both an end and a number of days.
    """
    if not_after is not None and valid_days is not None:
        raise ValueError("give not_after or valid_days, not both")
    if not_before is not None:
        start = aware(not_before)
    else:
        start = _start(house.dates, aware(moment))
        if not_after is not None and aware(not_after) <= start:
            start = _start(house.dates, years_later(not_after, -years))
    if not_after is not None:
        return start, aware(not_after)
    local = start.astimezone(KOREA)
    end = years_later(local, years) if valid_days is None else local + timedelta(days=valid_days)
    if house.dates is not DateStyle.SECOND:
        end = datetime.combine(end, time(23, 59, 59), KOREA)
    return start, end
