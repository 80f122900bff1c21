# SPDX-License-Identifier: Apache-2.0
"""PEM files of other projects' test suites."""

from __future__ import annotations

import base64
import json
import os
import re
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from kcert import pem
from kcert.errors import FormatError, KcertError, UnlockError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import assert_clear_error, clear_error

PASSWORD = "password123"
VALIDITY = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def oscrypto(shared_data):
    return shared_data / "vectors/oscrypto"


@pytest.fixture(scope="module")
def numbers(oscrypto):
    return load_pem_private_key((oscrypto / "test.key").read_bytes(), None).private_numbers()


@pytest.mark.parametrize(
    "name",
    [
        *("test-aes128.key", "test-aes256.key"),
        *("test-pkcs8-aes256.key", "test-pkcs8-tripledes.key", "test-pkcs8-des.key"),
    ],
)
def test_locked_keys_open_beside_their_certificate(oscrypto, numbers, name):
    text = (oscrypto / name).read_bytes() + b"\n" + (oscrypto / "test.crt").read_bytes()
    with pem.load(text, PASSWORD).unlock(PASSWORD) as opened:
        assert opened.to_cryptography().private_numbers() == numbers
    with clear_error(UnlockError, canaries=["KCERT-CANARY-pw-7f3a"]):
        pem.load(text, "KCERT-CANARY-pw-7f3a").unlock("KCERT-CANARY-pw-7f3a")


@pytest.mark.parametrize("name", ["test.key", "test-pkcs8.key"])
def test_open_keys_open_beside_their_certificate(oscrypto, numbers, name):
    text = (oscrypto / "test.crt").read_bytes() + (oscrypto / name).read_bytes()
    with pem.load_unencrypted(text) as opened:
        assert opened.to_cryptography().private_numbers() == numbers
    with clear_error(FormatError):
        pem.load(text, PASSWORD)


def beside_a_certificate(text: bytes, password: bytes | None) -> tuple[bytes, bytes]:
    """The key of a PEM text in PKCS#8, and the text with a certificate for it."""
    key = load_pem_private_key(text, password, unsafe_skip_rsa_key_validation=True)
    signer = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, *VALIDITY)
    certificate = builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)
    return pkcs8_of(key), text + b"\n" + certificate


def pkcs8_of(key) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def sound_key_texts(shared_data):
    """Every PEM file of a known password that its collection calls sound, and which has one key."""
    for source in ("cryptography", "oscrypto", "gnutls", "keyfile-corpus"):
        folder = shared_data / "vectors" / source
        for row in json.loads((folder / "manifest.json").read_text()):
            text = (folder / row["file"]).read_bytes()
            if row["expect"] in ("good", "legacy-good") and b" PRIVATE KEY-----" in text:
                known = row.get("opens_with_hex") or [row.get("password_hex")]
                yield row["file"], text, bytes.fromhex(known[0] or "")


def test_every_sound_key_opens_beside_its_certificate(shared_data):
    opened = {}
    for name, text, password in sound_key_texts(shared_data):
        is_locked = b"ENCRYPTED" in text
        try:
            key, bundle = beside_a_certificate(text, password if is_locked else None)
        except (ValueError, TypeError):
            # `cryptography` takes no empty password, and its old ciphers may be switched off.
            assert not password or os.environ.get("CRYPTOGRAPHY_OPENSSL_NO_LEGACY"), name
            continue
        with (
            pem.load(bundle, password).unlock(password)
            if is_locked
            else pem.load_unencrypted(bundle)
        ) as unlocked:
            opened[name] = pkcs8_of(unlocked.to_cryptography()) == key
            again = pem.load(pem.dump(unlocked, PASSWORD, profile=CHEAPEST))
            assert again.certificate == unlocked.certificate
    assert all(opened.values()), opened
    assert len(opened) >= 40
    assert {"test-dsa-aes128.key", "test-ec-aes128.key", "test-pkcs8-ec.key"} <= opened.keys()


def certificates_by_hand(data: bytes) -> list[bytes]:
    blocks = re.findall(rb"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END", data, re.DOTALL)
    return [base64.b64decode(block) for block in blocks]


def test_every_certificate_of_every_pem_file_is_found_or_its_fault_named(shared_data):
    found = refused = 0
    for path in sorted((shared_data / "vectors").glob("*/**/*")):
        if path.suffix not in (".pem", ".crt") or "limbo" in str(path):
            continue
        data = path.read_bytes()
        wanted = certificates_by_hand(data)
        if not wanted:
            continue
        try:
            got = pem.load_certificates(data)
        except KcertError as error:
            assert_clear_error(error)
            refused += 1
        else:
            assert [c.der for c in got] == list(dict.fromkeys(wanted)), path.name
            found += len(got)
    assert found >= 100
    assert refused <= found / 3


def test_messages_in_pem_are_no_credential(shared_data):
    names = ["cms-signed", "cms-enveloped", "cms-encrypted", "cms-digested", "pkcs7-signed"]
    for name in names:
        data = (shared_data / f"vectors/asn1crypto/{name}.pem").read_bytes()
        for load in (pem.load, pem.load_unencrypted):
            with clear_error(FormatError):
                load(data)
