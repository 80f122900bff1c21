# SPDX-License-Identifier: Apache-2.0
"""Validating one path (RFC 5280 section 6.1), revocation apart.

The anchor's own limits come first, as RFC 5937 wants. Names follow the RFC: `explicit_policy`,
`policy_mapping`, `inhibit_any_policy` and `max_path_length` count certificates down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from kcert.errors import (
    ExpiredError,
    NotYetValidError,
    PolicyError,
    TrustError,
    UntrustedIssuerError,
)
from kcert.trust.extensions import ANY_POLICY, PathExtensions
from kcert.trust.name_constraints import NameConstraints
from kcert.trust.policy_tree import PolicyTree
from kcert.trust.purpose import check_extended_key_usage
from kcert.trust.signatures import inherit_parameters, key_facts
from kcert.trust.weakness import (
    WeakPart,
    weakness_of_dsa,
    weakness_of_hash,
    weakness_of_key,
    weakness_of_signature,
)

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate, Validity
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.budget import Budget
    from kcert.trust.building import Candidate, SignatureChecks
    from kcert.trust.weakness import Weakness

__all__ = ["PathInputs", "validate", "validate_anchor"]

_ACCEPT_ALL: Final = frozenset((ANY_POLICY,))


@frozen
class PathInputs:
    """Inputs of RFC 5280 section 6.1.1 that few callers need.

    Attributes:
        policies: user-initial-policy-set, dotted; anyPolicy accepts all.
        explicit_policy: initial-explicit-policy: the path must hold under one of `policies`.
        inhibit_policy_mapping: initial-policy-mapping-inhibit.
        inhibit_any_policy: initial-any-policy-inhibit.
        max_intermediates: How many certificates may stand between the anchor and the one in
            question, self-issued ones not counted; ``None`` for any number.
        extended_key_usage: Purpose, dotted, that the certificate in question must allow; one
            without extendedKeyUsage or with anyExtendedKeyUsage allows all.
    """

    policies: frozenset[str] = _ACCEPT_ALL
    explicit_policy: bool = False
    inhibit_policy_mapping: bool = False
    inhibit_any_policy: bool = False
    max_intermediates: int | None = None
    extended_key_usage: str | None = None


@define
class _State:
    """The state variables of RFC 5280 section 6.1.2, and what was found weak."""

    at: datetime
    allow_weak: frozenset[Weakness]
    issuer: TrustAnchor | Certificate
    working_public_key: bytes
    explicit_policy: int
    policy_mapping: int
    inhibit_any_policy: int
    max_path_length: int
    name_constraints: NameConstraints
    policy_tree: PolicyTree = field(factory=PolicyTree)
    weak_parts: list[WeakPart] = field(factory=list)

    def mark(self, weakness: Weakness | None, subject: str, fingerprint: str | None) -> None:
        """Keep a weakness that is allowed; refuse one that is not."""
        if weakness is None:
            return
        part = WeakPart(weakness, subject, fingerprint)
        if weakness not in self.allow_weak:
            raise part.refused()
        if part not in self.weak_parts:
            self.weak_parts.append(part)


def _check_validity(validity: Validity | None, at: datetime, fingerprint: str) -> None:
    if validity is None:
        return
    if at < validity.not_before:
        raise NotYetValidError(validity.not_before, fingerprint=fingerprint)
    if at > validity.not_after:
        raise ExpiredError(validity.not_after, fingerprint=fingerprint)


def _check_anchor(anchor: TrustAnchor, at: datetime) -> PathExtensions:
    limits = anchor.limits
    fingerprint = anchor.fingerprint()
    if limits.unknown_critical is not None:
        raise _unknown_critical(limits.unknown_critical, fingerprint)
    _check_validity(anchor.validity, at, fingerprint)
    return limits


def _unknown_critical(oid: str, fingerprint: str) -> TrustError:
    return TrustError(
        f"certificate has a critical extension that is not understood: {oid}",
        f"이해하지 못하는 필수(critical) 확장이 있습니다: {oid}",
        fingerprint=fingerprint,
    )


def _initial_state(
    candidate: Candidate,
    inputs: PathInputs,
    at: datetime,
    allow_weak: frozenset[Weakness],
    budget: Budget,
) -> _State:
    """Section 6.1.2, with the anchor's limits put in as if they were inputs."""
    anchor = candidate.anchor
    limits = _check_anchor(anchor, at)
    beyond = len(candidate.certificates) + 1
    length = min(
        beyond if inputs.max_intermediates is None else inputs.max_intermediates,
        beyond if limits.path_length is None else limits.path_length,
    )
    state = _State(
        at=at,
        allow_weak=allow_weak,
        issuer=anchor,
        working_public_key=anchor.public_key_info,
        explicit_policy=0 if inputs.explicit_policy else beyond,
        policy_mapping=0 if inputs.inhibit_policy_mapping else beyond,
        inhibit_any_policy=0 if inputs.inhibit_any_policy else beyond,
        max_path_length=length,
        name_constraints=NameConstraints(budget),
    )
    _limit_policies(state, limits)
    state.name_constraints.add(limits.name_constraints)
    if anchor.root is not None and anchor.figures is not None:
        # Known by its figures: what would have been checked on its certificate and its root.
        root = anchor.root
        _check_validity(root.validity, at, root.fingerprint())
        state.mark(weakness_of_key(key_facts(root.public_key_info)), "key", root.fingerprint())
        figures = anchor.figures
        state.mark(weakness_of_hash(figures.signature_hash), "signature", figures.fingerprint)
    return state


def _limit_policies(state: _State, extensions: PathExtensions) -> None:
    """Section 6.1.4 (i) and (j)."""
    if extensions.require_explicit_policy is not None:
        state.explicit_policy = min(state.explicit_policy, extensions.require_explicit_policy)
    if extensions.inhibit_policy_mapping is not None:
        state.policy_mapping = min(state.policy_mapping, extensions.inhibit_policy_mapping)
    if extensions.inhibit_any_policy is not None:
        state.inhibit_any_policy = min(state.inhibit_any_policy, extensions.inhibit_any_policy)


def _check_signature(state: _State, certificate: Certificate, checks: SignatureChecks) -> None:
    """Section 6.1.3 (a)(1), and what is weak about key and hash."""
    fingerprint = certificate.fingerprint()
    algorithm = certificate.signature_algorithm
    if algorithm != certificate.tbs_signature_algorithm:
        raise TrustError(
            "the two signature algorithms of a certificate differ",
            "인증서 안팎의 서명 알고리즘이 다릅니다",
            fingerprint=fingerprint,
        )
    issuer_key = key_facts(state.working_public_key)
    issuer_fingerprint = state.issuer.fingerprint()
    state.mark(weakness_of_signature(algorithm), "signature", fingerprint)
    state.mark(weakness_of_key(issuer_key), "key", issuer_fingerprint)
    state.mark(weakness_of_dsa(issuer_key), "key", issuer_fingerprint)
    if not checks.holds(certificate, state.working_public_key):
        raise UntrustedIssuerError(
            "the issuer's key does not verify the signature on the certificate",
            "발급자의 키로 인증서의 서명이 검증되지 않습니다",
            fingerprint=fingerprint,
        )


def _check_certificate(
    state: _State,
    certificate: Certificate,
    extensions: PathExtensions,
    checks: SignatureChecks,
    *,
    is_last: bool,
) -> None:
    """Section 6.1.3: basic processing."""
    fingerprint = certificate.fingerprint()
    if extensions.unknown_critical is not None:
        raise _unknown_critical(extensions.unknown_critical, fingerprint)
    if certificate.version != 3:
        raise TrustError(
            "the certificate is not of version 3, so it cannot say what it is for",
            "버전 3 인증서가 아니어서 용도를 알 수 없습니다",
            fingerprint=fingerprint,
        )
    _check_validity(certificate.validity, state.at, fingerprint)
    _check_signature(state, certificate, checks)
    if not certificate.issuer.rdns or not certificate.issuer.matches(state.issuer.subject):
        raise UntrustedIssuerError(
            "the certificate names another issuer",
            "발급자 이름이 다릅니다",
            fingerprint=fingerprint,
        )
    self_issued = certificate.is_self_issued
    if is_last or not self_issued:
        state.name_constraints.check(certificate, extensions)
    state.policy_tree.add(
        extensions,
        any_policy_counts=state.inhibit_any_policy > 0 or (self_issued and not is_last),
    )
    if state.explicit_policy <= 0 and state.policy_tree.is_null:
        raise _no_policy(fingerprint)


def _no_policy(fingerprint: str) -> PolicyError:
    return PolicyError(
        "the path holds under none of the certificate policies that it must hold under",
        "인증 경로가 요구되는 인증서 정책을 만족하지 않습니다",
        fingerprint=fingerprint,
    )


def _prepare_next(state: _State, certificate: Certificate, extensions: PathExtensions) -> None:
    """Section 6.1.4: preparation for the next certificate."""
    fingerprint = certificate.fingerprint()
    if extensions.policy_mappings:
        if any(ANY_POLICY in pair for pair in extensions.policy_mappings):
            raise PolicyError(
                "anyPolicy is mapped", "anyPolicy가 매핑되어 있습니다", fingerprint=fingerprint
            )
        state.policy_tree.map(extensions.policy_mappings, mapping_allowed=state.policy_mapping > 0)
    state.issuer = certificate
    state.working_public_key = inherit_parameters(
        certificate.public_key_info, state.working_public_key
    )
    state.name_constraints.add(extensions.name_constraints)
    self_issued = certificate.is_self_issued
    if not self_issued:
        state.explicit_policy -= state.explicit_policy > 0
        state.policy_mapping -= state.policy_mapping > 0
        state.inhibit_any_policy -= state.inhibit_any_policy > 0
    _limit_policies(state, extensions)
    if not extensions.may_issue:
        raise TrustError(
            "a certificate above is not an authority's",
            "상위 인증서가 인증기관 인증서가 아닙니다",
            fingerprint=fingerprint,
        )
    if not self_issued:
        if state.max_path_length <= 0:
            raise TrustError(
                "the path is longer than an authority or the caller allows",
                "인증 경로가 허용된 길이보다 깁니다",
                fingerprint=fingerprint,
            )
        state.max_path_length -= 1
    if extensions.path_length is not None:
        state.max_path_length = min(state.max_path_length, extensions.path_length)


def _wrap_up(
    state: _State, certificate: Certificate, extensions: PathExtensions, inputs: PathInputs
) -> frozenset[str]:
    """Section 6.1.5: the user-constrained policy set."""
    fingerprint = certificate.fingerprint()
    explicit_policy = max(state.explicit_policy - 1, 0)
    if extensions.require_explicit_policy == 0:
        explicit_policy = 0
    policies = state.policy_tree.policies(inputs.policies)
    if explicit_policy == 0 and not policies:
        raise _no_policy(fingerprint)
    state.mark(weakness_of_key(key_facts(certificate.public_key_info)), "key", fingerprint)
    check_extended_key_usage(certificate, inputs.extended_key_usage)
    return policies


def validate_anchor(
    anchor: TrustAnchor, *, at: datetime, inputs: PathInputs, allow_weak: frozenset[Weakness]
) -> tuple[WeakPart, ...]:
    """Validate the path of length 0, where the certificate in question is the anchor's own.

    Raises:
        TrustError: It is not valid at the moment, or weak, or a policy is asked for: an anchor
            holds under none.
    """
    _check_anchor(anchor, at)
    if inputs.explicit_policy:
        raise _no_policy(anchor.fingerprint())
    weakness = weakness_of_key(key_facts(anchor.public_key_info))
    if weakness is None:
        return ()
    part = WeakPart(weakness, "key", anchor.fingerprint())
    if weakness not in allow_weak:
        raise part.refused()
    return (part,)


def validate(
    candidate: Candidate,
    *,
    at: datetime,
    inputs: PathInputs,
    allow_weak: frozenset[Weakness],
    budget: Budget,
    checks: SignatureChecks,
) -> tuple[frozenset[str], tuple[WeakPart, ...]]:
    """Validate a path.

    Args:
        candidate: The certificates and the anchor.
        at: The moment in question, UTC, whole seconds.
        inputs: Policies and limits that the caller sets.
        allow_weak: Old cryptography that the caller allows.
        budget: Counts name comparisons.
        checks: Checks and counts signatures.

    Returns:
        The user-constrained policy set, and the weak parts.

    Raises:
        TrustError: The path does not hold.
        FormatError: A certificate has a malformed key or extension.
        UnsupportedAlgorithmError: kcert does not have a signature algorithm of it.
        LimitError: The budget is exhausted.
    """
    state = _initial_state(candidate, inputs, at, allow_weak, budget)
    last = len(candidate.certificates) - 1
    for number, certificate in enumerate(reversed(candidate.certificates)):
        extensions = PathExtensions.of(certificate)
        _check_certificate(state, certificate, extensions, checks, is_last=number == last)
        if number < last:
            _prepare_next(state, certificate, extensions)
    return _wrap_up(state, certificate, extensions, inputs), tuple(state.weak_parts)
