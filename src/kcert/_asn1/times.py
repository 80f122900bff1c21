# SPDX-License-Identifier: Apache-2.0
"""UTCTime and GeneralizedTime: as RFC 5280 section 4.1.2.5 allows, and as responders write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kcert._asn1 import der

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

_MAX_FRACTION = 9

__all__ = ["moment_of", "read_generalized_time", "read_time"]

_MAX_FRACTION = 9


def read_generalized_time(reader: Reader, tag: int = der.GENERALIZED_TIME) -> datetime:
    """Read a GeneralizedTime that may have fractions of a second, as an aware datetime in UTC.

    RFC 6960 wants none in OCSP responses; responders in use write them all the same.

    Raises:
        FormatError: Another type, an offset instead of Z, no seconds, or no such moment.
    """
    content = reader.read(tag)
    digits, point, fraction = content[:-1].partition(b".")
    if content[-1:] != b"Z" or len(digits) != 14 or not digits.isdigit():
        raise reader.fail("time is not YYYYMMDDHHMMSS, a fraction and Z")
    if point and not (fraction.isdigit() and len(fraction) <= _MAX_FRACTION):
        raise reader.fail("time has a fraction that is no number")
    microsecond = int(fraction[:6].ljust(6, b"0")) if point else 0
    return _moment(reader, 0, digits, microsecond)


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
        century = 1900 if digits >= b"5" else 2000
    elif tag == der.GENERALIZED_TIME and len(digits) == 14:
        century = 0
    else:
        raise reader.fail("time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ")
    return _moment(reader, century, digits)


def moment_of(century: int, digits: bytes, microsecond: int = 0) -> datetime:
    """The moment that digits down to the second name, aware, in UTC; ``century`` is added.

    Raises:
        ValueError: The calendar has no such moment.
    """
    # One number to take apart: each slice of its own would take as long.
    rest, second = divmod(int(digits), 100)
    rest, minute = divmod(rest, 100)
    rest, hour = divmod(rest, 100)
    rest, day = divmod(rest, 100)
    year, month = divmod(rest, 100)
    return datetime(century + year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


def _moment(reader: Reader, century: int, digits: bytes, microsecond: int = 0) -> datetime:
    try:
        return moment_of(century, digits, microsecond)
    except ValueError:
        raise reader.fail("time names no moment of the calendar") from None
