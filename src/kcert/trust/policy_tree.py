# SPDX-License-Identifier: Apache-2.0
"""Certificate policies along a path (RFC 5280 section 6.1, as RFC 9618 restates it).

The tree of RFC 5280 grows with the product of the policies on a path. RFC 9618 merges equal nodes
of one level into a graph, which says the same and grows with their sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from kcert.trust.extensions import ANY_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.trust.extensions import PathExtensions

__all__ = ["PolicyTree"]


@define
class _Node:
    """One policy at one depth: what the next certificate may say, and which nodes lead to it."""

    expected: set[str]
    parents: set[str] = field(factory=set)


_Level = dict[str, _Node]


def _by_expected(level: _Level) -> dict[str, set[str]]:
    """The policies that the next certificate may say, and which nodes expect each."""
    found: dict[str, set[str]] = {}
    for policy, node in level.items():
        for expected in node.expected:
            found.setdefault(expected, set()).add(policy)
    return found


class PolicyTree:
    """The valid_policy_graph; levels from the anchor (depth 0) to the certificate read last."""

    def __init__(self) -> None:
        self._levels: list[_Level] = [{ANY_POLICY: _Node({ANY_POLICY})}]

    @property
    def is_null(self) -> bool:
        """Whether no policy holds for the path so far."""
        return not self._levels

    def add(self, extensions: PathExtensions, *, any_policy_counts: bool) -> None:
        """Take the policies of the next certificate (section 6.1.3 (d) and (e)).

        Args:
            extensions: Of that certificate.
            any_policy_counts: inhibit_anyPolicy allows it, or the certificate is self-issued and
                not the last one.
        """
        if extensions.policies is None:
            self._levels.clear()
        if self.is_null:
            return
        above = self._levels[-1]
        by_expected = _by_expected(above)
        level: _Level = {}
        for policy in extensions.policies or ():
            parents = by_expected.get(policy)
            if parents is None and ANY_POLICY in above:
                parents = {ANY_POLICY}
            if parents is not None:
                level[policy] = _Node({policy}, parents)
        if extensions.any_policy and any_policy_counts:
            for policy, parents in by_expected.items():
                if policy not in level:
                    level[policy] = _Node({policy}, parents)
        self._levels.append(level)
        self._prune()

    def map(self, mappings: Iterable[tuple[str, str]], *, mapping_allowed: bool) -> None:
        """Apply the policy mappings of the certificate added last (section 6.1.4 (b))."""
        if self.is_null:
            return
        targets: dict[str, set[str]] = {}
        for issuer_policy, subject_policy in mappings:
            targets.setdefault(issuer_policy, set()).add(subject_policy)
        level = self._levels[-1]
        if not mapping_allowed:
            for issuer_policy in targets:
                level.pop(issuer_policy, None)
            self._prune()
            return
        for issuer_policy, subject_policies in targets.items():
            if issuer_policy in level:
                level[issuer_policy].expected = subject_policies
            elif ANY_POLICY in level:
                level[issuer_policy] = _Node(subject_policies, {ANY_POLICY})

    def _prune(self) -> None:
        """Drop nodes without children, from the last level but one upwards."""
        levels = self._levels
        for depth in range(len(levels) - 1, 0, -1):
            used = {parent for node in levels[depth].values() for parent in node.parents}
            above = levels[depth - 1]
            if used >= above.keys():
                break
            for policy in above.keys() - used:
                del above[policy]
        if not levels[-1] or not levels[0]:
            levels.clear()

    def _of_anchor(self) -> set[str]:
        """Every policy that the anchor's path begins with: it follows from anyPolicy alone."""
        return {
            policy
            for level in self._levels[1:]
            for policy, node in level.items()
            if policy != ANY_POLICY and node.parents == {ANY_POLICY}
        }

    def policies(self, accepted: frozenset[str]) -> frozenset[str]:
        """The user-constrained policy set (section 6.1.5 (g)), in terms of the anchor's policies.

        Args:
            accepted: user-initial-policy-set; anyPolicy in it accepts all.
        """
        if self.is_null:
            return frozenset()
        found = self._of_anchor()
        if ANY_POLICY in self._levels[-1]:
            found.add(ANY_POLICY)
        if ANY_POLICY in accepted:
            return frozenset(found)
        return accepted if ANY_POLICY in found else accepted & found

    def policies_by_depth(self, accepted: frozenset[str]) -> list[frozenset[str]]:
        """What each certificate says that leads to `policies`, the anchor's first below it.

        In each certificate's own terms, which mappings may have changed. anyPolicy is among them
        where something below rests on it.
        """
        everything = ANY_POLICY in accepted
        found: list[set[str]] = []
        leading: set[str] = set()
        for level in self._levels[1:]:
            leading = {
                policy
                for policy, node in level.items()
                if policy != ANY_POLICY
                and (
                    everything or policy in accepted
                    if node.parents == {ANY_POLICY}
                    else not leading.isdisjoint(node.parents)
                )
            }
            found.append(leading)
        rests = not self.is_null and (everything or bool(accepted - self._of_anchor()))
        for policies, level in zip(reversed(found), reversed(self._levels[1:]), strict=True):
            begins = any(level[policy].parents == {ANY_POLICY} for policy in policies)
            if rests and ANY_POLICY in level:
                policies.add(ANY_POLICY)
            rests = begins or ANY_POLICY in policies
        return [frozenset(policies) for policies in found]
