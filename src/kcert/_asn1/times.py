# SPDX-License-Identifier: Apache-2.0
"""UTCTime and GeneralizedTime in the only forms that RFC 5280 section 4.1.2.5 allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kcert._asn1 import der

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = ["read_time"]


def read_time(reader: Reader) -> datetime:
    """Read a Time as an aware datetime in UTC.

    UTCTime is ``YYMMDDHHMMSSZ`` with years 1950 to 2049; GeneralizedTime is ``YYYYMMDDHHMMSSZ``.

    Raises:
        FormatError: Another type, another form (offsets, fractions, no seconds) or no such moment.
    """
    tag, content = reader.read_any()
    if tag == der.UTC_TIME and len(content) == 13:
        year_digits = 2
    elif tag == der.GENERALIZED_TIME and len(content) == 15:
        year_digits = 4
    else:
        raise reader.fail("time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ")
    digits = content[:-1]
    if content[-1:] != b"Z" or not digits.isdigit():
        raise reader.fail("time is not digits and Z")
    year = int(digits[:year_digits])
    if year_digits == 2:
        year += 1900 if year >= 50 else 2000
    month, day, hour, minute, second = (
        int(digits[at : at + 2]) for at in range(year_digits, len(digits), 2)
    )
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise reader.fail("time names no moment of the calendar") from None
