# SPDX-License-Identifier: Apache-2.0
"""RSA keys for tests, generated once a process and shared. Never for anything but tests.

Generating an RSA key takes 0.1 s and more, and most tests do not care which key they get. So each
purpose ("root", "signature" …) has a few keys of each size, made when first asked for and handed
out in turn. Who needs a key that nobody else has asks for a fresh one.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kcert._asn1 import encode, oids

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Digest", "FakeKey", "KeyPool", "shared_keys"]

Digest = Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class FakeKey:
    """One RSA key pair of a test. Its secret half can be read by anyone who holds it."""

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self.private_key = private_key

    @classmethod
    def load(cls, pkcs8: bytes) -> FakeKey:
        """Read a PrivateKeyInfo of an RSA key, DER.

        Raises:
            ValueError: It is none.
            TypeError: It is a key of another kind.
        """
        private_key = serialization.load_der_private_key(pkcs8, None)
        if not isinstance(private_key, rsa.RSAPrivateKey):
            raise TypeError("the key is no RSA key")
        return cls(private_key)

    def __repr__(self) -> str:
        return f"<FakeKey RSA-{self.key_size} {self.key_identifier.hex()[:8]}>"

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self.private_key.key_size

    @cached_property
    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def key_identifier(self) -> bytes:
        """SHA-1 of the PKCS#1 RSAPublicKey (RFC 5280 4.2.1.2, method 1), 20 octets."""
        public_key = self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        return hashlib.sha1(public_key).digest()

    @cached_property
    def _pkcs1(self) -> bytes:
        return self.private_key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    def pkcs8(self, *, random: bytes | None = None) -> bytes:
        """The PrivateKeyInfo (RFC 5208), DER, as Korean programs write it.

        Args:
            random: R, put into the attributes as id-randomNum; ``None`` for no attributes.
        """
        attributes = b""
        if random is not None:
            value = encode.set_of([encode.bit_string(random)])
            attribute = encode.sequence(encode.oid(oids.RANDOM_NUM), value)
            attributes = encode.context(0, attribute)
        return encode.sequence(
            encode.integer(0),
            encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.null()),
            encode.octet_string(self._pkcs1),
            attributes,
        )

    def sign(self, data: bytes, *, digest: Digest = "sha256") -> bytes:
        """An RSASSA-PKCS1-v1_5 signature over ``data``."""
        return self.private_key.sign(data, padding.PKCS1v15(), _HASHES[digest]())


class KeyPool:
    """Keys by purpose and size, each made when first needed.

    Args:
        ring: How many keys a purpose has; they are handed out in turn.
    """

    def __init__(self, *, ring: int = 2) -> None:
        self._ring = ring
        self._keys: dict[tuple[str, int], list[FakeKey]] = {}
        self._turns: dict[tuple[str, int], Iterator[int]] = {}
        self._lock = Lock()

    def key(self, purpose: str, key_size: int, *, ring: int | None = None) -> FakeKey:
        """The next key of a purpose.

        Args:
            purpose: Any name; keys of different purposes are different.
            key_size: Bits of the modulus, 1024 to 8192.
            ring: How many keys this purpose has, default that of the pool.
        """
        place = (purpose, key_size)
        with self._lock:
            keys = self._keys.setdefault(place, [])
            turn = next(self._turns.setdefault(place, count())) % (ring or self._ring)
            if turn >= len(keys):
                keys.append(self.fresh(key_size))
            return keys[turn]

    @staticmethod
    def fresh(key_size: int) -> FakeKey:
        """A new key that nobody shares: some 0.1 s for 2048 bits, 0.5 s for 3072."""
        return FakeKey(rsa.generate_private_key(public_exponent=65537, key_size=key_size))


shared_keys = KeyPool()
"""The pool of this process."""
