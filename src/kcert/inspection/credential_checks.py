# SPDX-License-Identifier: Apache-2.0
"""What the parts of a credential have to say, alone and about each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate import KeyUsage
from kcert.errors import UnsupportedAlgorithmError, WeakIntegrityError
from kcert.inspection import certificate_checks
from kcert.inspection.certificate_checks import guarded
from kcert.inspection.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.credential import Credential
    from kcert.errors import KcertError
    from kcert.keys import EncryptedKey

__all__ = ["MIN_ITERATIONS", "check"]

MIN_ITERATIONS = 1000
"""Fewest rounds that PKCS#5 recommended (RFC 2898 section 4.2); files with 100 are in use."""

# How the two pairs are called in messages and facts.
_SIGNING = "signing"
_KEY_MANAGEMENT = "key-management"


def check(credential: Credential, at: datetime) -> Iterator[Finding]:
    """Everything about the signing pair and what comes with it."""
    certificate = credential.certificate
    yield from certificate_checks.check(certificate, at)
    yield from guarded(_not_an_authority(certificate))
    yield from guarded(certificate_checks.check_signing_usage(certificate))
    yield from _lock(credential.key, _SIGNING)
    for problem in credential.problems:
        yield _problem(problem)
    yield from guarded(_key_management(credential))
    if credential.ca_certificates:
        yield from guarded(_chain(certificate, credential.ca_certificates))


def _problem(problem: KcertError) -> Finding:
    """What the format had to say when it was loaded."""
    if isinstance(problem, WeakIntegrityError):
        if problem.mac is None:
            return Finding.of("no-integrity", format=problem.format)
        return Finding.of(
            "weak-integrity",
            format=problem.format,
            mac=problem.mac,
            iterations=problem.iterations,
        )
    sound = isinstance(problem, UnsupportedAlgorithmError)
    return Finding.of(
        "unsupported-part" if sound else "damaged-part",
        reason=str(problem),
        reason_ko=problem.message_ko,
        error=problem.code,
    )


def _not_an_authority(certificate: Certificate) -> Iterator[Finding]:
    if certificate.is_ca:
        yield Finding.of("ca-certificate")


def _lock(key: EncryptedKey, pair: str) -> Iterator[Finding]:
    if key.cipher is None:
        yield Finding.of("unsupported-lock", pair=pair, scheme=key.scheme)
        return
    if key.needs_relock():
        yield Finding.of("weak-lock", pair=pair, scheme=key.scheme)
    if key.iterations is not None and key.iterations < MIN_ITERATIONS:
        yield Finding.of(
            "low-iterations", pair=pair, iterations=key.iterations, minimum=MIN_ITERATIONS
        )


def _key_management(credential: Credential) -> Iterator[Finding]:
    pair = credential.key_management
    if pair is None:
        yield Finding.of("no-km-pair")
        return
    usage = pair.certificate.key_usage
    if usage is not None and KeyUsage.KEY_ENCIPHERMENT not in usage:
        yield Finding.of("no-encryption-usage")
    fields = _differences(credential.certificate, pair.certificate)
    if fields:
        yield Finding.of("km-mismatch", fields=fields)
    yield from _lock(pair.key, _KEY_MANAGEMENT)


def _differences(signing: Certificate, other: Certificate) -> list[str]:
    """What the certificates of one pair should have in common and do not (RFC 5280 names)."""
    fields: list[str] = []
    if not signing.subject.matches(other.subject):
        fields.append("subject")
    if not signing.issuer.matches(other.issuer):
        fields.append("issuer")
    if signing.validity != other.validity:
        fields.append("validity")
    return fields


def _chain(certificate: Certificate, authorities: Sequence[Certificate]) -> Iterator[Finding]:
    """Whether the names lead from the certificate to a self-issued one. Signatures: TrustStore."""
    links = 0
    current = certificate
    # Each step uses up one certificate, so that a ring of names ends too.
    left = list(authorities)
    while not current.is_self_issued:
        issuer = next((other for other in left if _issued(other, current)), None)
        if issuer is None:
            yield Finding.of("incomplete-chain", links=links)
            return
        left.remove(issuer)
        current = issuer
        links += 1


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    identifier = certificate.authority_key_identifier
    wanted = None if identifier is None else identifier.key_identifier
    offered = issuer.subject_key_identifier
    if wanted is not None and offered is not None and wanted != offered:
        return False
    return issuer.is_ca and issuer.subject.matches(certificate.issuer)
