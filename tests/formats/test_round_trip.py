# SPDX-License-Identifier: Apache-2.0
"""Folder to PFX to PEM to zip to folder, and the other doors in between: nothing is lost."""

from __future__ import annotations

import base64

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import kcert
from kcert import archive, gpki, npki, pem, pkcs12, profiles
from kcert._asn1 import encode
from kcert._asn1.der import Reader
from kcert.credential import UnlockedCredential
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority
from kcert.testing.strategies import credentials, dn_values, oids

CHEAP_AES = evolve(profiles.MODERN, iterations=1)
PFX_PROFILES = (
    evolve(
        profiles.PKCS12_KOREAN,
        key=evolve(profiles.PKCS12_KOREAN.key, iterations=1),
        mac_iterations=1,
    ),
    evolve(profiles.PKCS12_MODERN, key=CHEAP_AES, certificates=CHEAP_AES, mac_iterations=1),
    evolve(profiles.PKCS12_PBMAC1, key=CHEAP_AES, certificates=CHEAP_AES, mac_iterations=1),
)
FAST = evolve(kcert.Limits(), max_iterations=10)


def with_attributes(pkcs8, attributes):
    """The key with further attributes beside R."""
    outer = Reader(pkcs8, "test").sequence()
    members = [outer.read_encoded() for _ in range(3)]
    present = b"" if outer.at_end else outer.read_any()[1]
    more = [
        encode.sequence(encode.oid(oid), encode.set_of([encode.octet_string(value)]))
        for oid, value in attributes
    ]
    return encode.sequence(*members, encode.context(0, present + b"".join(more)))


@st.composite
def full_credentials(draw):
    """Any credential of `credentials`, with further attributes on either key."""
    credential, password = draw(credentials())
    attributes = st.lists(st.tuples(oids(), st.binary(max_size=40)), max_size=2)
    with credential.unlock(password) as opened:
        second = opened.key_management
        pair = None
        if second is not None:
            drawn = draw(attributes)
            pkcs8 = second.reveal_pkcs8()
            pair = (second.certificate, with_attributes(pkcs8, drawn) if drawn else pkcs8)
        drawn = draw(attributes)
        pkcs8 = opened.reveal_pkcs8()
        with UnlockedCredential.from_parts(
            credential.certificate,
            with_attributes(pkcs8, drawn) if drawn else pkcs8,
            key_management=pair,
            ca_certificates=credential.ca_certificates,
        ) as whole:
            return whole.lock(password, profile=CHEAPEST), password


def contents(credential, password):
    """Everything that must not be lost, in the clear."""
    with credential.unlock(password, limits=FAST) as opened:
        second = opened.key_management
        random = opened.random
        return {
            "certificate": credential.certificate,
            "subject": credential.certificate.subject,
            "key": opened.reveal_pkcs8(),
            "R": None if random is None else random.reveal(),
            "km certificate": None if second is None else second.certificate,
            "km key": None if second is None else second.reveal_pkcs8(),
            "authorities": credential.ca_certificates,
        }


@settings(max_examples=60)
@given(
    drawn=full_credentials(),
    profile=st.sampled_from(PFX_PROFILES),
    name=st.none() | dn_values(),
    data=st.data(),
)
def test_folder_pfx_pem_zip_folder(drawn, profile, name, data, tmp_path_factory):
    credential, password = drawn
    expected = contents(credential, password)
    folder = tmp_path_factory.mktemp("trip")

    npki.write_folder(credential, folder / "first")
    from_folder = kcert.load(folder / "first")
    assert from_folder == credential

    named = evolve(from_folder, friendly_name=name)
    with named.unlock(password) as opened:
        pfx = pkcs12.dump(opened, password, profile=profile)
    if data.draw(st.booleans()):
        pfx = base64.encodebytes(pfx)
    from_pfx = kcert.load(pfx, password)
    assert contents(from_pfx, password) == expected
    assert from_pfx.friendly_name == name

    from_pem = kcert.load(pem.dump(from_pfx))
    assert contents(from_pem, password) == expected
    assert from_pem.friendly_name == name

    zipped = archive.dump(from_pem)
    from_zip = kcert.load(zipped)
    assert contents(from_zip, password) == expected

    npki.write_folder(from_zip, folder / "last")
    from_last = kcert.load(folder / "last")
    assert contents(from_last, password) == expected
    assert from_last == evolve(from_pem, friendly_name=None, bag_attributes=())
    assert from_last.problems == ()


@settings(max_examples=15)
@given(drawn=full_credentials(), profile=st.sampled_from(PFX_PROFILES))
def test_the_same_by_way_of_unlocked_doors(drawn, profile):
    credential, password = drawn
    expected = contents(credential, password)

    with credential.unlock(password) as opened:
        text = pem.dump_unencrypted(opened)
    with pem.load_unencrypted(text) as opened:
        pfx = pkcs12.dump(opened, password, profile=profile)

    assert contents(pkcs12.load(pfx, password), password) == expected


@settings(max_examples=15)
@given(drawn=full_credentials())
def test_government_files_keep_both_pairs(drawn, tmp_path_factory):
    credential, password = drawn
    folder = tmp_path_factory.mktemp("class2")

    gpki.write_folder(credential, folder)
    loaded = kcert.load(folder)

    assert contents(loaded, password) == {**contents(credential, password), "authorities": ()}


@pytest.mark.parametrize("house", ["yessign", "GPKI"])
def test_several_in_one_zip_come_out_as_they_went_in(house):
    authority = FakeAuthority(house)
    several = [
        authority.issue(name, profile=CHEAPEST, km=True, chain=True)
        for name in ("홍길동", "홍길순", "홍'길동")
    ]

    found = [one.load() for one in archive.load_all(archive.dump(several))]

    assert sorted(found, key=lambda one: one.certificate.fingerprint()) == sorted(
        several, key=lambda one: one.certificate.fingerprint()
    )
