# SPDX-License-Identifier: Apache-2.0
"""Where a certificate stands, found out by OCSP or, for older certificates, by CRL.

A list names what was revoked. It does not tell a certificate that counts from one whose issue was
never confirmed, so that for a new certificate only a responder can say that it is in force.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kcert._asn1.x509_extensions import CRL_DISTRIBUTION_POINTS
from kcert.errors import RevocationUnknownError, RevokedError, UnavailableError
from kcert.lifecycle.authority import CertificateState, CertificateStatus, RevocationReason
from kcert.trust import EvidenceKind, Revocation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.certificate.extensions import Extension
    from kcert.trust import (
        CheckContext,
        Issuer,
        Revocable,
        RevocationChecker,
        RevocationEvidence,
        TrustStore,
    )

__all__ = ["status_of"]

_REASONS: Final = {
    "unspecified": RevocationReason.UNSPECIFIED,
    "keyCompromise": RevocationReason.KEY_COMPROMISE,
    "cACompromise": RevocationReason.CA_COMPROMISE,
    "affiliationChanged": RevocationReason.AFFILIATION_CHANGED,
    "superseded": RevocationReason.SUPERSEDED,
    "cessationOfOperation": RevocationReason.CESSATION_OF_OPERATION,
    "certificateHold": RevocationReason.CERTIFICATE_HOLD,
    "privilegeWithdrawn": RevocationReason.PRIVILEGE_WITHDRAWN,
    "aACompromise": RevocationReason.AA_COMPROMISE,
}

# By then an authority has given up what was never confirmed. notBefore is often a day early.
_SETTLED: Final = timedelta(days=2)


def status_of(
    certificate: Certificate,
    trust: TrustStore,
    *,
    checker: RevocationChecker | None,
    at: datetime,
    intermediates: Iterable[Certificate] = (),
) -> CertificateStatus:
    """Ask where a certificate stands.

    Args:
        certificate: The certificate in question.
        trust: The authorities to believe.
        checker: Who is asked, default the trust store's.
        at: The moment.
        intermediates: Certificates of authorities that may stand in between.

    Raises:
        UnavailableError: Nothing at hand can tell: no checker, no answer, or only a list that is
            too young to tell of a new certificate.
        TrustError: It is not to be believed for another reason, such as having ended.
    """
    checker = checker or trust.checker
    try:
        path = trust.verify(
            certificate,
            at,
            intermediates=intermediates,
            revocation=Revocation.REQUIRE,
            checker=None if checker is None else _RespondersFirst(certificate, checker),
        )
    except RevokedError as error:
        if error.fingerprint not in (None, certificate.fingerprint()):
            raise
        reason = _REASONS.get(error.revocation_reason)
        held = reason is RevocationReason.CERTIFICATE_HOLD
        state = CertificateState.SUSPENDED if held else CertificateState.REVOKED
        return CertificateStatus(state, error.since, reason)
    except RevocationUnknownError as error:
        if error.denied and error.fingerprint == certificate.fingerprint():
            return CertificateStatus(CertificateState.UNKNOWN)
        raise _cannot_tell(error.reason, error.message_ko) from error
    evidence = path.revocation[0].evidence
    if evidence is None or not _tells(evidence, certificate):
        raise _cannot_tell(
            "only a list speaks for it, which does not tell whether its issue was confirmed",
            "폐지 목록만으로는 발급이 확정되었는지 알 수 없습니다",
        )
    return CertificateStatus(CertificateState.GOOD)


class _RespondersFirst:
    """Asks about one certificate without its lists first, and with them where that tells nothing.

    Args:
        certificate: The certificate.
        checker: Who is asked.
    """

    def __init__(self, certificate: Certificate, checker: RevocationChecker) -> None:
        self._certificate = certificate
        self._checker = checker

    def check(
        self, certificate: Revocable, issuer: Issuer, context: CheckContext
    ) -> RevocationEvidence:
        """See `RevocationChecker.check`."""
        if certificate is self._certificate and certificate.ocsp_urls:
            try:
                return self._checker.check(_Unlisted(self._certificate), issuer, context)
            except RevocationUnknownError as error:
                if error.denied:
                    raise
        return self._checker.check(certificate, issuer, context)


class _Unlisted:
    """A certificate as though it named no list; see `Revocable`."""

    is_ca = False
    crl_distribution_points: tuple[str, ...] = ()

    def __init__(self, certificate: Certificate) -> None:
        self._certificate = certificate
        self.issuer = certificate.issuer
        self.subject = certificate.subject
        self.serial_number = certificate.serial_number
        self.public_key_info = certificate.public_key_info
        self.validity = certificate.validity
        self.ocsp_urls = certificate.ocsp_urls
        self.fingerprint = certificate.fingerprint

    def extension(self, oid: str) -> Extension | None:
        """The extension, unless it names lists."""
        return None if oid == CRL_DISTRIBUTION_POINTS else self._certificate.extension(oid)


def _tells(evidence: RevocationEvidence, certificate: Certificate) -> bool:
    """Whether it can tell that the issue was confirmed."""
    settled = certificate.validity.not_before + _SETTLED
    return evidence.kind is EvidenceKind.OCSP or evidence.this_update >= settled


def _cannot_tell(reason: str, reason_ko: str) -> UnavailableError:
    return UnavailableError(reason, reason_ko, backend="authority")
