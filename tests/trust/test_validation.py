# SPDX-License-Identifier: Apache-2.0
"""The rules of RFC 5280 section 6 that a Korean profile lives by, each shown by name.

The numbers V6 to V17 are those of the reliability requirements; V8 and V9 are about revocation and
stand with its tests.
"""

from __future__ import annotations

import gzip
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kcert import (
    ExpiredError,
    FormatError,
    KcertError,
    LimitError,
    NotYetValidError,
    PolicyError,
    PolicySet,
    Purpose,
    Revocation,
    RevocationUnknownError,
    TrustAnchor,
    TrustError,
    TrustStore,
    UnsupportedAlgorithmError,
    UntrustedIssuerError,
    WeakAlgorithmError,
    Weakness,
)
from kcert.certificate import Certificate, Holder, Usage, Validity
from kcert.testing import FakeAuthority, assert_clear_error
from kcert.testing.root import FakeRoot
from kcert.trust import PathInputs, PathLimits, WeakPart

BANKING = "1.2.410.200005.1.1.4"


@pytest.fixture(scope="module")
def root(make):
    return make.issue("Root")


@pytest.fixture(scope="module")
def authority(make, root):
    return make.issue("Authority", root, path_length=0)


@pytest.fixture(scope="module")
def leaf(make, authority):
    return make.issue("Leaf", authority, ca=False, extensions=(make.policies(BANKING),))


@pytest.fixture(scope="module")
def trust(root):
    return TrustStore([root.certificate])


@pytest.fixture(scope="module")
def verify(make, trust):
    def run(entity, *others, store=trust, at=make.AT, **options):
        intermediates = [other.certificate for other in others]
        return store.verify(entity.certificate, at, intermediates=intermediates, **options)

    return run


# V6: an authority changes its key.


def test_v6_an_authority_that_changed_its_key_is_believed_under_both_keys(make, verify, trust):
    old = make.issue("Root", key_label="Root")
    new = make.issue("Root", key_label="Root, new key")
    new_with_old = make.issue("Root", old, key_label="Root, new key")
    old_with_new = make.issue("Root", new, key_label="Root")
    under_new = make.issue("Under new", new, ca=False)
    under_old = make.issue("Under old", old, ca=False)

    path = verify(under_new, new_with_old, store=TrustStore([old.certificate]))
    assert path.certificates == (under_new.certificate, new_with_old.certificate)

    path = verify(under_old, old_with_new, store=TrustStore([new.certificate]))
    assert path.certificates == (under_old.certificate, old_with_new.certificate)


def test_v6_self_issued_certificates_do_not_count_towards_the_path_length(make, verify):
    root = make.issue("Root", key_label="Root", path_length=0)
    rolled = make.issue("Root", root, key_label="Root, new key")
    leaf = make.issue("Leaf", rolled, ca=False)

    assert verify(leaf, rolled, store=TrustStore([root.certificate]))


# V7: a certificate that has expired since.


def test_v7_an_expired_certificate_is_believed_at_a_moment_within_its_validity(make, verify, root):
    leaf = make.issue("Leaf", root, ca=False, not_after=datetime(2025, 1, 1, tzinfo=UTC))

    assert verify(leaf, at=datetime(2024, 6, 1, tzinfo=UTC)).at == datetime(2024, 6, 1, tzinfo=UTC)
    with pytest.raises(ExpiredError) as caught:
        verify(leaf)
    assert caught.value.not_after == datetime(2025, 1, 1, tzinfo=UTC)
    assert caught.value.fingerprint == leaf.certificate.fingerprint()


# V10: what the key may be used for.


@pytest.mark.parametrize(
    ("purpose", "usage"),
    [
        (Purpose.SIGNATURE, ("digitalSignature", "keyEncipherment")),
        (Purpose.AUTHENTICATION, ("nonRepudiation",)),
        (Purpose.ENCRYPTION, ("digitalSignature", "nonRepudiation")),
    ],
    ids=lambda value: value.value if isinstance(value, Purpose) else None,
)
def test_v10_a_key_usage_that_is_missing_is_refused(make, verify, root, purpose, usage):
    from kcert.testing.extensions import key_usage

    leaf = make.issue("Leaf", root, ca=False, usage=None, extensions=(key_usage(*usage),))

    assert verify(leaf)
    with pytest.raises(TrustError, match="keyUsage lacks"):
        verify(leaf, purpose=purpose)


@pytest.mark.parametrize("purpose", [Purpose.SIGNATURE, Purpose.AUTHENTICATION, Purpose.ENCRYPTION])
def test_v10_an_authority_is_no_signer(verify, authority, purpose):
    assert verify(authority, purpose=Purpose.ISSUING)
    with pytest.raises(TrustError, match="not a holder's"):
        verify(authority, purpose=purpose)


def test_v10_a_signer_is_no_authority(make, verify, leaf, authority):
    with pytest.raises(TrustError, match="not an authority's"):
        verify(leaf, authority, purpose=Purpose.ISSUING)

    below = make.issue("Below a leaf", leaf, ca=False)
    with pytest.raises(TrustError, match="not an authority's"):
        verify(below, leaf, authority)


def test_v10_both_certificates_of_a_korean_pair_are_for_their_purpose(make):
    house = FakeAuthority("yessign", at=make.AT)
    credential = house.issue("홍길동", km=True)
    trust = TrustStore([house.root.certificate])

    def run(certificate, purpose):
        return trust.verify(
            certificate, make.AT, intermediates=[house.certificate], purpose=purpose
        )

    assert run(credential.certificate, Purpose.SIGNATURE)
    assert run(credential.key_management.certificate, Purpose.ENCRYPTION)
    with pytest.raises(TrustError):
        run(credential.certificate, Purpose.ENCRYPTION)
    with pytest.raises(TrustError):
        run(credential.key_management.certificate, Purpose.SIGNATURE)


def test_v10_government_signatures_do_without_non_repudiation(make):
    house = FakeAuthority("GPKI", at=make.AT)
    certificate = house.issue("홍길동").certificate
    trust = TrustStore([house.root.certificate])

    assert trust.verify(
        certificate, make.AT, intermediates=[house.certificate], purpose=Purpose.SIGNATURE
    )


@pytest.mark.parametrize("purpose", ["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"])
def test_v10_a_responder_or_time_stamping_unit_is_no_signer(make, verify, root, purpose):
    unit = make.issue("Unit", root, ca=False, extensions=(make.extended_key_usage(purpose),))

    assert verify(unit, inputs=PathInputs(extended_key_usage=purpose))
    with pytest.raises(TrustError, match="time stamps or OCSP"):
        verify(unit, purpose=Purpose.SIGNATURE)
    with pytest.raises(TrustError, match="not for the purpose"):
        verify(unit, inputs=PathInputs(extended_key_usage="1.3.6.1.5.5.7.3.2"))


# V11: certificate policies.


def test_v11_a_wanted_policy_that_is_there_is_in_the_result(verify, leaf, authority, make, root):
    under_any = make.issue(
        "Authority", root, extensions=(make.policies(make.ANY_POLICY),), key_label="Authority"
    )
    path = verify(leaf, under_any, policies={BANKING, "1.2.3"})

    assert path.policies == {BANKING}


def test_v11_a_wanted_policy_that_is_absent_is_a_policy_error(make, verify, root):
    authority = make.issue("Authority 2", root, extensions=(make.policies(make.ANY_POLICY),))
    leaf = make.issue("Leaf", authority, ca=False, extensions=(make.policies(BANKING),))
    without = make.issue("Leaf", authority, ca=False)

    with pytest.raises(PolicyError):
        verify(leaf, authority, policies={"1.2.410.200005.1.1.5"})
    assert verify(without, authority).policies == frozenset()
    with pytest.raises(PolicyError):
        verify(without, authority, policies={BANKING})


def test_v11_any_policy_stands_for_every_wanted_policy(make, verify, root):
    authority = make.issue("Authority 2", root, extensions=(make.policies(make.ANY_POLICY),))
    leaf = make.issue("Leaf", authority, ca=False, extensions=(make.policies(make.ANY_POLICY),))

    assert verify(leaf, authority, policies={BANKING}).policies == {BANKING}
    assert verify(leaf, authority).policies == {make.ANY_POLICY}
    with pytest.raises(PolicyError):
        verify(leaf, authority, policies={BANKING}, inputs=PathInputs(inhibit_any_policy=True))


def test_v11_require_explicit_policy_refuses_a_leaf_without_policy(make):
    # As KISA's authorities are: anyPolicy and requireExplicitPolicy 0.
    house = FakeAuthority("yessign", at=make.AT)
    trust = TrustStore([house.root.certificate])
    with_policy = house.issue("홍길동").certificate
    without = house.issue(
        "홍길동", adjust=lambda t: evolve(t, extensions=t.without("2.5.29.32"))
    ).certificate

    assert trust.verify(with_policy, make.AT, intermediates=[house.certificate])
    with pytest.raises(PolicyError):
        trust.verify(without, make.AT, intermediates=[house.certificate])


def test_v11_a_set_of_policies_is_taken_as_it_is(make):
    house = FakeAuthority("yessign", at=make.AT)
    trust = TrustStore([house.root.certificate])
    personal = house.issue("홍길동", policy=BANKING).certificate

    def run(policies):
        return trust.verify(personal, make.AT, intermediates=[house.certificate], policies=policies)

    assert run(PolicySet.banking()).policies == {BANKING}
    with pytest.raises(PolicyError):
        run(PolicySet.of(holders={Holder.CORPORATION}, usages={Usage.BANKING}))


def test_v11_one_text_is_not_a_set_of_policies(verify, leaf, authority):
    with pytest.raises(TypeError):
        verify(leaf, authority, policies=BANKING)


def test_v11_mapped_policies_are_named_as_the_anchor_names_them(make, verify, root):
    a, b = "1.2.3.1", "1.2.3.2"
    authority = make.issue(
        "Authority 2", root, extensions=(make.policies(a), make.policy_mappings((a, b)))
    )
    leaf = make.issue("Leaf", authority, ca=False, extensions=(make.policies(b),))

    assert verify(leaf, authority, policies={a}).policies == {a}
    with pytest.raises(PolicyError):
        verify(leaf, authority, policies={b})
    with pytest.raises(PolicyError):
        verify(leaf, authority, policies={a}, inputs=PathInputs(inhibit_policy_mapping=True))


def test_v11_any_policy_must_not_be_mapped(make, verify, root):
    authority = make.issue(
        "Authority 2",
        root,
        extensions=(
            make.policies(make.ANY_POLICY),
            make.policy_mappings((make.ANY_POLICY, "1.2.3")),
        ),
    )
    leaf = make.issue("Leaf", authority, ca=False, extensions=(make.policies("1.2.3"),))

    with pytest.raises(PolicyError, match="anyPolicy"):
        verify(leaf, authority)


# V12: the anchor.


def test_v12_an_expired_anchor_is_refused_unless_it_was_given_without_dates(make, verify):
    root = make.issue("Old root", not_after=datetime(2025, 1, 1, tzinfo=UTC))
    leaf = make.issue("Leaf", root, ca=False)

    with pytest.raises(ExpiredError) as caught:
        verify(leaf, store=TrustStore([root.certificate]))
    assert caught.value.fingerprint == root.certificate.fingerprint()
    assert verify(leaf, store=TrustStore([root.certificate]), at=datetime(2024, 6, 1, tzinfo=UTC))

    timeless = evolve(TrustAnchor.of(root.certificate), validity=None)
    assert verify(leaf, store=TrustStore([timeless])).anchor == timeless


def test_v12_an_anchor_may_be_a_name_and_a_key(verify, root, leaf, authority):
    anchor = TrustAnchor(root.certificate.subject, root.certificate.public_key_info)

    assert verify(leaf, authority, store=TrustStore([anchor])).anchor == anchor


def test_v12_an_anchor_must_be_an_authority(make, verify, root):
    person = make.issue("Person", root, ca=False)
    leaf = make.issue("Leaf", person, ca=False)

    with pytest.raises(TrustError, match="trust anchor"):
        verify(leaf, store=TrustStore([person.certificate]))


def test_v12_the_limits_of_an_anchor_hold(make, verify):
    root = make.issue("Strict root", path_length=0)
    authority = make.issue("Authority 3", root)
    leaf = make.issue("Leaf", authority, ca=False)

    with pytest.raises(TrustError, match="longer"):
        verify(leaf, authority, store=TrustStore([root.certificate]))


def test_v12_an_anchor_verifies_itself_without_policy(verify, root, make):
    path = verify(root, at=make.AT)

    assert path.certificates == (root.certificate,)
    assert path.anchor.certificate == root.certificate
    with pytest.raises(PolicyError):
        verify(root, policies={BANKING})
    with pytest.raises(ExpiredError):
        verify(root, at=make.END + timedelta(seconds=1))


def test_v12_another_certificate_with_the_anchors_name_and_key_must_be_signed_by_it(
    make, verify, root
):
    again = make.issue("Root", serial_number=77)
    assert again.key is root.key
    assert verify(again).certificates == (again.certificate,)

    forged = evolve(again.template, serial_number=78).sign(make.key("impostor"))
    with pytest.raises(UntrustedIssuerError):
        TrustStore([root.certificate]).verify(Certificate.load(forged), make.AT)


# V13: the moment.

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("edge", "offset", "error"),
    [
        ("not_before", -SECOND, NotYetValidError),
        ("not_before", -MICROSECOND, NotYetValidError),
        ("not_before", timedelta(), None),
        ("not_before", SECOND, None),
        ("not_after", -SECOND, None),
        ("not_after", timedelta(), None),
        # The last second counts whole: certificates know no parts of it.
        ("not_after", MICROSECOND, None),
        ("not_after", SECOND, ExpiredError),
    ],
    ids=str,
)
def test_v13_validity_ends_with_its_last_second(make, verify, root, edge, offset, error):
    leaf = make.issue(
        "Leaf",
        root,
        ca=False,
        not_before=datetime(2025, 1, 1, tzinfo=UTC),
        not_after=datetime(2025, 12, 31, 14, 59, 59, tzinfo=UTC),
    )
    at = getattr(leaf.certificate.validity, edge) + offset
    if error is None:
        assert verify(leaf, at=at)
    else:
        with pytest.raises(error):
            verify(leaf, at=at)


@pytest.mark.parametrize("year", [1949, 1950, 2049, 2050, 9999])
def test_v13_years_at_the_edge_of_utc_time(make, verify, year):
    first = datetime(year, 1, 1, tzinfo=UTC)
    last = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    root = make.issue("Root", not_before=first, not_after=last)
    leaf = make.issue("Leaf", root, ca=False, not_before=first, not_after=last)
    store = TrustStore([root.certificate])

    assert verify(leaf, store=store, at=last)
    with pytest.raises(NotYetValidError):
        verify(leaf, store=store, at=first - SECOND)
    if year < 9999:
        with pytest.raises(ExpiredError):
            verify(leaf, store=store, at=last + SECOND)


def test_v13_a_naive_moment_is_a_programming_error(verify, leaf):
    with pytest.raises(ValueError, match="time zone"):
        verify(leaf, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


# V14: old cryptography.


def test_v14_sha1_is_refused_by_default_and_marked_where_it_is_allowed(make, verify, trust, root):
    authority = make.issue("Authority 4", root, digest="sha1")
    leaf = make.issue("Leaf", authority, ca=False)

    with pytest.raises(WeakAlgorithmError) as caught:
        verify(leaf, authority)
    assert caught.value.weakness == "sha1"
    assert caught.value.fingerprint == authority.certificate.fingerprint()

    path = verify(leaf, authority, allow_weak={Weakness.SHA1})
    assert path.weak_parts == (
        WeakPart(Weakness.SHA1, "signature", authority.certificate.fingerprint()),
    )


def test_v14_short_keys_are_refused_by_default_and_marked_where_allowed(make, verify, root):
    authority = make.issue("Authority 5", root, key_size=1024)
    leaf = make.issue("Leaf 1024", authority, ca=False, key_size=1024)

    with pytest.raises(WeakAlgorithmError, match="short-key"):
        verify(leaf, authority)
    with pytest.raises(WeakAlgorithmError, match="short-key"):
        verify(leaf, authority, allow_weak={Weakness.SHA1})

    path = verify(leaf, authority, allow_weak={Weakness.SHORT_KEY})
    assert {part.fingerprint for part in path.weak_parts} == {
        authority.certificate.fingerprint(),
        leaf.certificate.fingerprint(),
    }


def test_v14_a_weak_root_is_marked_even_where_it_stands_alone(make, verify):
    root = make.issue("Weak root", key_size=1024)
    store = TrustStore([root.certificate])

    with pytest.raises(WeakAlgorithmError):
        verify(root, store=store)
    path = verify(root, store=store, allow_weak={Weakness.SHORT_KEY})
    assert path.weak_parts == (WeakPart(Weakness.SHORT_KEY, "key", root.certificate.fingerprint()),)


def test_v14_a_path_without_weak_parts_says_so(verify, leaf, authority):
    assert verify(leaf, authority, allow_weak=Weakness).weak_parts == ()


def test_v14_md5_is_never_believed(make, verify, root):
    leaf = make.issue("Leaf", root, ca=False, digest="md5")

    with pytest.raises(UnsupportedAlgorithmError, match="md5"):
        verify(leaf, allow_weak=Weakness)


# V15: confusable authorities.


def test_v15_of_two_authorities_of_one_name_the_one_that_signed_is_found(make, verify, root):
    from kcert.testing.extensions import authority_key_identifier, subject_key_identifier

    first = make.issue("Twin", root, key_label="Twin 1")
    same_identifier = tuple(
        subject_key_identifier(first.key) if extension.oid == "2.5.29.14" else extension
        for extension in first.template.extensions
    )
    second = make.issue("Twin", root, key_label="Twin 2", extensions=())
    second_template = evolve(second.template, extensions=same_identifier)
    second_certificate = Certificate.load(second_template.sign(root.key))
    assert second_certificate.subject_key_identifier == first.certificate.subject_key_identifier
    identifier = authority_key_identifier(first.key, root.subject, 1)
    leaf = make.issue("Leaf", second, ca=False, extensions=(identifier,))

    for order in itertools.permutations((first.certificate, second_certificate)):
        path = TrustStore([root.certificate]).verify(leaf.certificate, make.AT, intermediates=order)
        assert path.certificates[1] == second_certificate

    with pytest.raises(UntrustedIssuerError):
        verify(leaf, first)


# V16: order.


def test_v16_any_order_of_intermediates_gives_the_same_path(make, verify, root):
    chain = [root]
    for number in range(4):
        chain.append(make.issue(f"Level {number}", chain[-1]))
    leaf = make.issue("Leaf", chain[-1], ca=False)
    # Some that share names with the real ones, and many that do not.
    unrelated = [
        make.issue(f"Level {number % 4}" if number < 12 else f"Stranger {number}", root,
                   key_label=f"stranger {number % 3}", serial_number=10_000 + number)
        for number in range(50)
    ]  # fmt: skip
    expected = verify(leaf, *chain[1:])
    assert len(expected.certificates) == 5

    for order in itertools.permutations(chain[1:]):
        assert verify(leaf, *order) == expected
    for order in itertools.islice(itertools.permutations(chain[1:]), 0, None, 5):
        assert verify(leaf, *unrelated, *order) == expected
        assert verify(leaf, *order, *unrelated) == expected


# V17: the result.


def test_v17_the_result_says_what_was_believed_and_why(make, verify, leaf, authority, root):
    path = verify(leaf, authority, at=make.AT + MICROSECOND)

    assert path.certificate == leaf.certificate
    assert path.certificates == (leaf.certificate, authority.certificate)
    assert path.anchor.certificate == path.root.certificate == root.certificate
    assert path.at == make.AT
    assert path.revocation == ()
    assert path.weak_parts == ()


def test_v17_where_nothing_is_known_of_revocation_the_result_says_so(verify, leaf, authority):
    path = verify(leaf, authority, revocation=Revocation.CHECK_IF_AVAILABLE)

    assert [status.fingerprint for status in path.revocation] == [
        leaf.certificate.fingerprint(),
        authority.certificate.fingerprint(),
    ]
    assert all(status.evidence is None and status.unknown for status in path.revocation)
    with pytest.raises(RevocationUnknownError):
        verify(leaf, authority, revocation=Revocation.REQUIRE)


# What else makes a path fail.


def test_a_certificate_whose_two_signature_algorithms_differ_is_refused(make, verify, root):
    from kcert._asn1 import encode, oids

    sha1 = encode.sequence(encode.oid(oids.SHA384_WITH_RSA), encode.null())
    leaf = make.issue("Leaf", root, ca=False, signature_algorithm=sha1, outer_signature_algorithm=(
        encode.sequence(encode.oid(oids.SHA256_WITH_RSA), encode.null())
    ))  # fmt: skip

    with pytest.raises(TrustError, match="differ"):
        verify(leaf)


def test_an_unknown_critical_extension_is_refused_wherever_it_stands(make, verify, root):
    unknown = make.Extension("1.2.3.4.5", b"\x05\x00", critical=True)
    ignored = make.Extension("1.2.3.4.5", b"\x05\x00", critical=False)
    authority = make.issue("Authority 6", root, extensions=(unknown,))

    assert verify(make.issue("Leaf", root, ca=False, extensions=(ignored,)))
    with pytest.raises(TrustError, match=r"1\.2\.3\.4\.5"):
        verify(make.issue("Leaf", root, ca=False, extensions=(unknown,)))
    with pytest.raises(TrustError, match=r"1\.2\.3\.4\.5"):
        verify(make.issue("Leaf", authority, ca=False), authority)


def test_names_chain_whatever_the_case_of_the_country_and_the_string_type(make, verify):
    from kcert._asn1 import der
    from kcert.testing.template import name

    root = make.issue(name(("C", "KR"), ("O", "KISA"), ("CN", "Root  CA")), key_label="case")
    leaf = make.issue("Leaf", root, ca=False)
    written_otherwise = evolve(
        leaf.template,
        issuer=name(("C", "kr"), ("O", "kisa"), ("CN", "root ca", der.PRINTABLE_STRING)),
    )
    certificate = Certificate.load(written_otherwise.sign(root.key))

    path = TrustStore([root.certificate]).verify(certificate, make.AT)
    assert path.anchor.certificate == root.certificate


def test_a_certificate_of_version_1_is_refused(make, verify, root):
    leaf = make.issue("Leaf", root, ca=False)
    old = evolve(leaf.template, version=1, extensions=())

    with pytest.raises(TrustError, match="version 3"):
        TrustStore([root.certificate]).verify(Certificate.load(old.sign(root.key)), make.AT)


def test_a_signature_by_another_key_is_refused(make, verify, root):
    impostor = make.issue("Root", key_label="impostor")
    leaf = make.issue("Leaf", impostor, ca=False)

    with pytest.raises(UntrustedIssuerError) as caught:
        verify(leaf, impostor)
    assert_clear_error(caught.value, UntrustedIssuerError)


def test_malformed_extensions_that_matter_are_errors_of_their_format(make, verify, root):
    for oid in ("2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"):
        broken = make.Extension(oid, b"\x30\x03\x02\x01", critical=True)
        with pytest.raises(FormatError):
            verify(make.issue("Leaf", root, ca=False, extensions=(broken,)))


def test_policies_that_occur_twice_are_refused(make, verify, root):
    leaf = make.issue("Leaf", root, ca=False, extensions=(make.policies(BANKING, BANKING),))

    with pytest.raises(FormatError):
        verify(leaf)


def test_other_paths_are_tried_before_giving_up(make, verify, root):
    expired = make.issue("Twice", root, not_after=datetime(2025, 1, 1, tzinfo=UTC))
    valid = make.issue("Twice", root)
    leaf = make.issue("Leaf", valid, ca=False)

    assert verify(leaf, expired, valid).certificates[1] == valid.certificate
    with pytest.raises(ExpiredError):
        verify(leaf, expired)


def test_the_longest_path_can_be_limited(make, verify, root, authority, leaf):
    assert verify(leaf, authority, inputs=PathInputs(max_intermediates=1))
    with pytest.raises(TrustError, match="longer"):
        verify(leaf, authority, inputs=PathInputs(max_intermediates=0))


def test_what_is_no_certificate_is_a_programming_error(trust, leaf):
    with pytest.raises(TypeError):
        trust.verify(leaf.certificate.der)
    with pytest.raises(TypeError):
        TrustStore([leaf.certificate.der])


# Budgets.


@pytest.fixture(scope="module")
def maze(make):
    """Levels of authorities, each certified by all of the level above, and no root to reach."""
    levels = [[make.issue(f"Maze 0 {n}", key_label=f"maze 0 {n}") for n in range(3)]]
    certificates = []
    for depth in range(1, 7):
        level = []
        for n in range(3):
            issued = [
                make.issue(f"Maze {depth} {n}", above, key_label=f"maze {depth % 2} {n}")
                for above in levels[-1]
            ]
            certificates += issued
            level.append(issued[0])
        levels.append(level)
    leaf = make.issue("Leaf", levels[-1][0], ca=False)
    return leaf.certificate, [entity.certificate for entity in certificates]


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (PathLimits(edges=20), "candidate edges"),
        (PathLimits(signatures=5), "signature checks"),
        (PathLimits(), "candidate edges"),
    ],
)
def test_a_budget_that_is_exhausted_is_named(make, maze, root, limits, name):
    leaf, intermediates = maze
    store = TrustStore([root.certificate], limits=limits)

    with pytest.raises(LimitError) as caught:
        store.verify(leaf, make.AT, intermediates=intermediates)
    assert caught.value.limit == name
    assert_clear_error(caught.value, LimitError)


def test_name_comparisons_are_limited(make, verify, root):
    constraints = make.name_constraints(excluded=tuple((2, b"h%d.test" % n) for n in range(1100)))
    authority = make.issue("Authority 7", root, extensions=(constraints,))
    names = make.alternative_names(*((2, b"a%d.test" % n) for n in range(1000)))
    leaf = make.issue("Leaf", authority, ca=False, extensions=(names,))

    with pytest.raises(LimitError) as caught:
        verify(leaf, authority)
    assert caught.value.limit == "name constraint comparisons"


def test_a_path_of_more_certificates_than_allowed_is_not_looked_at(make, root):
    chain = [root]
    for number in range(4):
        chain.append(make.issue(f"Level {number}", chain[-1]))
    leaf = make.issue("Leaf", chain[-1], ca=False)
    certificates = [entity.certificate for entity in chain[1:]]

    def run(certificates_at_most):
        store = TrustStore([root.certificate], limits=PathLimits(certificates=certificates_at_most))
        return store.verify(leaf.certificate, make.AT, intermediates=certificates)

    assert run(5)
    with pytest.raises(UntrustedIssuerError):
        run(4)


def test_every_refusal_is_clear(make, verify, root):
    for leaf in (
        make.issue("Leaf", root, ca=False, digest="sha1"),
        make.issue("Leaf", root, ca=False, digest="md5"),
        make.issue("Leaf", root, ca=False, not_after=datetime(2021, 1, 1, tzinfo=UTC)),
        make.issue("Stranger", ca=False),
    ):
        with pytest.raises(KcertError) as caught:
            verify(leaf)
        assert_clear_error(caught.value, KcertError)


def test_a_store_is_made_from_others_and_never_changes(make, root):
    empty = TrustStore()
    assert empty.anchors == ()
    assert "0 roots" in repr(empty)
    one = empty.including(root.certificate)
    assert empty.anchors == ()
    assert one.anchor_of(root.certificate) == TrustAnchor.of(root.certificate)
    assert empty.anchor_of(root.certificate) is None
    # The same key and name in another certificate is the same authority.
    again = make.issue("Root")
    assert one.anchor_of(again.certificate) == TrustAnchor.of(root.certificate)
    assert one.including(root.certificate).anchors == one.anchors


def test_a_fake_hierarchy_is_believed_only_when_its_root_is(make):
    root = FakeRoot("kcert Test RootCA 9")
    house = FakeAuthority("KICA", root=root, at=make.AT)
    certificate = house.issue("홍길동").certificate

    for trust in (TrustStore.korea(), TrustStore.korea().including_test(), TrustStore()):
        with pytest.raises(UntrustedIssuerError):
            trust.verify(certificate, make.AT, intermediates=house.ca_certificates)
    path = (
        TrustStore.korea()
        .including(root.certificate)
        .verify(certificate, make.AT, intermediates=house.ca_certificates)
    )
    assert path.certificates == (certificate, house.certificate)
    assert isinstance(path.anchor.validity, Validity)


def flipped(encoded: bytes, place: int, bit: int) -> bytes:
    place %= len(encoded)
    return encoded[:place] + bytes([encoded[place] ^ 1 << bit]) + encoded[place + 1 :]


@given(place=st.integers(0, 4000), bit=st.integers(0, 7), above=st.booleans())
def test_no_changed_bit_is_ever_believed(leaf, authority, root, make, place, bit, above):
    changed = authority.certificate if above else leaf.certificate
    try:
        other = Certificate.load(flipped(changed.der, place, bit))
        path = TrustStore([root.certificate]).verify(
            leaf.certificate if above else other,
            make.AT,
            intermediates=[other if above else authority.certificate],
        )
    except KcertError as error:
        assert_clear_error(error, KcertError)
    else:
        raise AssertionError(path)


def test_a_chain_made_to_exhaust_the_verifier_is_refused(shared_data):
    # Constraints and names by the thousands (Bouncy Castle CVE-2025-8916).
    folder = shared_data / "vectors" / "bc-test-data" / "pkix"
    data = {
        name: gzip.decompress((folder / f"mal-{name}.crt.gz").read_bytes())
        for name in ("root", "ca1", "ca2", "leaf")
    }

    def run():
        certificates = {name: Certificate.load(encoded) for name, encoded in data.items()}
        return TrustStore([certificates["root"]]).verify(
            certificates["leaf"],
            certificates["leaf"].validity.not_before,
            intermediates=[certificates["ca1"], certificates["ca2"]],
            allow_weak=Weakness,
        )

    with pytest.raises(LimitError) as caught:
        run()
    assert_clear_error(caught.value, LimitError)
