# SPDX-License-Identifier: Apache-2.0
"""RC2 (RFC 2268) in Python, to read old PKCS#12 files.

Most programs of the 1990s and 2000s hid the certificates of such a file under RC2 with a key of 40
bits, which `cryptography` does not offer. kcert only decrypts with it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BLOCK_SIZE", "Rc2"]

BLOCK_SIZE: Final = 8

# RFC 2268 section 2: a permutation of all octets, from the digits of pi.
_PITABLE: Final = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_MASK: Final = 0xFFFF


class Rc2:
    """RC2 under one key.

    Args:
        key: 1 to 128 octets.
        effective_bits: How many bits of it count, 1 to 1,024.
    """

    __slots__ = ("_words",)

    def __init__(self, key: bytes, effective_bits: int) -> None:
        octets = bytearray(key)
        size = len(octets)
        for index in range(size, 128):
            octets.append(_PITABLE[octets[index - 1] + octets[index - size] & 255])
        effective = (effective_bits + 7) // 8
        octets[128 - effective] = _PITABLE[
            octets[128 - effective] & 255 >> (8 * effective - effective_bits)
        ]
        for index in range(127 - effective, -1, -1):
            octets[index] = _PITABLE[octets[index + 1] ^ octets[index + effective]]
        self._words = tuple(octets[i] | octets[i + 1] << 8 for i in range(0, 128, 2))

    def decrypt_block(self, block: bytes) -> bytes:
        """Decrypt 8 octets."""
        words, mask = self._words, _MASK
        number = int.from_bytes(block, "little")
        a, b, c, d = number & mask, number >> 16 & mask, number >> 32 & mask, number >> 48
        for start in range(60, -1, -4):
            # One mixing round backwards; the fifth and eleventh are followed by a mashing round.
            d = ((d << 11 | d >> 5) & mask) - words[start + 3] - (c & b) - (~c & a) & mask
            c = ((c << 13 | c >> 3) & mask) - words[start + 2] - (b & a) - (~b & d) & mask
            b = ((b << 14 | b >> 2) & mask) - words[start + 1] - (a & d) - (~a & c) & mask
            a = ((a << 15 | a >> 1) & mask) - words[start] - (d & c) - (~d & b) & mask
            if start in (44, 20):
                d = d - words[c & 63] & mask
                c = c - words[b & 63] & mask
                b = b - words[a & 63] & mask
                a = a - words[d & 63] & mask
        return (a | b << 16 | c << 32 | d << 48).to_bytes(BLOCK_SIZE, "little")

    def decrypt_cbc(self, iv: bytes, data: bytes | bytearray) -> bytearray:
        """Decrypt whole blocks in cipher block chaining mode; padding is left on."""
        chain = int.from_bytes(iv, "big")
        out = bytearray(len(data))
        for start in range(0, len(data), BLOCK_SIZE):
            current = bytes(data[start : start + BLOCK_SIZE])
            plain = int.from_bytes(self.decrypt_block(current), "big") ^ chain
            out[start : start + BLOCK_SIZE] = plain.to_bytes(BLOCK_SIZE, "big")
            chain = int.from_bytes(current, "big")
        return out
