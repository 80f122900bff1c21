# SPDX-License-Identifier: Apache-2.0
"""What stands around PEM blocks: attributes in the form in which OpenSSL prints those of PKCS#12.

::

    Bag Attributes
        localKeyID: 54 B0 1D …
        friendlyName: a name

A certificate and its key have the same localKeyID. A name that does not fit on one line is
written in base64 after two colons, as LDIF does (RFC 2849). OpenSSL reads none of this; it prints
a name in Hangul as octets that are no text, which are passed over here.
"""

from __future__ import annotations

import base64
import binascii

from attrs import frozen

__all__ = ["BagAttributes", "read_attributes", "write_attributes"]

_TITLE = b"Bag Attributes"
_ID = b"localKeyID"
_NAME = b"friendlyName"
# As long as a BMPString of 64 KiB may get in UTF-8; more is no name.
_MAX_NAME = 1 << 17
_MAX_ID = 256


@frozen
class BagAttributes:
    """What the text before a block says of it; both fields are claims, not facts.

    Attributes:
        local_key_id: The same for a certificate and its key.
        friendly_name: A name for people.
    """

    local_key_id: bytes | None = None
    friendly_name: str | None = None


def _name(value: bytes, *, encoded: bool) -> str | None:
    try:
        octets = base64.b64decode(value, validate=True) if encoded else value
        text = octets.decode("utf-8", "surrogatepass" if encoded else "strict")
    except (binascii.Error, ValueError):
        return None
    return text if encoded or text.isprintable() else None


def read_attributes(preface: bytes) -> BagAttributes:
    """Read the attributes from the text before a block; what is none is passed over."""
    local_key_id, friendly_name = None, None
    inside = False
    for line in preface.splitlines():
        if line.strip() == _TITLE:
            local_key_id, friendly_name = None, None
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
    return BagAttributes(local_key_id, friendly_name)


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
    if not lines:
        return b""
    return "\n".join([_TITLE.decode("ascii"), *lines, ""]).encode()
