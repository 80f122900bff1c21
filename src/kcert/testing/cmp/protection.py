# SPDX-License-Identifier: Apache-2.0
"""How messages are protected (RFC 4210 section 5.1.3): by a shared secret, or by a signature."""

from __future__ import annotations

import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from attrs import evolve, field, frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pbm import PBMParameter
from kcert.certificate.signatures import signature_algorithm
from kcert.errors import KcertError
from kcert.lifecycle.cmp.macs import MacKind, compute_mac, new_mac
from kcert.testing.cmp.rules import RefusedError
from kcert.trust.signatures import signature_holds

if TYPE_CHECKING:
    from kcert._asn1.cmp import PKIMessage
    from kcert.certificate import Certificate
    from kcert.keys.passwords import Password
    from kcert.testing.authority import FakeAuthority

__all__ = ["AuthoritySignature", "Protection", "SharedSecret", "kind_of_mac", "signed_by"]

_ALL: Final = frozenset(MacKind)
_KINDS: Final = {
    oids.DES_MAC: MacKind.KOREAN,
    oids.HMAC_SHA1: MacKind.PBM_SHA1,
    oids.CRMF_HMAC_SHA1: MacKind.PBM_SHA1,
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
    """A MAC by an authorization code, of the kind that the client chose.

    Attributes:
        key_id: The reference number, as it was sent.
        secret: The authorization code.
        kind: The kind of MAC.
    """

    key_id: bytes
    secret: Password = field(repr=False)
    kind: MacKind

    def algorithm(self) -> AlgorithmIdentifier:
        """The client's choice with a salt of our own."""
        return new_mac(self.kind)

    def protect(self, message: PKIMessage) -> PKIMessage:
        """The message with its MAC."""
        algorithm = message.header.protection_algorithm or self.algorithm()
        mac = compute_mac(algorithm, self.secret, message.protected_part, accept=_ALL)
        return message.with_protection(mac)

    def holds(self, algorithm: AlgorithmIdentifier, data: bytes, mac: bytes) -> bool:
        """Whether a MAC is that of the secret over some data.

        Raises:
            AuthorityError: The MAC is not supported, or asks for more work than it may.
        """
        try:
            computed = compute_mac(algorithm, self.secret, data, accept=_ALL)
        except KcertError as error:
            raise RefusedError("badAlg", str(error), error.message_ko) from error
        return hmac.compare_digest(computed, mac)


def kind_of_mac(algorithm: AlgorithmIdentifier) -> MacKind:
    """Which kind a MAC is, for the answer to be of the same."""
    if algorithm.oid == oids.PBMAC1:
        return MacKind.PBMAC1
    with suppress(KcertError):
        return _KINDS.get(PBMParameter.read(algorithm).mac.oid, MacKind.PBM)
    return MacKind.PBM


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
