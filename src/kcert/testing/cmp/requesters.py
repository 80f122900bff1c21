# SPDX-License-Identifier: Apache-2.0
"""Who sent a message, by its protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert._asn1 import oids
from kcert.certificate import Certificate
from kcert.errors import KcertError
from kcert.keys.passwords import Password
from kcert.testing.cmp.protection import (
    AuthoritySignature,
    SharedSecret,
    kind_of_mac,
    signed_by,
)
from kcert.testing.cmp.records import stored_serial
from kcert.testing.cmp.rules import RefusedError

if TYPE_CHECKING:
    from kcert._asn1.algorithm import AlgorithmIdentifier
    from kcert._asn1.cmp import PKIMessage
    from kcert._asn1.crmf_proof import PKMACValue
    from kcert.testing.cmp.protection import Protection
    from kcert.testing.cmp.records import Issue, Registration
    from kcert.testing.cmp.registry import Registry

__all__ = ["Requester", "identify"]

_MACS = (oids.PBM, oids.PBMAC1)


@frozen
class Requester:
    """Who asks, and how they are answered.

    Attributes:
        protection: How answers to them are protected.
        registration: Who they are by an authorization code.
        issue: Who they are by a signature, of which certificate.
    """

    protection: Protection
    registration: Registration | None = None
    issue: Issue | None = None

    @property
    def is_anybody(self) -> bool:
        """Whether the message was not protected."""
        return self.registration is None and self.issue is None

    @property
    def name(self) -> str:
        """What tells them from others in the transactions."""
        if self.registration is not None:
            return f"reference {self.registration.reference_number}"
        if self.issue is not None:
            return f"serial {stored_serial(self.issue.serial_number)}"
        return "anybody"

    def mac_holds(self, value: PKMACValue, public_key: bytes) -> bool:
        """Whether a MAC over a public key is by their authorization code."""
        secret = self.protection
        return isinstance(secret, SharedSecret) and secret.holds(
            value.algorithm, public_key, value.value
        )


def identify(message: PKIMessage, registry: Registry) -> Requester:
    """Find out who sent a message.

    Args:
        message: The message.
        registry: Who is known.

    Returns:
        Who; somebody without registration or certificate where it is not protected at all.

    Raises:
        AuthorityError: The protection does not hold, or is nobody's that is known here.
    """
    algorithm, protection = message.header.protection_algorithm, message.protection
    if algorithm is None and protection is None:
        return Requester(AuthoritySignature(registry.authority))
    if algorithm is None or protection is None:
        raise _does_not_hold()
    if algorithm.oid in _MACS:
        return _by_secret(message, algorithm, protection, registry)
    return _by_signature(message, registry)


def _does_not_hold() -> RefusedError:
    # The same for an unknown number and a wrong code: neither can be told from the other.
    return RefusedError(
        "badMessageCheck",
        "the protection of the message does not hold",
        "메시지 보호값이 맞지 않습니다; 참조번호와 인가코드를 확인하십시오",
    )


def _by_secret(
    message: PKIMessage, algorithm: AlgorithmIdentifier, protection: bytes, registry: Registry
) -> Requester:
    reference = message.header.sender_key_id or b""
    registration = registry.registrations.find(reference.decode("ascii", "replace"))
    if registration is None:
        raise _does_not_hold()
    code = Password(registration.authorization_code)
    secret = SharedSecret(reference, code, kind_of_mac(algorithm))
    if not secret.holds(algorithm, message.protected_part, protection):
        raise _does_not_hold()
    return Requester(secret, registration=registration)


def _by_signature(message: PKIMessage, registry: Registry) -> Requester:
    """By the certificate in extraCerts that the signature is of, where it was issued here."""
    for encoded in message.extra_certificates:
        try:
            certificate = Certificate.load(encoded)
        except KcertError:
            continue
        issue = registry.issues.find(certificate.serial_number)
        if issue is None or issue.certificate.der != encoded:
            continue
        if not signed_by(message, certificate):
            raise _does_not_hold()
        return Requester(AuthoritySignature(registry.authority), issue=issue)
    raise RefusedError(
        "signerNotTrusted",
        "the message is not signed with a certificate of this authority",
        "이 인증기관이 발급한 인증서로 서명한 메시지가 아닙니다",
    )
