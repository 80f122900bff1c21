# SPDX-License-Identifier: Apache-2.0
"""Where path validation asks whether a certificate was revoked, and what it is told.

Path validation knows neither CRL nor OCSP: it asks a `RevocationChecker`, once for each certificate
below the anchor, beginning at the anchor, after everything else about the path has been found good.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from kcert.trust.budget import FetchTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.certificate import Certificate, KeyUsage, Name
    from kcert.certificate.extensions import Extension
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.path import ValidatedPath
    from kcert.trust.weakness import Weakness, WeakPart

__all__ = [
    "CheckContext",
    "EvidenceKind",
    "Issuer",
    "Revocable",
    "Revocation",
    "RevocationChecker",
    "RevocationEvidence",
    "RevocationStatus",
]


class Revocation(enum.Enum):
    """How much is asked about revocation."""

    SKIP = "skip"
    """Nothing is asked."""
    CHECK_IF_AVAILABLE = "check-if-available"
    """What is known counts; a certificate about which nothing is known passes, and is marked so."""
    REQUIRE = "require"
    """Every certificate below the root must be known not to be revoked."""


class EvidenceKind(enum.Enum):
    """What a statement about revocation was."""

    CRL = "crl"
    OCSP = "ocsp"


@frozen
class RevocationEvidence:
    """A statement that a certificate was not revoked.

    Attributes:
        kind: CRL or OCSP response.
        this_update: When the statement was true.
        next_update: By when a newer one was promised, where it was.
        location: URL or name of where it came from; ``None`` where the caller gave it.
        der: The CRL or OCSP response, DER, to be kept as proof.
        weak_parts: Weak cryptography in its signature that the caller allowed.
    """

    kind: EvidenceKind
    this_update: datetime
    next_update: datetime | None
    location: str | None
    der: bytes = field(repr=False)
    weak_parts: tuple[WeakPart, ...] = ()


class Issuer(Protocol):
    """Who issued a certificate: a `Certificate` or a `TrustAnchor`."""

    @property
    def subject(self) -> Name:
        """Name of the authority."""
        ...

    @property
    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    @property
    def subject_key_identifier(self) -> bytes | None:
        """Identifier of the key, where known."""
        ...

    @property
    def key_usage(self) -> frozenset[KeyUsage] | None:
        """What the key may do; ``None`` where that is not limited."""
        ...


class Revocable(Protocol):
    """What can be revoked: a `Certificate`, or an authority known by its figures."""

    @property
    def issuer(self) -> Name:
        """Name of the issuer."""
        ...

    @property
    def subject(self) -> Name:
        """Name of the subject."""
        ...

    @property
    def serial_number(self) -> int:
        """Serial number."""
        ...

    @property
    def is_ca(self) -> bool:
        """Whether it is an authority's: then its list is the ARL."""
        ...

    @property
    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    @property
    def crl_distribution_points(self) -> tuple[str, ...]:
        """URIs where its CRL lies."""
        ...

    @property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where to ask for its status."""
        ...

    def extension(self, oid: str) -> Extension | None:
        """An extension of it, or ``None``."""
        ...

    def fingerprint(self, algorithm: str = "sha256") -> str:
        """SHA-256 of the certificate in lower-case hexadecimal."""
        ...


@frozen
class CheckContext:
    """What a checker may need besides the certificate and its issuer.

    Attributes:
        at: The moment in question, UTC, in whole seconds.
        anchor: The anchor of the path. A CRL or OCSP signer's path must end at the same one.
        issuers: Certificates above the one in question: its issuer's first, and last the one that
            the anchor issued; empty where the anchor itself issued it.
        candidates: All certificates that the caller gave or the path holds: among them may be that
            of a separate CRL signer or OCSP responder.
        allow_weak: What the caller allows; holds for CRLs and OCSP responses too.
        validate: Validate a path from this anchor to another certificate, a CRL signer's or OCSP
            responder's, at the same moment, within the same budget, without asking for its
            revocation. Raises `TrustError`.
        fetching: The time that fetching may take in the whole verification.
    """

    at: datetime
    anchor: TrustAnchor
    issuers: tuple[Certificate, ...] = field(repr=False)
    candidates: tuple[Certificate, ...] = field(repr=False)
    allow_weak: frozenset[Weakness]
    validate: Callable[[Certificate], ValidatedPath] = field(repr=False, eq=False)
    fetching: FetchTime = field(factory=FetchTime, repr=False, eq=False)


class RevocationChecker(Protocol):
    """Finds out whether a certificate was revoked."""

    def check(
        self, certificate: Revocable, issuer: Issuer, context: CheckContext
    ) -> RevocationEvidence:
        """Ask about one certificate.

        Args:
            certificate: The certificate in question, or an authority known by its figures.
            issuer: Who issued it; its key is believed.
            context: The path, the moment and what else is at hand.

        Returns:
            What says that it was not revoked.

        Raises:
            RevokedError: It was revoked or suspended.
            RevocationUnknownError: Nothing conclusive could be had.
        """
        ...


@frozen
class RevocationStatus:
    """What was found out about one certificate of a path.

    Attributes:
        fingerprint: SHA-256 (lower-case hex) of the certificate.
        evidence: What says that it was not revoked, or ``None``.
        unknown: Why nothing is known, in English, where that is so.
    """

    fingerprint: str
    evidence: RevocationEvidence | None
    unknown: str | None = None
