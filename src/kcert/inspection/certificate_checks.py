# SPDX-License-Identifier: Apache-2.0
"""What a certificate alone has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate import Certainty, CertificateKind, KeyUsage, Usage
from kcert.errors import KcertError
from kcert.inspection.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kcert.certificate import Certificate

__all__ = ["EXPIRING_DAYS", "MIN_RSA_BITS", "check", "check_signing_usage", "guarded"]

MIN_RSA_BITS = 2048
"""Korean authorities issue no smaller RSA keys since 2012; NIST SP 800-131A allows none."""

EXPIRING_DAYS = 30
"""From how many days on a certificate that cannot be renewed is reported as ending soon."""

_WEAK_DIGESTS = frozenset(("md2", "md5", "sha1", "has160"))

# Smallest sizes in bits of about 112 bits of strength (NIST SP 800-57 part 1, table 2).
_MINIMUM_BITS = {"RSA": MIN_RSA_BITS, "DSA": 2048, "KCDSA": 2048, "EC": 224}

_SUPPORTED_KEYS = frozenset(("RSA",))

# Extensions that path validation processes (RFC 5280 section 4.2), by arc 2.5.29.
_KNOWN_EXTENSIONS = frozenset(
    f"2.5.29.{number}" for number in (14, 15, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54)
)


def check(certificate: Certificate, at: datetime) -> Iterator[Finding]:
    """Everything that holds for a certificate whatever it is used for."""
    yield from _time(certificate, at)
    yield from _extensions(certificate)
    for part in (_key, _digest, _usage, _policy, _vid, _authority):
        yield from guarded(part(certificate))


def guarded(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of one check; where it meets a malformed extension or key, that is one too."""
    try:
        yield from findings
    except KcertError as error:
        yield Finding.of("malformed-part", reason=str(error), reason_ko=error.message_ko)


def check_signing_usage(certificate: Certificate) -> Iterator[Finding]:
    """What stands against signing with it."""
    usage = certificate.key_usage
    if usage is None:
        return
    if usage.isdisjoint((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION)):
        yield Finding.of("no-signing-usage")
    elif KeyUsage.NON_REPUDIATION not in usage and certificate.kind in (
        CertificateKind.JOINT,
        CertificateKind.FINANCIAL,
    ):
        yield Finding.of("no-non-repudiation")


def _time(certificate: Certificate, at: datetime) -> Iterator[Finding]:
    validity = certificate.validity
    not_after = validity.not_after
    if at < validity.not_before:
        yield Finding.of("not-yet-valid", not_before=validity.not_before)
        return
    if at > not_after:
        yield Finding.of("expired", not_after=not_after)
        return
    days_left = validity.days_left(at)
    window = certificate.renewal_window
    if window is not None:
        if window.contains(at):
            yield Finding.of("renewal-window", not_after=not_after, days_left=days_left)
    elif days_left <= EXPIRING_DAYS:
        yield Finding.of("expiring-soon", not_after=not_after, days_left=days_left)


def _key(certificate: Certificate) -> Iterator[Finding]:
    key_type, key_size = certificate.key_type, certificate.key_size
    minimum = _MINIMUM_BITS.get(key_type)
    if key_size is not None and minimum is not None and key_size < minimum:
        yield Finding.of("weak-key", key_type=key_type, key_size=key_size, minimum=minimum)
    if key_type not in _SUPPORTED_KEYS:
        yield Finding.of("unsupported-key", key_type=key_type)


def _digest(certificate: Certificate) -> Iterator[Finding]:
    digest = certificate.signature_hash
    # Nobody relies on what a root says about itself.
    if digest in _WEAK_DIGESTS and not (certificate.is_ca and certificate.is_self_issued):
        yield Finding.of("weak-digest", digest=digest)


def _extensions(certificate: Certificate) -> Iterator[Finding]:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _KNOWN_EXTENSIONS:
            yield Finding.of("unknown-critical-extension", oid=extension.oid)


def _usage(certificate: Certificate) -> Iterator[Finding]:
    if certificate.key_usage is None and not certificate.is_ca:
        yield Finding.of("no-key-usage")


def _policy(certificate: Certificate) -> Iterator[Finding]:
    policy = certificate.policy
    if certificate.is_ca:
        return
    if policy is not None:
        if policy.certainty is not Certainty.CONFIRMED:
            yield Finding.of("uncertain-policy", oid=policy.oid, certainty=policy.certainty.value)
    elif certificate.policy_oids:
        yield Finding.of("unknown-policy", oids=list(certificate.policy_oids))
    else:
        yield Finding.of("no-policy")


def _vid(certificate: Certificate) -> Iterator[Finding]:
    identity = certificate.identity
    if (identity is None or identity.vid is None) and not certificate.is_ca:
        yield Finding.of("no-vid")


def _authority(certificate: Certificate) -> Iterator[Finding]:
    """Whether the issuer says in its name that it is for tests, or the policy does."""
    policy = certificate.policy
    # KISA's and the authorities' test hierarchies say "Test" in the CN, one "FTCA".
    issuer = (certificate.issuer.common_name or "").casefold()
    if (policy is not None and Usage.TEST in policy.usages) or "test" in issuer or "ftca" in issuer:
        yield Finding.of("test-authority")
