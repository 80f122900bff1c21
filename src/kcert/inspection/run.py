# SPDX-License-Identifier: Apache-2.0
"""The inspection itself: all checks, the worst finding first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate import Certificate
from kcert.certificate.validity import moment
from kcert.inspection import certificate_checks, credential_checks
from kcert.inspection.codes import CODES, Severity
from kcert.inspection.report import Report

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.credential import Credential
    from kcert.inspection.report import Finding

__all__ = ["inspect"]

_ORDER = {severity: number for number, severity in enumerate(Severity)}
_PLACE = {code: number for number, code in enumerate(CODES)}


def inspect(subject: Certificate | Credential, at: datetime | None = None) -> Report:
    """Find out everything there is to say, without password, network or files.

    Whether the certificate is genuine or revoked is not asked here; that takes a `TrustStore`.

    Args:
        subject: A certificate, or a credential with all its parts.
        at: The moment for which to judge, aware; default now.

    Returns:
        The report.

    Raises:
        TypeError: ``subject`` is neither, or ``at`` is no datetime.
        ValueError: ``at`` has no time zone.
    """
    at = moment(at)
    if isinstance(subject, Certificate):
        found = certificate_checks.check(subject, at)
    elif isinstance(getattr(subject, "certificate", None), Certificate):
        found = credential_checks.check(subject, at)
    else:
        raise TypeError("subject must be a Certificate or a Credential")
    # One malformed extension can come up in several checks.
    findings = sorted(dict.fromkeys(found), key=_rank)
    return Report(subject=subject, at=at, findings=tuple(findings))


def _rank(finding: Finding) -> tuple[int, int]:
    return _ORDER[finding.severity], _PLACE[finding.code]
