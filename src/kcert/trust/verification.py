# SPDX-License-Identifier: Apache-2.0
"""One verification: candidates are built, validated and asked about, until one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from kcert.errors import KcertError, RevocationUnknownError, TrustError, UntrustedIssuerError
from kcert.trust.budget import Budget, FetchTime
from kcert.trust.building import Candidate, PathBuilder, SignatureChecks
from kcert.trust.path import ValidatedPath
from kcert.trust.revocation import CheckContext, Revocation, RevocationStatus
from kcert.trust.state import PathInputs
from kcert.trust.validation import validate, validate_anchor

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.budget import PathLimits
    from kcert.trust.revocation import Issuer, Revocable, RevocationChecker
    from kcert.trust.weakness import Weakness

__all__ = ["Question", "Verification"]


@frozen
class Question:
    """What is asked of one verification, checked and completed."""

    at: datetime
    intermediates: tuple[Certificate, ...]
    inputs: PathInputs
    revocation: Revocation
    checker: RevocationChecker | None
    allow_weak: frozenset[Weakness]


@define
class Verification:
    """The run of one verification over the anchors of a store.

    Attributes:
        anchors: By the key of their names.
        question: What is asked.
        limits: Caps on the work.
    """

    anchors: dict[Hashable, list[TrustAnchor]]
    question: Question
    limits: PathLimits
    _budget: Budget = field(init=False)
    _checks: SignatureChecks = field(init=False)
    _fetching: FetchTime = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._budget = Budget(self.limits)
        self._checks = SignatureChecks(self._budget)
        self._fetching = FetchTime(self.limits.fetch_seconds)

    def run(self, certificate: Certificate) -> ValidatedPath:
        """Find the first path that holds.

        Raises:
            TrustError: None holds; the error is that of the best candidate.
            KcertError: A certificate is malformed, its algorithm is not supported, or the budget
                is exhausted.
        """
        return self._run(certificate, self.anchors, self.question.inputs, self.question.revocation)

    def _run(
        self,
        certificate: Certificate,
        anchors: dict[Hashable, list[TrustAnchor]],
        inputs: PathInputs,
        revocation: Revocation,
    ) -> ValidatedPath:
        question = self.question
        for anchor in anchors.get(certificate.subject.match_key, ()):
            # Another certificate of the same name and key has yet to show its signature.
            if anchor.is_root and anchor.fingerprint() == certificate.fingerprint():
                weak = validate_anchor(
                    anchor, at=question.at, inputs=inputs, allow_weak=question.allow_weak
                )
                return ValidatedPath((certificate,), anchor, inputs.policies, (), weak, question.at)
        builder = PathBuilder(
            anchors, question.intermediates, question.at, self._budget, self._checks
        )
        failure: KcertError | None = None
        for candidate in builder.paths(certificate):
            try:
                return self._validate(candidate, inputs, revocation)
            except KcertError as error:
                if self._budget.exhausted:
                    raise
                failure = failure or error
        raise failure or _no_path(certificate, builder.reasons)

    def _validate(
        self, candidate: Candidate, inputs: PathInputs, revocation: Revocation
    ) -> ValidatedPath:
        question = self.question
        policies, said, weak_parts = validate(
            candidate,
            at=question.at,
            inputs=inputs,
            allow_weak=question.allow_weak,
            budget=self._budget,
            checks=self._checks,
        )
        statuses: tuple[RevocationStatus, ...] = ()
        if revocation is not Revocation.SKIP:
            statuses = self._ask(candidate, required=revocation is Revocation.REQUIRE)
        for status in statuses:
            if status.evidence is not None:
                weak_parts = tuple(dict.fromkeys((*weak_parts, *status.evidence.weak_parts)))
        return ValidatedPath(
            candidate.certificates,
            candidate.anchor,
            policies,
            statuses,
            weak_parts,
            question.at,
            said,
        )

    def _ask(self, candidate: Candidate, *, required: bool) -> tuple[RevocationStatus, ...]:
        """Ask about each certificate of a path, from the anchor downwards."""
        statuses: list[RevocationStatus] = []
        anchor = candidate.anchor
        issuer: Issuer = anchor
        if anchor.root is not None:
            statuses.append(self._ask_one(anchor, anchor.root, candidate, (), required=required))
        certificates = candidate.certificates
        for number in range(len(certificates) - 1, -1, -1):
            above = certificates[number + 1 :]
            statuses.append(
                self._ask_one(certificates[number], issuer, candidate, above, required=required)
            )
            issuer = certificates[number]
        return tuple(reversed(statuses))

    def _ask_one(
        self,
        certificate: Revocable,
        issuer: Issuer,
        candidate: Candidate,
        above: Sequence[Certificate],
        *,
        required: bool,
    ) -> RevocationStatus:
        fingerprint = certificate.fingerprint()
        question = self.question
        if question.checker is None:
            if required:
                raise RevocationUnknownError(
                    "nothing is at hand to find out whether the certificate was revoked: "
                    "give a revocation checker",
                    "폐지 여부를 확인할 방법이 주어지지 않았습니다: 확인기를 지정하십시오",
                    fingerprint=fingerprint,
                )
            return RevocationStatus(fingerprint, None, "no revocation checker was given")
        root = candidate.anchor.root or candidate.anchor
        context = CheckContext(
            at=question.at,
            anchor=candidate.anchor,
            issuers=tuple(above),
            candidates=(*candidate.certificates, *question.intermediates),
            allow_weak=question.allow_weak,
            validate=lambda signer: self._run_under(root, signer),
            fetching=self._fetching,
        )
        try:
            evidence = question.checker.check(certificate, issuer, context)
        except RevocationUnknownError as error:
            if required:
                raise
            return RevocationStatus(fingerprint, None, error.reason)
        return RevocationStatus(fingerprint, evidence)

    def _run_under(self, root: TrustAnchor, certificate: Certificate) -> ValidatedPath:
        """A path for a CRL signer or OCSP responder, which must end at the same root."""
        anchors = {
            name: kept
            for name, found in self.anchors.items()
            if (kept := [anchor for anchor in found if (anchor.root or anchor) == root])
        }
        return self._run(certificate, anchors, PathInputs(), Revocation.SKIP)


def _no_path(certificate: Certificate, reasons: Sequence[KcertError]) -> KcertError:
    """Why nothing was found: an algorithm on the way that kcert does not have, or no issuer."""
    unreadable = next((error for error in reasons if not isinstance(error, TrustError)), None)
    if unreadable is not None:
        return unreadable
    return UntrustedIssuerError(
        "no path leads from the certificate to an authority that is believed; "
        "give the issuing authority's certificate or include its root",
        "신뢰하는 인증기관에 이르는 인증 경로가 없습니다; 발급기관의 인증서를 함께 주거나 "
        "그 최상위 인증기관을 신뢰 목록에 넣으십시오",
        fingerprint=certificate.fingerprint(),
    )
