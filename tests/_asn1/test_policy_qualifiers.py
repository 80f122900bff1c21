# SPDX-License-Identifier: Apache-2.0
"""Qualifiers of certificate policies: practice statements and notices."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from hypothesis import given
from hypothesis import strategies as st

from kcert import Certificate
from kcert._asn1 import encode
from kcert._asn1.policy_qualifiers import read_policy_information
from kcert.certificate import PolicyInformation, UserNotice
from kcert.errors import FormatError, KcertError
from kcert.testing import FakeAuthority, clear_error
from kcert.testing.strategies import mutations

CPS, NOTICE = "1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"


def information(*qualifiers: bytes, oid: str = "1.2.3") -> bytes:
    return encode.sequence(
        encode.sequence(encode.oid(oid), encode.sequence(*qualifiers) if qualifiers else b"")
    )


def qualifier(oid: str, value: bytes) -> bytes:
    return encode.sequence(encode.oid(oid), value)


REFERENCE = encode.sequence(
    encode.utf8_string("기관"), encode.sequence(encode.integer(1), encode.integer(7))
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (information(), ((), ())),
        (information(qualifier(CPS, encode.ia5_string("http://a/"))), (("http://a/",), ())),
        (
            information(qualifier(NOTICE, encode.sequence(encode.bmp_string("공인인증서")))),
            ((), (("공인인증서", None, ()),)),
        ),
        (
            information(qualifier(NOTICE, encode.sequence(REFERENCE, encode.utf8_string("글")))),
            ((), (("글", "기관", (1, 7)),)),
        ),
        (information(qualifier(NOTICE, encode.sequence())), ((), ((None, None, ()),))),
        # What a qualifier of another kind holds is nobody's business.
        (information(qualifier("1.2.3.4", encode.null())), ((), ())),
    ],
)
def test_qualifiers_are_read(value, expected):
    assert read_policy_information(value) == (("1.2.3", *expected),)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        encode.sequence(encode.oid("1.2.3")),
        information() + b"\0",
        encode.sequence(encode.sequence(encode.oid("1.2.3"), encode.null())),
        information(qualifier(NOTICE, encode.null())),
        information(qualifier(NOTICE, encode.sequence(encode.sequence(encode.null())))),
        information(qualifier(NOTICE, encode.sequence(*[encode.utf8_string("a")] * 2))),
        information(
            qualifier(
                NOTICE,
                encode.sequence(
                    encode.sequence(
                        encode.utf8_string("x"), encode.sequence(*[encode.integer(1)] * 300)
                    )
                ),
            )
        ),
    ],
)
def test_another_shape_is_a_format_error(value):
    with clear_error(FormatError):
        read_policy_information(value)


@given(data=st.data())
def test_a_changed_value_is_a_value_or_a_clear_error(data):
    whole = information(
        qualifier(CPS, encode.ia5_string("http://a/")),
        qualifier(NOTICE, encode.sequence(REFERENCE, encode.utf8_string("글"))),
    )
    try:
        read_policy_information(data.draw(mutations(whole)))
    except KcertError as error:
        assert error.code


def test_a_certificate_tells_them_as_cryptography_does():
    certificate = FakeAuthority("yessign").issue(password="x").certificate
    (found,) = certificate.policy_information
    assert isinstance(found, PolicyInformation)
    assert found.oid == certificate.policy.oid
    assert [type(notice) for notice in found.notices] == [UserNotice]
    extension = certificate.to_cryptography().extensions.get_extension_for_oid(
        ExtensionOID.CERTIFICATE_POLICIES
    )
    (theirs,) = extension.value
    texts = [q.explicit_text for q in theirs.policy_qualifiers if isinstance(q, x509.UserNotice)]
    assert [notice.text for notice in found.notices] == texts
    assert list(found.cps_uris) == [q for q in theirs.policy_qualifiers if isinstance(q, str)]


def test_real_certificates_have_notices_in_korean(shared_data):
    texts = []
    for path in sorted((shared_data / "fixtures").rglob("*.der")):
        try:
            certificate = Certificate.load(path.read_bytes())
        except KcertError:
            continue
        for one in certificate.policy_information:
            texts += [notice.text for notice in one.notices if notice.text]
    assert any("인증서" in text for text in texts)
