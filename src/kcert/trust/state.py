# SPDX-License-Identifier: Apache-2.0
"""Where path validation begins: its inputs, its anchor and its state (RFC 5280 6.1.1, 6.1.2).

The anchor's own limits are put in as if they were inputs, as RFC 5937 wants. Names follow the RFC:
`explicit_policy`, `policy_mapping`, `inhibit_any_policy` and `max_path_length` count certificates
down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from kcert.errors import ExpiredError, NotYetValidError, TrustError
from kcert.trust.extensions import ANY_POLICY, PathExtensions
from kcert.trust.name_constraints import NameConstraints
from kcert.trust.policy_tree import PolicyTree
from kcert.trust.signatures import key_facts
from kcert.trust.weakness import WeakPart, weakness_of_hash, weakness_of_key

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.budget import Budget
    from kcert.trust.building import Candidate
    from kcert.trust.weakness import Weakness

__all__ = [
    "PathInputs",
    "PathState",
    "check_anchor",
    "check_validity",
    "initial_state",
    "limit_policies",
    "unknown_critical",
]

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
class PathState:
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

    def mark(
        self, weakness: Weakness | None, subject: str, owner: TrustAnchor | Certificate
    ) -> None:
        """Keep a weakness that is allowed; refuse one that is not."""
        if weakness is None:
            return
        part = WeakPart(weakness, subject, owner.fingerprint())
        if weakness not in self.allow_weak:
            raise part.refused()
        if part not in self.weak_parts:
            self.weak_parts.append(part)


def check_validity(owner: TrustAnchor | Certificate, at: datetime) -> None:
    """Section 6.1.3 (a)(2). An anchor without dates is always valid.

    Raises:
        ExpiredError: It had expired.
        NotYetValidError: It was not valid yet.
    """
    # Fingerprints cost as much as half a signature check, so they are made for errors only.
    validity = owner.validity
    if validity is None:
        return
    if at < validity.not_before:
        raise NotYetValidError(validity.not_before, fingerprint=owner.fingerprint())
    if at > validity.not_after:
        raise ExpiredError(validity.not_after, fingerprint=owner.fingerprint())


def check_anchor(anchor: TrustAnchor, at: datetime) -> PathExtensions:
    """The anchor's limits, if it may be believed at the moment.

    Raises:
        TrustError: It may not.
    """
    limits = anchor.limits
    if limits.unknown_critical is not None:
        raise unknown_critical(limits.unknown_critical, anchor)
    check_validity(anchor, at)
    return limits


def unknown_critical(oid: str, owner: TrustAnchor | Certificate) -> TrustError:
    """The error for a critical extension that kcert does not understand."""
    return TrustError(
        f"certificate has a critical extension that is not understood: {oid}",
        f"이해하지 못하는 필수(critical) 확장이 있습니다: {oid}",
        fingerprint=owner.fingerprint(),
    )


def initial_state(
    candidate: Candidate,
    inputs: PathInputs,
    at: datetime,
    allow_weak: frozenset[Weakness],
    budget: Budget,
) -> PathState:
    """Section 6.1.2, with the anchor's limits put in as if they were inputs."""
    anchor = candidate.anchor
    limits = check_anchor(anchor, at)
    beyond = len(candidate.certificates) + 1
    length = min(
        beyond if inputs.max_intermediates is None else inputs.max_intermediates,
        beyond if limits.path_length is None else limits.path_length,
    )
    state = PathState(
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
    limit_policies(state, limits)
    state.name_constraints.add(limits.name_constraints)
    if anchor.root is not None and anchor.figures is not None:
        # Known by its figures: what would have been checked on its certificate and its root.
        root = anchor.root
        check_validity(root, at)
        state.mark(weakness_of_key(key_facts(root.public_key_info)), "key", root)
        figures = anchor.figures
        state.mark(weakness_of_hash(figures.signature_hash), "signature", anchor)
    return state


def limit_policies(state: PathState, extensions: PathExtensions) -> None:
    """Section 6.1.4 (i) and (j)."""
    if extensions.require_explicit_policy is not None:
        state.explicit_policy = min(state.explicit_policy, extensions.require_explicit_policy)
    if extensions.inhibit_policy_mapping is not None:
        state.policy_mapping = min(state.policy_mapping, extensions.inhibit_policy_mapping)
    if extensions.inhibit_any_policy is not None:
        state.inhibit_any_policy = min(state.inhibit_any_policy, extensions.inhibit_any_policy)
