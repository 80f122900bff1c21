# SPDX-License-Identifier: Apache-2.0
"""What stands around PEM blocks: attributes in the form in which OpenSSL prints those of PKCS#12.

::

    Bag Attributes
        localKeyID: 54 B0 1D …
        friendlyName: a name
        1.2.3.4:: BAIAAQ==

A certificate and its key have the same localKeyID. A name that does not fit on one line, and the
values of any other attribute, are written in base64 after two colons, as LDIF does (RFC 2849).
OpenSSL reads none of this; it prints a name in Hangul as octets that are no text, and values in
forms of its own. Both are passed over here.
"""

from __future__ import annotations

import base64
import binascii
import re

from attrs import field, frozen

from kcert._asn1.der import Reader
from kcert.errors import KcertError

__all__ = ["NOTHING", "BagAttributes", "read_attributes", "write_attributes"]

_TITLE = b"Bag Attributes"
_ID = b"localKeyID"
_NAME = b"friendlyName"
# As long as a BMPString of 64 KiB may get in UTF-8; more is no name.
_MAX_NAME = 1 << 17
_MAX_ID = 256
_OID = re.compile(rb"(?:[01]\.[1-3]?\d|2\.\d{1,39})(?:\.\d{1,39}){0,62}")


@frozen
class BagAttributes:
    """What the text before a block says of it; all of it are claims, not facts.

    Attributes:
        local_key_id: The same for a certificate and its key.
        friendly_name: A name for people.
        others: Object identifier and values (DER) of every other attribute.
    """

    local_key_id: bytes | None = None
    friendly_name: str | None = field(default=None, repr=False)
    others: tuple[tuple[str, tuple[bytes, ...]], ...] = field(default=(), repr=False)


NOTHING = BagAttributes()
"""What a block without such a text says."""


def _name(value: bytes, *, encoded: bool) -> str | None:
    try:
        octets = base64.b64decode(value, validate=True) if encoded else value
        text = octets.decode("utf-8", "surrogatepass" if encoded else "strict")
    except (binascii.Error, ValueError):
        return None
    return text if encoded or text.isprintable() else None


def _values(text: bytes) -> tuple[bytes, ...] | None:
    """DER values in base64, or ``None`` where one is not."""
    values = []
    for word in text.split():
        try:
            value = base64.b64decode(word, validate=True)
            reader = Reader(value, "attribute")
            reader.read_any()
            reader.finish()
        except (binascii.Error, KcertError):
            return None
        values.append(value)
    return tuple(values)


def read_attributes(preface: bytes) -> BagAttributes:
    """Read the attributes from the text before a block; what is none is passed over."""
    if _TITLE not in preface:
        return NOTHING
    local_key_id, friendly_name = None, None
    others: list[tuple[str, tuple[bytes, ...]]] = []
    inside = False
    for line in preface.splitlines():
        if line.strip() == _TITLE:
            local_key_id, friendly_name, others = None, None, []
            inside = True
        if not inside:
            continue
        key, colon, value = line.strip().partition(b":")
        encoded, value = value.startswith(b":"), value.removeprefix(b":").strip()
        if colon and key == _ID and len(value) <= 3 * _MAX_ID:
            try:
                local_key_id = bytes.fromhex(value.decode("ascii")) or None
            except ValueError:
                continue
        elif colon and key == _NAME and len(value) <= _MAX_NAME:
            friendly_name = _name(value, encoded=encoded)
        elif encoded and _OID.fullmatch(key):
            values = _values(value)
            if values is not None:
                others.append((key.decode("ascii"), values))
    return BagAttributes(local_key_id, friendly_name, tuple(others))


def write_attributes(attributes: BagAttributes) -> bytes:
    """The lines to put before a block; none where there is nothing to say."""
    lines = []
    if attributes.local_key_id is not None:
        lines.append(f"    localKeyID: {attributes.local_key_id.hex(' ').upper()}")
    name = attributes.friendly_name
    if name is not None:
        plain = name.isprintable() and name == name.strip() and "-----" not in name
        if name and plain and not name.startswith(":"):
            lines.append(f"    friendlyName: {name}")
        else:
            octets = name.encode("utf-8", "surrogatepass")
            lines.append(f"    friendlyName:: {base64.b64encode(octets).decode('ascii')}")
    for oid, values in attributes.others:
        words = [base64.b64encode(value).decode("ascii") for value in values]
        lines.append(" ".join([f"    {oid}::", *words]))
    if not lines:
        return b""
    return "\n".join([_TITLE.decode("ascii"), *lines, ""]).encode()
