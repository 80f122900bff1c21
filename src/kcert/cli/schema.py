# SPDX-License-Identifier: Apache-2.0
"""Certificates as JSON; `docs/reference/cli.md` says what every field means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kcert import Credential

if TYPE_CHECKING:
    from datetime import datetime

    from kcert import Certificate, KcertError

__all__ = ["certificate_fields", "problem_fields", "summary_fields"]


def summary_fields(certificate: Certificate, at: datetime) -> dict[str, Any]:
    """What a list says of a certificate."""
    validity = certificate.validity
    authority, policy = certificate.authority, certificate.policy
    return {
        "holder": certificate.holder_name,
        "kind": certificate.kind.value,
        "authority": authority.code if authority else None,
        "policy": policy.oid if policy else None,
        "not_before": validity.not_before.isoformat(),
        "not_after": validity.not_after.isoformat(),
        "last_day": validity.last_day.isoformat(),
        "days_left": validity.days_left(at),
        "fingerprint": certificate.fingerprint(),
    }


def certificate_fields(subject: Certificate | Credential, at: datetime) -> dict[str, Any]:
    """Everything that is known of a certificate, and of its keys where there are any."""
    credential = subject if isinstance(subject, Credential) else None
    certificate = subject.certificate if isinstance(subject, Credential) else subject
    window = certificate.renewal_window
    fields = summary_fields(certificate, at)
    fields |= {
        "serial_number": str(certificate.serial_number),
        "subject": certificate.subject.rfc4514(),
        "issuer": certificate.issuer.rfc4514(),
        "renewal_opens": window.opens.isoformat() if window else None,
        "key_type": certificate.key_type,
        "key_size": certificate.key_size,
        "signature_algorithm": certificate.signature_algorithm.name,
        "lock": None,
    }
    if credential is not None:
        fields["lock"] = {
            "scheme": credential.key.scheme,
            "cipher": credential.key.cipher,
            "iterations": credential.key.iterations,
            "key_management": credential.key_management is not None,
            "authorities": len(credential.ca_certificates),
        }
    return fields


def problem_fields(problem: KcertError | None) -> dict[str, str] | None:
    """What is wrong with an entry."""
    if problem is None:
        return None
    return {"code": problem.code, "message": str(problem), "message_ko": problem.message_ko}
