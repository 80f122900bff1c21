# SPDX-License-Identifier: Apache-2.0
"""What the block ciphers in Python have in common: S-boxes by definition, blocks, CBC mode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, Generic, TypeVar

__all__ = ["BLOCK_SIZE", "PythonCipher", "s_box"]

S = TypeVar("S")

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


class PythonCipher(ABC, Generic[S]):
    """A cipher of 128-bit blocks under one key.

    Args:
        encrypting: The key schedule for encryption.
        decrypting: The one for decryption.
    """

    __slots__ = ("_decrypting", "_encrypting")

    def __init__(self, encrypting: S, decrypting: S) -> None:
        self._encrypting = encrypting
        self._decrypting = decrypting

    @staticmethod
    @abstractmethod
    def _block(schedule: S, block: int) -> int:
        """One block, as a number, through the cipher."""

    def encrypt_block(self, block: bytes) -> bytes:
        """Encrypt 16 octets."""
        number = int.from_bytes(block, "big")
        return self._block(self._encrypting, number).to_bytes(BLOCK_SIZE, "big")

    def decrypt_block(self, block: bytes) -> bytes:
        """Decrypt 16 octets."""
        number = int.from_bytes(block, "big")
        return self._block(self._decrypting, number).to_bytes(BLOCK_SIZE, "big")

    def encrypt_cbc(self, iv: bytes, data: bytes | bytearray) -> bytearray:
        """Encrypt whole blocks in cipher block chaining mode; padding is the caller's."""
        block, schedule = self._block, self._encrypting
        chain = int.from_bytes(iv, "big")
        out = bytearray(len(data))
        for start in range(0, len(data), BLOCK_SIZE):
            end = start + BLOCK_SIZE
            chain = block(schedule, chain ^ int.from_bytes(data[start:end], "big"))
            out[start:end] = chain.to_bytes(BLOCK_SIZE, "big")
        return out

    def decrypt_cbc(self, iv: bytes, data: bytes | bytearray) -> bytearray:
        """Decrypt whole blocks in cipher block chaining mode; padding is left on."""
        block, schedule = self._block, self._decrypting
        chain = int.from_bytes(iv, "big")
        out = bytearray(len(data))
        for start in range(0, len(data), BLOCK_SIZE):
            end = start + BLOCK_SIZE
            current = int.from_bytes(data[start:end], "big")
            out[start:end] = (block(schedule, current) ^ chain).to_bytes(BLOCK_SIZE, "big")
            chain = current
        return out
