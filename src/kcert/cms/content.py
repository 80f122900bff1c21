# SPDX-License-Identifier: Apache-2.0
"""The content of a message: octets, text or a stream, and its digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol, cast

from kcert._asn1 import der, oids
from kcert._asn1.der import Reader
from kcert.cms.algorithms import new_hash
from kcert.errors import FormatError, KcertError, SignatureError

if TYPE_CHECKING:
    from kcert.cms.profile import TextEncoding

__all__ = ["CHUNK", "Content", "Data", "Readable", "chunks", "to_octets"]

CHUNK: Final = 1 << 16
_HEAD: Final = 1 << 16


class Readable(Protocol):
    """A binary file, or anything that reads like one."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` octets; none at the end."""
        ...


Octets = bytes | bytearray | memoryview
Data = Octets | str | Readable | Iterable[bytes]
"""Octets; text; a binary file; or octets in pieces."""


def to_octets(data: Octets | str, encoding: TextEncoding) -> bytes:
    """Octets as they are, text as the encoding says.

    Raises:
        FormatError: The encoding does not have all characters of the text.
    """
    if not isinstance(data, str):
        return bytes(data)
    # The codec's own error would hold the text.
    with suppress(UnicodeEncodeError):
        return data.encode(encoding)
    raise FormatError(
        "text",
        f"it has characters that {encoding} does not have",
        reason_ko=f"{encoding}에 없는 글자가 있습니다",
    )


def chunks(source: Readable | Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream, of bounded size where it is a file, and none of them empty."""
    if hasattr(source, "read"):
        file = cast("Readable", source)
        while piece := file.read(CHUNK):
            yield piece
    else:
        yield from filter(None, source)


class Content:
    """The content of a message on its way through: hashed under several names at once.

    Args:
        digests: Names of the hashes that may be asked for.
        octets: The content, where it is at hand whole; it is hashed when that is asked for.
    """

    __slots__ = ("_done", "_hashes", "_head", "octets", "size")

    def __init__(self, digests: Iterable[str], octets: bytes | None = None) -> None:
        self.octets = octets
        self.size = 0 if octets is None else len(octets)
        self._hashes = {name: new_hash(name) for name in digests}
        self._done: dict[str, bytes] = {}
        self._head = b""

    def update(self, piece: bytes) -> None:
        """Take the next piece of a stream."""
        self.size += len(piece)
        for hashing in self._hashes.values():
            hashing.update(piece)
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]

    def digest(self, name: str) -> bytes:
        """Hash of all of it.

        Raises:
            SignatureError: That hash was not foreseen.
        """
        found = self._done.get(name)
        if found is None:
            if name not in self._hashes:
                raise SignatureError(
                    f"its hash {name} is not among those that the message announces",
                    reason_ko=f"메시지가 예고하지 않은 해시입니다: {name}",
                )
            hashing = self._hashes[name]
            if self.octets is not None:
                hashing.update(self.octets)
            found = self._done[name] = hashing.digest()
        return found

    def is_like_signed_attributes(self) -> bool:
        """Whether it could pass for the signed attributes of another message.

        A signature over content without attributes, and one over attributes, are alike; who may
        choose the content could turn one into the other. No limit of what is read as attributes
        counts here. Of content over 64 KiB the length alone decides.
        """
        head = self._head if self.octets is None else self.octets[:_HEAD]
        if head[:1] != bytes((der.SET,)):
            return False
        try:
            if len(head) < self.size:
                return _announced_size(head) == self.size
            reader = Reader(head, "content")
            attributes = reader.set()
            reader.finish()
            while not attributes.at_end:
                if attributes.sequence().oid() == oids.MESSAGE_DIGEST:
                    return True
        except KcertError:
            return False
        return False


def _announced_size(head: bytes) -> int:
    """Octets of the DER value that begins with ``head``, by what its header says."""
    if head[1] < 0x80:
        return 2 + head[1]
    count = head[1] & 0x7F
    return 2 + count + int.from_bytes(head[2 : 2 + count], "big")
