# SPDX-License-Identifier: Apache-2.0
"""Trust anchors: authorities that are believed because somebody said so (RFC 5280 section 6.1.1).

An anchor is a name and a key. Where it is known by its certificate or by its figures, the limits
stated there bind the paths that begin at it (RFC 5937).
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.certificate import KeyUsage, Name, Validity
from kcert.errors import TrustError
from kcert.trust.extensions import PathExtensions

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.certificate.extensions import Extension
    from kcert.trust.figures import AuthorityFigures

__all__ = ["TrustAnchor"]

_ISSUING: Final = frozenset((KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN))


@frozen
class TrustAnchor:
    """An authority one is ready to believe.

    Attributes:
        subject: Its name.
        public_key_info: SubjectPublicKeyInfo, DER.
        validity: When it may be believed; ``None`` for always.
        certificate: Its certificate, where that is at hand.
        figures: Its row in the table of Korean authorities, where it has one.
        root: Who vouches for it, for an issuing authority known by its figures; ``None`` for an
            authority that is believed on its own.
    """

    subject: Name
    public_key_info: bytes = field(repr=False)
    validity: Validity | None = None
    certificate: Certificate | None = field(default=None, repr=False)
    figures: AuthorityFigures | None = field(default=None, repr=False)
    root: TrustAnchor | None = field(default=None, repr=False)

    @classmethod
    def of(cls, certificate: Certificate) -> TrustAnchor:
        """The anchor that a certificate makes, with the certificate's dates and limits."""
        return cls(
            certificate.subject, certificate.public_key_info, certificate.validity, certificate
        )

    @classmethod
    def known(cls, figures: AuthorityFigures, root: TrustAnchor | None = None) -> TrustAnchor:
        """The anchor that the figures of a Korean authority make.

        Args:
            figures: Of the authority.
            root: Of the root that issued its certificate; ``None`` for a root.
        """
        return cls(figures.subject, figures.public_key_info, figures.validity, None, figures, root)

    @property
    def name(self) -> str:
        """How people call it: its CN, or the whole name where it has none."""
        return self.subject.common_name or self.subject.rfc4514()

    @property
    def is_root(self) -> bool:
        """Whether it is believed on its own, and not because a root vouches for it."""
        return self.root is None

    @property
    def issuer(self) -> Name:
        """Name of who issued its certificate; its own for a root."""
        if self.certificate is not None:
            return self.certificate.issuer
        return self.figures.issuer if self.figures is not None else self.subject

    @property
    def serial_number(self) -> int:
        """Serial number of its certificate; 0 where not known."""
        known = self.certificate or self.figures
        return known.serial_number if known is not None else 0

    @property
    def is_ca(self) -> bool:
        """True."""
        return True

    @property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where to ask for its status."""
        return self.certificate.ocsp_urls if self.certificate is not None else ()

    @property
    def crl_distribution_points(self) -> tuple[str, ...]:
        """URIs where its revocation would be published."""
        known = self.certificate or self.figures
        return known.crl_distribution_points if known is not None else ()

    def extension(self, oid: str) -> Extension | None:
        """An extension of its certificate, or ``None``."""
        return self.certificate.extension(oid) if self.certificate is not None else None

    @property
    def key_usage(self) -> frozenset[KeyUsage] | None:
        """What its key may do; ``None`` where that is not limited."""
        if self.certificate is not None:
            return self.certificate.key_usage
        return _ISSUING if self.figures is not None and not self.figures.is_root else None

    @property
    def subject_key_identifier(self) -> bytes | None:
        """Identifier of its key, where known."""
        if self.certificate is not None:
            return self.certificate.subject_key_identifier
        return self.figures.key_identifier if self.figures is not None else None

    def fingerprint(self, algorithm: str = "sha256") -> str:
        """Hash of its certificate in lower-case hex; of its key where there is no certificate.

        Args:
            algorithm: As for `Certificate.fingerprint`. Figures know SHA-256 only.
        """
        if self.certificate is not None:
            return self.certificate.fingerprint(algorithm)
        if self.figures is not None and self.figures.fingerprint is not None:
            return self.figures.fingerprint
        return hashlib.new(algorithm, self.public_key_info, usedforsecurity=False).hexdigest()

    @cached_property
    def limits(self) -> PathExtensions:
        """The limits it puts on paths.

        Raises:
            TrustError: Its certificate is no authority's, or has a critical extension that kcert
                does not understand.
            FormatError: An extension is malformed.
        """
        if self.certificate is not None:
            limits = PathExtensions.of(self.certificate)
            if self.certificate.version == 3 and not limits.may_issue:
                raise TrustError(
                    "the trust anchor's certificate is not an authority's",
                    "신뢰 기준점의 인증서가 인증기관 인증서가 아닙니다",
                    fingerprint=self.fingerprint(),
                )
            return limits
        if self.figures is not None:
            return PathExtensions.of_authority(
                path_length=self.figures.path_length,
                require_explicit_policy=self.figures.require_explicit_policy,
            )
        return PathExtensions.of_authority()

    def is_of(self, certificate: Certificate) -> bool:
        """Whether a certificate is this anchor's: the same bytes, or the same name and key."""
        if self.certificate is not None and certificate == self.certificate:
            return True
        if self.figures is not None:
            return self.figures.is_of(certificate)
        return certificate.public_key_info == self.public_key_info and certificate.subject.matches(
            self.subject
        )
