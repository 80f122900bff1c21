# SPDX-License-Identifier: Apache-2.0
"""What a test authority publishes of its registry: revocation lists and OCSP."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from kcert._asn1 import der, encode, oids
from kcert._asn1.ocsp import MAX_OCSP_SIZE, read_request
from kcert.errors import KcertError
from kcert.lifecycle.authority import CertificateState, RevocationReason
from kcert.testing.cmp.database import seconds
from kcert.testing.crl import REASONS, Revoked
from kcert.testing.subscriptions import subject_public_key

if TYPE_CHECKING:
    from kcert._asn1.ocsp import RawCertId
    from kcert.testing.cmp.registry import Registry

__all__ = ["authority_list", "revocation_list", "status_response"]

_DAY: Final = timedelta(days=1)
_REASONS: Final = {RevocationReason(number): name for name, number in REASONS.items()}
_HASHES: Final = {oids.SHA1: "sha1", oids.SHA256: "sha256", oids.SHA512: "sha512"}
_MALFORMED: Final = 1
_UNAUTHORIZED: Final = 6
_STATUS: Final[dict[CertificateState, Literal["good", "revoked", "unknown"]]] = {
    CertificateState.GOOD: "good",
    CertificateState.SUSPENDED: "revoked",
    CertificateState.REVOKED: "revoked",
    CertificateState.UNKNOWN: "unknown",
}


def reason_name(reason: RevocationReason | None) -> str | None:
    """The RFC 5280 name, ``None`` for a reason that is not written (section 5.3.1)."""
    if reason in (None, RevocationReason.UNSPECIFIED):
        return None
    return _REASONS[reason]


def revocation_list(registry: Registry, partition: int, url: str) -> bytes:
    """The list of one part, DER: both certificates of each pair, the suspended as on hold.

    Args:
        registry: Whose.
        partition: Which part.
        url: Its distribution point, as the certificates in it name it.
    """
    entries = [
        Revoked(certificate.serial_number, issue.since, reason_name(issue.reason))
        for issue in registry.issues.listed(partition)
        for certificate in issue.certificates
    ]
    now = registry.now()
    # The clock as the number: it only grows, also across restarts.
    return registry.authority.crl(
        entries, at=now, next_update=now + _DAY, number=seconds(now), url=url
    )


def authority_list(registry: Registry) -> bytes:
    """The root's list of revoked authorities, DER; there are none."""
    now = registry.now()
    return registry.authority.root.crl(at=now, number=seconds(now))


def status_response(registry: Registry, request: bytes) -> bytes:
    """What the responder answers, OCSPResponse, DER, signed by the authority itself.

    Args:
        registry: Whose.
        request: OCSPRequest, DER.
    """
    try:
        if len(request) > MAX_OCSP_SIZE:
            return _failure(_MALFORMED)
        asked, _ = read_request(request)
    except KcertError:
        return _failure(_MALFORMED)
    if not _is_ours(registry, asked):
        return _failure(_UNAUTHORIZED)
    status = registry.issues.status(asked.serial_number)
    return registry.authority.ocsp_response(
        registry.authority.certificate,
        request=request,
        status=_STATUS[status.state],
        reason=reason_name(status.reason),
        revoked_at=status.since,
        at=registry.now(),
    )


def _failure(status: int) -> bytes:
    """A response that is none (RFC 6960 section 4.2.1)."""
    return encode.sequence(encode.integer(status, der.ENUMERATED))


def _is_ours(registry: Registry, asked: RawCertId) -> bool:
    name = _HASHES.get(asked.hash_algorithm.oid)
    if name is None:
        return False
    certificate = registry.authority.certificate
    key = subject_public_key(certificate.public_key_info)
    return (
        asked.issuer_name_hash == hashlib.new(name, certificate.subject.der).digest()
        and asked.issuer_key_hash == hashlib.new(name, key).digest()
    )
