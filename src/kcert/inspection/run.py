# SPDX-License-Identifier: Apache-2.0
"""The inspection itself: all checks, the worst finding first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate import Certificate
from kcert.certificate.validity import moment
from kcert.inspection import certificate_checks, credential_checks, trust_checks
from kcert.inspection.codes import CODES, Severity
from kcert.inspection.report import Report

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.credential import Credential
    from kcert.inspection.report import Finding
    from kcert.trust import Revocation, RevocationChecker, TrustStore

__all__ = ["inspect"]

_ORDER = {severity: number for number, severity in enumerate(Severity)}
_PLACE = {code: number for number, code in enumerate(CODES)}


def inspect(
    subject: Certificate | Credential,
    at: datetime | None = None,
    *,
    trust: TrustStore | None = None,
    revocation: Revocation | None = None,
    checker: RevocationChecker | None = None,
) -> Report:
    """Find out everything there is to say, without password, network or files.

    Whether the certificate is genuine is asked where a trust store is given, and whether it was
    revoked where that is asked for too. Only a checker that fetches goes to the network.

    Args:
        subject: A certificate, or a credential with all its parts.
        at: The moment for which to judge, aware; default now.
        trust: The authorities to believe; ``None`` does not ask.
        revocation: How much to ask about revocation; ``None`` does not ask.
        checker: Who is asked about it, default the store's.

    Returns:
        The report.

    Raises:
        TypeError: ``subject`` is neither, or ``at`` is no datetime.
        ValueError: ``at`` has no time zone.
    """
    at = moment(at)
    if isinstance(subject, Certificate):
        certificate = subject
        found = certificate_checks.check(subject, at)
    elif isinstance(getattr(subject, "certificate", None), Certificate):
        certificate = subject.certificate
        found = credential_checks.check(subject, at)
    else:
        raise TypeError("subject must be a Certificate or a Credential")
    # One malformed extension can come up in several checks.
    findings = list(dict.fromkeys(found))
    if trust is not None:
        above = getattr(subject, "ca_certificates", ())
        findings += trust_checks.check(
            certificate, at, trust, intermediates=above, revocation=revocation, checker=checker
        )
    findings.sort(key=_rank)
    return Report(subject=subject, at=at, findings=tuple(findings))


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER[finding.severity], _PLACE[finding.code]
