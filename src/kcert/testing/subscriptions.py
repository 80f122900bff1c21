# SPDX-License-Identifier: Apache-2.0
"""What an authority writes into a subscriber's certificates, for any public key."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from kcert._asn1 import der
from kcert.testing import extensions
from kcert.testing.houses import TEST_NOTICE
from kcert.testing.template import CertificateTemplate

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.testing.houses import House
    from kcert.testing.template import Extension, StatementSigner

__all__ = [
    "CertifiableKey",
    "SubmittedKey",
    "Subscription",
    "partition",
    "subject_public_key",
    "subscriber_template",
]


def subject_public_key(public_key_info: bytes) -> bytes:
    """The key inside a SubjectPublicKeyInfo, which is what key identifiers are made of."""
    info = der.Reader(public_key_info, "public key").sequence()
    info.skip()
    key, _ = info.bit_string()
    return key


class CertifiableKey(Protocol):
    """A public key as certificates name it: a `kcert.testing.FakeKey`, or one submitted."""

    @property
    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    @property
    def key_identifier(self) -> bytes:
        """SHA-1 of the subjectPublicKey (RFC 5280 section 4.2.1.2, method 1)."""
        ...


@frozen
class SubmittedKey:
    """A public key whose secret half is elsewhere.

    Attributes:
        public_key_info: SubjectPublicKeyInfo, DER.
    """

    public_key_info: bytes = field(repr=False)

    @property
    def key_identifier(self) -> bytes:
        """SHA-1 of the subjectPublicKey (RFC 5280 section 4.2.1.2, method 1)."""
        return hashlib.sha1(subject_public_key(self.public_key_info)).digest()


@frozen
class Subscription:
    """What the certificates of one issue have in common.

    Attributes:
        subject: Name, DER.
        policy: Policy of the signature certificate, dotted.
        serial_number: Of the signature certificate; the km certificate's is the next.
        not_before: First second.
        not_after: Last second.
        identity: SubjectAltName with the holder's name and VID.
    """

    subject: bytes = field(repr=False)
    policy: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    identity: Extension = field(repr=False)

    @property
    def partition(self) -> int:
        """Which part of the revocation list both certificates are in."""
        return partition(self.serial_number)


def partition(serial_number: int) -> int:
    """Which part of the revocation list a pair is in, from 0 to 99.

    Args:
        serial_number: Of the signature certificate.
    """
    return serial_number % 10_000 // 100


def subscriber_template(
    signer: StatementSigner,
    house: House,
    subscription: Subscription,
    key: CertifiableKey,
    *,
    km: bool,
    crl_url: str | None = None,
    ocsp_url: str | None = None,
) -> CertificateTemplate:
    """What one certificate of an issue says.

    Args:
        signer: The authority.
        house: How it writes its certificates.
        subscription: The issue.
        key: The key to certify.
        km: Whether this is the key-management certificate.
        crl_url: Distribution point, ``{n}`` the partition; default the house's directory.
        ocsp_url: Responder, default the house's.
    """
    qualified = house.km_has_qualifiers or not km
    number = str(subscription.partition)
    directory = f"ldap://{house.directory}/{house.crl_path}{house.crl_suffix}"
    policy = _km_policy(house, subscription.policy) if km else subscription.policy
    return CertificateTemplate(
        serial_number=subscription.serial_number + km,
        issuer=signer.certificate.subject.der,
        subject=subscription.subject,
        not_before=subscription.not_before,
        not_after=subscription.not_after,
        public_key_info=key.public_key_info,
        digest=signer.digest,
        extensions=(
            extensions.authority_key_identifier(
                signer.key, signer.certificate.issuer.der, signer.certificate.serial_number
            ),
            extensions.subject_key_identifier(key),
            extensions.key_usage(*(house.km_key_usage if km else house.key_usage)),
            extensions.certificate_policies(
                policy,
                cps=house.cps if qualified else "",
                notice=TEST_NOTICE if qualified else "",
                notice_first=house.notice_first,
                critical=house.policies_critical,
            ),
            *((subscription.identity,) if house.km_has_identity or not km else ()),
            extensions.crl_distribution_points((crl_url or directory).replace("{n}", number)),
            extensions.authority_information_access(ocsp_url or house.ocsp),
        ),
    )


def _km_policy(house: House, policy: str) -> str:
    """The policy of the key-management certificate: TradeSign's are odd and even, others equal."""
    arc, _, last = policy.rpartition(".")
    if house.code == "TradeSign" and int(last) % 2:
        return f"{arc}.{int(last) + 1}"
    return policy
