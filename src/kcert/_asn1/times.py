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
    digits = content[:-1]
    if content[-1:] != b"Z" or not digits.isdigit():
        raise reader.fail("time is not digits and Z")
    if tag == der.UTC_TIME and len(digits) == 12:
        year = int(digits[:2])
        year += 1900 if year >= 50 else 2000
    elif tag == der.GENERALIZED_TIME and len(digits) == 14:
        year = int(digits[:4])
        digits = digits[2:]
    else:
        raise reader.fail("time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ")
    try:
        return datetime(
            year,
            int(digits[2:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            tzinfo=UTC,
        )
    except ValueError:
        raise reader.fail("time names no moment of the calendar") from None
