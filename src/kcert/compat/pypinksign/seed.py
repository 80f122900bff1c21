# SPDX-License-Identifier: Apache-2.0
"""SEED-CBC and its parts under PyPinkSign's names.

The three spellings of each call differ in where SEED comes from: ``_pure`` is kcert's own code, the
others take the platform's and fall back to it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import oids
from kcert.compat.pypinksign.errors import warn_unsafe
from kcert.errors import FormatError
from kcert.keys.ciphers import CIPHERS, BlockCipher
from kcert.keys.seed import BLOCK_SIZE, KEY_SIZE, Seed, round_keys

if TYPE_CHECKING:
    from kcert.credential.types import Octets

__all__ = [
    "process_block",
    "seed_cbc_128_decrypt",
    "seed_cbc_128_decrypt_openssl",
    "seed_cbc_128_decrypt_pure",
    "seed_cbc_128_encrypt",
    "seed_cbc_128_encrypt_openssl",
    "seed_cbc_128_encrypt_pure",
    "seed_generator",
    "set_key",
]

# What PyPinkSign takes where no initialisation vector is given (CVE-2023-48056).
_CONSTANT_IV: Final = b"0123456789012345"


def _own_seed(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    own = Seed(key)
    return own.encrypt_cbc(iv, data) if encrypting else own.decrypt_cbc(iv, data)


_SEED: Final = CIPHERS[oids.SEED_CBC]
_PURE: Final = BlockCipher(oids.SEED_CBC, KEY_SIZE, BLOCK_SIZE, 128, _own_seed)


@frozen
class _Call:
    """The two directions of one spelling."""

    cipher: BlockCipher

    def encrypt(self, key: Octets, plaintext: Octets, iv: Octets | None = None) -> bytes:
        """Encrypt with SEED-128 in CBC mode and PKCS#7 padding.

        Args:
            key: 16 octets.
            plaintext: Any number of octets.
            iv: 16 octets, drawn anew for every message. PyPinkSign takes a constant where none is
                given (CVE-2023-48056); here that is refused.

        Raises:
            ValueError: No ``iv``, or the key or the vector has not 16 octets.
        """
        if iv is None:
            raise ValueError(
                "give an iv of 16 random octets, such as secrets.token_bytes(16), and keep it "
                "with the ciphertext: a constant one shows which messages begin alike"
            )
        _check(key, iv)
        return self.cipher.encrypt(bytes(key), bytes(iv), bytes(plaintext))

    def decrypt(self, key: Octets, ciphertext: Octets, iv: Octets | None = None) -> bytes:
        """Decrypt what `encrypt`, or PyPinkSign, has made.

        Args:
            key: 16 octets.
            ciphertext: Whole blocks of 16 octets.
            iv: The vector. Without one PyPinkSign's constant is taken, and `UnsafeUseWarning`
                says so.

        Raises:
            FormatError: Not whole blocks, or the padding is wrong: another key, another vector, or
                damage.
            ValueError: The key or the vector has not 16 octets.
        """
        if iv is None:
            warn_unsafe("decrypting under PyPinkSign's constant IV; encrypt again with a fresh one")
            iv = _CONSTANT_IV
        _check(key, iv)
        size = len(ciphertext)
        whole = size > 0 and size % BLOCK_SIZE == 0
        plain = self.cipher.decrypt(bytes(key), bytes(iv), bytes(ciphertext)) if whole else None
        if plain is None:
            raise FormatError(
                "SEED-CBC ciphertext",
                "another key, another initialisation vector, or damage",
                reason_ko="키나 초기화 벡터가 다르거나 데이터가 손상되었습니다",
            )
        return bytes(plain)


def _check(key: Octets, iv: Octets) -> None:
    if len(key) != KEY_SIZE or len(iv) != BLOCK_SIZE:
        raise ValueError("key and iv of SEED-CBC have 16 octets each")


seed_cbc_128_encrypt = seed_cbc_128_encrypt_openssl = _Call(_SEED).encrypt
seed_cbc_128_decrypt = seed_cbc_128_decrypt_openssl = _Call(_SEED).decrypt
seed_cbc_128_encrypt_pure = _Call(_PURE).encrypt
seed_cbc_128_decrypt_pure = _Call(_PURE).decrypt


def seed_generator(size: int) -> bytes:
    """``size`` random octets without a zero among them, from the operating system."""
    return bytes(1 + secrets.randbelow(255) for _ in range(size))


def process_block(enc: bool, raw_key: Octets, in_data: Octets) -> bytearray:
    """One block through SEED (RFC 4269), without a mode: a part for building, not a protection.

    Args:
        enc: Encrypt; else decrypt.
        raw_key: 16 octets.
        in_data: 16 octets.

    Raises:
        ValueError: The key or the block has not 16 octets.
    """
    if len(in_data) != BLOCK_SIZE:
        raise ValueError("a SEED block has 16 octets")
    own = Seed(bytes(raw_key))
    return bytearray((own.encrypt_block if enc else own.decrypt_block)(bytes(in_data)))


def set_key(raw_key: Octets) -> bytearray:
    """The round keys of SEED (RFC 4269 section 2.3), 16 pairs of big-endian words: as secret as it.

    Raises:
        ValueError: The key has not 16 octets.
    """
    if len(raw_key) != KEY_SIZE:
        raise ValueError("a SEED key has 16 octets")
    words = (word for pair in round_keys(bytes(raw_key)) for word in pair)
    return bytearray(b"".join(word.to_bytes(4, "big") for word in words))
