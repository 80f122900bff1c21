# SPDX-License-Identifier: Apache-2.0
"""PEM files of other projects' test suites."""

from __future__ import annotations

import base64
import re

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kcert import pem
from kcert.errors import FormatError, KcertError, UnlockError, UnsupportedAlgorithmError
from kcert.testing import assert_clear_error, clear_error

PASSWORD = "password123"


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


@pytest.mark.parametrize(
    "name",
    [
        *("test-dsa-aes128.key", "test-ec-aes128.key"),
        *("test-pkcs8-dsa.key", "test-pkcs8-ec.key", "test-pkcs8-ec-named.key"),
    ],
)
def test_keys_of_other_kinds_are_named(oscrypto, name):
    text = (oscrypto / "test.crt").read_bytes() + (oscrypto / name).read_bytes()
    load = pem.load_unencrypted if "pkcs8" in name else pem.load
    with clear_error(UnsupportedAlgorithmError):
        load(text)


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
