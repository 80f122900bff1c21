# SPDX-License-Identifier: Apache-2.0
"""GeneralName (RFC 5280 section 4.2.1.6), kept encoded; only directory names are looked into."""

from __future__ import annotations

from typing import Final

from kcert._asn1 import der, encode
from kcert._asn1.der import Reader

__all__ = ["NULL_DN", "directory_name", "read_directory_name", "read_general_name"]

_CONSTRUCTED: Final = frozenset({0, 3, 4, 5})
_TAGS: Final = frozenset(
    der.context(number, constructed=number in _CONSTRUCTED) for number in range(9)
)
_DIRECTORY_NAME: Final = 4


def directory_name(name: bytes) -> bytes:
    """A GeneralName of an encoded Name."""
    return encode.context(_DIRECTORY_NAME, name)


NULL_DN: Final = directory_name(encode.sequence())
"""The GeneralName of nobody in particular (RFC 4210 section 5.1.1)."""


def read_general_name(reader: Reader) -> bytes:
    """Read the next value, a GeneralName: the whole encoding.

    Raises:
        FormatError: It is none.
    """
    if reader.peek() not in _TAGS:
        raise reader.fail("it is no GeneralName")
    return reader.read_encoded()


def read_directory_name(general_name: bytes, format: str = "GeneralName") -> bytes | None:
    """The encoded Name in a GeneralName; ``None`` where it is of another kind.

    Raises:
        FormatError: It is said to hold a Name and does not.
    """
    outer = Reader(general_name, format)
    wrapper = outer.enter_optional(der.context(_DIRECTORY_NAME))
    if wrapper is None:
        return None
    name = wrapper.read_encoded()
    wrapper.finish()
    outer.finish()
    return name
