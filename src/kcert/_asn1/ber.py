# SPDX-License-Identifier: Apache-2.0
"""From the Basic Encoding Rules to what the strict reader takes (X.690 section 8 to section 10).

BER leaves a writer choices that DER does not: lengths that are not given beforehand (8.1.3.6), that
take more octets than needed (8.1.3.5), and strings in pieces (8.6.4, 8.7.3). `to_der` undoes these
three and nothing else; what else DER demands, the reader of each structure checks. A string in
pieces under an implicit tag cannot be told from a structure without knowing which one it is:
`implicit_octets` reads such a string either way.
"""

from __future__ import annotations

from typing import Final

from kcert._asn1 import der, encode
from kcert._asn1.der import MAX_DEPTH, Reader
from kcert.errors import FormatError, LimitError

__all__ = ["implicit_octets", "to_der"]

# Each value is an object of its own: tiny ones by the million are work and memory out of all
# proportion. A writer who puts content into pieces of 1,000 octets gets to 500 MB with these.
_MAX_VALUES: Final = 500_000
_CONSTRUCTED: Final = 0x20
_END: Final = b"\0\0"
# Universal types that are strings of octets, and may come in pieces of the same type.
_STRINGS: Final = frozenset(
    (
        der.OCTET_STRING,
        der.UTF8_STRING,
        der.NUMERIC_STRING,
        der.PRINTABLE_STRING,
        der.TELETEX_STRING,
        0x15,  # VideotexString
        der.IA5_STRING,
        der.UTC_TIME,
        der.GENERALIZED_TIME,
        0x19,  # GraphicString
        der.VISIBLE_STRING,
        0x1B,  # GeneralString
        der.UNIVERSAL_STRING,
        der.BMP_STRING,
    )
)


def to_der(data: bytes, format: str) -> bytes:
    """Write one BER value with definite lengths and whole strings.

    Time and memory grow with the size of ``data``, at most once for each of the 32 levels, and with
    the number of values in it.

    Args:
        data: One value that fills all of it. DER comes back as it is.
        format: Name of the structure for error messages.

    Raises:
        FormatError: It is cut, goes on after its end, or a string has pieces of another type.
        LimitError: It is nested more than 32 levels deep, or has over 500,000 values.
    """
    value, end = _Transcoder(data, format).value(0, len(data), 0)
    if end != len(data):
        raise FormatError(
            format,
            "there are octets after the end",
            reason_ko="끝난 뒤에 남은 데이터가 있습니다",
            where=f"byte {end}",
        )
    return value


def implicit_octets(reader: Reader, number: int) -> bytes:
    """Read an ``[number] IMPLICIT OCTET STRING`` that is whole, or still in pieces.

    Raises:
        FormatError: The next value is not that.
    """
    pieces = reader.enter_optional(der.context(number))
    if pieces is None:
        return reader.octet_string(der.context(number, constructed=False))
    found: list[bytes] = []
    while not pieces.at_end:
        found.append(pieces.octet_string())
    return b"".join(found)


class _Transcoder:
    __slots__ = ("_data", "_format", "_values")

    def __init__(self, data: bytes, format: str) -> None:
        self._data = data
        self._format = format
        self._values = 0

    def _fail(self, reason: str, position: int) -> FormatError:
        return FormatError(self._format, reason, where=f"byte {position}")

    def value(self, position: int, limit: int, depth: int) -> tuple[bytes, int]:
        """One value in DER, and where it ended."""
        if depth > MAX_DEPTH:
            raise LimitError("ASN.1 nesting", depth, MAX_DEPTH, where=self._format)
        self._values += 1
        if self._values > _MAX_VALUES:
            raise LimitError("number of values", self._values, _MAX_VALUES, where=self._format)
        start = position
        position = self._after_identifier(position, limit)
        identifier = self._data[start:position]
        content, length = self._length(position, limit)
        if not identifier[0] & _CONSTRUCTED:
            if length is None:
                raise self._fail("a value without members has no length", start)
            end = content + length
            return self._wrap(identifier, self._data[content:end]), end
        members, end = self._members(
            content, limit if length is None else content + length, depth, indefinite=length is None
        )
        primitive = identifier[0] & ~_CONSTRUCTED
        if len(identifier) == 1 and primitive in _STRINGS:
            return encode.value(primitive, self._join(members, primitive, start)), end
        if len(identifier) == 1 and primitive == der.BIT_STRING:
            return encode.value(primitive, self._join_bits(members, start)), end
        return self._wrap(identifier, b"".join(members)), end

    def _members(
        self, position: int, limit: int, depth: int, *, indefinite: bool
    ) -> tuple[list[bytes], int]:
        """The members of a constructed value in DER, and the octet after the value."""
        members: list[bytes] = []
        while position < limit:
            if indefinite and self._data.startswith(_END, position, limit):
                return members, position + 2
            member, position = self.value(position, limit, depth + 1)
            members.append(member)
        if indefinite:
            raise self._fail("data end inside a value", position)
        return members, position

    def _after_identifier(self, position: int, limit: int) -> int:
        if position >= limit:
            raise self._fail("data end inside a value", position)
        if self._data[position] & 0x1F != 0x1F:
            return position + 1
        for offset in range(position + 1, min(limit, position + 4)):
            if not self._data[offset] & 0x80:
                return offset + 1
        raise self._fail("tag is cut, or its number over 2**14", position)

    def _length(self, position: int, limit: int) -> tuple[int, int | None]:
        """Where the content begins, and its length; ``None`` where it is indefinite."""
        if position >= limit:
            raise self._fail("data end inside a value", position)
        first = self._data[position]
        position += 1
        if first == 0x80:
            return position, None
        length = first
        if first & 0x80:
            count = first & 0x7F
            # Leading zeros are BER; a length that fits has few octets behind them.
            if count > 8 or position + count > limit:
                raise self._fail("length is cut or takes more than eight octets", position)
            length = int.from_bytes(self._data[position : position + count], "big")
            position += count
        if length > limit - position:
            raise FormatError(
                self._format,
                "length runs past the end",
                reason_ko="길이가 데이터 끝을 넘습니다 (잘린 파일)",
                where=f"byte {position}",
            )
        return position, length

    def _join(self, members: list[bytes], tag: int, start: int) -> bytes:
        """Content of a string from its pieces, which are whole strings by now."""
        pieces = [self._piece(member, (tag, der.OCTET_STRING), start) for member in members]
        return b"".join(pieces)

    def _join_bits(self, members: list[bytes], start: int) -> bytes:
        pieces = [self._piece(member, (der.BIT_STRING,), start) for member in members]
        if not all(pieces) or any(piece[0] for piece in pieces[:-1]):
            raise self._fail("a piece of a BIT STRING is not whole octets", start)
        unused = pieces[-1][:1] if pieces else b"\0"
        return unused + b"".join(piece[1:] for piece in pieces)

    def _piece(self, member: bytes, tags: tuple[int, ...], start: int) -> bytes:
        if member[0] not in tags:
            raise self._fail("a string has pieces of another type", start)
        return Reader(member, self._format).read(member[0])

    @staticmethod
    def _wrap(identifier: bytes, content: bytes) -> bytes:
        # The tag below 31 is a placeholder where the identifier has more octets.
        return identifier + encode.value(der.NULL, content)[1:]
