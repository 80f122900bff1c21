# SPDX-License-Identifier: Apache-2.0
"""Making messages."""

from __future__ import annotations

import io
import itertools
from datetime import datetime

import pytest

from kcert import Padding, cms
from kcert._asn1 import oids
from kcert.errors import FormatError, SignatureError, UnsupportedAlgorithmError
from kcert.testing import clear_error

PROFILES = {name: one for name, one in vars(cms.Profile).items() if isinstance(one, cms.Profile)}
SHAPES = [
    cms.Profile(
        digest=digest,
        padding=padding,
        attributes=attributes,
        names_digest=names_digest,
        null_parameters=null_parameters,
    )
    for digest, padding, attributes, names_digest, null_parameters in itertools.product(
        ("sha256", "sha384", "sha512"), (Padding.PKCS1V15, Padding.PSS), *3 * [(True, False)]
    )
    # PSS has one identifier.
    if names_digest or padding is Padding.PKCS1V15
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("detached", [False, True])
def test_every_combination_verifies_and_says_what_it_is(signer, data, shape, detached):
    blob = cms.sign(data, signer, profile=shape, detached=detached)

    message = cms.verify(blob, data if detached else None)

    (found,) = message.signers
    assert message.content == data
    assert message.is_detached == detached
    assert found.certificate == signer.certificate
    assert found.digest == shape.digest
    assert found.padding is shape.padding
    assert found.has_signed_attributes == shape.attributes
    assert (b"\x05\x00" in blob[:60]) or not shape.null_parameters
    with clear_error(SignatureError):
        cms.verify(
            blob if detached else cms.sign(data, signer, profile=shape, detached=True),
            data + b"!",
        )


@pytest.mark.parametrize("name", PROFILES)
def test_every_named_profile_makes_messages_that_verify(signer, name):
    profile = PROFILES[name]

    message = cms.verify(cms.sign("공동인증서로그인", signer, profile=profile))

    assert message.content == "공동인증서로그인".encode(profile.encoding)
    assert message.text == "공동인증서로그인"


def test_signing_twice_at_one_moment_gives_the_same_octets(signer, data, moment):
    assert cms.sign(data, signer, signing_time=moment) == cms.sign(
        data, signer, signing_time=moment
    )


def test_the_signing_time_is_told_and_needs_a_time_zone(signer, data, moment):
    assert cms.verify(cms.sign(data, signer, signing_time=moment)).signers[0].signing_time == moment
    with pytest.raises(ValueError, match="time zone"):
        cms.sign(data, signer, signing_time=datetime(2026, 1, 1))  # noqa: DTZ001 - is the test


def test_arguments_go_before_the_profile(signer, data):
    blob = cms.sign(data, signer, attributes=False, digest="sha512", padding=Padding.PSS)

    (found,) = cms.verify(blob).signers
    assert (found.digest, found.padding, found.has_signed_attributes) == (
        "sha512",
        Padding.PSS,
        False,
    )


def test_the_chain_goes_along_where_it_is_wanted(signer, data):
    alone = cms.verify(cms.sign(data, signer))
    chain = cms.verify(cms.sign(data, signer, chain=True))

    assert alone.certificates == (signer.certificate,)
    assert set(chain.certificates) == {signer.certificate, *signer.ca_certificates}


def test_more_certificates_go_along_once_each(signer, witness, data):
    extra = [witness.certificate, witness.certificate, signer.certificate]

    message = cms.verify(cms.sign(data, signer, certificates=extra))

    assert set(message.certificates) == {signer.certificate, witness.certificate}
    assert len(message.certificates) == 2


def test_a_signer_named_by_key_identifier_verifies(signer, data, parts_of):
    blob = cms.sign(data, signer, profile=cms.Profile(key_identifier=True))

    parts = parts_of(blob)
    assert (parts.version, parts.signers[0].version) == (3, 3)
    assert parts.signers[0].key_identifier == signer.certificate.subject_key_identifier
    assert cms.verify(blob).signers[0].certificate == signer.certificate


def test_a_bare_message_is_no_content_info(signer, data, parts_of):
    blob = cms.sign(data, signer, profile=cms.Profile.FINCERT_BARE)

    assert not parts_of(blob).is_wrapped
    assert cms.verify(blob).content == data


def test_r_stands_last_where_the_profile_asks_for_it(signer, data, random):
    blob = cms.sign(data, signer, profile=cms.Profile.YESSIGN)

    assert blob.endswith(random)
    assert cms.verify(blob).signers[0].random.reveal() == random


def test_r_that_is_not_there_is_a_clear_error(third, data):
    with clear_error(FormatError) as caught:
        cms.sign(data, third, profile=cms.Profile.YESSIGN)

    assert "VID random" in caught.error.reason


def test_another_type_of_content_is_told_and_verified(signer, data):
    blob = cms.sign(data, signer, content_type=oids.TST_INFO)

    assert cms.verify(blob).content_type == oids.TST_INFO
    with clear_error(FormatError):
        cms.sign(data, signer, content_type=oids.TST_INFO, attributes=False)


def test_text_that_the_encoding_does_not_have_is_a_clear_error(signer):
    with clear_error(FormatError, canaries=["비밀 ㅋ😀 내용"]):
        cms.sign("비밀 ㅋ😀 내용", signer, profile=cms.Profile.KCASE)


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224", "has160"])
def test_old_hashes_are_not_signed_with(signer, data, digest):
    with clear_error(UnsupportedAlgorithmError):
        cms.sign(data, signer, digest=digest)


def test_no_signer_is_an_error(data):
    with pytest.raises(ValueError, match="signer"):
        cms.sign(data, [])


def test_nobody_signs_the_attributes_of_another_message_unawares(signer, message, parts_of):
    # The octets that the other signer signed, offered as content without attributes.
    signed = b"\x31" + cms_set(parts_of(message).signers[0].signed_attributes)

    with clear_error(SignatureError):
        cms.sign(signed, signer, attributes=False)
    with clear_error(SignatureError):
        cms.sign_stream(io.BytesIO(signed), signer, io.BytesIO(), attributes=False)
    assert cms.verify(cms.sign(signed, signer)).content == signed


def cms_set(content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([len(content)]) + content


def test_a_stream_can_be_signed_detached(signer, data):
    for stream in (io.BytesIO(data), [data[:3], b"", data[3:]]):
        blob = cms.sign(stream, signer, detached=True)
        assert cms.verify(blob, data).content == data


def test_a_stream_that_stays_in_the_message_is_read(signer, data):
    assert cms.verify(cms.sign(io.BytesIO(data), signer)).content == data


def test_other_kinds_of_octets_sign_the_same(signer, data, moment):
    expected = cms.sign(data, signer, signing_time=moment)

    for other in (bytearray(data), memoryview(data), memoryview(data + data)[: len(data)]):
        assert cms.sign(other, signer, signing_time=moment) == expected


def test_a_profile_is_frozen_and_says_what_it_does_not_know():
    with pytest.raises(AttributeError):
        cms.Profile.STANDARD.digest = "sha512"
    with pytest.raises(TypeError):
        cms.Profile.STANDARD.but(nonsense=True)
    with clear_error(UnsupportedAlgorithmError):
        cms.Profile(digest="sha1")
    with pytest.raises(ValueError, match="padding"):
        cms.Profile(padding=Padding.OAEP)
    assert cms.Profile.STANDARD.but(attributes=False) == cms.Profile(attributes=False)


def test_a_signer_need_be_no_credential(signer, data):
    class Token:
        certificate = signer.certificate

        def sign(self, data, *, padding, digest, prehashed=False):
            return signer.sign(data, padding=padding, digest=digest, prehashed=prehashed)

    for attributes in (True, False):
        assert cms.verify(cms.sign(data, Token(), attributes=attributes)).content == data
    with clear_error(FormatError):
        cms.sign(data, Token(), profile=cms.Profile.YESSIGN)
