# SPDX-License-Identifier: Apache-2.0
"""Where a certificate stands, found out by CRL or OCSP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.errors import RevocationUnknownError, RevokedError
from kcert.lifecycle.authority import CertificateState, CertificateStatus, RevocationReason
from kcert.trust import Revocation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust import RevocationChecker, TrustStore

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
        TrustError: It is not to be believed for another reason, such as having ended.
    """
    try:
        trust.verify(
            certificate,
            at,
            intermediates=intermediates,
            revocation=Revocation.REQUIRE,
            checker=checker,
        )
    except RevokedError as error:
        if error.fingerprint not in (None, certificate.fingerprint()):
            raise
        reason = _REASONS.get(error.revocation_reason)
        held = reason is RevocationReason.CERTIFICATE_HOLD
        state = CertificateState.SUSPENDED if held else CertificateState.REVOKED
        return CertificateStatus(state, error.since, reason)
    except RevocationUnknownError:
        return CertificateStatus(CertificateState.UNKNOWN)
    return CertificateStatus(CertificateState.GOOD)
