# SPDX-License-Identifier: Apache-2.0
"""MD2 (RFC 1319) in Python, to read the oldest of key files.

No OpenSSL that is built today has it. It is broken, and nothing is written with it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["Md2"]

# RFC 1319 section 3.2: a permutation of all octets, from the digits of pi.
_PERMUTATION: Final = bytes.fromhex(
    "292e43c9a2d87c013d3654a1ecf0061362a705f3c0c7738c98932bd9bc4c82ca"
    "1e9b573cfdd4e01667426f188a17e512be4ec4d6da9ede49a0fbf58ebb2fee7a"
    "a968799115b2073f94c210890b225f21807f5d9a5a903227353ecce7bff79703"
    "ff1930b348a5b5d1d75e922aac56aac64fb838d296a47db676fc6be29c7404f1"
    "459d705964718720865bcf65e62da8021b6025adaeb0b9f61c46616934407e0f"
    "5547a323dd51af3ac35cf9cebac5ea262c530d6e85288409d3dfcdf441814d52"
    "6adc37c86cc1abfa24e17b080cbdb14a7888958be363e86de9cbd5fe3b001d39"
    "f2efb70e6658d0e4a67772f8eb754b0a314450b48fed1f1adb998d339f118314"
)


class Md2:
    """A hash object like those of `hashlib`.

    Args:
        data: What to begin with.
    """

    name = "md2"
    digest_size = 16
    block_size = 16
    __slots__ = ("_checksum", "_rest", "_state")

    def __init__(self, data: bytes | bytearray | memoryview = b"") -> None:
        self._state = bytes(16)
        self._checksum = bytes(16)
        self._rest = b""
        self.update(data)

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take more octets."""
        octets = self._rest + bytes(data)
        whole = len(octets) - len(octets) % self.block_size
        for start in range(0, whole, self.block_size):
            block = octets[start : start + self.block_size]
            self._state = self._compressed(block)
            self._checksum = self._summed(block)
        self._rest = octets[whole:]

    def _compressed(self, block: bytes) -> bytes:
        """Section 3.4: 18 rounds over state, block and the sum of both."""
        state = bytearray(self._state + block)
        state += bytes(x ^ y for x, y in zip(self._state, block, strict=True))
        octet = 0
        for number in range(18):
            for index in range(48):
                octet = state[index] = state[index] ^ _PERMUTATION[octet]
            octet = octet + number & 255
        return bytes(state[:16])

    def _summed(self, block: bytes) -> bytes:
        """Section 3.2: the checksum goes on with one more block."""
        checksum = bytearray(self._checksum)
        last = checksum[15]
        for index, octet in enumerate(block):
            # As the reference code and every program have it; the text forgets to add.
            last = checksum[index] = checksum[index] ^ _PERMUTATION[octet ^ last]
        return bytes(checksum)

    def copy(self) -> Md2:
        """A hash object of its own in the same state."""
        other = Md2()
        other._state, other._checksum, other._rest = self._state, self._checksum, self._rest
        return other

    def digest(self) -> bytes:
        """The 16 octets of the hash of all that was taken."""
        last = self.copy()
        padding = self.block_size - len(self._rest)
        last.update(bytes((padding,)) * padding)
        return last._compressed(last._checksum)  # noqa: SLF001  # another of its own kind

    def hexdigest(self) -> str:
        """The same in hex."""
        return self.digest().hex()
