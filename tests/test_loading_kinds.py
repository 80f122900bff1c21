# SPDX-License-Identifier: Apache-2.0
"""The table of kinds as a whole: each is recognised, and is opened or says what it is."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from attrs import evolve

import kcert
from kcert import archive, npki, pem, pkcs12, profiles
from kcert._asn1 import encode
from kcert.keys.profiles import CHEAPEST
from kcert.loading import KINDS, recognise
from kcert.testing import FakeAuthority, clear_error

PASSWORD = "kcert-Test-1!"
KOREAN = evolve(
    profiles.PKCS12_KOREAN, key=evolve(profiles.PKCS12_KOREAN.key, iterations=1), mac_iterations=1
)
OPENED = {"pkcs12", "pem-bundle", "zip"}
# What is looked through before anything else is said, see `Kind.decode`.
ARMOUR = {"utf16", "hex", "base64"}


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(profile=CHEAPEST, km=True, chain=True)


def block(label: str, data: bytes = b"0123456789") -> bytes:
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


def from_cryptography(credential):
    """What other programs make of keys and certificates."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs7

    der, nothing = serialization.Encoding.DER, serialization.NoEncryption()
    with credential.unlock(PASSWORD) as opened:
        key = opened.to_cryptography()
        at = datetime(2026, 1, 1, tzinfo=UTC)
        crl = x509.CertificateRevocationListBuilder().issuer_name(x509.Name([]))
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        message = pkcs7.PKCS7SignatureBuilder().set_data(b"x")
        certificate = credential.certificate.to_cryptography()
        return {
            "crl": crl.last_update(at).next_update(at).sign(key, hashes.SHA256()).public_bytes(der),
            "csr": request.sign(key, hashes.SHA256()).public_bytes(der),
            "cms": message.add_signer(certificate, key, hashes.SHA256()).sign(der, []),
            "open-key": opened.reveal_pkcs8(),
            "pkcs12": pkcs12.dump(opened, PASSWORD, profile=KOREAN),
            "ec-key": ec.generate_private_key(ec.SECP256R1()).private_bytes(
                der, serialization.PrivateFormat.PKCS8, nothing
            ),
        }


@pytest.fixture(scope="module")
def samples(credential):
    certificate, key = credential.certificate, credential.key
    return {
        **from_cryptography(credential),
        "empty": b"",
        "blank": bytes(100),
        "certificate": certificate.der,
        "locked-key": key.der,
        "ca-certificates": npki.dump_ca_certificates(credential.ca_certificates),
        "ocsp": encode.sequence(encode.value(0x0A, b"\3")),
        "public-key": certificate.public_key_info,
        "ber": b"\x30\x80\x02\x01\x01\x00\x00",
        "zip": archive.dump(credential),
        "archive": b"Rar!\x1a\x07\1\0",
        "java-keystore": b"\xfe\xed\xfe\xed\0\0\0\2",
        "pdf": b"%PDF-1.7\n",
        "image": b"\x89PNG\r\n\x1a\n",
        "utf16": "안녕하세요, 이것은 글입니다".encode("utf-16"),
        "html": b"<!DOCTYPE html><title>404</title>",
        "xml": b"<?xml version='1.0'?><a/>",
        "json": b'{"error": 404}',
        "pem-pkcs12": block("PKCS12").replace(b"M", b"!"),
        "pem-bundle": pem.dump(credential),
        "pem-certificate": certificate.to_pem().encode(),
        "pem-locked-key": block("ENCRYPTED PRIVATE KEY", key.der),
        "pem-ec-key": block("EC PRIVATE KEY"),
        "pem-key": block("RSA PRIVATE KEY"),
        "pem-csr": block("CERTIFICATE REQUEST"),
        "pem-crl": block("X509 CRL"),
        "pem-cms": block("PKCS7"),
        "pem-public-key": block("PUBLIC KEY", certificate.public_key_info),
        "pem-other": block("DH PARAMETERS"),
        "ssh-key": b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA gildong\n",
        "hex": b"00ff" * 20,
        "base64": base64.b64encode(b"\xff" * 40),
        "text": "비밀번호를 잊었습니다".encode(),
        "der": b"\x30\x82\x05\x10\x30\x1a",
        "unknown": b"\x8f\0\1\2",
    }


def test_there_is_a_sample_of_every_kind(samples):
    assert set(samples) == {kind.code for kind in KINDS}


@pytest.mark.parametrize("code", [kind.code for kind in KINDS])
def test_every_kind_is_recognised(samples, code):
    assert recognise(samples[code]).code == code


@pytest.mark.parametrize("code", [kind.code for kind in KINDS if kind.code not in OPENED])
@pytest.mark.parametrize("as_file", [False, True])
def test_a_kind_that_does_not_open_says_what_it_is_and_what_is_needed(
    samples, tmp_path, code, as_file
):
    kind = next(kind for kind in KINDS if kind.code == code)
    source = samples[code]
    if as_file:
        source = tmp_path / "file.pfx"
        source.write_bytes(samples[code])

    with clear_error(kcert.FormatError, canaries=["홍길동", PASSWORD]) as caught:
        kcert.load(source, PASSWORD)

    message, message_ko = str(caught.error), caught.error.message_ko
    if code != "utf16":  # the text in it is told instead
        assert kind.name in message
        assert kind.advice in message
        assert kind.name_ko in message_ko
        assert kind.advice_ko in message_ko


@pytest.mark.parametrize("code", sorted(OPENED))
@pytest.mark.parametrize("armour", ["none", "base64", "hex"])
def test_a_kind_that_opens_opens_from_octets_text_and_path(
    samples, credential, tmp_path, code, armour
):
    data = samples[code]
    if armour != "none":
        data = base64.encodebytes(data) if armour == "base64" else data.hex().encode()
    (tmp_path / "whatever.der").write_bytes(data)

    for source in (data, bytearray(data), tmp_path / "whatever.der"):
        loaded = kcert.load(source, PASSWORD)
        assert loaded.certificate == credential.certificate
        assert loaded.key_management.certificate == credential.key_management.certificate
        with loaded.unlock(PASSWORD) as opened:
            assert opened.random is not None


def test_pkcs12_opens_from_pem_text(samples, credential):
    loaded = kcert.load(block("PKCS12", samples["pkcs12"]), PASSWORD)

    assert loaded.certificate == credential.certificate


def test_a_file_that_hides_its_certificates_asks_for_the_password(credential):
    cheap = evolve(profiles.MODERN, iterations=1)
    hidden = evolve(profiles.PKCS12_MODERN, key=cheap, certificates=cheap, mac_iterations=1)
    with credential.unlock(PASSWORD) as opened:
        data = pkcs12.dump(opened, PASSWORD, profile=hidden)

    for password in (None, "wrong"):
        with clear_error(kcert.UnlockError, canaries=[PASSWORD]) as caught:
            kcert.load(data, password)
        assert "password" in str(caught.error)
        assert "비밀번호" in caught.error.message_ko


def test_every_row_speaks_both_languages_and_codes_are_unique():
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        for text in (kind.name_ko, kind.advice_ko):
            assert any("가" <= letter <= "힣" for letter in text), kind.code
        assert (kind.name + kind.advice).isascii(), kind.code
