# SPDX-License-Identifier: Apache-2.0
"""Messages that the field's products made."""

from __future__ import annotations

import json

import pytest

import kcert
from kcert import cms


@pytest.fixture(scope="module")
def fixtures(shared_data):
    return shared_data / "fixtures"


def test_the_message_without_attributes_verifies(fixtures):
    message = cms.verify((fixtures / "yessign-test/pkcs7_signed_TEST_MSG.p7").read_bytes())

    (signer,) = message.signers
    assert message.content == b"TEST_MSG"
    assert message.text == "TEST_MSG"
    assert not signer.has_signed_attributes
    assert signer.signing_time is None
    assert signer.signature_algorithm == "rsaEncryption"
    assert signer.certificate.serial_number == 4562037
    assert not message.is_detached


def test_the_message_without_attributes_is_reproduced_octet_for_octet(fixtures):
    folder = fixtures / "yessign-test"
    expected = (folder / "pkcs7_signed_TEST_MSG.p7").read_bytes()

    with kcert.load(folder).unlock("WTuA8Ev0lWXVFSiI!") as unlocked:
        assert cms.sign(b"TEST_MSG", unlocked, profile=cms.Profile.PYPINKSIGN) == expected


@pytest.mark.parametrize(
    ("file", "profile", "algorithm", "second"),
    [
        ("delfino-cms/signedPersonInfoReq.p7", cms.Profile.DELFINO, "rsaEncryption", 35),
        ("delfino-cms/signedConsent.p7", cms.Profile.DELFINO, "rsaEncryption", 35),
        ("kica-test/signedPersonInfoReq.p7", cms.Profile.MAGICLINE, "sha256WithRSAEncryption", 53),
    ],
)
def test_messages_of_products_state_their_facts(
    fixtures, file, profile, algorithm, second, parts_of, signer
):
    blob = (fixtures / file).read_bytes()
    message = cms.verify(blob)

    (found,) = message.signers
    assert found.signature_algorithm == algorithm
    assert found.digest == "sha256"
    assert [one.oid.rsplit(".", 1)[1] for one in found.signed_attributes] == ["3", "5", "4"]
    assert found.signing_time.second == second
    assert found.weaknesses == ()
    assert len(message.certificates) == 1

    # What the profile makes has the same shape.
    theirs, ours = parts_of(blob), parts_of(cms.sign(b"", signer, profile=profile))
    assert ours.version == theirs.version
    assert ours.is_wrapped == theirs.is_wrapped
    assert ours.digest_algorithms == theirs.digest_algorithms
    (one,), (other,) = ours.signers, theirs.signers
    assert one.version == other.version
    assert one.digest_algorithm == other.digest_algorithm
    assert one.signature_algorithm == other.signature_algorithm
    assert len(one.signed_attributes) == len(other.signed_attributes)


def test_the_consent_is_json_and_its_published_form_verifies(fixtures):
    message = cms.verify((fixtures / "delfino-cms/signedConsent.b64u").read_text("ascii"))

    assert "consentNonce" in json.dumps(json.loads(message.text))


def test_the_published_base64url_and_the_file_are_the_same_message(fixtures):
    folder = fixtures / "delfino-cms"

    for name in ("signedConsent", "signedPersonInfoReq"):
        text = cms.verify((folder / f"{name}.b64u").read_bytes())
        assert text == cms.verify((folder / f"{name}.p7").read_bytes())
