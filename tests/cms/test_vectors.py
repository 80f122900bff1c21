# SPDX-License-Identifier: Apache-2.0
"""Published messages and signatures: the right verdict for each."""

from __future__ import annotations

import email
import json
import os
from datetime import UTC, datetime
from email import policy

import pytest

from kcert import Certificate, Padding, TrustStore, UntrustedIssuerError, Weakness, cms
from kcert.cms.algorithms import SignatureScheme
from kcert.cms.primitive import check_signature
from kcert.errors import FormatError, KcertError, SignatureError, UnsupportedAlgorithmError
from kcert.testing import assert_clear_error

FULL = bool(os.environ.get("KCERT_TEST_FULL"))


@pytest.fixture(scope="module")
def vectors(shared_data):
    return shared_data / "vectors"


@pytest.fixture(scope="module")
def rfc4134(vectors):
    folder = vectors / "bc-test-data/rfc4134"
    certificates = [Certificate.load(path.read_bytes()) for path in sorted(folder.glob("*.cer"))]

    def verify(name, data=None, **asked):
        blob = (folder / name).read_bytes()
        return cms.verify(blob, data, certificates=certificates, **asked)

    verify.content = (folder / "ExContent.bin").read_bytes()
    return verify


@pytest.mark.parametrize(
    ("name", "algorithms", "countersigned"),
    [
        ("4.1.bin", ["dsa-with-sha1"], 0),
        ("4.2.bin", ["rsaEncryption"], 0),
        ("4.4.bin", ["dsa-with-sha1"], 1),
        ("4.5.bin", ["rsaEncryption"], 0),
        ("4.7.bin", ["dsa-with-sha1"], 0),
        ("4.10.bin", ["dsa-with-sha1"], 0),
    ],
)
def test_examples_of_rfc_4134_hold_and_are_called_weak(rfc4134, name, algorithms, countersigned):
    message = rfc4134(name)

    assert message.content == rfc4134.content
    assert [one.signature_algorithm for one in message.signers] == algorithms
    assert sum(len(one.countersignatures) for one in message.signers) == countersigned
    assert all({"sha1", "short-key"} <= set(one.weaknesses) for one in message.signers)


def test_the_detached_example_of_rfc_4134_holds_over_its_content(rfc4134):
    assert rfc4134("4.3.bin", rfc4134.content).is_detached
    with pytest.raises(SignatureError):
        rfc4134("4.3.bin", rfc4134.content + b"\n")
    with pytest.raises(FormatError):
        rfc4134("4.3.bin")


def test_dsa_with_inherited_parameters_is_named_without_a_trusted_issuer(rfc4134):
    with pytest.raises(UnsupportedAlgorithmError, match="DSA without own parameters"):
        rfc4134("4.6.bin")


class TestInheritedParameters:
    """Example 4.6: Diane's key takes its parameters from Carl's."""

    class trusting:  # noqa: N801 - reads as a statement
        """A trust store of one root that allows what was good in 1999."""

        def __init__(self, vectors, name):
            carl = Certificate.load((vectors / "bc-test-data/rfc4134" / name).read_bytes())
            self.store = TrustStore([carl])

        def verify(self, certificate, *, at=None, intermediates=()):
            return self.store.verify(
                certificate, at=at, intermediates=intermediates, allow_weak=set(Weakness)
            )

    def test_they_come_from_the_issuer_that_is_believed(self, rfc4134, vectors):
        trust = self.trusting(vectors, "CarlDSSSelf.cer")
        message = rfc4134("4.6.bin", trust=trust, at=datetime(2003, 1, 1, tzinfo=UTC))
        assert message.content == rfc4134.content
        assert len(message.signers) == 2
        assert {one.path.anchor.subject.common_name for one in message.signers} == {"CarlDSS"}
        assert all({"sha1", "short-key"} <= set(one.weaknesses) for one in message.signers)

    def test_they_come_from_nobody_else(self, rfc4134, vectors):
        trust = self.trusting(vectors, "CarlRSASelf.cer")
        with pytest.raises(UntrustedIssuerError):
            rfc4134("4.6.bin", trust=trust, at=datetime(2003, 1, 1, tzinfo=UTC))


def test_the_mails_of_rfc_4134_hold(rfc4134, vectors):
    folder = vectors / "bc-test-data/rfc4134"

    def mail(name):
        return email.message_from_bytes((folder / name).read_bytes(), policy=policy.SMTP)

    signed = mail("4.8.eml")
    assert signed.get_content_type() == "multipart/signed"
    entity, signature = signed.iter_parts()
    message = cms.verify(signature.get_content(), entity.as_bytes())
    assert message.is_detached
    assert message.signers[0].certificate.subject.common_name == "AliceDSS"
    with pytest.raises(SignatureError):
        cms.verify(signature.get_content(), entity.as_bytes() + b" ")

    opaque = mail("4.9.eml")
    assert opaque.get_content_type() == "application/pkcs7-mime"
    message = cms.verify(opaque.get_content())
    assert message.content == b"\r\n" + rfc4134.content
    assert entity.as_bytes() == message.content


def test_the_certificates_only_example_is_never_verified(rfc4134):
    with pytest.raises(SignatureError, match="nobody"):
        rfc4134("4.11.bin")


# File, whether it holds, and what the error says.
MESSAGES = [
    ("openssl/cms/ct_multiple_attr.cms", SignatureError, "twice"),
    ("openssl/cms/no_ct_attr.cms", SignatureError, "absent"),
    ("openssl/cms/no_md_attr.cms", SignatureError, "messageDigest"),
    ("openssl/cms/bad_signtime_attr.cms", SignatureError, "unsigned"),
    ("openssl/cms/pkcs7-md4.pem", UnsupportedAlgorithmError, "1.2.840.113549.2.4"),
    ("openssl/cms/dh-malformed.der", FormatError, "content type"),
    ("openssl/cms/ecdh-malformed.der", FormatError, "content type"),
    ("openssl/cms/rsa-malformed.der", FormatError, "content type"),
    ("openssl/cms/pkcs7-md4-encrypted.pem", FormatError, "content type"),
    ("asn1crypto/cms-signed.der", None, ""),
    ("asn1crypto/cms-signed.pem", None, ""),
    ("asn1crypto/pkcs7-signed.der", None, ""),
    ("asn1crypto/pkcs7-signed.pem", None, ""),
    # RFC 5652 section 5.3: content that is not plain data needs signed attributes.
    ("asn1crypto/cms-signed-digested.der", SignatureError, "no signed attributes"),
    ("asn1crypto/pkcs7-signed-digested.der", SignatureError, "no signed attributes"),
    ("asn1crypto/cms-enveloped.der", FormatError, "content type"),
    ("asn1crypto/cms-compressed.der", FormatError, "content type"),
    ("asn1crypto/cms-encrypted.der", FormatError, "content type"),
    ("asn1crypto/cms-digested.der", FormatError, "content type"),
    ("cryptography/pkcs7/authenticode.der", None, ""),
    ("cryptography/pkcs7/amazon-roots.der", SignatureError, "nobody"),
    ("cryptography/pkcs7/amazon-roots.p7b", SignatureError, "nobody"),
    ("cryptography/pkcs7/isrg.pem", SignatureError, "nobody"),
    ("cryptography/pkcs7/enveloped.pem", FormatError, "content type"),
    ("cryptography/pkcs7/enveloped-no-content.der", FormatError, "content type"),
    ("gnutls/full.p7b", None, ""),
    ("gnutls/openssl.p7b", None, ""),
    ("gnutls/openssl-keyid.p7b", None, ""),
    ("gnutls/rfc4134-4.5.p7b", None, ""),
    ("gnutls/pkcs7-eddsa-sig.p7s", None, ""),
    ("gnutls/single-ca.p7b", FormatError, "data"),
]


@pytest.mark.parametrize(("file", "kind", "says"), MESSAGES, ids=[one[0] for one in MESSAGES])
def test_published_messages_get_the_right_verdict(vectors, file, kind, says):
    blob = (vectors / file).read_bytes()
    if kind is None:
        assert cms.verify(blob).signers
        return
    with pytest.raises(kind) as caught:
        cms.verify(blob)

    assert says in str(caught.value)
    assert_clear_error(caught.value, kind)


def test_a_ber_message_is_read_to_its_digest(vectors):
    """OpenSSL, too, finds that its content is not what was signed; a line feed ends the file."""
    blob = (vectors / "asn1crypto/cms-signed-indefinite-length.der").read_bytes()

    with pytest.raises(FormatError):
        cms.verify(blob)
    for verify in (cms.verify, lambda data: cms.verify_stream([data])):
        with pytest.raises(SignatureError, match="digest"):
            verify(blob.rstrip(b"\n"))


def test_authenticode_content_is_what_was_signed(vectors):
    message = cms.verify((vectors / "cryptography/pkcs7/authenticode.der").read_bytes())

    assert message.content_type == "1.3.6.1.4.1.311.2.1.4"


RSA_FILES = [
    "rsa_signature_2048_sha256_test.json",
    "rsa_signature_2048_sha384_test.json",
    "rsa_signature_2048_sha512_test.json",
    "rsa_signature_3072_sha256_test.json",
    "rsa_signature_3072_sha384_test.json",
    "rsa_signature_3072_sha512_test.json",
]


@pytest.mark.parametrize("file", RSA_FILES)
def test_wycheproof_rsa_signatures(vectors, file):
    path = vectors / "wycheproof" / file
    if not path.exists():
        pytest.skip(f"no such vectors: {file}")
    count = 0
    for group in json.loads(path.read_text("utf-8"))["testGroups"]:
        digest = group["sha"].replace("-", "").lower()
        scheme = SignatureScheme("RSA", digest, Padding.PKCS1V15)
        key = bytes.fromhex(group["publicKeyDer"])
        for case in group["tests"]:
            count += 1
            assert holds(key, scheme, case) in expected(case["result"]), (file, case["tcId"])
    assert count > 200


def expected(result: str) -> tuple[bool, ...]:
    return {"valid": (True,), "invalid": (False,), "acceptable": (True, False)}[result]


def holds(key: bytes, scheme: SignatureScheme, case: dict[str, str]) -> bool:
    try:
        check_signature(
            key,
            scheme,
            bytes.fromhex(case["sig"]),
            bytes.fromhex(case["msg"]),
            prehashed=False,
        )
    except SignatureError:
        return False
    return True


def test_wycheproof_pss_signatures_but_for_their_salt_length(vectors):
    """Any salt length is taken on purpose; everything else must be as published."""
    files = sorted((vectors / "wycheproof").glob("rsa_pss_*.json"))
    assert files
    for path in files:
        for group in json.loads(path.read_text("utf-8"))["testGroups"]:
            digest, mask = (group[key].replace("-", "").lower() for key in ("sha", "mgfSha"))
            if digest not in ("sha1", "sha224", "sha256", "sha384", "sha512"):
                continue
            scheme = SignatureScheme("RSA", digest, Padding.PSS, mask)
            key = bytes.fromhex(group["publicKeyDer"])
            for case in group["tests"]:
                if "s_len" in case["comment"]:
                    continue
                assert holds(key, scheme, case) in expected(case["result"]), case


def test_fuzz_inputs_are_answers_or_clear_errors(vectors):
    """Every input to OpenSSL's and GnuTLS's own fuzzers of these structures."""
    import io
    import zipfile

    archives = [vectors / "openssl-fuzz-corpora/cms.zip", vectors / "gnutls/fuzz-pkcs7_parser.zip"]
    seen = 0
    for path in archives:
        if not path.exists():
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist()[:: 1 if FULL else 5]:
                blob = archive.read(name)
                for verify in (
                    cms.verify,
                    lambda data: cms.verify(data, b"data"),
                    lambda data: cms.verify_stream(io.BytesIO(data)),
                ):
                    try:
                        verify(blob)
                    except KcertError as error:
                        assert_clear_error(error, KcertError)
                seen += 1
    assert seen
