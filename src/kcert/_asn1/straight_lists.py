# SPDX-License-Identifier: Apache-2.0
"""Names, extensions and attributes read straight ahead: each a list of small structures."""

from __future__ import annotations

from kcert._asn1 import der
from kcert._asn1.der import decode_oid
from kcert._asn1.straight import MAX_MEMBERS, Irregular, long_size, only

__all__ = ["attributes", "extensions", "name"]


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


def extensions(data: bytes, at: int, end: int) -> list[tuple[str, bool, bytes]]:
    """Type, criticality and value of each Extension that fills ``data[at:end]``."""
    found: list[tuple[str, bool, bytes]] = []
    try:
        while at < end:
            tag, size = data[at], data[at + 1]
            if size < 0x80:
                at += 2
            else:
                size, at = long_size(data, at + 1)
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
                size, at = long_size(data, at + 1)
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
            # Octets of their own: a view of a key's buffer has no hash for the cache.
            oid = decode_oid(bytes(data[at + 4 : holder]))
            found.append((oid, (data[holder + 2 : stop],)))
            at = stop
            if len(found) > MAX_MEMBERS:
                raise Irregular
    except IndexError:
        raise Irregular from None
    if at != end:
        raise Irregular
    return found
