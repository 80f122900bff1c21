# SPDX-License-Identifier: Apache-2.0
"""Other implementations read and believe what `FakeAuthority` makes."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kcert.testing import AUTHORITY_NAMES, TEST_PASSWORD, FakeAuthority, FakeRoot

AT = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)


def openssl(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *map(str, arguments)],
        check=check,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
    )


@pytest.fixture
def files(tmp_path):
    """Writes root, authority and pair of one authority as PEM; returns the credential."""

    def write(code: str, **options: object):
        authority = FakeAuthority(code, at=AT)
        credential = authority.issue("홍길동", km=True, **options)
        for file, certificate in {
            "root": authority.root.certificate,
            "ca": authority.certificate,
            "sign": credential.certificate,
            "km": credential.key_management.certificate,
        }.items():
            (tmp_path / f"{file}.pem").write_text(certificate.to_pem())
        return credential

    return write


def verify(folder: Path, file: str, *options: str) -> subprocess.CompletedProcess[str]:
    return openssl(
        *("verify", "-policy_check", "-attime", int(AT.timestamp()), *options),
        *("-CAfile", folder / "root.pem", "-untrusted", folder / "ca.pem", folder / file),
        check=False,
    )


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_openssl_verifies_the_chain_under_its_policy(files, tmp_path, code):
    credential = files(code)
    for file, certificate in (
        ("sign.pem", credential.certificate),
        ("km.pem", credential.key_management.certificate),
    ):
        policy = certificate.policy_oids[0]
        result = verify(tmp_path, file, "-explicit_policy", "-policy", policy)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.peer("openssl")
def test_openssl_refuses_another_policy_because_an_explicit_one_is_required(files, tmp_path):
    files("yessign")
    result = verify(tmp_path, "sign.pem", "-policy", "1.2.410.200005.1.1.5")
    assert result.returncode != 0
    assert "explicit policy" in result.stdout + result.stderr


@pytest.mark.peer("openssl")
def test_openssl_refuses_the_chain_under_another_root_of_the_same_name(files, tmp_path):
    files("yessign")
    (tmp_path / "root.pem").write_text(FakeRoot().certificate.to_pem())
    assert verify(tmp_path, "sign.pem").returncode != 0


@pytest.mark.peer("openssl")
def test_openssl_prints_the_certificate_with_its_korean_name(files, tmp_path):
    files("yessign", english_name="KILDONG.HONG", bank="WOORI")
    text = openssl(
        *("x509", "-in", tmp_path / "sign.pem", "-noout", "-text"),
        *("-nameopt", "utf8,sep_comma_plus"),
    ).stdout
    assert "C=kr,O=yessign,OU=personal4IB,OU=WOORI,CN=홍길동(KILDONG.HONG)0020" in text
    assert "Policy: 1.2.410.200005.1.1.4" in text
    assert "OCSP - URI:http://ocsp.yessign.invalid:4612" in text
    assert "othername: 1.2.410.200004.10.1.1:" in text


@pytest.mark.peer("openssl")
def test_openssl_finds_the_key_right_and_of_the_certificate(tmp_path):
    credential = FakeAuthority().issue()
    with credential.key.unlock(TEST_PASSWORD) as key:
        (tmp_path / "key.der").write_bytes(key.reveal_pkcs8())
    (tmp_path / "cert.pem").write_text(credential.certificate.to_pem())
    checked = openssl("pkey", "-inform", "DER", "-in", tmp_path / "key.der", "-check", "-pubout")
    public_key = openssl("x509", "-in", tmp_path / "cert.pem", "-noout", "-pubkey").stdout
    assert "Key is valid" in checked.stdout + checked.stderr
    assert public_key in checked.stdout


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_cryptography_finds_each_certificate_issued_by_the_next(code):
    authority = FakeAuthority(code, at=AT)
    credential = authority.issue(km=True)
    root = authority.root.certificate.to_cryptography()
    ca = authority.certificate.to_cryptography()
    root.verify_directly_issued_by(root)
    ca.verify_directly_issued_by(root)
    for pair in (credential, credential.key_management):
        leaf = pair.certificate.to_cryptography()
        leaf.verify_directly_issued_by(ca)
        key_identifier = x509.SubjectKeyIdentifier.from_public_key(leaf.public_key())
        found = leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        assert found.value == key_identifier


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_cryptography_reads_every_extension(code):
    leaf = FakeAuthority(code).issue().certificate.to_cryptography()
    unknown = [
        item.oid for item in leaf.extensions if isinstance(item.value, x509.UnrecognizedExtension)
    ]
    assert not unknown
    policies = leaf.extensions.get_extension_for_class(x509.CertificatePolicies).value
    notices = [
        qualifier.explicit_text
        for qualifier in policies[0].policy_qualifiers
        if isinstance(qualifier, x509.UserNotice)
    ]
    assert "시험용" in notices[0]


def test_cryptography_opens_the_plain_key():
    with FakeAuthority().issue().key.unlock(TEST_PASSWORD) as key:
        opened = load_der_private_key(key.reveal_pkcs8(), None)
    assert opened.key_size == 2048


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_asn1crypto_reads_names_dates_and_extensions(code):
    asn1_x509 = pytest.importorskip("asn1crypto.x509", reason="peer asn1crypto is not installed")
    certificate = FakeAuthority(code, at=AT).issue("홍길동").certificate
    parsed = asn1_x509.Certificate.load(certificate.der, strict=True)
    tbs = parsed["tbs_certificate"]
    assert tbs["serial_number"].native == certificate.serial_number
    assert "홍길동" in parsed.subject.native["common_name"]
    assert parsed.not_valid_after == certificate.validity.not_after
    assert [item["extn_id"].dotted for item in tbs["extensions"]] == [
        item.oid for item in certificate.extensions
    ]
    assert parsed.key_identifier == certificate.subject_key_identifier
    assert parsed.subject.dump(force=True) == certificate.subject.der
    assert parsed.issuer.dump(force=True) == certificate.issuer.der
