# SPDX-License-Identifier: Apache-2.0
"""Joint signatures and countersignatures."""

from __future__ import annotations

import hashlib
import io

import pytest

from kcert import Padding, cms
from kcert._asn1 import encode, oids
from kcert.errors import FormatError, LimitError, SignatureError
from kcert.testing import clear_error


def who(message) -> set:
    return {one.certificate for one in message.signers}


def test_several_sign_at_once_each_in_its_own_way(signer, witness, third, data):
    blob = cms.sign(
        data,
        [
            signer,
            (witness, cms.Profile.PYPINKSIGN.but(digest="sha512")),
            (third, cms.Profile.FINCERT_PSS.but(key_identifier=True)),
        ],
    )

    message = cms.verify(blob)

    assert who(message) == {signer.certificate, witness.certificate, third.certificate}
    assert len(message.certificates) == 3
    assert message.signer(signer.certificate).digest == "sha256"
    assert message.signer(witness.certificate).digest == "sha512"
    assert not message.signer(witness.certificate).has_signed_attributes
    assert message.signer(third.certificate).padding is Padding.PSS


def test_one_signs_after_the_other(signer, witness, third, data, parts_of):
    first = cms.sign(data, signer)
    second = cms.add_signature(first, witness, digest="sha384")
    last = cms.add_signature(second, third, padding=Padding.PSS, attributes=False)

    message = cms.verify(last)

    assert who(message) == {signer.certificate, witness.certificate, third.certificate}
    assert message.content == data
    # What was there is there still, octet for octet.
    before = {one.encoded for one in parts_of(first).signers}
    assert before < {one.encoded for one in parts_of(second).signers}
    assert {one.oid for one in parts_of(last).digest_algorithms} == {oids.SHA256, oids.SHA384}


def test_the_same_one_may_sign_twice(signer, data):
    blob = cms.add_signature(cms.sign(data, signer), signer, digest="sha512")

    message = cms.verify(blob)

    assert [one.certificate for one in message.signers] == 2 * [signer.certificate]
    assert message.certificates == (signer.certificate,)


def test_a_detached_message_is_signed_over_its_data(signer, witness, data):
    blob = cms.sign(data, signer, detached=True)

    both = cms.add_signature(blob, witness, data)

    assert len(cms.verify(both, data).signers) == 2
    assert len(cms.verify(cms.add_signature(blob, witness, io.BytesIO(data)), data).signers) == 2
    with clear_error(FormatError):
        cms.add_signature(blob, witness)


def test_nobody_signs_other_data_than_those_in_the_message(signer, witness, data):
    with clear_error(SignatureError):
        cms.add_signature(cms.sign(data, signer), witness, data + b"!")


def test_a_bare_message_stays_bare(signer, witness, data, parts_of):
    blob = cms.sign(data, signer, profile=cms.Profile.FINCERT_BARE)

    for more in (cms.add_signature(blob, witness), cms.countersign(blob, witness)):
        assert not parts_of(more).is_wrapped
        assert cms.verify(more).content == data


def test_any_form_of_message_can_be_added_to(signer, witness, data):
    text = cms.sign(data, signer).hex()

    assert len(cms.verify(cms.add_signature(text, witness)).signers) == 2


def test_which_signature_does_not_hold_is_told(signer, witness, data, parts_of):
    blob = cms.sign(data, [signer, witness])
    for position, one in enumerate(parts_of(blob).signers):
        with clear_error(SignatureError) as caught:
            cms.verify(blob.replace(one.signature, bytes(256)))

        assert caught.error.signer == position
        assert str(position) in str(caught.error)


# Countersignatures.


@pytest.mark.parametrize("by_certificate", [False, True])
def test_a_signature_is_countersigned(signer, witness, data, by_certificate):
    blob = cms.sign(data, signer)

    signed = cms.countersign(blob, witness, signer.certificate if by_certificate else 0)

    (found,) = cms.verify(signed).signers
    (counter,) = found.countersignatures
    assert counter.certificate == witness.certificate
    assert counter.signing_time is not None
    assert counter.has_signed_attributes
    assert set(cms.verify(signed).certificates) == {signer.certificate, witness.certificate}


def test_a_countersignature_without_attributes_holds_too(signer, witness, data):
    signed = cms.countersign(cms.sign(data, signer), witness, profile=cms.Profile.PYPINKSIGN)

    assert not cms.verify(signed).signers[0].countersignatures[0].has_signed_attributes


def test_several_countersign_and_r_stays(signer, witness, third, data, random):
    blob = cms.sign(data, signer, profile=cms.Profile.YESSIGN)
    for one in (witness, third):
        blob = cms.countersign(blob, one, profile=cms.Profile.YESSIGN)

    (found,) = cms.verify(blob).signers
    assert {one.certificate for one in found.countersignatures} == {
        witness.certificate,
        third.certificate,
    }
    assert all(one.random is None for one in found.countersignatures)
    assert found.random.reveal() == random


def test_a_countersignature_goes_to_the_one_that_is_named(signer, witness, third, data):
    blob = cms.sign(data, [signer, witness])

    message = cms.verify(cms.countersign(blob, third, witness.certificate))

    assert message.signer(signer.certificate).countersignatures == ()
    assert message.signer(witness.certificate).countersignatures[0].certificate == third.certificate


def test_a_signature_that_is_not_there_is_not_countersigned(signer, witness, data):
    for which in (1, -1, witness.certificate):
        with clear_error(SignatureError):
            cms.countersign(cms.sign(data, signer), witness, which)


def test_a_countersignature_over_another_signature_is_refused(by_hand, make_parts, witness, data):
    other = make_parts(witness)
    digest = by_hand.attribute(
        oids.MESSAGE_DIGEST, encode.octet_string(hashlib.sha256(b"another").digest())
    )
    counter = by_hand.attribute(oids.COUNTERSIGNATURE, other.info([digest]))
    blob = by_hand.wrap(
        by_hand.info(data=data, unsigned=[counter]),
        certificates=[by_hand.certificate.der, other.certificate.der],
    )

    with clear_error(SignatureError) as caught:
        cms.verify(blob)

    assert caught.error.signer == 0


def test_a_countersignature_must_not_name_a_content_type(by_hand, make_parts, witness, data):
    other = make_parts(witness)
    signature = by_hand.signer.sign(data)
    attributes = other.attributes(hashlib.sha256(signature).digest())
    counter = by_hand.attribute(oids.COUNTERSIGNATURE, other.info(attributes))
    blob = by_hand.wrap(
        by_hand.info(data=data, unsigned=[counter]),
        certificates=[by_hand.certificate.der, other.certificate.der],
    )

    with clear_error(SignatureError):
        cms.verify(blob)


def test_countersignatures_of_countersignatures_are_capped(by_hand, data):
    signatures = [data]
    for _ in range(7):
        signatures.append(by_hand.signer.sign(signatures[-1]))

    def nested(depth: int) -> bytes:
        info = by_hand.info(data=signatures[depth])
        for level in reversed(range(depth)):
            unsigned = [by_hand.attribute(oids.COUNTERSIGNATURE, info)]
            info = by_hand.info(data=signatures[level], unsigned=unsigned)
        return by_hand.wrap(info)

    assert cms.verify(nested(4)).signers[0].countersignatures[0].countersignatures
    with clear_error(LimitError):
        cms.verify(nested(5))


def test_nothing_is_added_to_content_of_pkcs7(by_hand, data, witness):
    blob = by_hand.wrap(by_hand.info(data=data)).replace(
        encode.octet_string(data), encode.value(0x0C, data)
    )

    assert cms.verify(blob).content == data
    with clear_error(FormatError):
        cms.add_signature(blob, witness)
