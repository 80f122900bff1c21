# SPDX-License-Identifier: Apache-2.0
"""Generated hierarchies: `openssl verify` and pyhanko-certvalidator give the verdict kcert gives.

Where a peer differs, `DIFFERENCES` says which, when and why. A case counts as explained only if
kcert, with that one thing done as the peer does it, gives the peer's verdict.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from kcert import KcertError, TrustStore
from kcert.trust import PathInputs, validation
from kcert.trust.policy_tree import PolicyTree

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = os.environ.get("KCERT_TEST_FULL") == "1"
A, B, C, ANY = "1.2.3.1", "1.2.3.2", "1.2.3.3", "2.5.29.32.0"
DNS, DIRECTORY = 2, 4
HOSTS = (b"example.com", b"a.example.com", b"b.example.com", b"x.a.example.com")


@frozen
class Level:
    """One certificate below the root."""

    policies: tuple[str, ...] | None
    mappings: tuple[tuple[str, str], ...] = ()
    explicit: int | None = None
    no_mapping: int | None = None
    no_any: int | None = None
    path_length: int | None = None
    permitted: tuple[bytes, ...] = ()
    excluded: tuple[bytes, ...] = ()
    directory: str | None = None
    rolls_over: bool = False
    ca: bool = True


@frozen
class Case:
    """A hierarchy and what is asked of it."""

    levels: tuple[Level, ...]
    leaf: Level
    hosts: tuple[bytes, ...]
    root_path_length: int | None
    asked: frozenset[str]
    explicit: bool
    no_mapping: bool
    no_any: bool


optional_count = st.none() | st.none() | st.integers(0, 2)
policy_lists = st.none() | st.lists(
    st.sampled_from([A, B, C, ANY]), min_size=1, max_size=3, unique=True
).map(tuple)
mapping_lists = st.just(()) | st.lists(
    st.tuples(st.sampled_from([A, B, C]), st.sampled_from([A, B, C])),
    min_size=1,
    max_size=2,
    unique=True,
).map(tuple)
hosts = st.lists(st.sampled_from(HOSTS), max_size=2, unique=True).map(tuple)
levels = st.builds(
    Level,
    policies=policy_lists | st.just((ANY,)),
    mappings=mapping_lists,
    explicit=optional_count,
    no_mapping=optional_count,
    no_any=optional_count,
    path_length=st.none() | st.none() | st.integers(0, 2),
    permitted=st.just(()) | st.just(()) | hosts,
    excluded=st.just(()) | st.just(()) | hosts,
    directory=st.sampled_from([None, None, None, "kcert Test", "Other"]),
    rolls_over=st.sampled_from([False, False, True]),
    ca=st.sampled_from([True] * 9 + [False]),
)
cases = st.builds(
    Case,
    levels=st.lists(levels, max_size=3).map(tuple),
    leaf=st.builds(Level, policies=policy_lists),
    hosts=hosts,
    root_path_length=st.none() | st.none() | st.integers(0, 2),
    asked=st.frozensets(st.sampled_from([A, B, C])) | st.just(frozenset((ANY,))),
    explicit=st.booleans(),
    no_mapping=st.sampled_from([False, False, True]),
    no_any=st.sampled_from([False, False, True]),
)


def extensions(make, level: Level, *, ca: bool) -> tuple:
    found = []
    if level.policies is not None:
        found.append(make.policies(*level.policies))
    if not ca:
        return tuple(found)
    if level.mappings:
        found.append(make.policy_mappings(*level.mappings))
    if level.explicit is not None or level.no_mapping is not None:
        found.append(make.policy_constraints(level.explicit, level.no_mapping))
    if level.no_any is not None:
        found.append(make.inhibit_any_policy(level.no_any))
    permitted = tuple((DNS, host) for host in level.permitted)
    if level.directory is not None:
        from kcert.testing.template import name

        permitted += ((DIRECTORY, name(("C", "KR"), ("O", level.directory))),)
    excluded = tuple((DNS, host) for host in level.excluded)
    if permitted or excluded:
        found.append(make.name_constraints(permitted, excluded))
    return tuple(found)


def signed_by(make, issuer):
    """The authorityKeyIdentifier, without which OpenSSL takes the first issuer of that name."""
    encode = make.encode
    identifier = encode.context(0, issuer.key.key_identifier, constructed=False)
    return make.Extension("2.5.29.35", encode.sequence(identifier))


def build(make, case: Case):
    """Root, the certificates between, and the leaf."""
    root = make.issue("Oracle root", path_length=case.root_path_length)
    above, chain = root, []
    for number, level in enumerate(case.levels):
        # A roll-over repeats the name of the level above with another key.
        name = above.subject if level.rolls_over else f"Oracle {number}"
        above = make.issue(
            name,
            above,
            ca=level.ca,
            path_length=level.path_length,
            key_label=f"oracle {number}",
            extensions=(signed_by(make, above), *extensions(make, level, ca=True)),
        )
        chain.append(above)
    names = ()
    if case.hosts:
        names = (make.alternative_names(*((DNS, host) for host in case.hosts)),)
    more = (signed_by(make, above), *extensions(make, case.leaf, ca=False), *names)
    leaf = make.issue("Oracle leaf", above, ca=False, extensions=more)
    return root, chain, leaf


def ask_kcert(make, case: Case, root, chain, leaf) -> bool:
    inputs = PathInputs(
        policies=case.asked or frozenset((ANY,)),
        explicit_policy=case.explicit,
        inhibit_policy_mapping=case.no_mapping,
        inhibit_any_policy=case.no_any,
    )
    try:
        TrustStore([root.certificate]).verify(
            leaf.certificate,
            make.AT,
            intermediates=[entity.certificate for entity in chain],
            inputs=inputs,
        )
    except KcertError:
        return False
    return True


def ask_openssl(make, case: Case, root, chain, leaf) -> bool:
    with TemporaryDirectory() as folder:
        files = {}
        for label, entities in (("root", [root]), ("chain", chain), ("leaf", [leaf])):
            files[label] = Path(folder) / label
            files[label].write_text("".join(e.certificate.to_pem() for e in entities))
        command = ["openssl", "verify", "-CAfile", str(files["root"]), "-no-CApath", "-no-CAstore"]
        command += ["-attime", str(int(make.AT.timestamp())), "-policy_check"]
        if chain:
            command += ["-untrusted", str(files["chain"])]
        for oid in sorted(case.asked or {ANY}):
            command += ["-policy", oid]
        command += ["-explicit_policy"] * case.explicit
        command += ["-inhibit_map"] * case.no_mapping
        command += ["-inhibit_any"] * case.no_any
        command.append(str(files["leaf"]))
        done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


def ask_pyhanko(make, case: Case, root, chain, leaf) -> bool:
    from asn1crypto import x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
    from pyhanko_certvalidator.policy_decl import PKIXValidationParams

    def load(entity):
        return x509.Certificate.load(entity.certificate.der)

    context = ValidationContext(
        trust_roots=[load(root)], moment=make.AT, allow_fetching=False, revocation_mode="soft-fail"
    )
    validator = CertificateValidator(
        load(leaf),
        intermediate_certs=[load(entity) for entity in chain],
        validation_context=context,
        pkix_params=PKIXValidationParams(
            user_initial_policy_set=(case.asked - {ANY}) or frozenset(("any_policy",)),
            initial_policy_mapping_inhibit=case.no_mapping,
            initial_explicit_policy=case.explicit,
            initial_any_policy_inhibit=case.no_any,
        ),
    )
    try:
        asyncio.run(validator.async_validate_path())
    except (PathBuildingError, ValidationError):
        return False
    return True


class TreeOfOpenSSL(PolicyTree):
    """A policy tree that takes what is mapped under anyPolicy as OpenSSL's does.

    crypto/x509/pcy_map.c makes a named policy of it, which counts where anyPolicy is inhibited.
    It calls that one mapped only if it meets a second mapping of it, so that `tree_link_unmatched`
    in pcy_tree.c does not look at what a single one says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mapped_unseen: set[str] = set()

    def add(self, extensions, *, any_policy_counts) -> None:
        named = set(extensions.policies or ())
        targets = Counter(issuer_policy for issuer_policy, _ in extensions.policy_mappings)
        mapped = targets.keys() - named if extensions.any_policy else set()
        # What is carried on stands beside a policy of that name which this certificate maps again.
        carried = {}
        if extensions.any_policy and any_policy_counts and not self.is_null:
            for policy in self.mapped_unseen & self._levels[-1].keys():
                node = self._levels[-1][policy]
                if node.expected.isdisjoint(named | mapped):
                    carried[f"{policy}, carried on"] = policy
                    node.expected = {f"{policy}, carried on"}
        if mapped:
            extensions = evolve(extensions, policies=(*named, *mapped))
        self.mapped_unseen = {policy for policy in mapped if targets[policy] == 1}
        super().add(extensions, any_policy_counts=any_policy_counts)
        for name, policy in carried.items():
            self._levels[-1][name].expected = {policy}


def with_the_tree_of_openssl(make, case: Case, *parts) -> bool:
    initial_state = validation.initial_state

    def begin(*arguments):
        state = initial_state(*arguments)
        state.policy_tree = TreeOfOpenSSL()
        return state

    with mock.patch.object(validation, "initial_state", begin):
        return ask_kcert(make, case, *parts)


def without_the_length_of_the_root(make, case: Case, *_) -> bool:
    unlimited = evolve(case, root_path_length=None)
    return ask_kcert(make, unlimited, *build(make, unlimited))


@frozen
class Difference:
    """Where a peer differs.

    Attributes:
        peer: Who.
        alike: kcert's verdict with that one thing done as the peer does it.
        why: What it is, and what the standard says.
    """

    peer: str
    alike: Callable[..., bool]
    why: str


# docs/adr/0017-own-path-validation.md has this table too.
DIFFERENCES = (
    Difference(
        "openssl",
        with_the_tree_of_openssl,
        "it takes a policy that a certificate maps under anyPolicy for one that it names: that "
        "counts where anyPolicy is inhibited, and is carried on itself by the next anyPolicy; by "
        "RFC 5280 section 6.1.3 (d)(2) it does not count, and what it was mapped to is carried on",
    ),
    Difference(
        "pyhanko",
        without_the_length_of_the_root,
        "RFC 5280 leaves the limits of the anchor's certificate open; kcert and OpenSSL keep its "
        "path length (RFC 5937), pyhanko-certvalidator does not",
    ),
)


def explained(peer: str, theirs: bool, make, case: Case, *parts) -> str | None:
    for known in DIFFERENCES:
        if known.peer == peer and known.alike(make, case, *parts) is theirs:
            return known.why
    return None


def compare(peer: str, ask, make, case: Case) -> None:
    parts = build(make, case)
    ours = ask_kcert(make, case, *parts)
    theirs = ask(make, case, *parts)
    event("valid" if ours else "invalid")
    if ours != theirs:
        why = explained(peer, theirs, make, case, *parts)
        assert why, f"kcert {ours}, {peer} {theirs}"
        event(why)


# The anchor's C is A for the leaf: the second level maps it, the third says anyPolicy.
CARRIED_ON = Case(
    levels=(Level(policies=(C,)), Level(policies=(ANY,), mappings=((C, A),)), Level((ANY,))),
    leaf=Level(policies=(A,)),
    hosts=(),
    root_path_length=None,
    asked=frozenset(),
    explicit=True,
    no_mapping=False,
    no_any=False,
)
# What a certificate maps under an anyPolicy that does not count is nothing.
INHIBITED = evolve(CARRIED_ON, levels=CARRIED_ON.levels[1:2], no_any=True)
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.peer("openssl")
@settings(max_examples=2000 if FULL else 120, suppress_health_check=CHECKS)
@given(case=cases)
@example(CARRIED_ON)
@example(INHIBITED)
def test_openssl_gives_the_same_verdict(make, case):
    compare("openssl", ask_openssl, make, case)


@settings(max_examples=1000 if FULL else 80, suppress_health_check=CHECKS)
@given(case=cases)
def test_pyhanko_gives_the_same_verdict(make, case):
    pytest.importorskip("pyhanko_certvalidator", reason="pyhanko-certvalidator is not installed")
    compare("pyhanko", ask_pyhanko, make, case)


def maps_under_any(level: Level) -> bool:
    return bool(level.mappings) and ANY in (level.policies or ())


@settings(suppress_health_check=CHECKS)
@given(case=cases.filter(lambda case: not any(map(maps_under_any, case.levels))))
def test_the_difference_of_openssl_explains_policies_mapped_under_any_policy_alone(make, case):
    parts = build(make, case)

    assert with_the_tree_of_openssl(make, case, *parts) is ask_kcert(make, case, *parts)
