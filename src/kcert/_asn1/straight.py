# SPDX-License-Identifier: Apache-2.0
"""DER read straight ahead: what is usual in it, in a third of the time that `Reader` takes.

A few structures are read for every message, path and folder: certificates above all. Each function
here reads one shape in one loop and gives up with `Irregular` at anything else, be it wrong or
only rare; `Reader` then reads the same octets and has the last word. So what comes out of here is
what `Reader` would have found; property tests hold it to that.
"""

from __future__ import annotations

from kcert._asn1 import der
from kcert._asn1.der import decode_oid

__all__ = [
    "Irregular",
    "Member",
    "attributes",
    "encoded",
    "extensions",
    "integer",
    "members",
    "name",
    "only",
]

# No caller keeps more of them. Of more, `Reader` keeps none that it does not have to.
_MAX_MEMBERS = 1_024

Member = tuple[int, int, int]
"""Tag of a value, first octet of its content, octet after it."""


class Irregular(Exception):  # noqa: N818 - a sign from one reader to the other, no error
    """`Reader` has to read it."""


def _size(data: bytes, at: int) -> tuple[int, int]:
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
        for _ in range(_MAX_MEMBERS):
            if at >= end:
                break
            tag, size = data[at], data[at + 1]
            if tag & 0x1F == 0x1F:
                raise Irregular
            # As `_size`, which would cost as much as all the rest.
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


def only(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """First octet of the content of the one value that fills ``data[at:end]``, octet after it."""
    try:
        size = data[at + 1]
        if data[at] != tag:
            raise Irregular
        if size < 0x80:
            at += 2
        else:
            size, at = _size(data, at + 1)
    except IndexError:
        raise Irregular from None
    if at + size != end:
        raise Irregular
    return at, end


def name(data: bytes) -> tuple[tuple[tuple[str, int, bytes]], ...]:
    """A Name of RDNs of one attribute each: type, tag and content of each attribute."""
    at, end = only(data, 0, len(data), der.SEQUENCE)
    found: list[tuple[tuple[str, int, bytes]]] = []
    try:
        while at < end:
            # SET, SEQUENCE and OBJECT IDENTIFIER, all short.
            size, inner, kind = data[at + 1], data[at + 3], data[at + 5]
            value = at + 6 + kind
            stop = at + 2 + size
            tag, length = data[value], data[value + 1]
            if (
                data[at] != der.SET
                or data[at + 2] != der.SEQUENCE
                or data[at + 4] != der.OBJECT_IDENTIFIER
                or size > 0x7F
                or length > 0x7F
                or inner != size - 2
                or value + 2 + length != stop
                or tag & 0x1F == 0x1F
            ):
                raise Irregular
            oid = decode_oid(data[at + 6 : value])
            found.append(((oid, tag, data[value + 2 : stop]),))
            at = stop
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return tuple(found)


def encoded(data: bytes, at: int, end: int) -> list[bytes]:
    """The values that fill ``data[at:end]``, tags and lengths included."""
    found: list[bytes] = []
    for _, _, after in members(data, at, end):
        found.append(data[at:after])
        at = after
    return found


def extensions(data: bytes, at: int, end: int) -> list[tuple[str, bool, bytes]]:
    """Type, criticality and value of each Extension that fills ``data[at:end]``."""
    found: list[tuple[str, bool, bytes]] = []
    try:
        while at < end:
            tag, size = data[at], data[at + 1]
            if size < 0x80:
                at += 2
            else:
                size, at = _size(data, at + 1)
            stop = at + size
            kind = data[at + 1]
            if tag != der.SEQUENCE or data[at] != der.OBJECT_IDENTIFIER or kind > 0x7F:
                raise Irregular
            oid = decode_oid(data[at + 2 : at + 2 + kind])
            at += 2 + kind
            critical = False
            if data[at] == der.BOOLEAN:
                if data[at + 1] != 1 or data[at + 2] != 0xFF:
                    raise Irregular
                critical = True
                at += 3
            tag, size = data[at], data[at + 1]
            if size < 0x80:
                at += 2
            else:
                size, at = _size(data, at + 1)
            if tag != der.OCTET_STRING or at + size != stop:
                raise Irregular
            found.append((oid, critical, data[at:stop]))
            at = stop
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found


def attributes(data: bytes, at: int, end: int) -> list[tuple[str, tuple[bytes, ...]]]:
    """The attributes of one value each that fill ``data[at:end]``: type and encoded value.

    At most 1,024.
    """
    found: list[tuple[str, tuple[bytes, ...]]] = []
    try:
        while at < end:
            # SEQUENCE, OBJECT IDENTIFIER and SET, all short, and in the SET one value.
            size, kind = data[at + 1], data[at + 3]
            holder = at + 4 + kind
            stop = at + 2 + size
            tag, length = data[holder + 2], data[holder + 3]
            if (
                data[at] != der.SEQUENCE
                or data[at + 2] != der.OBJECT_IDENTIFIER
                or data[holder] != der.SET
                or size > 0x7F
                or length > 0x7F
                or holder + 2 + data[holder + 1] != stop
                or holder + 4 + length != stop
                or tag & 0x1F == 0x1F
            ):
                raise Irregular
            oid = decode_oid(data[at + 4 : holder])
            found.append((oid, (data[holder + 2 : stop],)))
            at = stop
            if len(found) > _MAX_MEMBERS:
                raise Irregular
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found
