# SPDX-License-Identifier: Apache-2.0
"""The traditional encryption of OpenSSL's PEM keys: ``Proc-Type: 4,ENCRYPTED`` and ``DEK-Info``.

Headers after RFC 1421 section 4.6.1; the derivation is OpenSSL's EVP_BytesToKey(3) with MD5 and
one round. It protects next to nothing, has no integrity, and is read only: what comes out is
locked anew at once.
"""

from __future__ import annotations

import binascii
import hashlib
from typing import TYPE_CHECKING, Final

from kcert._asn1 import oids
from kcert.errors import FormatError, UnlockError, UnsupportedAlgorithmError
from kcert.keys.ciphers import CIPHERS
from kcert.keys.passwords import Password

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CIPHER_NAMES", "decrypt", "is_encrypted"]

CIPHER_NAMES: Final = {
    # DES is triple DES under one key three times.
    "DES-CBC": (oids.DES_EDE3_CBC, 8),
    "DES-EDE3-CBC": (oids.DES_EDE3_CBC, 24),
    "AES-128-CBC": (oids.AES128_CBC, 16),
    "AES-192-CBC": (oids.AES192_CBC, 24),
    "AES-256-CBC": (oids.AES256_CBC, 32),
    "SEED-CBC": (oids.SEED_CBC, 16),
    "ARIA-128-CBC": (oids.ARIA128_CBC, 16),
    "ARIA-192-CBC": (oids.ARIA192_CBC, 24),
    "ARIA-256-CBC": (oids.ARIA256_CBC, 32),
}
"""OpenSSL's names of ciphers: the row of `CIPHERS`, and how many octets are derived for its key."""

_FORMAT: Final = "traditional PEM encryption"


def is_encrypted(headers: Mapping[str, str]) -> bool:
    """Whether the headers of a PEM block say that its content is encrypted."""
    return "DEK-Info" in headers or "ENCRYPTED" in headers.get("Proc-Type", "")


def _derive(password: bytearray, salt: bytes, size: int) -> bytes:
    derived = previous = b""
    while len(derived) < size:
        digest = hashlib.md5(previous, usedforsecurity=False)
        digest.update(password)
        digest.update(salt)
        previous = digest.digest()
        derived += previous
    return derived[:size]


def decrypt(
    headers: Mapping[str, str], data: bytes, password: str | bytes | bytearray | memoryview
) -> bytearray:
    """Decrypt the content of a block, an RSAPrivateKey, for the caller to overwrite.

    Args:
        headers: Of the block.
        data: Its octets.
        password: Text (as UTF-8) or octets.

    Raises:
        UnlockError: The padding is wrong: so is the password, or the data are damaged.
        UnsupportedAlgorithmError: A cipher that kcert does not have.
        FormatError: The headers are not as they should be, or the data are not whole blocks.
    """
    try:
        secret = Password(password)
    finally:
        del password
    with secret:
        name, comma, vector = headers.get("DEK-Info", "").partition(",")
        if not comma:
            raise FormatError(_FORMAT, "there is no DEK-Info header with a cipher and a vector")
        if name.strip().upper() not in CIPHER_NAMES:
            raise UnsupportedAlgorithmError(
                None,
                repr(name.strip()[:40]),
                use=_FORMAT,
                hint="convert it with openssl pkcs8 -topk8 first",
                hint_ko="먼저 openssl pkcs8 -topk8로 변환하십시오",
            )
        oid, size = CIPHER_NAMES[name.strip().upper()]
        cipher = CIPHERS[oid]
        try:
            iv = binascii.unhexlify(vector.strip())
        except (binascii.Error, ValueError):
            iv = b""
        if len(iv) != cipher.block_size:
            raise FormatError(_FORMAT, f"the vector has not {cipher.block_size} octets in hex")
        if not data or len(data) % cipher.block_size:
            raise FormatError(
                _FORMAT,
                f"{len(data)} octets are not whole blocks; the text is damaged",
                reason_ko="암호화된 부분의 길이가 블록 단위가 아닙니다; 파일이 손상되었습니다",
            )
        key = _derive(secret.octets, iv[:8], size)
        plain = cipher.decrypt(key * (cipher.key_size // size), iv, data)
        del key
    if plain is None:
        raise UnlockError
    return plain
