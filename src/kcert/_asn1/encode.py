# SPDX-License-Identifier: Apache-2.0
"""Writing DER (X.690 section 10): each function returns one whole encoded value."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING

from kcert._asn1 import der

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = [
    "bit_string",
    "bmp_string",
    "boolean",
    "context",
    "generalized_time",
    "header",
    "ia5_string",
    "integer",
    "null",
    "octet_string",
    "oid",
    "printable_string",
    "sequence",
    "set_of",
    "time",
    "utc_time",
    "utf8_string",
    "value",
]


def header(tag: int, size: int) -> bytes:
    """What stands before a content of ``size`` octets: identifier octet, length."""
    if size < 0x80:
        return bytes((tag, size))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length


def value(tag: int, content: bytes) -> bytes:
    """One value: identifier octet (below 31, see `der`), length, content."""
    return header(tag, len(content)) + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded parts."""
    return value(der.SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """A SET OF, its members in DER order (X.690 11.6)."""
    return value(der.SET, b"".join(sorted(parts)))


def context(number: int, content: bytes, *, constructed: bool = True) -> bytes:
    """A value under the context-specific tag ``[number]``."""
    return value(der.context(number, constructed=constructed), content)


def boolean(flag: bool) -> bytes:
    """A BOOLEAN."""
    return b"\x01\x01\xff" if flag else b"\x01\x01\x00"


def integer(number: int, tag: int = der.INTEGER) -> bytes:
    """An INTEGER, minimally encoded."""
    size = (number + (number < 0)).bit_length() // 8 + 1
    return value(tag, number.to_bytes(size, "big", signed=True))


# The same few dozen identifiers come over and over.
@lru_cache(maxsize=1024)
def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from dotted decimal."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (40 * first + second, *rest):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(arc & 0x7F | 0x80)
        content += bytes(reversed(octets))
    return value(der.OBJECT_IDENTIFIER, bytes(content))


def octet_string(content: bytes) -> bytes:
    """An OCTET STRING."""
    return value(der.OCTET_STRING, content)


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING with ``unused`` zero bits at the end of its last octet."""
    return value(der.BIT_STRING, bytes((unused,)) + content)


def null() -> bytes:
    """A NULL."""
    return b"\x05\x00"


def utf8_string(text: str) -> bytes:
    """A UTF8String."""
    return value(der.UTF8_STRING, text.encode())


def printable_string(text: str) -> bytes:
    """A PrintableString."""
    return value(der.PRINTABLE_STRING, text.encode("ascii"))


def ia5_string(text: str) -> bytes:
    """An IA5String."""
    return value(der.IA5_STRING, text.encode("ascii"))


def bmp_string(text: str) -> bytes:
    """A BMPString: UTF-16, big-endian. Characters beyond U+FFFF become surrogate pairs.

    Half a pair, which a name from a hostile file may hold, is written as it is.
    """
    return value(der.BMP_STRING, text.encode("utf-16-be", "surrogatepass"))


def utc_time(moment: datetime) -> bytes:
    """A UTCTime, ``YYMMDDHHMMSSZ``, of an aware datetime from 1950 to 2049."""
    return value(der.UTC_TIME, moment.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())


def generalized_time(moment: datetime) -> bytes:
    """A GeneralizedTime, ``YYYYMMDDHHMMSSZ``, of an aware datetime."""
    moment = moment.astimezone(UTC)
    return value(der.GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%SZ}".zfill(15).encode())


def time(moment: datetime) -> bytes:
    """A Time of RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from then on."""
    year = moment.astimezone(UTC).year
    return utc_time(moment) if 1950 <= year < 2050 else generalized_time(moment)
