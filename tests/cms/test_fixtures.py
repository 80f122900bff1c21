# SPDX-License-Identifier: Apache-2.0
"""Messages that the field's products made."""

from __future__ import annotations

import json
from datetime import UTC, datetime

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


@pytest.mark.parametrize(
    ("file", "at"),
    [
        ("yessign-test/pkcs7_signed_TEST_MSG.p7", datetime(2020, 3, 1, tzinfo=UTC)),
        ("kica-test/signedPersonInfoReq.p7", datetime(2021, 4, 30, tzinfo=UTC)),
    ],
)
def test_messages_lead_to_the_test_roots_at_their_time(fixtures, shared_data, file, at):
    paths = [*(shared_data / "ca").rglob("*Test*.der"), *fixtures.glob("kica-test/ca_*.der")]
    authorities = [kcert.Certificate.load(path.read_bytes()) for path in sorted(paths)]
    blob = (fixtures / file).read_bytes()
    trust = kcert.TrustStore.korea().including_test()

    message = cms.verify(blob, trust=trust, at=at, certificates=authorities)

    assert message.signers[0].path.certificates[0] == message.signers[0].certificate
    with pytest.raises(kcert.TrustError):
        cms.verify(blob, trust=kcert.TrustStore.korea(), at=at, certificates=authorities)
    with pytest.raises(kcert.ExpiredError):
        cms.verify(blob, trust=trust, at=datetime(2025, 1, 1, tzinfo=UTC), certificates=authorities)
