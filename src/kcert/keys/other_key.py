# SPDX-License-Identifier: Apache-2.0
"""A key that is not RSA inside of an open private key, through `cryptography`: EC, DSA, Ed25519.

No Korean certificate has one. They come in files of other worlds, and are kept, moved, locked and
used as far as `cryptography` knows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from kcert._asn1 import der, oids
from kcert._asn1.der import Reader
from kcert.certificate.public_keys import algorithm_facts, same_public_key
from kcert.errors import FormatError, LimitError, SignatureError, UnsupportedAlgorithmError
from kcert.keys.padding import Padding
from kcert.keys.rsa import signature_hash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from kcert._asn1.pkcs8 import PrivateKeyInfo

    Octets = bytes | bytearray | memoryview

__all__ = ["OtherKey"]

_FORMAT: Final = "private key"
_TYPES: Final = ("EC", "DSA", "Ed25519", "Ed448", "X25519", "X448")
# The number of a DSA key of 8,192 bits; beyond it arithmetic alone takes seconds.
_MAX_PRIVATE_SIZE: Final = 1_040


class OtherKey:
    """A key of any kind but RSA.

    Args:
        info: The PrivateKeyInfo that it is in, as views.
        pkcs8: The same, encoded.

    Raises:
        FormatError: `cryptography` does not take it.
        UnsupportedAlgorithmError: `cryptography` has no such keys, or not on this curve.
        LimitError: Its numbers are too large to work with.
    """

    __slots__ = ("_loaded", "_oid", "key_size", "key_type")

    public_numbers = None

    def __init__(self, info: PrivateKeyInfo, pkcs8: memoryview) -> None:
        facts = algorithm_facts(info.algorithm)
        self.key_type = facts.type
        self.key_size = facts.size
        self._oid = facts.oid
        size = len(info.private_key)
        if size > _MAX_PRIVATE_SIZE:
            raise LimitError("private key octets", size, _MAX_PRIVATE_SIZE, where=_FORMAT)
        self._loaded: PrivateKeyTypes | None = self._load(pkcs8, info.algorithm.parameters)

    def _load(self, pkcs8: memoryview, parameters: bytes | None) -> PrivateKeyTypes:
        from cryptography.exceptions import InternalError, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        known = self.key_type in _TYPES
        try:
            if known:
                return load_der_private_key(pkcs8, None)
        except UnsupportedAlgorithm:
            known = False
        except (ValueError, TypeError, InternalError):
            pass
        if not known:
            oid = _curve(parameters) or self._oid
            raise UnsupportedAlgorithmError(oid, oids.name_of(oid), use=_FORMAT)
        raise FormatError(
            f"{self.key_type} private key",
            "the key does not pass the check of its numbers",
            reason_ko="키의 수들이 검사를 통과하지 못했습니다",
        )

    def public_key_info(self) -> bytes:
        """DER of its SubjectPublicKeyInfo."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public_key = self.loaded().public_key()
        return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def matches(self, public_key_info: bytes) -> bool:
        """Whether a SubjectPublicKeyInfo is its public half, however it is written."""
        return same_public_key(self.public_key_info(), public_key_info)

    def full_check(self) -> None:
        """Nothing is left: loading it has checked it."""

    def loaded(self) -> PrivateKeyTypes:
        """The key as `cryptography` has it."""
        if self._loaded is None:
            raise ValueError("the private key is closed; unlock it again")
        return self._loaded

    def forget(self) -> None:
        """Let go of what is loaded."""
        self._loaded = None

    def sign(self, data: Octets, padding: Padding, digest: str, *, prehashed: bool) -> bytes:
        """Sign; ECDSA and DSA in DER (RFC 3279 section 2.2), EdDSA as RFC 8032 has it.

        Raises:
            UnsupportedAlgorithmError: Such a key does not sign, or not so.
            ValueError: ``data`` is said to be a hash and has not its length.
        """
        from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519

        key, message = self.loaded(), bytes(data)
        self._check_use(padding)
        if isinstance(key, dsa.DSAPrivateKey):
            return key.sign(message, signature_hash(digest, message, prehashed=prehashed)[1])
        if isinstance(key, ec.EllipticCurvePrivateKey):
            _, given = signature_hash(digest, message, prehashed=prehashed)
            return key.sign(message, ec.ECDSA(given))
        if prehashed or not isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
            self._refuse("signature of a hash" if prehashed else "signature")
        return key.sign(message)

    def verify(
        self, signature: Octets, data: Octets, padding: Padding, digest: str, *, prehashed: bool
    ) -> None:
        """Verify what `sign` makes.

        Raises:
            SignatureError: It does not verify.
            UnsupportedAlgorithmError: Such a key does not sign, or not so.
            ValueError: ``data`` is said to be a hash and has not its length.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519

        key, message, made = self.loaded(), bytes(data), bytes(signature)
        self._check_use(padding)
        try:
            if isinstance(key, dsa.DSAPrivateKey):
                _, given = signature_hash(digest, message, prehashed=prehashed)
                key.public_key().verify(made, message, given)
            elif isinstance(key, ec.EllipticCurvePrivateKey):
                _, given = signature_hash(digest, message, prehashed=prehashed)
                key.public_key().verify(made, message, ec.ECDSA(given))
            elif (
                isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) and not prehashed
            ):
                key.public_key().verify(made, message)
            else:
                self._refuse("signature of a hash" if prehashed else "signature")
        except InvalidSignature:
            raise SignatureError(
                "the key did not make it over these data",
                reason_ko="이 키로 이 데이터에 만든 서명이 아닙니다",
            ) from None

    def for_decryption(self) -> NoReturn:
        """Refuse.

        Raises:
            UnsupportedAlgorithmError: Always.
        """
        self._refuse("decryption")

    def _check_use(self, padding: Padding) -> None:
        # What is asked for where nothing is said; another one was meant for an RSA key.
        if padding is not Padding.PKCS1V15:
            self._refuse(f"{padding.value} signature")

    def _refuse(self, use: str) -> NoReturn:
        raise UnsupportedAlgorithmError(self._oid, self.key_type, use=use)


def _curve(parameters: bytes | None) -> str | None:
    """The named curve of an EC key (RFC 5480 section 2.1.1)."""
    if not parameters or parameters[0] != der.OBJECT_IDENTIFIER:
        return None
    return Reader(parameters, _FORMAT).oid()
