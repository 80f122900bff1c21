# SPDX-License-Identifier: Apache-2.0
"""The character string types of X.680 as text, read as they are met in Korean certificates."""

from __future__ import annotations

import unicodedata

from kcert._asn1 import der

__all__ = ["STRING_TYPES", "decode_string"]

_ASCII_TYPES = frozenset(
    (der.PRINTABLE_STRING, der.IA5_STRING, der.NUMERIC_STRING, der.VISIBLE_STRING)
)
_WIDE_TYPES = {der.BMP_STRING: "utf-16-be", der.UNIVERSAL_STRING: "utf-32-be"}

STRING_TYPES = _ASCII_TYPES | _WIDE_TYPES.keys() | {der.UTF8_STRING, der.TELETEX_STRING}
"""Tags of the types that `decode_string` reads as text."""


def _is_hangul(text: str) -> bool:
    return all(character < "\x80" or "가" <= character <= "힣" for character in text)


def _decode_octets(content: bytes) -> str:
    """Read octets of a one-octet type that are not ASCII.

    Latin-1 is what most programs mean by TeletexString; old Korean ones wrote CP949 (which holds
    EUC-KR) or UTF-8 into it. CP949 is believed only where it gives nothing but Hangul and ASCII.
    """
    try:
        text = content.decode("cp949")
    except UnicodeDecodeError:
        pass
    else:
        if _is_hangul(text):
            return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def decode_string(tag: int, content: bytes) -> tuple[str, bool]:
    """Text of a string value in Normalization Form C, and whether it stands for exactly this value.

    It never fails: octets that the type does not allow become U+FFFD, and a value that is no
    character string becomes ``#`` and its content in hexadecimal. Both are told by ``False``.

    Args:
        tag: Identifier octet of the value.
        content: Its content octets.
    """
    if tag == der.UTF8_STRING or tag in _ASCII_TYPES:
        if content.isascii():
            return content.decode("ascii"), True
        if tag == der.UTF8_STRING:
            try:
                return unicodedata.normalize("NFC", content.decode("utf-8")), True
            except UnicodeDecodeError:
                text = content.decode("utf-8", "replace")
                return unicodedata.normalize("NFC", text), False
        return unicodedata.normalize("NFC", _decode_octets(content)), False
    if tag == der.TELETEX_STRING:
        text = content.decode("ascii") if content.isascii() else _decode_octets(content)
        return unicodedata.normalize("NFC", text), True
    if tag in _WIDE_TYPES:
        try:
            return unicodedata.normalize("NFC", content.decode(_WIDE_TYPES[tag])), True
        except UnicodeDecodeError:
            return content.decode(_WIDE_TYPES[tag], "replace"), False
    return "#" + content.hex(), False
