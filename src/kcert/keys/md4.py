# SPDX-License-Identifier: Apache-2.0
"""MD4 (RFC 1320) in Python, to read old PKCS#12 files.

OpenSSL has it in its legacy provider only, which Python does not load. It is broken, and nothing
is written with it.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["Md4"]

_MASK: Final = 0xFFFFFFFF
# RFC 1320 section 3.4: of each round the order of the words, the shifts, and the constant.
_ROUNDS: Final = (
    (tuple(range(16)), (3, 7, 11, 19), 0),
    ((0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), (3, 5, 9, 13), 0x5A827999),
    ((0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15), 0x6ED9EBA1),
)


def _mix(number: int, x: int, y: int, z: int) -> int:
    """F, G and H of section 3.4."""
    if number == 0:
        return x & y | ~x & z
    if number == 1:
        return x & y | x & z | y & z
    return x ^ y ^ z


class Md4:
    """A hash object like those of `hashlib`.

    Args:
        data: What to begin with.
    """

    name = "md4"
    digest_size = 16
    block_size = 64
    __slots__ = ("_rest", "_size", "_state")

    def __init__(self, data: bytes | bytearray | memoryview = b"") -> None:
        self._state = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
        self._rest = b""
        self._size = 0
        self.update(data)

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take more octets."""
        octets = self._rest + bytes(data)
        self._size += len(octets) - len(self._rest)
        whole = len(octets) - len(octets) % self.block_size
        for start in range(0, whole, self.block_size):
            self._state = self._compressed(octets[start : start + self.block_size])
        self._rest = octets[whole:]

    def _compressed(self, block: bytes) -> tuple[int, int, int, int]:
        words = struct.unpack("<16I", block)
        a, b, c, d = self._state
        for number, (order, shifts, constant) in enumerate(_ROUNDS):
            for step, index in enumerate(order):
                shift = shifts[step & 3]
                a = a + _mix(number, b, c, d) + words[index] + constant & _MASK
                a, b, c, d = d, (a << shift | a >> 32 - shift) & _MASK, b, c
        return tuple(x + y & _MASK for x, y in zip(self._state, (a, b, c, d), strict=True))  # type: ignore[return-value]  # four, as the state is

    def copy(self) -> Md4:
        """A hash object of its own in the same state."""
        other = Md4()
        other._state, other._rest, other._size = self._state, self._rest, self._size
        return other

    def digest(self) -> bytes:
        """The 16 octets of the hash of all that was taken."""
        last = self.copy()
        zeros = (55 - self._size) % self.block_size
        last.update(b"\x80" + bytes(zeros) + struct.pack("<Q", 8 * self._size & (1 << 64) - 1))
        return struct.pack("<4I", *last._state)  # noqa: SLF001  # another of its own kind

    def hexdigest(self) -> str:
        """The same in hex."""
        return self.digest().hex()
