# SPDX-License-Identifier: Apache-2.0
"""SEED (RFC 4269) in Python, for platforms whose OpenSSL has none.

A block is two 64-bit halves that pass 16 Feistel rounds. The S-boxes are not typed in but computed
from their definition, and joined with the bit masks of the function G into four tables of 32-bit
words (SS0 to SS3 of RFC 4269 section 2.2), so that G is four look-ups. Look-ups in memory depend
on the key: an attacker who shares the processor's cache could learn from their timing. OpenSSL's
SEED has the same trait; a key file opened by its holder is not the place where it matters.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from kcert.keys import blocks
from kcert.keys.blocks import BLOCK_SIZE, PythonCipher

__all__ = ["BLOCK_SIZE", "KEY_SIZE", "Seed", "round_keys"]

KEY_SIZE: Final = 16

_MASK: Final = 0xFFFFFFFF
# Bits that a byte leaves through in G: m0 to m3 (RFC 4269 section 2.2).
_MASKS: Final = (0xFC, 0xF3, 0xCF, 0x3F)
# KC0 is the golden ratio in 32 bits; each next constant is the last one rotated by one bit.
_GOLDEN: Final = 0x9E3779B9
# GF(2^8) modulo x^8 + x^6 + x^5 + x + 1, as the SEED specification takes it.
_FIELD: Final = 0x163

# S1(x) = A1·x^247 + 169 and S2(x) = A2·x^251 + 56. See `blocks.s_box` for the form.
_A1: Final = (0x8A, 0xFE, 0x85, 0x42, 0x45, 0x21, 0x88, 0x14)
_A2: Final = (0x45, 0x85, 0xFE, 0x21, 0x8A, 0x88, 0x42, 0x14)


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """SS0 to SS3: each S-box value, spread by the masks over the four octets of a word."""
    boxes = (
        blocks.s_box(_FIELD, _A1, 247, 169),
        blocks.s_box(_FIELD, _A2, 251, 56),
    )
    return tuple(
        tuple(
            sum((value & _MASKS[(index + octet) % 4]) << 8 * octet for octet in range(4))
            for value in boxes[index % 2]
        )
        for index in range(4)
    )


def round_keys(key: bytes) -> tuple[tuple[int, int], ...]:
    """The key schedule (RFC 4269 section 2.3): two words for each of the 16 rounds."""
    ss0, ss1, ss2, ss3 = _tables()

    def g(x: int) -> int:
        return ss0[x & 0xFF] ^ ss1[x >> 8 & 0xFF] ^ ss2[x >> 16 & 0xFF] ^ ss3[x >> 24]

    left = int.from_bytes(key[:8], "big")
    right = int.from_bytes(key[8:], "big")
    constant = _GOLDEN
    keys = []
    for number in range(16):
        keys.append(
            (
                g(((left >> 32) + (right >> 32) - constant) & _MASK),
                g(((left & _MASK) - (right & _MASK) + constant) & _MASK),
            )
        )
        if number % 2 == 0:
            left = left >> 8 | (left & 0xFF) << 56
        else:
            right = (right << 8 | right >> 56) & 0xFFFFFFFFFFFFFFFF
        constant = (constant << 1 | constant >> 31) & _MASK
    return tuple(keys)


_Steps = tuple[tuple[tuple[int, int], tuple[int, int]], ...]


class Seed(PythonCipher[_Steps]):
    """SEED under one key.

    Args:
        key: 16 octets.
    """

    __slots__ = ()

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError("a SEED key has 16 octets")
        keys = round_keys(key)
        # Two rounds a step: the halves change places by themselves.
        super().__init__(
            tuple(zip(keys[::2], keys[1::2], strict=True)),
            tuple(zip(keys[::-2], keys[-2::-2], strict=True)),
        )

    @staticmethod
    def _block(schedule: _Steps, block: int) -> int:
        ss0, ss1, ss2, ss3 = _tables()
        mask = _MASK
        a = block >> 96
        b = block >> 64 & mask
        c = block >> 32 & mask
        d = block & mask
        for (k0, k1), (k2, k3) in schedule:
            # F: C and D of one half, with two round keys, change A and B of the other.
            t = c ^ k0
            u = d ^ k1 ^ t
            u = ss0[u & 255] ^ ss1[u >> 8 & 255] ^ ss2[u >> 16 & 255] ^ ss3[u >> 24]
            t = t + u & mask
            t = ss0[t & 255] ^ ss1[t >> 8 & 255] ^ ss2[t >> 16 & 255] ^ ss3[t >> 24]
            u = u + t & mask
            u = ss0[u & 255] ^ ss1[u >> 8 & 255] ^ ss2[u >> 16 & 255] ^ ss3[u >> 24]
            a ^= t + u & mask
            b ^= u
            t = a ^ k2
            u = b ^ k3 ^ t
            u = ss0[u & 255] ^ ss1[u >> 8 & 255] ^ ss2[u >> 16 & 255] ^ ss3[u >> 24]
            t = t + u & mask
            t = ss0[t & 255] ^ ss1[t >> 8 & 255] ^ ss2[t >> 16 & 255] ^ ss3[t >> 24]
            u = u + t & mask
            u = ss0[u & 255] ^ ss1[u >> 8 & 255] ^ ss2[u >> 16 & 255] ^ ss3[u >> 24]
            c ^= t + u & mask
            d ^= u
        # The last round does not change the halves' places.
        return c << 96 | d << 64 | a << 32 | b
