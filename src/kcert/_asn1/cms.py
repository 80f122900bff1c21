# SPDX-License-Identifier: Apache-2.0
"""What all CMS structures share: ContentInfo and Attribute (RFC 5652 sections 3 and 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kcert._asn1 import der, encode, straight, straight_lists
from kcert._asn1.ber import to_der
from kcert._asn1.der import Reader
from kcert.errors import FormatError, KcertError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "RawAttribute",
    "encode_attribute",
    "load_attributes",
    "open_content_info",
    "read_attributes",
    "read_lenient",
]

_MAX_ATTRIBUTES = 256

_T = TypeVar("_T")


class RawAttribute(NamedTuple):
    """An attribute: its type as dotted OID, and its values as encoded."""

    oid: str
    values: tuple[bytes, ...]


def read_lenient(data: bytes, format: str, read: Callable[[Reader], _T]) -> _T:
    """Read one value that fills ``data``: as DER, else as the BER that it may be.

    Raises:
        FormatError: It is neither.
        LimitError: It is nested too deeply.
    """
    try:
        return _read_whole(data, format, read)
    except FormatError:
        strict = to_der(data, format)
        if strict == data:
            raise
    return _read_whole(strict, format, read)


def _read_whole(data: bytes, format: str, read: Callable[[Reader], _T]) -> _T:
    reader = Reader(data, format)
    found = read(reader)
    reader.finish()
    return found


def open_content_info(reader: Reader, content_type: str) -> tuple[Reader, bool]:
    """Go into the content of a ContentInfo, or of a structure that stands without one.

    Args:
        reader: Stands before the value.
        content_type: The type that is expected.

    Returns:
        A reader inside the SEQUENCE of the content, and whether there was a ContentInfo around it.

    Raises:
        FormatError: It is neither, or the type is another one.
    """
    outer = reader.sequence()
    if outer.peek() != der.OBJECT_IDENTIFIER:
        return outer, False
    found = outer.oid()
    if found != content_type:
        raise outer.fail(f"content type is {found}, expected {content_type}")
    wrapper = outer.enter(der.context(0))
    outer.finish()
    content = wrapper.sequence()
    wrapper.finish()
    return content, True


def read_attributes(reader: Reader) -> tuple[RawAttribute, ...]:
    """Read all attributes up to the end of ``reader``, in their order.

    Raises:
        FormatError: One is malformed or has no value, or there are over 256.
    """
    attributes: list[RawAttribute] = []
    while not reader.at_end:
        attribute = reader.sequence()
        oid = attribute.oid()
        members = attribute.set()
        attribute.finish()
        values: list[bytes] = []
        while not members.at_end:
            values.append(members.read_encoded())
        if not values:
            raise members.fail(f"attribute {oid} has no value")
        attributes.append(RawAttribute(oid, tuple(values)))
        if len(attributes) > _MAX_ATTRIBUTES:
            raise reader.fail(f"there are over {_MAX_ATTRIBUTES} attributes")
    return tuple(attributes)


def load_attributes(encoded: bytes, format: str) -> tuple[RawAttribute, ...]:
    """Read all attributes that fill ``encoded``; see `read_attributes`."""
    try:
        found = straight_lists.attributes(encoded, 0, len(encoded))
        if len(found) <= _MAX_ATTRIBUTES:
            return tuple([RawAttribute(oid, values) for oid, values in found])
    except (straight.Irregular, KcertError):
        pass
    return read_attributes(Reader(encoded, format))


def encode_attribute(oid: str, *values: bytes) -> bytes:
    """An Attribute of encoded values."""
    return encode.sequence(encode.oid(oid), encode.set_of(values))
