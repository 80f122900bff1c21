# SPDX-License-Identifier: Apache-2.0
"""A validated path: on what grounds a certificate is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from kcert.trust.extensions import ANY_POLICY
from kcert.trust.signatures import inherit_parameters

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate, PolicyInformation
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.revocation import RevocationStatus
    from kcert.trust.weakness import WeakPart

__all__ = ["ValidatedPath"]


@frozen
class ValidatedPath:
    """Why a certificate is believed, to be kept beside what it signed.

    Attributes:
        certificates: The certificate in question first, then its issuer's and so on; the last one
            was issued by the anchor.
        anchor: What validation began from: a root, or an issuing authority known by its key.
        policies: Certificate policies that hold for the path, of those the caller accepts (RFC 5280
            section 6.1.6), as dotted OIDs; ``2.5.29.32.0`` stands for any policy.
        revocation: What was found out about each certificate, in the order of `certificates`, then
            about the anchor where that is no root; empty where nothing was asked.
        weak_parts: Weak cryptography that the caller allowed and the path makes use of.
        at: The moment for which all this holds, UTC, in whole seconds.
        policies_said: What each certificate says that `policies` follow from, in the order of
            `certificates`: authorities may map policies to others on the way.
    """

    certificates: tuple[Certificate, ...]
    anchor: TrustAnchor
    policies: frozenset[str]
    revocation: tuple[RevocationStatus, ...] = field(repr=False)
    weak_parts: tuple[WeakPart, ...]
    at: datetime
    policies_said: tuple[frozenset[str], ...] = field(default=(), repr=False)

    @property
    def root(self) -> TrustAnchor:
        """The root above the anchor; the anchor itself where that is a root."""
        return self.anchor.root or self.anchor

    @property
    def policy_information(self) -> tuple[PolicyInformation, ...]:
        """The policies that hold with their notices and practice statements.

        Those of the certificate in question first; an authority's own may have notices, too.

        Raises:
            FormatError: They are malformed in one of the certificates.
        """
        found: list[PolicyInformation] = []
        # Where nothing was asked, the anchor's own certificate is the path.
        for certificate, said in zip(self.certificates, self.policies_said, strict=False):
            known = certificate.policy_information
            named = {one.oid for one in known}
            # What is not said of a policy by name is said of any.
            used = {oid if oid in named else ANY_POLICY for oid in said}
            found += (one for one in known if one.oid in used)
        return tuple(found)

    @property
    def public_key_info(self) -> bytes:
        """Key of the certificate in question, DER of a SubjectPublicKeyInfo.

        A DSA key that takes its parameters from those above has them here (RFC 5280 section 6.1.4).
        """
        key = self.anchor.public_key_info
        for certificate in reversed(self.certificates):
            key = inherit_parameters(certificate.public_key_info, key)
        return key

    @property
    def certificate(self) -> Certificate:
        """The certificate in question."""
        return self.certificates[0]
