# SPDX-License-Identifier: Apache-2.0
"""Values of pyasn1 that other programs hand over, as the DER that the house reads."""

from __future__ import annotations

from pyasn1.codec.der.encoder import encode
from pyasn1.error import PyAsn1Error

from kcert.errors import FormatError

__all__ = ["der_of"]


def der_of(value: object, format: str) -> bytes:
    """The DER encoding of a value of pyasn1.

    Args:
        value: Any value with content; octets are taken as an encoding already.
        format: Name of the structure for error messages.

    Raises:
        FormatError: It is no value of pyasn1, or one without content.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    try:
        return bytes(encode(value))
    except PyAsn1Error:
        pass
    raise FormatError(format, "it is neither DER nor a value of pyasn1 with content")
