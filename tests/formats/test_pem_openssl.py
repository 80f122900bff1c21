# SPDX-License-Identifier: Apache-2.0
"""OpenSSL's commands on what `pem` writes, and `pem` on what they write."""

from __future__ import annotations

import subprocess

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kcert import pem
from kcert._asn1 import oids
from kcert.keys.profiles import CHEAPEST, MODERN, NPKI_PBES2
from kcert.testing import FakeAuthority

pytestmark = pytest.mark.peer("openssl")

PASSWORD = "kcert-Peer 1!"
CIPHERS = {
    "aria-128-cbc": oids.ARIA128_CBC,
    "aria-192-cbc": oids.ARIA192_CBC,
    "aria-256-cbc": oids.ARIA256_CBC,
    "aes-128-cbc": oids.AES128_CBC,
    "aes-192-cbc": oids.AES192_CBC,
    "aes-256-cbc": oids.AES256_CBC,
    "des3": oids.DES_EDE3_CBC,
    "seed-cbc": oids.SEED_CBC,
}
PROVIDERS = ("-provider", "legacy", "-provider", "default")


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동", password=PASSWORD, profile=CHEAPEST, chain=True)


@pytest.fixture(scope="module")
def pkcs8(credential):
    with credential.unlock(PASSWORD) as unlocked:
        return unlocked.reveal_pkcs8()


def openssl(*arguments, data):
    run = subprocess.run(
        ["openssl", *arguments, *PROVIDERS], input=data, capture_output=True, timeout=60
    )
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    return run.stdout


def numbers(der):
    return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True).private_numbers()


@pytest.mark.parametrize("command", ["pkey", "rsa", "pkcs8"])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_its_commands_open_what_we_lock(credential, pkcs8, command, cipher):
    profile = evolve(MODERN, cipher=CIPHERS[cipher], iterations=2048)
    with credential.unlock(PASSWORD) as unlocked:
        text = pem.dump(unlocked, PASSWORD, profile=profile)
    opened = openssl(command, "-passin", f"pass:{PASSWORD}", "-outform", "DER", data=text)
    assert numbers(opened) == numbers(pkcs8)


@pytest.mark.parametrize("command", ["pkey", "rsa"])
def test_its_commands_read_what_we_write_in_the_clear(credential, pkcs8, command):
    with credential.unlock(PASSWORD) as unlocked:
        text = pem.dump_unencrypted(unlocked)
    assert numbers(openssl(command, "-outform", "DER", data=text)) == numbers(pkcs8)


def test_the_first_certificate_it_finds_is_the_leaf(credential):
    text = pem.dump(evolve(credential, friendly_name="홍길동"))
    assert openssl("x509", "-outform", "DER", data=text) == credential.certificate.der


def test_what_korean_programs_have_it_opens_with_its_legacy_provider(credential, pkcs8):
    text = pem.dump(credential.change_password(PASSWORD, PASSWORD, NPKI_PBES2))
    opened = openssl("pkey", "-passin", f"pass:{PASSWORD}", "-outform", "DER", data=text)
    assert numbers(opened) == numbers(pkcs8)


@pytest.mark.parametrize("command", ["pkey", "rsa"])
@pytest.mark.parametrize("cipher", CIPHERS)
def test_we_open_what_its_commands_lock(credential, pkcs8, command, cipher):
    with credential.unlock(PASSWORD) as unlocked:
        text = pem.dump_unencrypted(unlocked)
    locked = openssl(command, f"-{cipher}", "-passout", f"pass:{PASSWORD}", data=text)
    certificate = openssl("x509", "-text", data=text)
    with pem.load(locked + certificate).unlock(PASSWORD) as unlocked:
        assert unlocked.certificate == credential.certificate
        assert numbers(unlocked.reveal_pkcs8()) == numbers(pkcs8)
