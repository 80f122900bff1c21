# SPDX-License-Identifier: Apache-2.0
"""`TrustStore`: the authorities one is ready to believe, and `verify` against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from kcert.certificate import Certificate
from kcert.certificate.validity import moment
from kcert.trust.anchors import TrustAnchor
from kcert.trust.budget import PathLimits
from kcert.trust.figures import Family, known_authorities
from kcert.trust.purpose import check_purpose
from kcert.trust.revocation import Revocation
from kcert.trust.state import PathInputs
from kcert.trust.verification import Question, Verification

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import datetime

    from kcert.trust.path import ValidatedPath
    from kcert.trust.purpose import Purpose
    from kcert.trust.revocation import RevocationChecker
    from kcert.trust.weakness import Weakness

__all__ = ["TrustStore"]

_DEFAULT_INPUTS = PathInputs()
_DEFAULT_LIMITS = PathLimits()


class TrustStore:
    """The authorities one is ready to believe. It never changes; `including` makes another.

    Args:
        authorities: Trust anchors, or certificates that shall be anchors with their own dates and
            limits.
        checker: Who is asked about revocation, unless `verify` is given another.
        limits: Caps on the work of one verification.
    """

    def __init__(
        self,
        authorities: Iterable[TrustAnchor | Certificate] = (),
        *,
        checker: RevocationChecker | None = None,
        limits: PathLimits = _DEFAULT_LIMITS,
    ) -> None:
        self._anchors = tuple(dict.fromkeys(map(_anchor, authorities)))
        self._checker = checker
        self._limits = limits
        self._by_name: dict[Hashable, list[TrustAnchor]] = {}
        for anchor in self._anchors:
            self._by_name.setdefault(anchor.subject.match_key, []).append(anchor)

    @property
    def checker(self) -> RevocationChecker | None:
        """Who is asked about revocation, unless `verify` is given another."""
        return self._checker

    def __repr__(self) -> str:
        roots = sum(anchor.is_root for anchor in self._anchors)
        return f"<TrustStore of {roots} roots and {len(self._anchors) - roots} authorities>"

    @classmethod
    def korea(cls) -> TrustStore:
        """The roots of KISA, and the issuing authorities of 공동인증서 and 금융인증서 under them.

        They are held as figures (see `known_authorities`). A certificate whose issuing authority's
        certificate is not at hand is verified with the authority's key as the table has it.
        """
        return cls(_known(Family.JOINT))

    @classmethod
    def government(cls) -> TrustStore:
        """The root of the GPKI. Its issuing authorities' certificates have to be given."""
        return cls(_known(Family.GOVERNMENT))

    @property
    def anchors(self) -> tuple[TrustAnchor, ...]:
        """Everything that is believed: roots, and issuing authorities known by their figures."""
        return self._anchors

    def including(self, *authorities: TrustAnchor | Certificate) -> TrustStore:
        """This store and more authorities."""
        return TrustStore(
            (*self._anchors, *authorities), checker=self._checker, limits=self._limits
        )

    def including_government(self) -> TrustStore:
        """This store and the root of the GPKI."""
        return self.including(*_known(Family.GOVERNMENT))

    def including_test(self) -> TrustStore:
        """This store and the test hierarchies of KISA. Never for real business."""
        return self.including(*_known(Family.TEST))

    def checking(self, checker: RevocationChecker | None) -> TrustStore:
        """This store with another revocation checker."""
        return TrustStore(self._anchors, checker=checker, limits=self._limits)

    def anchor_of(self, certificate: Certificate) -> TrustAnchor | None:
        """The anchor whose certificate this is: the same fingerprint, or the same name and key.

        That the name and key are the anchor's says nothing of the other fields; `verify` does.
        """
        found = self._by_name.get(certificate.subject.match_key, ())
        return next((anchor for anchor in found if anchor.is_of(certificate)), None)

    def verify(
        self,
        certificate: Certificate,
        at: datetime | None = None,
        *,
        intermediates: Iterable[Certificate] = (),
        revocation: Revocation = Revocation.SKIP,
        checker: RevocationChecker | None = None,
        policies: Iterable[str] | None = None,
        purpose: Purpose | None = None,
        allow_weak: Iterable[Weakness] = (),
        inputs: PathInputs = _DEFAULT_INPUTS,
    ) -> ValidatedPath:
        """Find out on what grounds a certificate is to be believed (RFC 5280 section 6).

        Args:
            certificate: The certificate in question.
            at: The moment in question, an aware datetime, default now. Certificates count in whole
                seconds: one is valid to the end of the second of its notAfter.
            intermediates: Certificates of authorities that may stand in between, in any order, from
                CaPubs, PKCS#12, a message or `fetch_intermediates`; they are not believed, only
                used.
            revocation: How much is asked about revocation. Nothing is fetched unless a checker that
                fetches is given.
            checker: Who is asked about revocation, default the store's.
            policies: Certificate policies, dotted, of which one must hold; a `PolicySet`, for
                example. ``None`` accepts all.
            purpose: What the certificate is to be used for; ``None`` does not ask.
            allow_weak: Old cryptography to be accepted and marked in `ValidatedPath.weak_parts`.
            inputs: Further inputs of RFC 5280; ``policies`` takes precedence over its own.

        Returns:
            The path, and what else its validity rests on.

        Raises:
            ExpiredError: A certificate of the path had expired.
            NotYetValidError: One was not valid yet.
            RevokedError: One was revoked or suspended.
            RevocationUnknownError: Revocation was required and could not be found out.
            PolicyError: The path holds, but not under a policy asked for.
            WeakAlgorithmError: It rests on old cryptography that was not allowed.
            UntrustedIssuerError: No path leads to an authority of this store.
            TrustError: Another rule is broken: name constraints, path length, key usage, an
                unknown critical extension.
            FormatError: A certificate has a malformed part.
            UnsupportedAlgorithmError: A signature is of a kind that kcert does not have.
            LimitError: The certificates ask for more work than the limits allow; it names which.
            TypeError: An argument is of a wrong type.
            ValueError: ``at`` has no time zone.
        """
        if not isinstance(certificate, Certificate):
            raise TypeError(f"a Certificate is verified, not {type(certificate).__name__}")
        if isinstance(policies, str):
            raise TypeError("policies is a collection of OIDs, not one str")
        if policies is not None:
            inputs = evolve(inputs, policies=frozenset(policies), explicit_policy=True)
        question = Question(
            at=moment(at).replace(microsecond=0),
            intermediates=tuple(intermediates),
            inputs=inputs,
            revocation=revocation,
            checker=checker or self._checker,
            allow_weak=frozenset(allow_weak),
        )
        if purpose is not None:
            check_purpose(certificate, purpose)
        return Verification(self._by_name, question, self._limits).run(certificate)


def _anchor(authority: TrustAnchor | Certificate) -> TrustAnchor:
    if isinstance(authority, TrustAnchor):
        return authority
    if isinstance(authority, Certificate):
        return TrustAnchor.of(authority)
    raise TypeError(f"a TrustAnchor or Certificate is believed, not {type(authority).__name__}")


def _known(family: Family) -> tuple[TrustAnchor, ...]:
    """Anchors for a family's figures, each below its root."""
    figures = known_authorities(family)
    roots = {row.subject: TrustAnchor.known(row) for row in figures if row.is_root}
    issuing = (TrustAnchor.known(row, roots[row.issuer]) for row in figures if not row.is_root)
    return (*roots.values(), *issuing)
