# SPDX-License-Identifier: Apache-2.0
"""R as services pass it on by itself: in Base64, in hexadecimal, or in octets."""

from __future__ import annotations

import binascii
from typing import Final

from kcert.errors import FormatError
from kcert.keys import VidRandom
from kcert.vid.checking import MAX_RANDOM

__all__ = ["read_random"]

_USUAL_SIZE: Final = 20
# BIT STRING of 20 octets, as in the private key.
_BIT_STRING: Final = bytes.fromhex("031500")
_TO_STANDARD: Final = str.maketrans("-_", "+/")


def read_random(value: str | bytes) -> VidRandom:
    """Read an R that came by itself (``randomEnc``, ``rValue``).

    Args:
        value: Text in Base64, base64url (with or without padding) or hexadecimal; or octets. A
            BIT STRING around the 20 octets is taken off.

    Raises:
        FormatError: It is none of these, empty, or over 1,024 octets.
    """
    try:
        octets = _octets(value) if isinstance(value, str) else bytes(value)
    finally:
        del value
    if octets is not None and len(octets) == _USUAL_SIZE + 3 and octets.startswith(_BIT_STRING):
        octets = octets[3:]
    if octets is not None and 0 < len(octets) <= MAX_RANDOM:
        return VidRandom(octets)
    del octets
    raise FormatError(
        "VID random",
        "is neither Base64 nor hexadecimal of up to 1,024 octets",
        reason_ko="Base64나 16진수로 된 R 값이 아닙니다",
    )


def _octets(text: str) -> bytes | None:
    if len(text) > 2 * MAX_RANDOM:
        return None
    packed = "".join(text.split())
    try:
        # 40 hexadecimal digits are 20 octets; as Base64 they would be 30, which R never has.
        if len(packed) in (2 * _USUAL_SIZE, 2 * (_USUAL_SIZE + 3)):
            return bytes.fromhex(packed)
    except ValueError:
        return None
    try:
        bare = packed.rstrip("=").translate(_TO_STANDARD)
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except ValueError:
        return None
