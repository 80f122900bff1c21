# SPDX-License-Identifier: Apache-2.0
"""Policy sets as relying parties write them, and the policy graph under load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert import CertificateKind, Holder, PolicySet, Usage
from kcert.certificate import POLICIES, Certainty
from kcert.trust.extensions import ANY_POLICY, PathExtensions
from kcert.trust.policy_tree import PolicyTree

BANK = "1.2.410.200005.1.1.4"
UNIVERSAL = "1.2.410.200005.1.1.1"
FINANCIAL = "1.2.410.200005.1.1.1.10"
CORPORATE = "1.2.410.200005.1.1.5"
STOCKS = "1.2.410.200004.5.1.1.9"


def test_personal_universal_or_banking_joint_or_financial():
    accepted = PolicySet.of(
        kinds={CertificateKind.JOINT, CertificateKind.FINANCIAL},
        holders={Holder.INDIVIDUAL},
        usages={Usage.UNIVERSAL, Usage.BANKING},
    )

    assert {BANK, UNIVERSAL, FINANCIAL} <= accepted.oids
    assert CORPORATE not in accepted
    assert STOCKS not in accepted
    assert list(accepted) == sorted(accepted.oids)
    assert len(accepted) == len(accepted.oids)


def test_a_kind_can_be_left_out():
    joint = PolicySet.of(kinds={CertificateKind.JOINT}, usages={Usage.BANKING})

    assert BANK in joint
    assert FINANCIAL not in joint


def test_what_is_unsure_is_left_out_unless_asked_for():
    unsure = {oid for oid, policy in POLICIES.items() if policy.certainty is Certainty.UNSURE}
    kinds = tuple(CertificateKind)

    assert not PolicySet.of(kinds=kinds).oids & unsure
    assert PolicySet.of(kinds=kinds, certainties=tuple(Certainty)).oids >= unsure


def test_a_set_that_would_be_empty_is_a_mistake():
    with pytest.raises(ValueError, match="no known"):
        PolicySet.of(kinds={CertificateKind.FINANCIAL}, holders={Holder.SERVER})


@pytest.mark.parametrize(
    ("ready", "inside", "outside"),
    [
        (PolicySet.banking(), {BANK, UNIVERSAL, FINANCIAL, CORPORATE}, {STOCKS}),
        (PolicySet.banking(Holder.CORPORATION), {CORPORATE}, {BANK, UNIVERSAL}),
        (PolicySet.securities(), {STOCKS, UNIVERSAL}, {BANK}),
        (PolicySet.tax_login(), {UNIVERSAL, BANK}, {STOCKS}),
        (PolicySet.e_tax(), {CORPORATE, "1.2.410.200005.1.1.6.8"}, {BANK, UNIVERSAL}),
    ],
)
def test_ready_sets_hold_what_they_promise_and_name_their_source(ready, inside, outside):
    assert inside <= ready.oids
    assert not outside & ready.oids
    assert ready.source


def test_sets_are_joined_and_cut():
    a, b = PolicySet(["1.2.3", "1.2.4"], "a"), PolicySet(["1.2.4", "1.2.5"], "b")

    assert list(a | b) == ["1.2.3", "1.2.4", "1.2.5"]
    assert list(a & b) == ["1.2.4"]
    assert list(a - b) == ["1.2.3"]
    assert (a | b).source == "a and b"
    assert (a | PolicySet(["1.2.9"], "a")).source == "a"


def says(*oids: str, mappings=()) -> PathExtensions:
    return PathExtensions(
        policies=tuple(oid for oid in oids if oid != ANY_POLICY),
        any_policy=ANY_POLICY in oids,
        policy_mappings=mappings,
    )


def test_every_policy_mapped_to_every_other_does_not_explode():
    # OpenSSL CVE-2023-0464: with a tree, this grows with 40 ** depth.
    oids = [f"1.2.3.{number}" for number in range(40)]
    mappings = tuple((a, b) for a in oids for b in oids)
    tree = PolicyTree()
    for _ in range(20):
        tree.add(says(*oids), any_policy_counts=True)
        tree.map(mappings, mapping_allowed=True)

    assert tree.policies(frozenset((ANY_POLICY,))) == set(oids)


def mapped_under_any_policy(last: str) -> PolicyTree:
    """1.2.3 becomes 1.2.4 at a level of anyPolicy; the ``last`` level names one of the two."""
    tree = PolicyTree()
    tree.add(says("1.2.3"), any_policy_counts=True)
    tree.add(says(ANY_POLICY), any_policy_counts=True)
    tree.map((("1.2.3", "1.2.4"),), mapping_allowed=True)
    tree.add(says(ANY_POLICY), any_policy_counts=True)
    tree.add(says(last), any_policy_counts=True)
    return tree


def test_any_policy_carries_on_what_a_policy_was_mapped_to():
    tree = mapped_under_any_policy("1.2.4")

    assert tree.policies(frozenset((ANY_POLICY,))) == {"1.2.3"}


def test_a_policy_mapped_under_any_policy_goes_on_under_its_new_name_alone():
    assert mapped_under_any_policy("1.2.3").is_null


def test_where_any_policy_does_not_count_what_is_mapped_under_it_does_not_either():
    tree = PolicyTree()
    tree.add(says(ANY_POLICY), any_policy_counts=False)
    tree.map((("1.2.3", "1.2.4"),), mapping_allowed=True)
    tree.add(says("1.2.4"), any_policy_counts=False)

    assert tree.is_null


def test_a_level_that_says_nothing_ends_everything():
    tree = PolicyTree()
    tree.add(says("1.2.3"), any_policy_counts=True)
    assert not tree.is_null
    tree.add(PathExtensions(), any_policy_counts=True)

    assert tree.is_null
    tree.add(says("1.2.3"), any_policy_counts=True)
    tree.map((("1.2.3", "1.2.4"),), mapping_allowed=True)
    assert tree.policies(frozenset((ANY_POLICY,))) == frozenset()


OIDS = st.sampled_from(["1.2.1", "1.2.2", "1.2.3", ANY_POLICY])
LEVELS = st.lists(st.lists(OIDS, max_size=4, unique=True), min_size=1, max_size=5)


@given(LEVELS)
def test_without_mappings_a_policy_holds_where_every_level_says_it(path):
    tree = PolicyTree()
    for level in path:
        tree.add(says(*level), any_policy_counts=True)

    for oid in ("1.2.1", "1.2.2", "1.2.3"):
        expected = all(oid in level or ANY_POLICY in level for level in path)
        assert (tree.policies(frozenset((oid,))) == {oid}) is expected
