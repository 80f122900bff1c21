# SPDX-License-Identifier: Apache-2.0
"""DER read straight ahead: what is usual in it, in a third of the time that `Reader` takes.

A few structures are read for every message, path and folder: certificates above all. Each function
here reads one shape in one loop and gives up with `Irregular` at anything else, be it wrong or
only rare; `Reader` then reads the same octets and has the last word. So what comes out of here is
what `Reader` would have found; property tests hold it to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kcert._asn1 import der
from kcert._asn1.der import decode_oid
from kcert._asn1.times import moment_of
from kcert.errors import KcertError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

__all__ = [
    "MAX_MEMBERS",
    "Irregular",
    "Member",
    "encoded",
    "fields",
    "integer",
    "long_size",
    "members",
    "naturals",
    "oid",
    "one",
    "only",
    "read",
    "utc_time",
]

_T = TypeVar("_T")
_D = TypeVar("_D")

# No caller keeps more of them. Of more, `Reader` keeps none that it does not have to.
MAX_MEMBERS = 1_024
_UTC_TIME = bytes((der.UTC_TIME, 13))

Member = tuple[int, int, int]
"""Tag of a value, first octet of its content, octet after it."""


class Irregular(Exception):  # noqa: N818 - a sign from one reader to the other, no error
    """`Reader` has to read it."""


def read(ahead: Callable[[_D], _T], carefully: Callable[[_D], _T], data: _D) -> _T:
    """What ``ahead`` finds in ``data``, or what ``carefully`` says where it gives up."""
    try:
        return ahead(data)
    except (Irregular, KcertError):
        # Left before the second reading, so that its errors do not hold the frames of the first.
        pass
    return carefully(data)


def long_size(data: bytes, at: int) -> tuple[int, int]:
    """A length of two or three octets at ``at``, and the first octet after it."""
    first = data[at]
    if first == 0x81 and data[at + 1] >= 0x80:
        return data[at + 1], at + 2
    if first == 0x82 and data[at + 1]:
        return data[at + 1] << 8 | data[at + 2], at + 3
    raise Irregular


def members(data: bytes, at: int, end: int) -> list[Member]:
    """The values that fill ``data[at:end]``, at most 1,024."""
    found: list[Member] = []
    try:
        for _ in range(MAX_MEMBERS):
            if at >= end:
                break
            tag, size = data[at], data[at + 1]
            if tag & 0x1F == 0x1F:
                raise Irregular
            # As `long_size`, which would cost as much as all the rest.
            if size < 0x80:
                at += 2
            elif size == 0x82 and data[at + 2]:
                size = data[at + 2] << 8 | data[at + 3]
                at += 4
            elif size == 0x81 and data[at + 2] >= 0x80:
                size = data[at + 2]
                at += 3
            else:
                raise Irregular
            found.append((tag, at, at + size))
            at += size
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found


def integer(data: bytes, at: int, end: int) -> int:
    """The content of an INTEGER, minimally encoded."""
    size = end - at
    if size == 0 or (size > 1 and data[at] == 0 and data[at + 1] < 0x80) or data[at] == 0xFF:
        raise Irregular
    return int.from_bytes(data[at:end], "big", signed=True)


def naturals(data: bytes, at: int, end: int, count: int) -> list[int]:
    """The so many INTEGERs, none negative, that fill ``data[at:end]``, minimally encoded."""
    found: list[int] = []
    try:
        for _ in range(count):
            size = data[at + 1]
            if data[at] != der.INTEGER:
                raise Irregular
            if size < 0x80:
                at += 2
            else:
                size, at = long_size(data, at + 1)
            first = data[at]
            if first > 0x7F or (first == 0 and size > 1 and data[at + 1] < 0x80) or size == 0:
                raise Irregular
            found.append(int.from_bytes(data[at : at + size], "big"))
            at += size
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found


def utc_time(data: bytes, at: int, end: int) -> datetime:
    """The UTCTime ``YYMMDDHHMMSSZ`` that fills ``data[at:end]``, aware."""
    digits = data[at + 2 : at + 14]
    # By slices, which may reach beyond the end of the data.
    if data[at : at + 2] != _UTC_TIME or data[at + 14 : end] != b"Z" or not digits.isdigit():
        raise Irregular
    try:
        return moment_of(1900 if digits >= b"5" else 2000, digits)
    except ValueError:
        raise Irregular from None


def fields(data: bytes, at: int, end: int, tags: Sequence[int]) -> list[tuple[int, int]]:
    """First octet of the content and octet after it of the values that fill ``data[at:end]``.

    They have these tags, one after the other.
    """
    found: list[tuple[int, int]] = []
    try:
        for tag in tags:
            size = data[at + 1]
            if data[at] != tag:
                raise Irregular
            if size < 0x80:
                at += 2
            elif size == 0x82 and data[at + 2]:
                size = data[at + 2] << 8 | data[at + 3]
                at += 4
            else:
                size, at = long_size(data, at + 1)
            found.append((at, at + size))
            at += size
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found


def one(data: bytes, at: int, end: int) -> tuple[int, int]:
    """As `only`, for a value of any tag."""
    if at >= end or data[at] & 0x1F == 0x1F:
        raise Irregular
    return only(data, at, end, data[at])


def only(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """First octet of the content of the one value that fills ``data[at:end]``, octet after it."""
    try:
        size = data[at + 1]
        if data[at] != tag:
            raise Irregular
        if size < 0x80:
            at += 2
        else:
            size, at = long_size(data, at + 1)
    except IndexError:
        raise Irregular from None
    if at + size != end:
        raise Irregular
    return at, end


def oid(data: bytes, at: int) -> tuple[str, int]:
    """The OBJECT IDENTIFIER that begins at ``at``, and the octet after it."""
    try:
        stop = at + 2 + data[at + 1]
        if data[at] != der.OBJECT_IDENTIFIER or stop > at + 0x81:
            raise Irregular
    except IndexError:
        raise Irregular from None
    # Octets of their own: a view of a key's buffer has no hash for the cache.
    return decode_oid(bytes(data[at + 2 : stop])), stop


def encoded(data: bytes, at: int, end: int) -> list[bytes]:
    """The values that fill ``data[at:end]``, tags and lengths included."""
    found: list[bytes] = []
    for _, _, after in members(data, at, end):
        found.append(data[at:after])
        at = after
    return found
