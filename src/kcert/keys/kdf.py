# SPDX-License-Identifier: Apache-2.0
"""Key derivation from passwords (RFC 8018 section 5). The callers have checked the numbers."""

from __future__ import annotations

import hashlib
from typing import Final

from kcert._asn1 import oids
from kcert.keys import digests

__all__ = ["PRF_DIGESTS", "pbkdf1", "pbkdf2"]

# PBKDF2 pseudo-random functions by object identifier: the hash under the HMAC.
PRF_DIGESTS: Final = {
    oids.HMAC_SHA1: "sha1",
    oids.HMAC_SHA224: "sha224",
    oids.HMAC_SHA256: "sha256",
    oids.HMAC_SHA384: "sha384",
    oids.HMAC_SHA512: "sha512",
    oids.HMAC_SHA512_224: "sha512_224",
    oids.HMAC_SHA512_256: "sha512_256",
    oids.HMAC_SHA3_224: "sha3_224",
    oids.HMAC_SHA3_256: "sha3_256",
    oids.HMAC_SHA3_384: "sha3_384",
    oids.HMAC_SHA3_512: "sha3_512",
}


def pbkdf1(digest: str, password: bytes | bytearray, salt: bytes, iterations: int) -> bytes:
    """PBKDF1 (RFC 8018 5.1): the whole last hash value.

    A loop in Python, so a key press or signal can end it.
    """
    hash_function = digests.constructor(digest)
    first = hash_function(password)
    first.update(salt)
    derived: bytes = first.digest()
    for _ in range(iterations - 1):
        derived = hash_function(derived).digest()
    return derived


def pbkdf2(
    digest: str, password: bytes | bytearray, salt: bytes, iterations: int, length: int
) -> bytes:
    """PBKDF2 with HMAC (RFC 8018 5.2): ``length`` octets."""
    return hashlib.pbkdf2_hmac(digest, password, salt, iterations, length)
