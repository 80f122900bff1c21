# SPDX-License-Identifier: Apache-2.0
"""How messages are protected (RFC 4210 section 5.1.3): by a shared secret, or by a signature."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final, Protocol

from attrs import evolve, field, frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pbm import PBMParameter
from kcert.certificate.signatures import signature_algorithm
from kcert.errors import KcertError
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.cmp.vocabulary import PASSWORD_BASED_MAC
from kcert.trust.signatures import signature_holds

if TYPE_CHECKING:
    from kcert._asn1.cmp import PKIMessage
    from kcert.certificate import Certificate
    from kcert.testing.authority import FakeAuthority

__all__ = ["AuthoritySignature", "Protection", "SharedSecret", "signed_by"]

# A client that asks for more work than this wants to keep the server busy.
_MAX_ITERATIONS: Final = 100_000
_MACS: Final = {
    "1.3.6.1.5.5.8.1.2": "sha1",
    oids.HMAC_SHA1: "sha1",
    oids.HMAC_SHA224: "sha224",
    oids.HMAC_SHA256: "sha256",
    oids.HMAC_SHA384: "sha384",
    oids.HMAC_SHA512: "sha512",
}


class Protection(Protocol):
    """How answers are protected."""

    @property
    def key_id(self) -> bytes:
        """The senderKID that goes with it."""
        ...

    def algorithm(self) -> AlgorithmIdentifier:
        """The protectionAlg of one answer."""
        ...

    def protect(self, message: PKIMessage) -> PKIMessage:
        """The message with its protection, and the certificates that go with it."""
        ...


@frozen
class SharedSecret:
    """Password-based MAC (RFC 4210 section 5.1.3.1) by an authorization code.

    Attributes:
        key_id: The reference number, as it was sent.
        secret: The authorization code.
        parameters: As the client chose them.
    """

    key_id: bytes
    _secret: bytes = field(repr=False)
    parameters: PBMParameter

    def algorithm(self) -> AlgorithmIdentifier:
        """The client's choice with a salt of our own."""
        salt = secrets.token_bytes(len(self.parameters.salt))
        parameters = evolve(self.parameters, salt=salt)
        return AlgorithmIdentifier(PASSWORD_BASED_MAC, parameters.encode())

    def protect(self, message: PKIMessage) -> PKIMessage:
        """The message with its MAC."""
        algorithm = message.header.protection_algorithm
        assert algorithm is not None
        parameters = PBMParameter.read(algorithm)
        return message.with_protection(_mac(parameters, self._secret, message.protected_part))

    def holds(self, algorithm: AlgorithmIdentifier, data: bytes, mac: bytes) -> bool:
        """Whether a MAC is that of the secret over some data."""
        if algorithm.oid != PASSWORD_BASED_MAC:
            return False
        try:
            computed = _mac(PBMParameter.read(algorithm), self._secret, data)
        except KcertError:
            return False
        return hmac.compare_digest(computed, mac)


def _mac(parameters: PBMParameter, secret: bytes, data: bytes) -> bytes:
    function = oids.name_of(parameters.one_way_function.oid) or ""
    digest = _MACS.get(parameters.mac.oid)
    if function not in hashlib.algorithms_guaranteed or digest is None:
        raise RefusedError("badAlg", "the MAC is not supported", "지원하지 않는 MAC입니다")
    if parameters.iterations > _MAX_ITERATIONS:
        raise RefusedError(
            "badAlg", "the MAC has too many iterations", "MAC의 반복 횟수가 너무 많습니다"
        )
    key = secret + parameters.salt
    for _ in range(parameters.iterations):
        key = hashlib.new(function, key).digest()
    return hmac.new(key, data, digest).digest()


class AuthoritySignature:
    """The authority's signature, its certificate and its root's along with it.

    Args:
        authority: Who signs.
    """

    def __init__(self, authority: FakeAuthority) -> None:
        self._authority = authority

    @property
    def key_id(self) -> bytes:
        """The key identifier of the authority."""
        return self._authority.key.key_identifier

    def algorithm(self) -> AlgorithmIdentifier:
        """sha256WithRSAEncryption."""
        return AlgorithmIdentifier(oids.SHA256_WITH_RSA, NULL_PARAMETERS)

    def protect(self, message: PKIMessage) -> PKIMessage:
        """The message with its signature."""
        signed = message.with_protection(self._authority.key.sign(message.protected_part))
        own, root = self._authority.certificate.der, self._authority.root.certificate.der
        return evolve(signed, extra_certificates=(own, root))


def signed_by(message: PKIMessage, certificate: Certificate) -> bool:
    """Whether a message is signed with the key of a certificate."""
    algorithm = message.header.protection_algorithm
    if algorithm is None or message.protection is None:
        return False
    try:
        return signature_holds(
            certificate.public_key_info,
            signature_algorithm(algorithm),
            message.protected_part,
            message.protection,
        )
    except KcertError:
        return False
