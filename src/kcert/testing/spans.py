# SPDX-License-Identifier: Apache-2.0
"""Where DER values lie in a buffer, and replacing one of them: the tool of structured mutations."""

from __future__ import annotations

from attrs import frozen

from kcert._asn1 import encode
from kcert._asn1.der import Reader
from kcert.errors import FormatError, LimitError

__all__ = ["Span", "replace_value", "spans"]

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F


@frozen
class Span:
    """One value: first octet, first octet of its content, octet after it."""

    start: int
    content: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether the other value lies in this one's content."""
        return self.content <= other.start and other.end <= self.end and self != other


def spans(data: bytes, start: int = 0, end: int | None = None) -> list[Span]:
    """The DER values of a buffer, outer ones before those inside; the readable part of bad data."""
    found: list[Span] = []
    reader = Reader(data, "DER", start, end)
    while not reader.at_end:
        begin = reader.position
        try:
            _, content = reader.read_any()
        except (FormatError, LimitError):
            break
        span = Span(begin, reader.position - len(content), reader.position)
        found.append(span)
        if data[begin] & _CONSTRUCTED:
            found += spans(data, span.content, span.end)
    return found


def replace_value(data: bytes, target: Span, replacement: bytes) -> bytes:
    """Put other octets in the place of one value, and correct the lengths of all around it."""
    around = [
        span
        for span in spans(data)
        if span.holds(target) and data[span.start] & _LONG_TAG != _LONG_TAG
    ]
    start, end, octets = target.start, target.end, replacement
    for span in reversed(around):
        content = data[span.content : start] + octets + data[end : span.end]
        start, end, octets = span.start, span.end, encode.value(data[span.start], content)
    return data[:start] + octets + data[end:]
