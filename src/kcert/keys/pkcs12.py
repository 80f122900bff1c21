# SPDX-License-Identifier: Apache-2.0
"""Key derivation of PKCS#12 (RFC 7292 appendix B), and what it takes a password for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError
from kcert.keys import digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "ENCRYPTION_KEY",
    "INITIALISATION_VECTOR",
    "MAC_KEY",
    "derive",
    "password_readings",
    "standard_reading",
]

# What is derived (appendix B.3).
ENCRYPTION_KEY: Final = 1
INITIALISATION_VECTOR: Final = 2
MAC_KEY: Final = 3


def password_readings(password: bytearray) -> Iterator[bytearray]:
    """The octets that programs derive from, for one password; each is overwritten after use.

    1. The text as a BMPString with two zero octets at its end, as the standard says; a character
       beyond U+FFFF is a surrogate pair. So an empty password is two zero octets.
    2. For an empty password: no octets at all, the "null password" of OpenSSL and others.
    3. For one that is not ASCII: each octet of its UTF-8 (or of what else was given as octets) as
       a character of its own, as OpenSSL before 1.1.0 and programs built on it wrote it.

    Args:
        password: UTF-8, or octets of another encoding, for which only the last reading exists.
    """
    makers: list[Callable[[bytearray], bytearray | None]] = [_standard]
    if not password.isascii():
        makers.append(_widened)
    elif not password:
        makers.append(_null)
    for maker in makers:
        octets = maker(password)
        if octets is not None:
            try:
                yield octets
            finally:
                octets[:] = bytes(len(octets))


def standard_reading(password: bytearray) -> bytearray:
    """The octets to derive from when writing; for the caller to overwrite.

    Raises:
        FormatError: The password is not UTF-8.
    """
    octets = _standard(password)
    if octets is None:
        raise FormatError(
            "password",
            "octets that are not UTF-8 cannot be written into a PKCS#12 file; pass it as text",
            reason_ko="UTF-8이 아닌 비밀번호로는 PKCS#12 파일을 쓸 수 없습니다; "
            "문자열로 전달하십시오",
        )
    return octets


def _standard(password: bytearray) -> bytearray | None:
    if password.isascii():
        return _widened(password)
    try:
        return bytearray(password.decode("utf-8").encode("utf-16-be") + b"\0\0")
    except UnicodeDecodeError:
        return None


def _widened(password: bytearray) -> bytearray:
    octets = bytearray(2 * len(password) + 2)
    octets[1:-1:2] = password
    return octets


def _null(_password: bytearray) -> bytearray:
    return bytearray()


def derive(
    digest: str, password: bytearray, salt: bytes, iterations: int, *, purpose: int, length: int
) -> bytes:
    """Derive octets from a password (appendix B.2).

    A loop in Python, so a key press or signal can end it.

    Args:
        digest: Name of the hash, see `kcert.keys.digests`.
        password: One of `password_readings`.
        salt: The salt.
        iterations: Rounds, at least 1.
        purpose: `ENCRYPTION_KEY`, `INITIALISATION_VECTOR` or `MAC_KEY`.
        length: Octets wanted.
    """
    hash_function = digests.constructor(digest)
    block_size = hash_function().block_size
    diversifier = bytes((purpose,)) * block_size
    # S and P, each repeated to whole blocks.
    state = bytearray(_repeat(salt, block_size) + _repeat(password, block_size))
    derived = b""
    try:
        while True:
            first = hash_function(diversifier)
            first.update(state)
            block: bytes = first.digest()
            for _ in range(iterations - 1):
                block = hash_function(block).digest()
            derived += block
            if len(derived) >= length:
                return derived[:length]
            _add(state, _repeat(block, block_size)[:block_size], block_size)
    finally:
        state[:] = bytes(len(state))


def _repeat(octets: bytes | bytearray, block_size: int) -> bytes | bytearray:
    """As many copies as fill whole blocks, cut at the end of the last block."""
    size = -(-len(octets) // block_size) * block_size
    return (octets * (size // len(octets) + 1))[:size] if size else b""


def _add(state: bytearray, block: bytes | bytearray, block_size: int) -> None:
    """Add the block and one to each block of the state, modulo its size (step 6C)."""
    addend = int.from_bytes(block, "big") + 1
    modulus = 1 << 8 * block_size
    for start in range(0, len(state), block_size):
        end = start + block_size
        total = (int.from_bytes(state[start:end], "big") + addend) % modulus
        state[start:end] = total.to_bytes(block_size, "big")
