# SPDX-License-Identifier: Apache-2.0
"""Certificates of authorities are read once; those of people are never kept."""

from __future__ import annotations

import pytest

from kcert import Certificate, pem, pkcs12
from kcert._asn1.pem import encode_body
from kcert.errors import FormatError
from kcert.formats import authorities, npki
from kcert.testing import FakeAuthority


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(authorities, "_kept", {})
    monkeypatch.setattr(authorities, "_texts", {})


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동", password="1", chain=True)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_the_chain_of_the_next_file_is_the_one_that_was_read(credential, line_end):
    text = pem.dump(credential).replace(b"\n", line_end)
    first, second = pem.load(text), pem.load(text)

    assert first == second == credential
    pairs = list(zip(first.ca_certificates, second.ca_certificates, strict=True))
    assert pairs
    assert all(one is other for one, other in pairs)


def test_all_formats_share_it(credential):
    text = pem.dump(credential)
    with credential.unlock("1") as unlocked:
        pfx = pkcs12.dump(unlocked, "2")
    ca_file = npki.dump_ca_certificates(credential.ca_certificates)

    first = pem.load(text).ca_certificates
    assert {id(one) for one in pkcs12.load(pfx, "2").ca_certificates} == set(map(id, first))
    assert {id(one) for one in npki.load_ca_certificates(ca_file)} == set(map(id, first))


def test_certificates_of_people_are_not_kept(credential):
    text = pem.dump(credential)
    pem.load(text)

    assert pem.load(text).certificate is not pem.load(text).certificate
    assert credential.certificate not in authorities._kept.values()
    assert credential.certificate.der not in [der for _, der in authorities._texts.values()]


def test_one_that_only_ends_the_same_is_read_for_itself(credential):
    root = credential.ca_certificates[0]
    authorities.load_certificate(root.der)
    other = root.der.replace(b"KISA", b"ASIK", 1)
    assert other != root.der

    found = authorities.load_certificate(other)
    assert found == Certificate.load(other)
    assert found != root
    for one in (root, found):
        assert authorities.decode(encode_body(one.der).encode()) == one.der
    assert authorities.load_certificate(root.der) == root


def test_what_is_no_certificate_is_refused_as_ever():
    with pytest.raises(FormatError):
        authorities.load_certificate(b"0\0")
    with pytest.raises(FormatError):
        authorities.decode(b"\nno base64!\n")


def test_no_more_are_kept_than_there_is_room_for(credential, monkeypatch):
    monkeypatch.setattr(authorities, "_MAX_KEPT", 1)
    for one in credential.ca_certificates * 2:
        assert authorities.load_certificate(one.der) == one
        assert list(authorities._kept.values()) == [one]
        assert {der for _, der in authorities._texts.values()} == {one.der}

    # Texts that end differently, of certificates that end the same.
    authorities._kept.clear()
    for at in range(50):
        authorities._texts[bytes((at,))] = b"", b""
    authorities.load_certificate(credential.ca_certificates[0].der)
    assert len(authorities._texts) == 2

    monkeypatch.setattr(authorities, "_MAX_SIZE", 100)
    authorities._kept.clear()
    authorities.load_certificate(credential.ca_certificates[0].der)
    assert not authorities._kept
