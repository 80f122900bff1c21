# SPDX-License-Identifier: Apache-2.0
"""A small, strict reader of the Distinguished Encoding Rules (X.690 section 10).

A `Reader` walks over one buffer without copying it. Every fault is a `FormatError` that names the
byte offset; depth, tag numbers, object identifiers and sizes are capped before work is done.
"""

from __future__ import annotations

from functools import lru_cache

from kcert.errors import FormatError, LimitError

__all__ = [
    "BIT_STRING",
    "BMP_STRING",
    "BOOLEAN",
    "ENUMERATED",
    "GENERALIZED_TIME",
    "IA5_STRING",
    "INTEGER",
    "MAX_DEPTH",
    "NULL",
    "NUMERIC_STRING",
    "OBJECT_IDENTIFIER",
    "OCTET_STRING",
    "PRINTABLE_STRING",
    "SEQUENCE",
    "SET",
    "TELETEX_STRING",
    "UNIVERSAL_STRING",
    "UTC_TIME",
    "UTF8_STRING",
    "VISIBLE_STRING",
    "Reader",
    "context",
    "decode_oid",
]

# Identifier octets: class and constructed bits included, as they stand in the encoding.
BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
ENUMERATED = 0x0A
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
TELETEX_STRING = 0x14
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
VISIBLE_STRING = 0x1A
UNIVERSAL_STRING = 0x1C
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31

MAX_DEPTH = 32
_MAX_TAG_NUMBER = 1 << 14
_MAX_OID_ARC = 1 << 64
_MAX_OID_BYTES = 256


def context(number: int, *, constructed: bool = True) -> int:
    """Identifier octet of the context-specific tag ``[number]``, ``number`` from 0 to 30."""
    return (0xA0 if constructed else 0x80) | number


# The same few dozen identifiers come over and over; only sound, short ones are kept.
@lru_cache(maxsize=1024)
def decode_oid(content: bytes, format: str = "ASN.1") -> str:
    """Turn the content octets of an OBJECT IDENTIFIER into dotted decimal.

    Raises:
        FormatError: Empty, cut, padded (X.690 8.19.2) or with an arc above 2**64.
        LimitError: Longer than 256 octets.
    """
    if len(content) > _MAX_OID_BYTES:
        raise LimitError("object identifier size", len(content), _MAX_OID_BYTES, where=format)
    if not content or content[-1] & 0x80:
        raise FormatError(format, "object identifier is cut")
    arcs: list[int] = []
    value = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise FormatError(format, "object identifier has a padded arc")
        value = value << 7 | octet & 0x7F
        if value > _MAX_OID_ARC:
            raise FormatError(format, "object identifier arc is over 2**64")
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


class Reader:
    """A cursor over the DER values of ``data[start:end]``.

    Args:
        data: The buffer.
        format: Name of the structure for error messages, for example ``"certificate"``.
        start: First octet to read.
        end: Octet after the last one, default the end of the buffer.
        depth: Nesting so far.
    """

    __slots__ = ("_data", "_depth", "_end", "_position", "format")

    def __init__(
        self, data: bytes, format: str, start: int = 0, end: int | None = None, depth: int = 0
    ) -> None:
        if depth > MAX_DEPTH:
            raise LimitError("ASN.1 nesting", depth, MAX_DEPTH, where=format)
        self._data = data
        self._position = start
        self._end = len(data) if end is None else end
        self._depth = depth
        self.format = format

    @property
    def position(self) -> int:
        """Offset of the next octet in the whole buffer."""
        return self._position

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self._position >= self._end

    def fail(self, reason: str, *, reason_ko: str | None = None) -> FormatError:
        """Make the error that names the present offset; the caller raises it."""
        return FormatError(self.format, reason, reason_ko=reason_ko, where=f"byte {self._position}")

    def peek(self) -> int:
        """Tag of the next value as `read_any` would return it, or -1 at the end."""
        if self._position >= self._end:
            return -1
        first = self._data[self._position]
        return first if first & 0x1F != 0x1F else self._header()[0]

    def _header(self) -> tuple[int, int, int]:
        """Tag, first content octet and octet after the content of the next value."""
        data, position, limit = self._data, self._position, self._end
        if position + 2 > limit:
            raise self.fail("data end inside a value", reason_ko="데이터가 중간에서 끊겼습니다")
        tag = data[position]
        position += 1
        if tag & 0x1F == 0x1F:
            tag, position = self._high_tag(tag, position)
        length = data[position]
        position += 1
        if length & 0x80:
            length, position = self._long_length(length & 0x7F, position)
        end = position + length
        if end > limit:
            raise self.fail(
                "length runs past the end", reason_ko="길이가 데이터 끝을 넘습니다 (잘린 파일)"
            )
        return tag, position, end

    def _high_tag(self, leading: int, position: int) -> tuple[int, int]:
        """A tag number of 31 or more (X.690 8.1.2.4), and the offset of the length after it."""
        number = 0
        for offset in range(position, self._end - 1):
            octet = self._data[offset]
            if not number and octet & 0x7F == 0:
                raise self.fail("tag number is padded")
            number = number << 7 | octet & 0x7F
            if number > _MAX_TAG_NUMBER:
                raise self.fail("tag number is over 2**14")
            if not octet & 0x80:
                if number < 0x1F:
                    raise self.fail("tag number is not minimal")
                return leading << 16 | number, offset + 1
        raise self.fail("data end inside a tag")

    def _long_length(self, count: int, position: int) -> tuple[int, int]:
        """A length of more than one octet (X.690 10.1), and the offset of the content."""
        if count == 0:
            raise self.fail("indefinite length where DER is required")
        if count > 4:
            raise self.fail("length takes more than four octets")
        if position + count > self._end:
            raise self.fail("data end inside a length")
        length = int.from_bytes(self._data[position : position + count], "big")
        if length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise self.fail("length is not minimal")
        return length, position + count

    def read_any(self) -> tuple[int, bytes]:
        """Read the next value whatever it is: its tag and its content octets."""
        tag, start, end = self._header()
        self._position = end
        return tag, self._data[start:end]

    def read_encoded(self) -> bytes:
        """Read the next value whole, tag and length included."""
        begin = self._position
        self._position = self._header()[2]
        return self._data[begin : self._position]

    def read(self, tag: int) -> bytes:
        """Read the next value, which must have this tag: its content octets."""
        found, start, end = self._header()
        if found != tag:
            raise self.fail(f"expected tag {tag:#04x}, found {found:#04x}")
        self._position = end
        return self._data[start:end]

    def skip(self) -> None:
        """Pass over the next value."""
        self._position = self._header()[2]

    def enter(self, tag: int) -> Reader:
        """Go into the next value, which must have this tag, and step past it."""
        found, start, end = self._header()
        if found != tag:
            raise self.fail(f"expected tag {tag:#04x}, found {found:#04x}")
        self._position = end
        return Reader(self._data, self.format, start, end, self._depth + 1)

    def enter_optional(self, tag: int) -> Reader | None:
        """Go into the next value if it has this tag, else stay and return ``None``."""
        return self.enter(tag) if self.peek() == tag else None

    def sequence(self) -> Reader:
        """Go into the next value, a SEQUENCE."""
        return self.enter(SEQUENCE)

    def set(self) -> Reader:
        """Go into the next value, a SET."""
        return self.enter(SET)

    def finish(self) -> None:
        """Insist that everything has been read.

        Raises:
            FormatError: Octets are left over.
        """
        if self._position != self._end:
            raise self.fail(
                "there are octets after the end", reason_ko="끝난 뒤에 남은 데이터가 있습니다"
            )

    def boolean(self) -> bool:
        """Read a BOOLEAN (X.690 11.1: 00 or FF)."""
        content = self.read(BOOLEAN)
        if content == b"\xff":
            return True
        if content == b"\x00":
            return False
        raise self.fail("BOOLEAN is neither 00 nor FF")

    def integer(self, tag: int = INTEGER) -> int:
        """Read an INTEGER (or ENUMERATED, or one under another tag), minimally encoded."""
        content = self.read(tag)
        if not content:
            raise self.fail("INTEGER is empty")
        if len(content) > 1 and (
            (content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)
        ):
            raise self.fail("INTEGER is padded")
        return int.from_bytes(content, "big", signed=True)

    def oid(self) -> str:
        """Read an OBJECT IDENTIFIER as dotted decimal."""
        # A view of a buffer that can still change has no hash for the cache.
        return decode_oid(bytes(self.read(OBJECT_IDENTIFIER)), self.format)

    def octet_string(self, tag: int = OCTET_STRING) -> bytes:
        """Read an OCTET STRING."""
        return self.read(tag)

    def bit_string(self, tag: int = BIT_STRING) -> tuple[bytes, int]:
        """Read a BIT STRING: its octets and the number of unused bits in the last one."""
        content = self.read(tag)
        if not content or content[0] > 7 or (len(content) == 1 and content[0]):
            raise self.fail("BIT STRING has a wrong number of unused bits")
        unused = content[0]
        if unused and content[-1] & ((1 << unused) - 1):
            raise self.fail("BIT STRING has unused bits that are not zero")
        return content[1:], unused

    def null(self) -> None:
        """Read a NULL."""
        if self.read(NULL):
            raise self.fail("NULL is not empty")
