# SPDX-License-Identifier: Apache-2.0
"""Verifying: what is read, what is refused, and each known attack by name."""

from __future__ import annotations

import base64
import hashlib
import io
import pickle
from datetime import UTC, datetime

import pytest
from attrs import evolve

from kcert import Certificate, Padding, UntrustedIssuerError, cms
from kcert._asn1 import der, encode, oids
from kcert._asn1.cms import encode_attribute
from kcert._asn1.pem import encode_pem
from kcert.certificate import Name
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    LimitError,
    SignatureError,
    UnsupportedAlgorithmError,
)
from kcert.testing import FakeAuthority, clear_error
from kcert.testing.extensions import key_usage
from kcert.testing.spans import replace_value, spans

ID_NUMBER = "1234561234567"
SHA256 = hashlib.sha256


def sha256(data: bytes) -> bytes:
    return SHA256(data).digest()


def refused(blob, *arguments, kind=SignatureError, **options):
    """The reason for which a message is refused."""
    with clear_error(kind) as caught:
        cms.verify(blob, *arguments, **options)
    return getattr(caught.error, "reason", str(caught.error))


# Forms.


def test_every_armour_is_read(message, data):
    text = base64.b64encode(message).decode()
    url = base64.urlsafe_b64encode(message).decode()
    lines = base64.encodebytes(message).decode()
    for form in (
        message,
        bytearray(message),
        text,
        text.encode(),
        url,
        url.rstrip("="),
        lines,
        lines.replace("\n", "\r\n"),
        "\ufeff" + text,
        message.hex(),
        message.hex().upper(),
        encode_pem("PKCS7", message),
        "From somebody\n" + encode_pem("CMS", message),
        encode_pem("PKCS #7 SIGNED DATA", message),
    ):
        assert cms.verify(form).content == data


@pytest.mark.parametrize(
    "form",
    [
        b"",
        "",
        " \n",
        b"\x00",
        b"\x31\x00",
        "30zz",
        "303",
        "AAAA",
        "가나다",
        "****",
        "-----BEGIN CMS-----",
        encode_pem("CERTIFICATE", b"\x30\x00"),
        2 * encode_pem("CMS", b"\x30\x00"),
        b"\x30\x00",
        b"\x30\x80",
        b"\x30\x80\x00\x00",
    ],
)
def test_what_is_no_message_is_a_clear_error(form):
    refused(form, kind=FormatError)


def test_another_type_than_text_and_octets_is_a_type_error():
    with pytest.raises(TypeError):
        cms.verify(5)


def test_octets_after_the_end_are_refused(message):
    refused(message + b"\0", kind=FormatError)
    refused(message + message, kind=FormatError)


def to_ber(data: bytes) -> bytes:
    """The same value with indefinite lengths all over, and strings of octets in pieces."""
    reader = der.Reader(data, "test")
    tag, content = reader.read_any()
    if tag == der.OCTET_STRING and len(content) > 4:
        half = len(content) // 2
        pieces = (encode.octet_string(content[:half]), encode.octet_string(content[half:]))
        return b"\x24\x80" + b"".join(pieces) + b"\0\0"
    if not tag & 0x20:
        return data
    inner = der.Reader(content, "test")
    members = b""
    while not inner.at_end:
        members += to_ber(inner.read_encoded())
    return bytes((tag, 0x80)) + members + b"\0\0"


def test_indefinite_lengths_and_strings_in_pieces_are_read(by_hand, data):
    info = by_hand.info(by_hand.attributes(sha256(data)))
    # Certificates are DER always; all else may be BER.
    blob = to_ber(by_hand.wrap(info, certificates=[]))

    found = cms.verify(blob, certificates=[by_hand.certificate])

    assert found.content == data


def test_text_is_utf8_else_cp949_else_an_error(signer):
    assert cms.verify(cms.sign("한글".encode("cp949"), signer)).text == "한글"
    assert cms.verify(cms.sign("한글", signer)).text == "한글"
    with clear_error(FormatError):
        _ = cms.verify(cms.sign(b"\xff\xff\xff", signer)).text


# Content.


def test_a_detached_message_needs_its_content(signer, data):
    blob = cms.sign(data, signer, detached=True)

    assert "data" in refused(blob, kind=FormatError)
    assert cms.verify(blob, data).is_detached
    assert cms.verify(blob, data.decode()).content == data
    streamed = cms.verify(blob, io.BytesIO(data))
    assert (streamed.content, streamed.size) == (None, len(data))
    assert "digest" in refused(blob, data + b" ")


def test_text_is_compared_in_the_encoding_that_is_said(signer):
    blob = cms.sign("로그인", signer, profile=cms.Profile.KCASE, detached=True)

    assert cms.verify(blob, "로그인", encoding="cp949").is_detached
    refused(blob, "로그인")


def test_expected_data_and_the_content_must_be_equal(message, data):
    assert cms.verify(message, data).content == data
    assert "given" in refused(message, data + b"!")
    assert "given" in refused(message, [data, b"!"])


# Who signed.


def test_a_signer_whose_certificate_is_missing_can_be_helped(by_hand, data, witness):
    blob = by_hand.wrap(by_hand.info(data=data), certificates=[])

    assert "certificate" in refused(blob)
    assert "certificate" in refused(blob, certificates=[witness.certificate])
    assert cms.verify(blob, certificates=[by_hand.certificate]).certificates == ()


def test_required_signers_must_have_signed(signer, witness, third, data):
    blob = cms.sign(data, [signer, witness])

    found = cms.verify(blob, require_signers=[signer.certificate, witness.certificate])
    assert len(found.signers) == 2
    assert found.signer(witness.certificate).certificate == witness.certificate
    assert "not signed by" in refused(blob, require_signers=[third.certificate])


def test_the_trust_store_is_asked_about_every_signer(signer, witness, data, trusting):
    blob = cms.sign(data, [signer, witness], chain=True)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    trust = trusting()

    found = cms.verify(blob, trust=trust, at=at, revocation="require", policies={"1.2.3"})

    assert {one.path for one in found.signers} == {
        ("path of", signer.certificate),
        ("path of", witness.certificate),
    }
    for certificate, moment, intermediates, options in trust.asked:
        assert moment == at
        assert certificate not in intermediates
        assert len(intermediates) == 4
        assert options == {"revocation": "require", "policies": {"1.2.3"}}


def test_without_options_the_trust_store_gets_none(message, trusting):
    trust = trusting()

    cms.verify(message, trust=trust)

    assert trust.asked[0][3] == {}
    assert cms.verify(message).signers[0].path is None


def test_a_signer_who_is_not_believed_is_an_error(message, trusting):
    with pytest.raises(UntrustedIssuerError):
        cms.verify(message, trust=trusting(UntrustedIssuerError("nobody knows it")))


def test_the_identity_of_the_only_signer_is_checked(signer, witness, data, random):
    with_random = cms.sign(data, signer, profile=cms.Profile.YESSIGN)

    assert cms.verify(with_random, id_number=ID_NUMBER)
    assert cms.verify(cms.sign(data, signer), id_number="123456-1234567", random=random)
    with clear_error(IdentityMismatchError, canaries=["9999991234567", random]):
        cms.verify(with_random, id_number="9999991234567")
    with clear_error(FormatError, canaries=[ID_NUMBER]):
        cms.verify(cms.sign(data, signer), id_number=ID_NUMBER)
    with clear_error(FormatError, canaries=[ID_NUMBER]):
        cms.verify(cms.sign(data, [signer, witness]), id_number=ID_NUMBER, random=random)


def test_r_is_never_shown(signer, data, random):
    message = cms.verify(cms.sign(data, signer, profile=cms.Profile.YESSIGN))

    shown = repr(message) + str(message.signers[0]) + repr(message.signers[0].random)
    assert random not in b"".join(
        value for one in message.signers[0].unsigned_attributes for value in one.values
    )
    with pytest.raises(TypeError):
        pickle.dumps(message)
    assert random.hex() not in shown
    assert repr(random)[2:-1] not in shown
    assert "홍길동" not in shown


@pytest.mark.parametrize("value", [encode.octet_string, encode.bit_string])
def test_r_is_read_as_either_string(by_hand, data, random, value):
    attribute = by_hand.attribute(oids.YESSIGN_RANDOM, value(random))
    blob = by_hand.wrap(by_hand.info(data=data, unsigned=[attribute]))

    assert cms.verify(blob, id_number=ID_NUMBER).signers[0].random.reveal() == random


@pytest.mark.parametrize(
    "values",
    [
        [encode.octet_string(b"")],
        [encode.bit_string(b"\x80", 1)],
        [encode.null()],
        [encode.octet_string(b"a" * 20), encode.octet_string(b"b" * 20)],
    ],
)
def test_r_of_another_form_is_a_clear_error(by_hand, data, values):
    attribute = by_hand.attribute(oids.YESSIGN_RANDOM, *values)

    refused(by_hand.wrap(by_hand.info(data=data, unsigned=[attribute])), kind=FormatError)


# Attacks, by name.


def test_zero_signers_are_never_verified(by_hand):
    assert "nobody" in refused(by_hand.wrap())
    assert "nobody" in refused(by_hand.wrap(content=None), b"")


def test_content_digest_mismatch_is_refused(message, data):
    changed = message.replace(data, data[:-1] + b"X")

    assert changed != message
    assert "digest" in refused(changed)


def test_signature_stripping_leaves_the_remaining_signers_only(signer, witness, data, parts_of):
    """Who strips a signature cannot hide it from who demands the signer."""
    both = cms.sign(data, [signer, witness])
    infos = {one.serial_number: one.encoded for one in parts_of(both).signers}
    place = next(
        one
        for one in spans(both)
        if both[one.start : one.end] == infos[witness.certificate.serial_number]
    )
    stripped = replace_value(both, place, b"")

    assert [one.certificate for one in cms.verify(stripped).signers] == [signer.certificate]
    assert "not signed by" in refused(stripped, require_signers=[witness.certificate])


def test_attribute_stripping_is_refused(message, parts_of, by_hand, data):
    """The signed attributes offered as content: the signature alone would hold."""
    raw = parts_of(message).signers[0]
    content = encode.value(der.SET, raw.signed_attributes)
    info = by_hand.info(data=content, signature=raw.signature)

    assert "attributes of another message" in refused(by_hand.wrap(info, content=content))
    assert "attributes of another message" in refused(
        by_hand.wrap(info, content=None), io.BytesIO(content)
    )


def test_content_signed_as_attributes_is_refused_by_its_digest(by_hand, data):
    """Attribute confusion the other way: content that was signed plainly becomes attributes."""
    attributes = by_hand.attributes(sha256(data))
    content = encode.value(der.SET, b"".join(sorted(attributes)))
    plain = by_hand.signer.sign(content)

    # Nobody can make others sign such content with kcert; and what is verified says what it is.
    with pytest.raises(SignatureError):
        cms.sign(content, by_hand.signer, attributes=False)
    found = cms.verify(by_hand.wrap(by_hand.info(attributes, signature=plain)))
    assert found.signers[0].has_signed_attributes
    assert found.content == data


def test_a_wrong_signer_certificate_is_refused(signer, witness, data, by_hand):
    """Another certificate under the signer's name and number."""
    impostor = FakeAuthority("yessign").issue(
        serial_number=signer.certificate.serial_number, fresh_key=True
    )
    assert impostor.certificate.issuer == signer.certificate.issuer
    blob = by_hand.wrap(by_hand.info(data=data), certificates=[impostor.certificate.der])

    assert "key" in refused(blob)


def test_a_substituted_certificate_of_the_same_key_is_refused(certificate_for, make_parts, data):
    """RFC 5035: the signer says which certificate is meant."""
    one = make_parts(certificate_for("yessign"))
    for oid, value in (
        (oids.SIGNING_CERTIFICATE_V2, encode.octet_string(sha256(one.certificate.der))),
        (oids.SIGNING_CERTIFICATE, encode.octet_string(hashlib.sha1(one.certificate.der).digest())),
    ):
        identifier = encode.sequence(encode.sequence(encode.sequence(value)))
        attributes = [*one.attributes(sha256(data)), one.attribute(oid, identifier)]
        blob = one.wrap(one.info(attributes))
        assert cms.verify(blob).content == data

        other = one.certificate.der[:-1] + bytes([one.certificate.der[-1] ^ 1])
        assert Certificate.load(other).serial_number == one.certificate.serial_number
        assert "another certificate" in refused(
            one.wrap(one.info(attributes), certificates=[other])
        )


def test_duplicate_attributes_are_refused(by_hand, data):
    good = by_hand.attributes(sha256(data))

    for extra in (
        by_hand.attribute(oids.MESSAGE_DIGEST, encode.octet_string(sha256(b"other"))),
        by_hand.attribute(oids.MESSAGE_DIGEST, encode.octet_string(sha256(data))),
        by_hand.attribute(oids.CONTENT_TYPE, encode.oid(oids.PKCS7_DATA)),
        by_hand.attribute("1.2.3", encode.null()) * 2,
    ):
        assert "twice" in refused(by_hand.wrap(by_hand.info([*good, extra])))


def test_attributes_of_several_values_are_refused(by_hand, data):
    content_type, digest = by_hand.attributes(sha256(data))
    two_digests = by_hand.attribute(
        oids.MESSAGE_DIGEST,
        encode.octet_string(sha256(data)),
        encode.octet_string(sha256(b"other")),
    )
    two_types = by_hand.attribute(
        oids.CONTENT_TYPE, encode.oid(oids.PKCS7_DATA), encode.oid(oids.TST_INFO)
    )

    assert "2 values" in refused(by_hand.wrap(by_hand.info([content_type, two_digests])))
    assert "2 values" in refused(by_hand.wrap(by_hand.info([two_types, digest])))


def test_missing_attributes_are_refused(by_hand, data):
    content_type, digest = by_hand.attributes(sha256(data))

    assert "absent" in refused(by_hand.wrap(by_hand.info([digest])))
    assert "messageDigest" in refused(by_hand.wrap(by_hand.info([content_type])))


def test_another_signed_content_type_is_refused(by_hand, data):
    attributes = by_hand.attributes(sha256(data), oids.TST_INFO)

    assert "content type" in refused(by_hand.wrap(by_hand.info(attributes)))
    good = by_hand.wrap(by_hand.info(by_hand.attributes(sha256(data))), content_type=oids.TST_INFO)
    assert "content type" in refused(good)


def test_content_of_another_type_without_attributes_is_refused(by_hand, data):
    blob = by_hand.wrap(by_hand.info(data=data), content_type=oids.TST_INFO)

    assert "no signed attributes" in refused(blob)


def test_algorithm_substitution_is_refused(by_hand, data):
    """The digest, or the hash inside the signature algorithm, exchanged for another."""
    sha512 = encode.sequence(encode.oid(oids.SHA512))
    attributes = by_hand.attributes(sha256(data))

    named = encode.sequence(encode.oid(oids.SHA512_WITH_RSA), encode.null())
    assert "sha512" in refused(by_hand.wrap(by_hand.info(attributes, signature_algorithm=named)))
    refused(by_hand.wrap(by_hand.info(attributes, digest_algorithm=sha512)))
    refused(by_hand.wrap(by_hand.info(data=data, digest_algorithm=sha512)))
    pss = cms.sign(data, by_hand.signer, padding=Padding.PSS)
    exchanged = pss.replace(encode.oid(oids.RSASSA_PSS), encode.oid(oids.RSA_ENCRYPTION))
    refused(exchanged, kind=KcertError)


def test_protected_algorithms_must_be_those_in_use(by_hand, data):
    """RFC 6211."""

    def protection(digest: str, signature: str) -> bytes:
        return by_hand.attribute(
            oids.ALGORITHM_PROTECTION,
            encode.sequence(
                encode.sequence(encode.oid(digest)), encode.context(1, encode.oid(signature))
            ),
        )

    def message(*algorithms: str) -> bytes:
        attributes = [*by_hand.attributes(sha256(data)), protection(*algorithms)]
        return by_hand.wrap(by_hand.info(attributes))

    assert cms.verify(message(oids.SHA256, oids.RSA_ENCRYPTION)).content == data
    assert "6211" in refused(message(oids.SHA512, oids.RSA_ENCRYPTION))
    assert "6211" in refused(message(oids.SHA256, oids.SHA256_WITH_RSA))


def test_a_signing_time_that_is_not_signed_is_refused(by_hand, data, moment):
    attribute = by_hand.attribute(oids.SIGNING_TIME, encode.utc_time(moment))
    blob = by_hand.wrap(by_hand.info(by_hand.attributes(sha256(data)), unsigned=[attribute]))

    assert "unsigned" in refused(blob)


def test_the_signing_time_is_proof_of_nothing(signer, data, trusting):
    """A time long before the certificate, or long after it, changes no verdict and no question."""
    for year in (1990, 2060):
        trust = trusting()
        blob = cms.sign(data, signer, signing_time=datetime(year, 1, 1, tzinfo=UTC))

        assert cms.verify(blob, trust=trust).signers[0].signing_time.year == year
        assert trust.asked[0][1] is None


def test_attributes_out_of_order_hold_in_either_encoding(by_hand, data):
    digest = by_hand.attribute(oids.MESSAGE_DIGEST, encode.octet_string(sha256(data)))
    content_type = by_hand.attribute(oids.CONTENT_TYPE, encode.oid(oids.PKCS7_DATA))
    out_of_order = [digest, content_type]
    assert sorted(out_of_order) != out_of_order

    as_sent = by_hand.info(out_of_order, in_order=False)
    as_der = by_hand.info(
        out_of_order,
        in_order=False,
        signature=by_hand.signer.sign(encode.set_of(out_of_order)),
    )

    for info in (as_sent, as_der):
        assert cms.verify(by_hand.wrap(info)).content == data
    broken = by_hand.info(out_of_order, in_order=False, signature=bytes(256))
    refused(by_hand.wrap(broken))


def test_a_certificate_for_encryption_does_not_sign(certificate_for, make_parts, data):
    km = make_parts(
        certificate_for("yessign", key_usage("keyEncipherment"), without=("2.5.29.15",))
    )

    assert "keyUsage" in refused(km.wrap(km.info(data=data)))


@pytest.mark.parametrize("padding", [b"\0", bytes(1000)])
def test_a_signature_with_leading_zeros_is_refused(by_hand, data, padding):
    signature = padding + by_hand.signer.sign(data)

    refused(by_hand.wrap(by_hand.info(data=data, signature=signature)))


@pytest.mark.parametrize("signature", [b"", b"\0", bytes(256), b"\xff" * 256])
def test_a_signature_that_is_none_is_refused(by_hand, data, signature):
    refused(by_hand.wrap(by_hand.info(data=data, signature=signature)))


# Algorithms.


def test_sha1_is_verified_and_told(by_hand, data):
    key = by_hand.signer.to_cryptography()
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    sha1 = encode.sequence(encode.oid(oids.SHA1))
    blob = by_hand.wrap(
        by_hand.info(
            data=data, digest_algorithm=sha1, signature=key.sign(data, PKCS1v15(), hashes.SHA1())
        )
    )

    (found,) = cms.verify(blob).signers
    assert found.digest == "sha1"
    assert found.weaknesses == ("sha1",)


def test_pss_with_any_salt_verifies(by_hand, data):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key = by_hand.signer.to_cryptography()
    algorithm = cms_algorithm(cms.sign(data, by_hand.signer, padding=Padding.PSS))
    for salt in (0, 1, 20, 32, 222):
        signature = key.sign(
            data, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256()
        )
        info = by_hand.info(data=data, signature=signature, signature_algorithm=algorithm)
        assert cms.verify(by_hand.wrap(info)).signers[0].padding is Padding.PSS


def cms_algorithm(blob: bytes) -> bytes:
    return next(
        blob[one.start : one.end]
        for one in spans(blob)
        if blob[one.content : one.end].startswith(encode.oid(oids.RSASSA_PSS))
    )


@pytest.mark.parametrize("oid", [oids.MD5, oids.HAS160, "1.2.3.4"])
def test_unknown_hashes_are_named(by_hand, data, oid):
    algorithm = encode.sequence(encode.oid(oid))
    blob = by_hand.wrap(by_hand.info(data=data, digest_algorithm=algorithm))

    assert oid in refused(blob, kind=UnsupportedAlgorithmError)


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        (encode.sequence(encode.oid("1.2.410.200004.1.23")), UnsupportedAlgorithmError),
        (encode.sequence(encode.oid(oids.RSASSA_PSS)), FormatError),
        (encode.sequence(encode.oid(oids.RSASSA_PSS), encode.null()), FormatError),
        (encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.integer(1)), FormatError),
        (encode.sequence(encode.oid(oids.ECDSA_WITH_SHA256)), SignatureError),
        (encode.sequence(encode.oid(oids.RSAES_OAEP)), UnsupportedAlgorithmError),
    ],
)
def test_other_signature_algorithms_are_clear_errors(by_hand, data, algorithm, kind):
    blob = by_hand.wrap(by_hand.info(data=data, signature_algorithm=algorithm))

    refused(blob, kind=kind)


# Limits.


def test_signers_and_certificates_are_capped(by_hand, data):
    info = by_hand.info(data=data)

    assert "signers" in refused(by_hand.wrap(*[info] * 257), kind=LimitError)
    many = [encode.sequence(encode.integer(number)) for number in range(1025)]
    assert "certificates" in refused(by_hand.wrap(info, certificates=many), kind=LimitError)


def test_other_kinds_of_certificates_are_passed_over(by_hand, data):
    attribute_certificate = encode.context(1, encode.integer(1))
    blob = by_hand.wrap(
        by_hand.info(data=data),
        certificates=[by_hand.certificate.der, attribute_certificate, b"\x30\x00"],
    )

    assert cms.verify(blob).certificates == (by_hand.certificate,)
    refused(by_hand.wrap(by_hand.info(data=data), certificates=[b"\x30\x00"]), kind=FormatError)


def test_a_message_compares_by_value_and_travels(message):
    assert cms.verify(message) == cms.verify(message)
    assert pickle.loads(pickle.dumps(cms.verify(message))) == cms.verify(message)
    assert evolve(cms.verify(message), size=0) != cms.verify(message)


# Corners.


def test_a_signer_without_key_identifier_is_found_by_the_hash_of_its_key(
    certificate_for, make_parts, data
):
    one = make_parts(certificate_for("yessign", without=("2.5.29.14",)))
    info = der.Reader(one.certificate.public_key_info, "key").sequence()
    info.skip()
    identifier = hashlib.sha1(info.bit_string()[0]).digest()
    named = encode.context(0, identifier, constructed=False)

    assert cms.verify(one.wrap(one.info(data=data, identifier=named))).content == data
    with clear_error(FormatError):
        cms.sign(data, one.signer, profile=cms.Profile(key_identifier=True))


def test_countersignatures_are_counted(by_hand, data):
    signature = by_hand.signer.sign(data)
    counter = by_hand.info(data=signature)
    many = by_hand.attribute(oids.COUNTERSIGNATURE, *[counter] * 257)

    assert "countersignatures" in refused(
        by_hand.wrap(by_hand.info(data=data, unsigned=[many])), kind=LimitError
    )


def test_all_signatures_of_a_message_are_counted_together(by_hand, data):
    """Below the cap of each signer, many signers could still ask for any amount of work."""
    counter = by_hand.info(data=by_hand.signer.sign(data))
    many = by_hand.attribute(oids.COUNTERSIGNATURE, *[counter] * 250)
    info = by_hand.info(data=data, unsigned=[many])

    assert len(cms.verify(by_hand.wrap(*[info] * 4)).signers) == 4
    assert "signatures" in refused(by_hand.wrap(*[info] * 5), kind=LimitError)


def test_the_name_of_an_issuer_is_read_once_however_many_certificates_could_match(
    by_hand, data, monkeypatch
):
    asked = []
    load = Name.load
    monkeypatch.setattr(Name, "load", lambda encoded: asked.append(encoded) or load(encoded))
    certificate = by_hand.certificate
    other = encode.sequence(
        encode.set_of([encode.sequence(encode.oid("2.5.4.3"), encode.utf8_string("nobody"))])
    )
    identifier = encode.sequence(other, encode.integer(certificate.serial_number))
    blob = by_hand.wrap(
        by_hand.info(data=data, identifier=identifier), certificates=[certificate.der] * 50
    )

    assert "certificate" in refused(blob)
    assert asked == [other]


@pytest.mark.parametrize(
    "more",
    [
        [encode_attribute(f"1.2.3.{number}", encode.null()) for number in range(300)],
        [encode.sequence(encode.oid("1.2.3"), encode.set_of([]))],
    ],
    ids=["three hundred", "without values"],
)
def test_attributes_that_kcert_would_not_read_are_no_content_either(by_hand, data, more):
    """Another program may have signed them as attributes."""
    content = encode.set_of([*by_hand.attributes(sha256(data)), *more])
    blob = by_hand.wrap(by_hand.info(data=content), content=content)

    assert "attributes" in refused(blob)


def test_large_content_that_could_be_attributes_is_refused_as_a_stream(by_hand):
    attributes = [
        *by_hand.attributes(sha256(b"")),
        by_hand.attribute("1.2.3", encode.octet_string(bytes(1 << 17))),
    ]
    content = encode.value(der.SET, b"".join(sorted(attributes)))
    blob = by_hand.wrap(by_hand.info(data=content), content=content)

    assert "attributes" in refused(blob)
    with clear_error(SignatureError):
        cms.verify_stream([blob])
    with clear_error(SignatureError):
        cms.sign_stream(io.BytesIO(content), by_hand.signer, io.BytesIO(), attributes=False)
    # What only begins alike is content like any other.
    cms.sign_stream(io.BytesIO(content + b"!"), by_hand.signer, io.BytesIO(), attributes=False)
    for start in (b"\x31\x00", b"\x31\x82"):
        other = start + bytes(1 << 17)
        cms.sign_stream(io.BytesIO(other), by_hand.signer, io.BytesIO(), attributes=False)


class WithKey:
    """A certificate of another key in place of the signer's."""

    def __init__(self, by_hand, key) -> None:
        from cryptography.hazmat.primitives import serialization

        info = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        encoded = by_hand.certificate.der
        place = next(
            one
            for one in spans(encoded)
            if encoded[one.start : one.end] == by_hand.certificate.public_key_info
        )
        self.certificate = replace_value(encoded, place, info)
        self.key = key


def test_ecdsa_and_ed25519_verify(by_hand, data):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    elliptic = WithKey(by_hand, ec.generate_private_key(ec.SECP256R1()))
    blob = by_hand.wrap(
        by_hand.info(
            data=data,
            signature_algorithm=encode.sequence(encode.oid(oids.ECDSA_WITH_SHA256)),
            signature=elliptic.key.sign(data, ec.ECDSA(hashes.SHA256())),
        ),
        certificates=[elliptic.certificate],
    )
    assert cms.verify(blob).signers[0].padding is None

    edwards = WithKey(by_hand, ed25519.Ed25519PrivateKey.generate())
    blob = by_hand.wrap(
        by_hand.info(
            data=data,
            digest_algorithm=encode.sequence(encode.oid(oids.SHA512)),
            signature_algorithm=encode.sequence(encode.oid(oids.ED25519)),
            signature=edwards.key.sign(data),
        ),
        certificates=[edwards.certificate],
        digests=[encode.sequence(encode.oid(oids.SHA512))],
    )
    assert cms.verify(blob).signers[0].signature_algorithm == "Ed25519"
    # Ed25519 hashes for itself: without attributes it needs the content whole.
    with clear_error(UnsupportedAlgorithmError):
        cms.verify_stream([blob])


def test_curves_without_a_name_are_refused(by_hand, data):
    from cryptography.hazmat.primitives.asymmetric import ec

    other = WithKey(by_hand, ec.generate_private_key(ec.SECP256R1()))
    curve = encode.oid("1.2.840.10045.3.1.7")
    assert curve in other.certificate
    unknown = other.certificate.replace(curve, encode.oid("1.2.840.10045.3.0.7"))
    blob = by_hand.wrap(
        by_hand.info(
            data=data, signature_algorithm=encode.sequence(encode.oid(oids.ECDSA_WITH_SHA256))
        ),
        certificates=[unknown],
    )

    assert "curve" in refused(blob, kind=UnsupportedAlgorithmError)


def test_only_rsa_keys_sign(by_hand, data):
    from cryptography.hazmat.primitives.asymmetric import ec

    class Other:
        certificate = Certificate.load(
            WithKey(by_hand, ec.generate_private_key(ec.SECP256R1())).certificate
        )
        sign = None

    with clear_error(UnsupportedAlgorithmError):
        cms.sign(data, Other())
