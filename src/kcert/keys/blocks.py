# SPDX-License-Identifier: Apache-2.0
"""What block ciphers in Python have in common: S-boxes from their definition, and CBC mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BLOCK_SIZE", "decrypt_cbc", "encrypt_cbc", "s_box"]

BLOCK_SIZE: Final = 16


def _multiply(a: int, b: int, field: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= field
        b >>= 1
    return product


def _power(base: int, exponent: int, field: int) -> int:
    result = 1
    while exponent:
        if exponent & 1:
            result = _multiply(result, base, field)
        base = _multiply(base, base, field)
        exponent >>= 1
    return result


def s_box(field: int, matrix: tuple[int, ...], exponent: int, constant: int) -> bytes:
    """The S-box ``matrix·x^exponent + constant`` over GF(2^8).

    Args:
        field: The polynomial that multiplication is taken modulo.
        matrix: Eight rows as octets, the highest bit of the result first; bit 7 of a row meets
            bit 7 of the power.
        exponent: The power of x.
        constant: Added to each result.
    """
    box = bytearray()
    for x in range(256):
        power = _power(x, exponent, field)
        value = 0
        for row in matrix:
            value = value << 1 | (row & power).bit_count() & 1
        box.append(value ^ constant)
    return bytes(box)


def encrypt_cbc(block: Callable[[int], int], iv: bytes, data: bytes | bytearray) -> bytearray:
    """Encrypt whole blocks in cipher block chaining mode; padding is the caller's.

    Args:
        block: Encrypts one block, as a number of 128 bits.
        iv: The initialisation vector, 16 octets.
        data: Whole blocks.
    """
    chain = int.from_bytes(iv, "big")
    out = bytearray(len(data))
    for start in range(0, len(data), BLOCK_SIZE):
        end = start + BLOCK_SIZE
        chain = block(chain ^ int.from_bytes(data[start:end], "big"))
        out[start:end] = chain.to_bytes(BLOCK_SIZE, "big")
    return out


def decrypt_cbc(block: Callable[[int], int], iv: bytes, data: bytes | bytearray) -> bytearray:
    """Decrypt whole blocks in cipher block chaining mode; padding is left on.

    Args:
        block: Decrypts one block, as a number of 128 bits.
        iv: The initialisation vector, 16 octets.
        data: Whole blocks.
    """
    chain = int.from_bytes(iv, "big")
    out = bytearray(len(data))
    for start in range(0, len(data), BLOCK_SIZE):
        end = start + BLOCK_SIZE
        current = int.from_bytes(data[start:end], "big")
        out[start:end] = (block(current) ^ chain).to_bytes(BLOCK_SIZE, "big")
        chain = current
    return out
