# SPDX-License-Identifier: Apache-2.0
"""What protects a transaction: a shared secret, or the key of a certificate (RFC 4210 5.1.3)."""

from __future__ import annotations

import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from attrs import frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.general_name import NULL_DN, directory_name
from kcert.certificate import Certificate
from kcert.certificate.signatures import signature_algorithm
from kcert.errors import AuthorityError, KcertError
from kcert.lifecycle.cmp.macs import compute_mac, new_mac
from kcert.lifecycle.cmp.refusals import malformed_is_wrong
from kcert.trust.signatures import signature_holds

if TYPE_CHECKING:
    from datetime import datetime

    from kcert._asn1.cmp import PKIMessage
    from kcert.credential import UnlockedCredential
    from kcert.lifecycle.authority import Enrolment
    from kcert.lifecycle.cmp.profiles import CmpProfile
    from kcert.trust import TrustStore

__all__ = ["AuthorityKeys", "Guard", "KeyGuard", "SecretGuard"]

_MACS: Final = frozenset({oids.PBM, oids.PBMAC1})
_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})


@frozen
class AuthorityKeys:
    """Whose signatures count as the authority's.

    Attributes:
        trust: Where the path of a signer has to end.
        certificate: The authority's certificate, where it is known: then only its key counts, and
            those of certificates that it issued for the purpose.
    """

    trust: TrustStore
    certificate: Certificate | None

    def verify(self, message: PKIMessage, at: datetime, issuer: Certificate | None) -> None:
        """Check the signature that protects an answer.

        Args:
            message: The answer.
            at: The moment.
            issuer: A certificate whose issuer has to be the one who answers.

        Raises:
            AuthorityError: It does not hold, or is not by an authority that may answer.
            TrustError: Its path does not hold.
        """
        header = message.header
        algorithm = signature_algorithm(header.protection_algorithm or AlgorithmIdentifier("0.0"))
        if algorithm.digest not in _DIGESTS:
            raise _wrong_algorithm(algorithm.name or algorithm.oid)
        given = tuple(_certificates(message))
        known = () if self.certificate is None else (self.certificate,)
        for signer in (*known, *given):
            if _signed(signer, message):
                with malformed_is_wrong():
                    self._check_signer(signer, (*known, *given), at, issuer)
                return
        raise _altered()

    def _check_signer(
        self,
        signer: Certificate,
        others: tuple[Certificate, ...],
        at: datetime,
        issuer: Certificate | None,
    ) -> None:
        known = self.certificate
        if known is None or signer.public_key_info != known.public_key_info:
            self.trust.verify(signer, at, intermediates=others)
        appointed = oids.CMC_CA in (signer.extended_key_usage or ())
        if known is not None:
            right = signer.public_key_info == known.public_key_info or (
                appointed and signer.issuer == known.subject
            )
        elif issuer is not None:
            right = issuer.issuer in ((signer.subject,) if signer.is_ca else ()) or (
                appointed and signer.issuer == issuer.issuer
            )
        else:
            right = signer.is_ca or appointed
        if not right:
            raise AuthorityError(
                "the answer is signed, but not by the authority",
                "응답의 서명자가 해당 인증기관이 아닙니다",
            )


def _certificates(message: PKIMessage) -> list[Certificate]:
    found: list[Certificate] = []
    for encoded in message.extra_certificates:
        # One that cannot be read cannot be the signer's.
        with suppress(KcertError):
            found.append(Certificate.load(encoded))
    return found


def _signed(signer: Certificate, message: PKIMessage) -> bool:
    algorithm = message.header.protection_algorithm
    if algorithm is None or message.protection is None:
        return False
    # A key of another kind than the algorithm is not the signer's.
    with suppress(KcertError):
        return signature_holds(
            signer.public_key_info,
            signature_algorithm(algorithm),
            message.protected_part,
            message.protection,
        )
    return False


def _altered() -> AuthorityError:
    return AuthorityError(
        "the protection of the answer does not hold: it was altered, or comes from somebody else",
        "응답의 보호값이 맞지 않습니다: 변조되었거나 다른 곳에서 온 응답입니다",
    )


def _wrong_algorithm(name: str) -> AuthorityError:
    return AuthorityError(
        f"the answer is protected with a wrong algorithm: {name}",
        f"응답의 보호 알고리즘이 잘못되었습니다: {name}",
    )


class Guard(Protocol):
    """Protects requests and checks the protection of answers."""

    sender: bytes
    """Encoded GeneralName of who asks."""
    key_id: bytes | None
    """senderKID."""
    certificates: tuple[bytes, ...]
    """What goes along as extraCerts."""

    def algorithm(self) -> AlgorithmIdentifier:
        """How the next message is protected."""
        ...

    def protect(self, algorithm: AlgorithmIdentifier, data: bytes) -> bytes:
        """MAC or signature over the protected part of a message."""
        ...

    def check(self, message: PKIMessage, at: datetime) -> None:
        """Check the protection of an answer.

        Raises:
            AuthorityError: It has none, a wrong one, or one that does not hold.
            TrustError: It is signed, and the signer's path does not hold.
        """
        ...


class SecretGuard:
    """Protection by an enrolment's authorization code. Answers may be signed all the same."""

    sender = NULL_DN
    certificates: tuple[bytes, ...] = ()

    def __init__(self, enrolment: Enrolment, profile: CmpProfile, keys: AuthorityKeys) -> None:
        self._enrolment = enrolment
        self._profile = profile
        self._keys = keys
        self.key_id: bytes | None = enrolment.reference_number.encode()

    def algorithm(self) -> AlgorithmIdentifier:
        """A MAC of the profile's kind."""
        return new_mac(self._profile.mac)

    def protect(self, algorithm: AlgorithmIdentifier, data: bytes) -> bytes:
        """The MAC over ``data``."""
        return compute_mac(
            algorithm,
            self._enrolment.authorization_code,
            data,
            accept=self._profile.accepted_macs,
        )

    def check(self, message: PKIMessage, at: datetime) -> None:
        """Check the protection of an answer, see `Guard.check`."""
        algorithm = message.header.protection_algorithm
        if algorithm is None or message.protection is None:
            raise _unprotected()
        if algorithm.oid not in _MACS:
            self._keys.verify(message, at, None)
            return
        try:
            expected = self.protect(algorithm, message.protected_part)
        except KcertError as error:
            raise _wrong_algorithm(algorithm.name or algorithm.oid) from error
        if not hmac.compare_digest(expected, message.protection):
            raise _altered()


class KeyGuard:
    """Protection by the signature of a credential; answers have to be signed, too."""

    def __init__(self, unlocked: UnlockedCredential, keys: AuthorityKeys) -> None:
        self._unlocked = unlocked
        self._keys = keys
        certificate = unlocked.certificate
        self.sender = directory_name(certificate.subject.der)
        self.key_id = certificate.subject_key_identifier
        self.certificates = tuple(found.der for found in (certificate, *unlocked.ca_certificates))

    def algorithm(self) -> AlgorithmIdentifier:
        """RSA with SHA-256."""
        return AlgorithmIdentifier(oids.SHA256_WITH_RSA, NULL_PARAMETERS)

    def protect(self, algorithm: AlgorithmIdentifier, data: bytes) -> bytes:
        """The signature over ``data``."""
        del algorithm
        return self._unlocked.sign(data)

    def check(self, message: PKIMessage, at: datetime) -> None:
        """Check the protection of an answer, see `Guard.check`."""
        algorithm = message.header.protection_algorithm
        if algorithm is None or message.protection is None:
            raise _unprotected()
        if algorithm.oid in _MACS:
            raise _wrong_algorithm(algorithm.name or algorithm.oid)
        self._keys.verify(message, at, self._unlocked.certificate)


def _unprotected() -> AuthorityError:
    return AuthorityError("the answer is not protected", "응답에 보호값이 없습니다")
