# SPDX-License-Identifier: Apache-2.0
"""Validating one path (RFC 5280 sections 6.1.3 to 6.1.5), revocation apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import PolicyError, TrustError, UntrustedIssuerError
from kcert.trust.extensions import ANY_POLICY, PathExtensions
from kcert.trust.purpose import check_extended_key_usage
from kcert.trust.signatures import inherit_parameters, key_facts
from kcert.trust.state import (
    check_anchor,
    check_validity,
    initial_state,
    limit_policies,
    unknown_critical,
)
from kcert.trust.weakness import (
    WeakPart,
    weakness_of_dsa,
    weakness_of_key,
    weakness_of_signature,
)

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.budget import Budget
    from kcert.trust.building import Candidate, SignatureChecks
    from kcert.trust.state import PathInputs, PathState
    from kcert.trust.weakness import Weakness

__all__ = ["validate", "validate_anchor"]


def _check_signature(state: PathState, certificate: Certificate, checks: SignatureChecks) -> None:
    """Section 6.1.3 (a)(1), and what is weak about key and hash."""
    algorithm = certificate.signature_algorithm
    if algorithm != certificate.tbs_signature_algorithm:
        raise TrustError(
            "the two signature algorithms of a certificate differ",
            "인증서 안팎의 서명 알고리즘이 다릅니다",
            fingerprint=certificate.fingerprint(),
        )
    issuer_key = key_facts(state.working_public_key)
    state.mark(weakness_of_signature(algorithm), "signature", certificate)
    state.mark(weakness_of_key(issuer_key), "key", state.issuer)
    state.mark(weakness_of_dsa(issuer_key), "key", state.issuer)
    if not checks.holds(certificate, state.working_public_key):
        raise UntrustedIssuerError(
            "the issuer's key does not verify the signature on the certificate",
            "발급자의 키로 인증서의 서명이 검증되지 않습니다",
            fingerprint=certificate.fingerprint(),
        )


def _check_certificate(
    state: PathState,
    certificate: Certificate,
    extensions: PathExtensions,
    checks: SignatureChecks,
    *,
    is_last: bool,
) -> None:
    """Section 6.1.3: basic processing."""
    if extensions.unknown_critical is not None:
        raise unknown_critical(extensions.unknown_critical, certificate)
    if certificate.version != 3:
        raise TrustError(
            "the certificate is not of version 3, so it cannot say what it is for",
            "버전 3 인증서가 아니어서 용도를 알 수 없습니다",
            fingerprint=certificate.fingerprint(),
        )
    check_validity(certificate, state.at)
    _check_signature(state, certificate, checks)
    if not certificate.issuer.rdns or not certificate.issuer.matches(state.issuer.subject):
        raise UntrustedIssuerError(
            "the certificate names another issuer",
            "발급자 이름이 다릅니다",
            fingerprint=certificate.fingerprint(),
        )
    self_issued = certificate.is_self_issued
    if is_last or not self_issued:
        state.name_constraints.check(certificate, extensions)
    state.policy_tree.add(
        extensions,
        any_policy_counts=state.inhibit_any_policy > 0 or (self_issued and not is_last),
    )
    if state.explicit_policy <= 0 and state.policy_tree.is_null:
        raise _no_policy(certificate)


def _no_policy(owner: TrustAnchor | Certificate) -> PolicyError:
    return PolicyError(
        "the path holds under none of the certificate policies that it must hold under",
        "인증 경로가 요구되는 인증서 정책을 만족하지 않습니다",
        fingerprint=owner.fingerprint(),
    )


def _prepare_next(state: PathState, certificate: Certificate, extensions: PathExtensions) -> None:
    """Section 6.1.4: preparation for the next certificate."""
    if extensions.policy_mappings:
        if any(ANY_POLICY in pair for pair in extensions.policy_mappings):
            raise PolicyError(
                "anyPolicy is mapped",
                "anyPolicy가 매핑되어 있습니다",
                fingerprint=certificate.fingerprint(),
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
    limit_policies(state, extensions)
    if not extensions.may_issue:
        raise TrustError(
            "a certificate above is not an authority's",
            "상위 인증서가 인증기관 인증서가 아닙니다",
            fingerprint=certificate.fingerprint(),
        )
    if not self_issued:
        if state.max_path_length <= 0:
            raise TrustError(
                "the path is longer than an authority or the caller allows",
                "인증 경로가 허용된 길이보다 깁니다",
                fingerprint=certificate.fingerprint(),
            )
        state.max_path_length -= 1
    if extensions.path_length is not None:
        state.max_path_length = min(state.max_path_length, extensions.path_length)


def _wrap_up(
    state: PathState, certificate: Certificate, extensions: PathExtensions, inputs: PathInputs
) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """Section 6.1.5: the user-constrained policy set, and what each certificate says for it."""
    explicit_policy = max(state.explicit_policy - 1, 0)
    if extensions.require_explicit_policy == 0:
        explicit_policy = 0
    policies = state.policy_tree.policies(inputs.policies)
    if explicit_policy == 0 and not policies:
        raise _no_policy(certificate)
    facts = key_facts(certificate.public_key_info)
    state.mark(weakness_of_key(facts), "key", certificate)
    state.mark(weakness_of_dsa(facts), "key", certificate)
    check_extended_key_usage(certificate, inputs.extended_key_usage)
    return policies, tuple(reversed(state.policy_tree.policies_by_depth(inputs.policies)))


def validate_anchor(
    anchor: TrustAnchor, *, at: datetime, inputs: PathInputs, allow_weak: frozenset[Weakness]
) -> tuple[WeakPart, ...]:
    """Validate the path of length 0, where the certificate in question is the anchor's own.

    Raises:
        TrustError: It is not valid at the moment, or weak, or a policy is asked for: an anchor
            holds under none.
    """
    check_anchor(anchor, at)
    if inputs.explicit_policy:
        raise _no_policy(anchor)
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
) -> tuple[frozenset[str], tuple[frozenset[str], ...], tuple[WeakPart, ...]]:
    """Validate a path.

    Args:
        candidate: The certificates and the anchor.
        at: The moment in question, UTC, whole seconds.
        inputs: Policies and limits that the caller sets.
        allow_weak: Old cryptography that the caller allows.
        budget: Counts name comparisons.
        checks: Checks and counts signatures.

    Returns:
        The user-constrained policy set, what each certificate says for it, and the weak parts.

    Raises:
        TrustError: The path does not hold.
        FormatError: A certificate has a malformed key or extension.
        UnsupportedAlgorithmError: kcert does not have a signature algorithm of it.
        LimitError: The budget is exhausted.
    """
    state = initial_state(candidate, inputs, at, allow_weak, budget)
    last = len(candidate.certificates) - 1
    for number, certificate in enumerate(reversed(candidate.certificates)):
        extensions = PathExtensions.of(certificate)
        _check_certificate(state, certificate, extensions, checks, is_last=number == last)
        if number < last:
            _prepare_next(state, certificate, extensions)
    return *_wrap_up(state, certificate, extensions, inputs), tuple(state.weak_parts)
