# SPDX-License-Identifier: Apache-2.0
"""ARIA (RFC 5794) in Python, for platforms whose OpenSSL is out of reach or has none.

A block of 128 bits passes 12, 14 or 16 rounds of key addition, substitution and diffusion. The
S-boxes are not typed in but computed from their definition. Substitution and diffusion are joined:
the diffusion is linear, so each octet of a block contributes one 128-bit word to the result, and
a round is 16 look-ups. They depend on the key: an attacker who shares the processor's cache could
learn from their timing. A key file opened by its holder is not the place where it matters.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from kcert.keys import blocks
from kcert.keys.blocks import BLOCK_SIZE, PythonCipher

__all__ = ["BLOCK_SIZE", "KEY_SIZES", "Aria"]

KEY_SIZES: Final = (16, 24, 32)

_BITS: Final = 128
_MASK: Final = (1 << _BITS) - 1
# GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, as in AES.
_FIELD: Final = 0x11B

# SB1(x) = A·x^254 + 63, the S-box of AES, and SB2(x) = B·x^247 + e2 (RFC 5794 section 2.4.2). See
# `blocks.s_box` for the form of the matrices.
_A: Final = (0xF8, 0x7C, 0x3E, 0x1F, 0x8F, 0xC7, 0xE3, 0xF1)
_B: Final = (0xCB, 0xBA, 0x81, 0x34, 0xB9, 0xEB, 0xBC, 0x7A)

# The diffusion layer (RFC 5794 section 2.4.3): which octets add up to each octet of the result.
_DIFFUSION: Final = (
    (3, 4, 6, 8, 9, 13, 14),
    (2, 5, 7, 8, 9, 12, 15),
    (1, 4, 6, 10, 11, 12, 15),
    (0, 5, 7, 10, 11, 13, 14),
    (0, 2, 5, 8, 11, 14, 15),
    (1, 3, 4, 9, 10, 14, 15),
    (0, 2, 7, 9, 10, 12, 13),
    (1, 3, 6, 8, 11, 12, 13),
    (0, 1, 4, 7, 10, 13, 15),
    (0, 1, 5, 6, 11, 12, 14),
    (2, 3, 5, 6, 8, 13, 15),
    (2, 3, 4, 7, 9, 12, 14),
    (1, 2, 6, 7, 9, 11, 12),
    (0, 3, 6, 7, 8, 10, 13),
    (0, 3, 4, 5, 9, 11, 14),
    (1, 2, 4, 5, 8, 10, 15),
)

# The fraction of 1/pi (RFC 5794 section 2.2); each size of key begins with another of the three.
_CONSTANTS: Final = (
    0x517CC1B727220A94FE13ABE8FA9A6EE0,
    0x6DB14ACC9E21C820FF28B1D5EF5DE2B0,
    0xDB92371D2126E9700324977504E8C90E,
)
# Rotations to the right that make the round keys, four at a time.
_ROTATIONS: Final = (19, 31, _BITS - 61, _BITS - 31, _BITS - 19)


@cache
def _boxes() -> tuple[bytes, bytes, bytes, bytes]:
    """SB1, SB2, SB3 and SB4; the last two undo the first two."""
    sb1, sb2 = (
        blocks.s_box(_FIELD, _A, 254, 0x63),
        blocks.s_box(_FIELD, _B, 247, 0xE2),
    )
    every = range(256)
    return sb1, sb2, bytes(map(sb1.index, every)), bytes(map(sb2.index, every))


_Tables = tuple[tuple[int, ...], ...]


@cache
def _columns() -> tuple[int, ...]:
    """For each octet of a block, a word with 01 wherever the diffusion adds that octet."""
    return tuple(
        sum(1 << 8 * (15 - row) for row, members in enumerate(_DIFFUSION) if octet in members)
        for octet in range(BLOCK_SIZE)
    )


@cache
def _tables() -> tuple[_Tables, _Tables]:
    """Substitution and diffusion in one, for odd and for even rounds: word by octet and value."""
    sb1, sb2, sb3, sb4 = _boxes()
    odd, even = (
        tuple(
            # The column has no octet above 01: the product is the value at each of its places.
            tuple(column * value for value in layer[octet % 4])
            for octet, column in enumerate(_columns())
        )
        for layer in ((sb1, sb2, sb3, sb4), (sb3, sb4, sb1, sb2))
    )
    return odd, even


def _diffuse(block: int) -> int:
    result = 0
    for column, octet in zip(_columns(), block.to_bytes(BLOCK_SIZE, "big"), strict=True):
        result ^= column * octet
    return result


def _round(tables: _Tables, block: int) -> int:
    t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15 = tables
    b = block.to_bytes(BLOCK_SIZE, "big")
    return (
        (t0[b[0]] ^ t1[b[1]] ^ t2[b[2]] ^ t3[b[3]])
        ^ (t4[b[4]] ^ t5[b[5]] ^ t6[b[6]] ^ t7[b[7]])
        ^ (t8[b[8]] ^ t9[b[9]] ^ t10[b[10]] ^ t11[b[11]])
        ^ (t12[b[12]] ^ t13[b[13]] ^ t14[b[14]] ^ t15[b[15]])
    )


def _rotated(word: int, bits: int) -> int:
    return (word >> bits | word << _BITS - bits) & _MASK


def _round_keys(key: bytes) -> list[int]:
    """The key schedule (RFC 5794 section 2.2): one more key than there are rounds."""
    size = KEY_SIZES.index(len(key))
    c1, c2, c3 = _CONSTANTS[size:] + _CONSTANTS[:size]
    left = int.from_bytes(key[:BLOCK_SIZE], "big")
    right = int.from_bytes(key[BLOCK_SIZE:].ljust(BLOCK_SIZE, b"\0"), "big")
    odd, even = _tables()
    w0 = left
    w1 = _round(odd, w0 ^ c1) ^ right
    w2 = _round(even, w1 ^ c2) ^ w0
    w3 = _round(odd, w2 ^ c3) ^ w1
    keys = []
    for bits in _ROTATIONS:
        keys += [
            w0 ^ _rotated(w1, bits),
            w1 ^ _rotated(w2, bits),
            w2 ^ _rotated(w3, bits),
            w3 ^ _rotated(w0, bits),
        ]
    return keys[: 13 + 2 * size]


class Aria(PythonCipher[tuple[int, ...]]):
    """ARIA under one key.

    Args:
        key: 16, 24 or 32 octets.
    """

    __slots__ = ()

    def __init__(self, key: bytes) -> None:
        if len(key) not in KEY_SIZES:
            raise ValueError("an ARIA key has 16, 24 or 32 octets")
        keys = _round_keys(key)
        # The diffusion undoes itself: decryption is the same rounds under the keys turned round.
        inner = (_diffuse(word) for word in keys[-2:0:-1])
        super().__init__(tuple(keys), (keys[-1], *inner, keys[0]))

    @staticmethod
    def _block(schedule: tuple[int, ...], block: int) -> int:
        keys = schedule
        odd, even = _tables()
        for number in range(0, len(keys) - 3, 2):
            block = _round(odd, block ^ keys[number])
            block = _round(even, block ^ keys[number + 1])
        # The last round has no diffusion, and a key after it.
        block = _round(odd, block ^ keys[-3]) ^ keys[-2]
        sb1, sb2, sb3, sb4 = _boxes()
        octets = bytearray(block.to_bytes(BLOCK_SIZE, "big"))
        for start, box in enumerate((sb3, sb4, sb1, sb2)):
            octets[start::4] = octets[start::4].translate(box)
        return int.from_bytes(octets, "big") ^ keys[-1]
