# SPDX-License-Identifier: Apache-2.0
"""Name constraints, form by form."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert import FormatError, KcertError, LimitError, TrustError, TrustStore
from kcert._asn1.path_extensions import RawNameConstraints
from kcert.trust import PathLimits
from kcert.trust.budget import Budget
from kcert.trust.extensions import PathExtensions
from kcert.trust.name_constraints import NameConstraints
from kcert.trust.subtrees import COMPARABLE, FORMS, may_overlap, read_base, read_subject

OTHER, EMAIL, DNS, DIRECTORY, URI, IP, REGISTERED = 0, 1, 2, 4, 6, 7, 8


def allowed(form, name, base) -> bool:
    return may_overlap(form, read_subject(form, name), read_base(form, base))


@pytest.mark.parametrize(
    ("form", "base", "inside", "outside"),
    [
        (DNS, b"example.com", [b"example.com", b"a.b.EXAMPLE.com", b"*.example.com"],
         [b"xexample.com", b"com", b"example.com.kr"]),
        (DNS, b"", [b"a", b"example.com"], []),
        (DNS, b"a.example.com", [b"*.example.com", b"a.example.com"], [b"*.b.example.com"]),
        (EMAIL, b"hong@example.com", [b"hong@EXAMPLE.com"],
         [b"Hong@example.com", b"x@example.com"]),
        (EMAIL, b"example.com", [b"hong@example.com"], [b"hong@a.example.com", b"x@xexample.com"]),
        (EMAIL, b".example.com", [b"hong@a.example.com"], [b"hong@example.com"]),
        (URI, b"example.com", [b"http://example.com/x", b"ldap://u@example.com:389/cn=a"],
         [b"http://a.example.com", b"http://example.com.evil.test/"]),
        (URI, b".example.com", [b"https://a.b.example.com?q"], [b"https://example.com"]),
        (IP, bytes([10, 0, 0, 0, 255, 0, 0, 0]), [bytes([10, 9, 8, 7])],
         [bytes([11, 0, 0, 1]), bytes(16)]),
        (IP, bytes(32), [bytes(16)], [bytes(4)]),
    ],
    ids=lambda value: FORMS.get(value) if isinstance(value, int) else None,
)  # fmt: skip
def test_names_inside_and_outside_a_subtree(form, base, inside, outside):
    assert [name for name in inside if not allowed(form, name, base)] == []
    assert [name for name in outside if allowed(form, name, base)] == []


@pytest.mark.parametrize(
    ("form", "name"),
    [
        # A trailing dot must not slip past a constraint (Bouncy Castle CVE-2026-8763).
        (EMAIL, b"hong@example.com."),
        (URI, b"http://example.com./"),
        (DNS, b"example.com."),
        (DNS, b""),
        (DNS, b".example.com"),
        (DNS, b"a.*.example.com"),
        (DNS, b"a*.example.com"),
        (DNS, b"*"),
        (DNS, "한글.kr".encode()),
        (DNS, b"a" * 64 + b".com"),
        (EMAIL, b"hong"),
        (EMAIL, b"@example.com"),
        (EMAIL, b"a@b@example.com"),
        (EMAIL, b"hong@"),
        (URI, b"mailto:hong@example.com"),
        (URI, b"http://10.0.0.1/"),
        (URI, b"http://[::1]/"),
        (URI, b"http:///path"),
        (URI, b"relative/path"),
        (IP, b"123"),
        (IP, bytes(8)),
        (DIRECTORY, b"\x30\x03\x02\x01\x01"),
    ],
    ids=repr,
)
def test_malformed_names_are_refused(form, name):
    with pytest.raises(FormatError):
        read_subject(form, name)


@pytest.mark.parametrize(
    ("form", "base"),
    [
        (DNS, b"*.example.com"),
        (DNS, b".example.com"),
        (EMAIL, b"a@b@c"),
        (URI, b"http://example.com"),
        (IP, bytes([10, 0, 0, 0])),
        (IP, bytes([10, 0, 0, 0, 255, 0, 255, 0])),
        (IP, bytes(4)),
    ],
    ids=repr,
)
def test_malformed_subtrees_are_refused(form, base):
    with pytest.raises(FormatError):
        read_base(form, base)


@given(st.sampled_from(sorted(FORMS)), st.binary(max_size=60), st.binary(max_size=60))
def test_anything_is_compared_or_refused(form, name, base):
    try:
        result = allowed(form, name, base) if form in COMPARABLE else None
    except KcertError:
        result = None
    assert result in (True, False, None)


@given(st.integers(0, 32), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_addresses_agree_with_the_standard_library(prefix, base, address):
    network = ipaddress.ip_network((base, prefix), strict=False)
    encoded = network.network_address.packed + network.netmask.packed
    host = ipaddress.ip_address(address)

    assert allowed(IP, host.packed, encoded) == (host in network)


LABELS = st.lists(st.sampled_from(["a", "b", "kr", "co"]), min_size=1, max_size=4).map(".".join)


@given(LABELS, LABELS)
def test_hosts_are_compared_label_by_label(host, base):
    expected = host.split(".")[-len(base.split(".")) :] == base.split(".")

    assert allowed(DNS, host.encode(), base.encode()) == expected


@pytest.fixture(scope="module")
def chain(make):
    """Verify a leaf under an authority with constraints."""
    root = make.issue("Root")
    trust = TrustStore([root.certificate])

    def run(constraints, leaf="Leaf", *extensions, above=()):
        top = root
        certificates = []
        for number, more in enumerate(above):
            top = make.issue(f"Above {number}", top, extensions=(more,))
            certificates.append(top.certificate)
        authority = make.issue("Constrained", top, extensions=(constraints,))
        entity = make.issue(leaf, authority, ca=False, extensions=extensions)
        certificates.append(authority.certificate)
        return trust.verify(entity.certificate, make.AT, intermediates=certificates)

    return run


def test_directory_names_hold_the_subject_to_a_subtree(make, chain):
    from kcert.testing.template import name

    inside = name(("C", "kr"), ("O", "KCERT  test"))
    constraints = make.name_constraints(permitted=((DIRECTORY, inside),))

    assert chain(constraints)
    with pytest.raises(TrustError, match="directoryName"):
        chain(constraints, name(("C", "KR"), ("O", "Other"), ("CN", "Leaf")))
    # The order of the name counts: the subtree is a prefix of it.
    with pytest.raises(TrustError, match="directoryName"):
        chain(constraints, name(("O", "kcert Test"), ("C", "KR"), ("CN", "Leaf")))


def test_an_address_in_the_subject_counts_as_a_mailbox(make, chain):
    from kcert._asn1 import der
    from kcert.testing.template import name

    constraints = make.name_constraints(permitted=((EMAIL, b"example.com"),))

    def subject(address):
        return name(("C", "KR"), ("CN", "Leaf"), ("E", address, der.IA5_STRING))

    assert chain(constraints)
    assert chain(constraints, subject("hong@example.com"))
    with pytest.raises(TrustError, match="rfc822Name"):
        chain(constraints, subject("hong@example.org"))


def test_a_form_that_cannot_be_compared_fails_closed(make, chain):
    for form, content in ((OTHER, b"\x06\x01\x2a\xa0\x02\x05\x00"), (REGISTERED, b"\x2a\x03")):
        for constraints in (
            make.name_constraints(permitted=((form, content),)),
            make.name_constraints(excluded=((form, content),)),
        ):
            assert chain(constraints)
            with pytest.raises(TrustError, match=FORMS[form]):
                chain(constraints, "Leaf", make.alternative_names((form, content)))


def test_the_vid_of_korean_certificates_passes_constraints_on_other_forms(make):
    from attrs import evolve

    from kcert.certificate import Certificate
    from kcert.testing import FakeAuthority

    house = FakeAuthority("yessign", at=make.AT)
    leaf = house.issue("홍길동").certificate
    constraints = make.name_constraints(
        permitted=((DIRECTORY, make.encode.sequence()),), excluded=((DNS, b"example.com"),)
    )
    root = house.root.template
    strict = Certificate.load(
        evolve(root, extensions=(*root.extensions, constraints)).sign(house.root.key)
    )

    assert TrustStore([strict]).verify(leaf, make.AT, intermediates=[house.certificate])


def test_constraints_of_several_authorities_add_up(make, chain):
    wide = make.name_constraints(permitted=((DNS, b"example.com"),))
    narrow = make.name_constraints(permitted=((DNS, b"a.example.com"),))
    without = make.name_constraints(excluded=((DNS, b"x.a.example.com"),))

    def names(*hosts):
        return make.alternative_names(*((DNS, host) for host in hosts))

    assert chain(narrow, "Leaf", names(b"a.example.com"), above=[wide])
    assert chain(wide, "Leaf", names(b"b.a.example.com"), above=[narrow])
    for constraints, above, host in (
        (narrow, [wide], b"b.example.com"),
        (wide, [narrow], b"b.example.com"),
        (narrow, [without], b"x.a.example.com"),
        (without, [narrow], b"*.a.example.com"),
    ):
        with pytest.raises(TrustError, match="dNSName"):
            chain(constraints, "Leaf", names(b"a.example.com", host), above=above)


def test_a_self_issued_authority_in_the_middle_is_not_held_to_them(make):
    root = make.issue(
        "Root",
        extensions=(make.name_constraints(permitted=((DIRECTORY, make.dn("Leaf")),)),),
    )
    rolled = make.issue("Root", root, key_label="Root, new key")
    leaf = make.issue("Leaf", rolled, ca=False)
    trust = TrustStore([root.certificate])

    assert trust.verify(leaf.certificate, make.AT, intermediates=[rolled.certificate])


@pytest.mark.parametrize(
    "value",
    ["3000", "3002a000", "3004a000a100", "300aa0083006820161800101", "300aa0083006820161810101"],
)
def test_empty_constraints_and_those_with_distances_are_refused(make, chain, value):
    constraints = make.Extension("2.5.29.30", bytes.fromhex(value), critical=True)

    with pytest.raises(FormatError):
        chain(constraints)


def test_constraints_that_are_not_critical_hold_too(make, chain):
    constraints = make.name_constraints(excluded=((DNS, b"example.com"),), critical=False)

    with pytest.raises(TrustError):
        chain(constraints, "Leaf", make.alternative_names((DNS, b"a.example.com")))


def test_comparisons_are_counted_before_they_are_made(make):
    budget = Budget(PathLimits(comparisons=10))
    constraints = NameConstraints(budget)
    bases = tuple((DNS, b"h%d.test" % n) for n in range(5))
    constraints.add(RawNameConstraints((), bases))
    leaf = make.issue("Leaf", ca=False).certificate
    assert len(leaf.subject.attributes) == 3

    with pytest.raises(LimitError):
        constraints.check(leaf, PathExtensions.of(leaf))
    assert budget.exhausted
