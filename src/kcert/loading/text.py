# SPDX-License-Identifier: Apache-2.0
"""What a text is, told from how it begins and which characters it has."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import string

from kcert._asn1.pem import read_blocks
from kcert.errors import KcertError

__all__ = [
    "beginning",
    "decode_base64",
    "decode_hex",
    "decode_pem",
    "decode_utf16",
    "is_base64",
    "is_hex",
    "is_text",
    "is_utf16",
    "pem_labels",
]

# Labels are short and in capitals (RFC 7468 section 3); the cap keeps the search linear.
_PEM_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 #/]{0,60})-----")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SPACE = string.whitespace.encode("ascii")
_HEX = string.hexdigits.encode("ascii")
_BASE64 = (string.ascii_letters + string.digits + "+/-_").encode("ascii")
_FROM_URL = bytes.maketrans(b"-_", b"+/")

_SHORTEST = 32


def beginning(data: bytes) -> bytes:
    """The first characters in lower case, without byte order mark and leading space."""
    return data[:1024].removeprefix(_BYTE_ORDER_MARK).lstrip()[:64].lower()


def pem_labels(data: bytes) -> frozenset[str]:
    """Labels of the PEM blocks that begin anywhere in a text, such as ``"CERTIFICATE"``."""
    return frozenset(match.decode("ascii") for match in _PEM_LABEL.findall(data))


def _packed(data: bytes, extra: bytes = b"") -> bytes:
    """The text without byte order mark and white space."""
    return data.removeprefix(_BYTE_ORDER_MARK).translate(None, _SPACE + extra)


# Tests of whole texts by `translate`: it takes the same time whatever the text is.


def is_base64(data: bytes) -> bool:
    """Whether a text is nothing but base64 or base64url, long enough to be meant so."""
    packed = _packed(data)
    if packed.endswith(b"="):
        packed = packed[:-2] + packed[-2:].rstrip(b"=")
    return len(packed) >= _SHORTEST and not packed.translate(None, _BASE64)


def is_hex(data: bytes) -> bool:
    """Whether a text is nothing but hexadecimal digits, long enough to be meant so."""
    packed = _packed(data, b":")
    return len(packed) >= _SHORTEST and not packed.translate(None, _HEX)


def is_utf16(data: bytes) -> bool:
    """Whether data begin with a byte order mark of UTF-16."""
    return data.startswith(_UTF_16)


def decode_base64(data: bytes) -> bytes | None:
    """Octets of base64 or base64url, with or without padding; ``None`` where it is neither."""
    packed = _packed(data).rstrip(b"=").translate(_FROM_URL)
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return None


def decode_hex(data: bytes) -> bytes | None:
    """Octets of hexadecimal digits; ``None`` where their number is odd."""
    try:
        return binascii.unhexlify(_packed(data, b":"))
    except binascii.Error:
        return None


def decode_pem(data: bytes) -> bytes | None:
    """Octets of the one block of a PEM text; ``None`` where there are more, or it is damaged."""
    try:
        blocks = read_blocks(data)
    except KcertError:
        return None
    return blocks[0].data if len(blocks) == 1 else None


def decode_utf16(data: bytes) -> bytes | None:
    """The same text in UTF-8, or ``None``; Windows PowerShell writes UTF-16."""
    try:
        return data.decode("utf-16").encode("utf-8")
    except UnicodeError:
        return None


def is_text(data: bytes) -> bool:
    """Whether the beginning is UTF-8 text without control characters."""
    sample = data[:4096]
    try:
        # The sample may end inside a character.
        text = sample[: sample.rfind(b"\n") + 1 or len(sample)].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n\ufeff" for character in text)
