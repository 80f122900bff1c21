# SPDX-License-Identifier: Apache-2.0
"""What kcert.load says of folders and archives that hold several credentials, or none."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

import kcert
from kcert import archive, gpki, npki
from kcert._asn1 import encode
from kcert.keys.profiles import CHEAPEST
from kcert.loading import recognise
from kcert.loading.outline import outline
from kcert.testing import FakeAuthority, clear_error


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def official():
    return FakeAuthority("GPKI").issue(common_name="123홍길동456", profile=CHEAPEST, km=True)


@pytest.fixture(scope="module")
def other():
    return FakeAuthority("GPKI").issue("홍길순", common_name="123홍길순456", profile=CHEAPEST)


# What opens


@pytest.mark.parametrize("ending", ["", "123홍길동456_sig.cer", "123홍길동456_sig.key"])
def test_government_files_open_from_their_folder_or_either_signing_file(tmp_path, official, ending):
    gpki.write_folder(official, tmp_path / "class2")

    assert kcert.load(tmp_path / "class2" / ending) == official


def test_one_of_several_persons_opens_from_a_file(tmp_path, official, other):
    gpki.write_folder(official, tmp_path / "class2")
    gpki.write_folder(other, tmp_path / "class2")

    assert kcert.load(tmp_path / "class2" / "123홍길순456_sig.key") == other


@pytest.mark.parametrize("name", ["123홍길동456_env.cer", "123홍길동456_env.key"])
def test_either_file_of_the_second_government_pair_opens_that_pair(tmp_path, official, name):
    gpki.write_folder(official, tmp_path)

    loaded = kcert.load(tmp_path / name)

    assert loaded.certificate == official.key_management.certificate
    assert loaded.key == official.key_management.key


def test_a_zip_opens_from_a_path_from_octets_and_from_base64(tmp_path, credential):
    data = archive.dump(credential)
    (tmp_path / "sent by mail.bin").write_bytes(data)

    assert kcert.load(tmp_path / "sent by mail.bin") == credential
    assert kcert.load(data) == credential
    assert kcert.load(base64.encodebytes(data)) == credential


# What does not, and how to choose


def test_a_folder_of_several_persons_says_how_to_choose(tmp_path, official, other):
    gpki.write_folder(official, tmp_path)
    gpki.write_folder(other, tmp_path)

    with clear_error(kcert.AmbiguousError) as caught:
        kcert.load(tmp_path)

    assert "홍길동" not in str(caught.error) + caught.error.message_ko
    assert "gpki.list_folder" in str(caught.error)
    assert caught.error.choices == ("123홍길동456", "123홍길순456")


def test_a_folder_with_both_kinds_of_files_says_how_to_choose(tmp_path, credential, official):
    npki.write_folder(credential, tmp_path / "both")
    gpki.write_folder(official, tmp_path / "both")

    with clear_error(kcert.AmbiguousError) as caught:
        kcert.load(tmp_path / "both")

    assert "npki.read_folder or gpki.read_folder" in str(caught.error)


def test_a_zip_of_several_says_how_to_choose(credential, official):
    with clear_error(kcert.AmbiguousError) as caught:
        kcert.load(archive.dump([credential, official]))

    assert "홍길동" not in str(caught.error) + caught.error.message_ko
    assert "archive.load_all" in str(caught.error)
    assert len(caught.error.choices) == 2


def test_the_root_of_a_tree_says_discover_or_open_store(tmp_path, credential, official):
    npki.write_folder(credential, tmp_path / "NPKI" / "yessign" / "USER" / "cn=x")
    gpki.write_folder(official, tmp_path / "GPKI" / "Certificate" / "class2")

    for root in ("NPKI", "GPKI", "."):
        with clear_error(kcert.FormatError) as caught:
            kcert.load(tmp_path / root)
        assert "kcert.discover(path)" in str(caught.error)
        assert "kcert.open_store" in str(caught.error)
        assert "kcert.discover" in caught.error.message_ko


def test_a_folder_with_single_files_says_to_give_one_of_them(tmp_path):
    (tmp_path / "mine.pfx").write_bytes(b"0")
    (tmp_path / "old.P12").write_bytes(b"0")

    with clear_error(kcert.FormatError) as caught:
        kcert.load(tmp_path)

    assert "2 files that may hold a certificate" in str(caught.error)


def test_half_a_government_pair_says_what_is_missing(tmp_path, official):
    gpki.write_folder(official, tmp_path)
    (tmp_path / "123홍길동456_sig.key").unlink()

    for path in (tmp_path, tmp_path / "123홍길동456_sig.cer"):
        with clear_error(kcert.FormatError, canaries=["홍길동"]) as caught:
            kcert.load(path)
        assert "_sig.key is missing" in str(caught.error)


# What bytes look like


def zip_of(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_without_certificates_says_so():
    for data in (zip_of(), zip_of(readme=b"text")):
        with clear_error(kcert.FormatError) as caught:
            kcert.load(data)
        assert "there is no certificate in it" in str(caught.error)
        assert "인증서가 들어 있지 않습니다" in caught.error.message_ko


def test_a_zip_with_a_pfx_in_it_says_to_unpack_it():
    with clear_error(kcert.FormatError) as caught:
        kcert.load(zip_of(**{"sent/mine.PFX": b"0"}))
    assert "unpack it and give that file" in str(caught.error)


def test_a_zip_behind_a_password_says_so():
    data = bytearray(zip_of(**{"signCert.der": b"x" * 20}))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1

    with clear_error(kcert.FormatError) as caught:
        kcert.load(bytes(data))

    assert "protected with a password" in str(caught.error)
    assert "비밀번호" in caught.error.message_ko


def test_elliptic_curve_keys_are_called_so():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    for form in (
        serialization.PrivateFormat.PKCS8,
        serialization.PrivateFormat.TraditionalOpenSSL,
    ):
        for encoding in (serialization.Encoding.DER, serialization.Encoding.PEM):
            data = key.private_bytes(encoding, form, serialization.NoEncryption())
            with clear_error(kcert.FormatError) as caught:
                kcert.load(data)
            if data.startswith(b"-----BEGIN PRIVATE"):
                continue  # the label does not tell
            assert "elliptic-curve" in str(caught.error)
            assert "RSA" in caught.error.message_ko


def test_messages_about_revocation_are_called_so(credential):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509 import ocsp

    certificate = credential.certificate.to_cryptography()
    issuer = credential.ca_certificates[1].to_cryptography()
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())
    question = builder.build().public_bytes(serialization.Encoding.DER)
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    answer = encode.sequence(
        encode.value(0x0A, b"\0"), encode.context(0, encode.sequence(encode.oid("1.2.3")))
    )

    assert outline(question) == "OCSPRequest"
    for data in (question, refusal.public_bytes(serialization.Encoding.DER), answer):
        assert recognise(data).code == "ocsp"
        with clear_error(kcert.FormatError) as caught:
            kcert.load(data)
        assert "OCSP" in str(caught.error)
        assert "OCSP" in caught.error.message_ko
