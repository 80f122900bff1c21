# SPDX-License-Identifier: Apache-2.0
"""Reading a SignedData from a stream, its content piece by piece.

What stands before and after the content is small and read whole; the content may be of any size, in
one string or in pieces, with lengths given or not. BER and DER are read alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert._asn1 import der, encode, oids
from kcert._asn1.ber import to_der
from kcert._asn1.signed_data import FORMAT, RawSignedData
from kcert._asn1.signed_messages import load_signed_data
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StreamReader"]

_MAX_HEAD: Final = 1 << 16
_MAX_TAIL: Final = 1 << 24
_MAX_DEPTH: Final = 16
_END: Final = b"\0\0"
_PIECES: Final = der.OCTET_STRING | 0x20


class StreamReader:
    """A SignedData on its way in.

    Use it in this order: `start`, then all of `pieces`, then `finish`.

    Args:
        source: The octets of the message, in pieces.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._buffer = bytearray()
        self._position = 0
        # Where each value that is open ends; None where it ends with two zero octets.
        self._open: list[int | None] = []
        self._is_wrapped = False
        self._before = b""
        self._type = b""
        self._has_content = False

    def start(self) -> RawSignedData:
        """Read up to the content.

        Returns:
            The message so far: version, digest algorithms and type of the content.

        Raises:
            FormatError: It is not a SignedData.
        """
        self._enter(der.SEQUENCE)
        if self._peek() == der.OBJECT_IDENTIFIER:
            self._is_wrapped = True
            if to_der(self._value(), FORMAT) != encode.oid(oids.PKCS7_SIGNED_DATA):
                raise self._fail("content type is not signedData")
            self._enter(der.context(0))
            self._enter(der.SEQUENCE)
        self._before = self._value() + self._value()
        self._enter(der.SEQUENCE)
        self._type = self._value()
        # Past its end stand the certificates, under the same tag.
        if not self._at_end_of_open() and self._peek() == der.context(0):
            self._enter(der.context(0))
            self._has_content = True
        return self._message(encode.set_of(()))

    def pieces(self) -> Iterator[bytes]:
        """The content, in pieces; none where the message does not hold it.

        Raises:
            FormatError: It is malformed, or not an OCTET STRING.
        """
        if self._has_content:
            yield from self._string(0)
            self._leave()
        self._leave()

    def finish(self) -> RawSignedData:
        """Read what follows the content.

        Returns:
            The whole message, with empty content where there was any.

        Raises:
            FormatError: It is malformed, or the stream goes on after its end.
            LimitError: Over 16 MiB follow the content.
        """
        rest = bytearray()
        while piece := self._take_some():
            rest += piece
            if len(rest) > _MAX_TAIL:
                raise LimitError("octets after the content", len(rest), _MAX_TAIL, where=FORMAT)
        # The values that are still open end here, the innermost first.
        end = self._position
        tail = bytes(rest)
        for close in self._open:
            if close is None:
                if not tail.endswith(_END):
                    raise self._fail("a value of indefinite length is not closed")
                tail = tail[:-2]
                end -= 2
            elif close != end:
                raise self._fail("a length does not fit what there is")
        return self._message(tail, octets=b"" if self._has_content else None)

    def _message(self, tail: bytes, *, octets: bytes | None = None) -> RawSignedData:
        """The message with a small content in place of the one that went through."""
        content = b"" if octets is None else encode.context(0, encode.octet_string(octets))
        message = encode.sequence(self._before, encode.sequence(self._type, content), tail)
        if self._is_wrapped:
            wrapped = encode.context(0, message)
            message = encode.sequence(encode.oid(oids.PKCS7_SIGNED_DATA), wrapped)
        return load_signed_data(message)

    # The content.

    def _string(self, depth: int) -> Iterator[bytes]:
        """An OCTET STRING in one piece, or in pieces that may be in pieces themselves."""
        if depth > _MAX_DEPTH:
            raise LimitError("ASN.1 nesting", depth, _MAX_DEPTH, where=FORMAT)
        tag = self._peek()
        if tag == der.OCTET_STRING:
            _, size = self._header()
            yield from self._octets(size or 0)
        elif tag == _PIECES:
            self._enter(_PIECES)
            while not self._at_end_of_open():
                yield from self._string(depth + 1)
            self._leave()
        else:
            raise self._fail("the content is not an OCTET STRING")

    def _octets(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._take_some(size)
            if not piece:
                raise self._fail("data end inside a value")
            size -= len(piece)
            yield piece

    # Values.

    def _enter(self, tag: int) -> None:
        found, size = self._header()
        if found != tag:
            raise self._fail(f"expected tag {tag:#04x}, found {found:#04x}")
        self._open.append(None if size is None else self._position + size)

    def _at_end_of_open(self) -> bool:
        close = self._open[-1]
        return self._ahead(2) == _END if close is None else self._position >= close

    def _leave(self) -> None:
        close = self._open.pop()
        if close is None:
            if self._take(2) != _END:
                raise self._fail("a value of indefinite length is not closed")
        elif close != self._position:
            raise self._fail("a length does not fit what there is")

    def _value(self, depth: int = 0) -> bytes:
        """The next value whole, as it is encoded; one of those that are small."""
        if depth > _MAX_DEPTH:
            raise LimitError("ASN.1 nesting", depth, _MAX_DEPTH, where=FORMAT)
        _, size, header = self._raw_header()
        if size is not None:
            if size > _MAX_HEAD:
                raise LimitError("octets before the content", size, _MAX_HEAD, where=FORMAT)
            return header + self._take(size)
        found = bytearray(header)
        while self._ahead(2) != _END:
            found += self._value(depth + 1)
            if len(found) > _MAX_HEAD:
                raise LimitError("octets before the content", len(found), _MAX_HEAD, where=FORMAT)
        return bytes(found) + self._take(2)

    def _header(self) -> tuple[int, int | None]:
        tag, size, _ = self._raw_header()
        return tag, size

    def _raw_header(self) -> tuple[int, int | None, bytes]:
        """Tag, length (``None``: not given) and both as encoded, of the next value."""
        header = self._take(2)
        tag, first = header
        if tag & 0x1F == 0x1F:
            raise self._fail("unexpected tag")
        if first == 0x80:
            if not tag & 0x20:
                raise self._fail("a value without members has no length")
            return tag, None, header
        if first < 0x80:
            return tag, first, header
        count = first & 0x7F
        if count > 8:
            raise self._fail("length takes more than eight octets")
        length = self._take(count)
        return tag, int.from_bytes(length, "big"), header + length

    # Octets.

    def _fail(self, reason: str) -> FormatError:
        return FormatError(FORMAT, reason, where=f"byte {self._position}")

    def _ahead(self, size: int) -> bytes:
        """The next octets, fewer at the end, without going on."""
        while len(self._buffer) < size:
            piece = next(self._source, b"")
            if not piece:
                break
            self._buffer += piece
        return bytes(self._buffer[:size])

    def _peek(self) -> int:
        found = self._ahead(1)
        return found[0] if found else -1

    def _take(self, size: int) -> bytes:
        found = self._ahead(size)
        if len(found) < size:
            raise self._fail("data end inside a value")
        del self._buffer[:size]
        self._position += size
        return found

    def _take_some(self, most: int | None = None) -> bytes:
        """What is at hand, at most so many octets; none at the end."""
        self._ahead(1)
        found = bytes(self._buffer) if most is None else bytes(self._buffer[:most])
        del self._buffer[: len(found)]
        self._position += len(found)
        return found
