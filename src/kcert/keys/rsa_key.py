# SPDX-License-Identifier: Apache-2.0
"""The RSA key inside of an open private key: its numbers checked, loaded when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pkcs8 import RSAPrivateKey
from kcert._asn1.pss import read_pss_parameters
from kcert.errors import FormatError, UnsupportedAlgorithmError
from kcert.keys import rsa
from kcert.keys.padding import Padding

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey as OpenSSLKey

    from kcert._asn1.pkcs8 import PrivateKeyInfo

    Octets = bytes | bytearray | memoryview

__all__ = ["RSA_KEYS", "RsaKey"]

RSA_KEYS: Final = (oids.RSA_ENCRYPTION, oids.RSASSA_PSS)
"""Algorithms of keys that are RSA keys."""


class RsaKey:
    """An RSA key, or one that is for RSASSA-PSS only (RFC 4055 section 3.1).

    Args:
        info: The PrivateKeyInfo that it is in, as views.

    Raises:
        FormatError: It is not an RSAPrivateKey, or its numbers do not fit together.
        LimitError: It has over 16,384 bits.
    """

    __slots__ = ("_info", "_loaded", "public_numbers")

    key_type = "RSA"

    def __init__(self, info: PrivateKeyInfo) -> None:
        numbers = RSAPrivateKey.read(info.private_key)
        if not numbers.is_consistent():
            raise FormatError(
                "RSA private key",
                "the numbers of the key do not fit together",
                reason_ko="키의 수들이 서로 맞지 않습니다",
            )
        self._info = info
        self._loaded: OpenSSLKey | None = None
        self.public_numbers = numbers.n, numbers.e

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self.public_numbers[0].bit_length()

    def public_key_info(self) -> bytes:
        """DER of its SubjectPublicKeyInfo."""
        numbers = encode.sequence(*map(encode.integer, self.public_numbers))
        algorithm = self._info.algorithm
        if algorithm.oid == oids.RSA_ENCRYPTION:
            # RFC 3279 section 2.3.1, whatever the file has.
            algorithm = AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS)
        return encode.sequence(algorithm.encode(), encode.bit_string(numbers))

    def matches(self, public_key_info: bytes) -> bool:
        """Whether a SubjectPublicKeyInfo is its public half."""
        from kcert.certificate.public_keys import read_public_key

        return read_public_key(public_key_info).rsa_numbers == self.public_numbers

    def full_check(self) -> None:
        """Check that the primes are prime."""
        rsa.full_check(self._info.private_key)

    def loaded(self) -> OpenSSLKey:
        """The key as `cryptography` has it."""
        if self._loaded is None:
            self._loaded = rsa.load(self._info.private_key)
        return self._loaded

    def forget(self) -> None:
        """Let go of what is loaded."""
        self._loaded = None

    def sign(self, data: Octets, padding: Padding, digest: str, *, prehashed: bool) -> bytes:
        """Sign; see `PrivateKey.sign`."""
        self._check_use(padding, digest)
        return rsa.sign(self.loaded(), data, padding, digest, prehashed=prehashed)

    def verify(
        self, signature: Octets, data: Octets, padding: Padding, digest: str, *, prehashed: bool
    ) -> None:
        """Verify; see `PrivateKey.verify`."""
        key = self.loaded().public_key()
        rsa.verify(key, signature, data, padding, digest, prehashed=prehashed)

    def for_decryption(self) -> OpenSSLKey:
        """The key, to decrypt with.

        Raises:
            UnsupportedAlgorithmError: It only signs.
        """
        self._check_use(Padding.PKCS1V15, None)
        return self.loaded()

    def _check_use(self, padding: Padding, digest: str | None) -> None:
        """Hold a key for RSASSA-PSS to that, and to the hash that it names."""
        algorithm = self._info.algorithm
        if algorithm.oid == oids.RSA_ENCRYPTION:
            return
        allowed = None
        if algorithm.parameters is not None:
            allowed = oids.name_of(read_pss_parameters(algorithm.parameters).hash_oid)
        if padding is Padding.PSS and digest is not None and allowed in (None, digest):
            return
        use = "decryption" if digest is None else f"{padding.value} signature with {digest}"
        choice = f"Padding.PSS{'' if allowed is None else f' and {allowed}'}"
        raise UnsupportedAlgorithmError(
            algorithm.oid,
            algorithm.name,
            use=use,
            hint=f"the key only signs, with {choice}",
            hint_ko=f"이 키는 {choice} 서명에만 쓸 수 있습니다",
        )
