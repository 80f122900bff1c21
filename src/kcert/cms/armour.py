# SPDX-License-Identifier: Apache-2.0
"""The forms in which messages travel: DER and BER, PEM, base64, base64url, hexadecimal."""

from __future__ import annotations

from typing import Final

from kcert._asn1.pem import decode_base64, read_blocks
from kcert.errors import FormatError

__all__ = ["Blob", "to_binary"]

Blob = bytes | bytearray | memoryview | str

_SEQUENCE: Final = b"\x30"
_BOM: Final = b"\xef\xbb\xbf"
_WHITESPACE: Final = b" \t\r\n\v\f"
_LABELS: Final = frozenset(("PKCS7", "CMS", "PKCS #7 SIGNED DATA", "PKCS7 SIGNED DATA"))
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")


def to_binary(blob: Blob, format: str) -> bytes:
    """The octets of a message in any of the forms above; base64 with or without its padding.

    The forms cannot be taken for each other: binary begins with ``30`` as an octet, hexadecimal
    with ``30`` as text, base64 with another letter.

    Raises:
        FormatError: It is in none of them.
        TypeError: It is neither octets nor text.
    """
    if isinstance(blob, str):
        data = blob.encode("utf-8", "replace")
    elif isinstance(blob, (bytes, bytearray, memoryview)):
        data = bytes(blob)
    else:
        raise TypeError(f"a message is read from bytes or str, not {type(blob).__name__}")
    if data[:1] == _SEQUENCE:
        return data
    if b"-----BEGIN" in data:
        return _from_pem(data, format)
    text = data.removeprefix(_BOM).translate(None, _WHITESPACE)
    if not text:
        raise FormatError(format, "there is no data", reason_ko="데이터가 없습니다")
    if text[:2] == b"30":
        return _from_hexadecimal(text, format)
    text = text.rstrip(b"=").translate(_FROM_URL)
    decoded = decode_base64(text + b"=" * (-len(text) % 4))
    if decoded[:1] != _SEQUENCE:
        raise FormatError(
            format,
            "it is neither DER, BER, PEM, base64 nor hexadecimal",
            reason_ko="DER, BER, PEM, base64, 16진수 가운데 어느 것도 아닙니다",
        )
    return decoded


def _from_hexadecimal(text: bytes, format: str) -> bytes:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raise FormatError(format, "text is not hexadecimal") from None


def _from_pem(text: bytes, format: str) -> bytes:
    found = [block.data for block in read_blocks(text) if block.label in _LABELS]
    if len(found) != 1:
        raise FormatError(
            format,
            f"PEM holds {len(found)} messages where one is expected",
            reason_ko=f"PEM에 메시지가 {len(found)}개 있습니다 (1개여야 합니다)",
        )
    return found[0]
