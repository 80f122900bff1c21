# SPDX-License-Identifier: Apache-2.0
"""What a text is, told from how it begins and which characters it has."""

from __future__ import annotations

import re

__all__ = ["beginning", "is_base64", "is_hex", "is_text", "pem_labels"]

# Labels are short and in capitals (RFC 7468 section 3); the cap keeps the search linear.
_PEM_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 #/]{0,60})-----")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-\s]+={0,2}\s*", re.ASCII)
_HEX = re.compile(rb"[0-9A-Fa-f:\s]+", re.ASCII)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SHORTEST = 32


def beginning(data: bytes) -> bytes:
    """The first characters in lower case, without byte order mark and leading space."""
    return data[:1024].removeprefix(_BYTE_ORDER_MARK).lstrip()[:64].lower()


def pem_labels(data: bytes) -> frozenset[str]:
    """Labels of the PEM blocks that begin anywhere in a text, such as ``"CERTIFICATE"``."""
    return frozenset(match.decode("ascii") for match in _PEM_LABEL.findall(data))


def is_base64(data: bytes) -> bool:
    """Whether a text is nothing but base64 or base64url, long enough to be meant so."""
    return len(data) >= _SHORTEST and _BASE64.fullmatch(data) is not None


def is_hex(data: bytes) -> bool:
    """Whether a text is nothing but hexadecimal digits, long enough to be meant so."""
    return len(data) >= _SHORTEST and _HEX.fullmatch(data) is not None


def is_text(data: bytes) -> bool:
    """Whether the beginning is UTF-8 text without control characters."""
    sample = data[:4096]
    try:
        # The sample may end inside a character.
        text = sample[: sample.rfind(b"\n") + 1 or len(sample)].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n\ufeff" for character in text)
