# SPDX-License-Identifier: Apache-2.0
"""The traditional encryption of PEM keys: opened, never written."""

from __future__ import annotations

import json
import subprocess

import pytest

from kcert._asn1.pem import read_blocks
from kcert._asn1.pkcs8 import PrivateKeyInfo
from kcert._asn1.traditional_keys import wrap_rsa
from kcert.errors import FormatError, LimitError, UnlockError, UnsupportedAlgorithmError
from kcert.keys import PrivateKey, traditional
from kcert.testing import clear_error

PASSWORD = "KCERT-CANARY-pw-7f3a"
OPTIONS = {
    "-des": "DES-CBC",
    "-des3": "DES-EDE3-CBC",
    "-aes128": "AES-128-CBC",
    "-aes192": "AES-192-CBC",
    "-aes256": "AES-256-CBC",
    "-seed": "SEED-CBC",
    "-aria128": "ARIA-128-CBC",
    "-aria192": "ARIA-192-CBC",
    "-aria256": "ARIA-256-CBC",
}


def headers(dek_info):
    return {"Proc-Type": "4,ENCRYPTED", "DEK-Info": dek_info}


@pytest.fixture(scope="module")
def rsa_key(fake_key):
    """The RSAPrivateKey of a key."""
    pkcs8 = fake_key.pkcs8()
    return bytes(PrivateKeyInfo.read(memoryview(pkcs8)).private_key)


def locked_by_openssl(rsa_key, option, password):
    run = subprocess.run(
        [
            *("openssl", "rsa", "-traditional", option, "-inform", "DER"),
            *("-passout", f"pass:{password}", "-provider", "legacy", "-provider", "default"),
        ],
        input=rsa_key,
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr.decode()
    (block,) = read_blocks(run.stdout)
    return dict(block.headers), block.data


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("option", OPTIONS)
def test_what_openssl_encrypts_is_decrypted(rsa_key, option):
    found, data = locked_by_openssl(rsa_key, option, "비밀번호 1!")
    assert found["DEK-Info"].startswith(OPTIONS[option] + ",")
    assert traditional.is_encrypted(found)
    assert traditional.decrypt(found, data, "비밀번호 1!") == rsa_key


@pytest.mark.peer("openssl")
def test_a_wrong_password_is_an_unlock_error(rsa_key):
    found, data = locked_by_openssl(rsa_key, "-aes256", "right")
    with clear_error(UnlockError, canaries=[PASSWORD, rsa_key[:32]]):
        traditional.decrypt(found, data, PASSWORD)


def test_every_cipher_has_its_row():
    assert set(OPTIONS.values()) == set(traditional.CIPHER_NAMES)


@pytest.mark.parametrize("name", ["test-aes128.key", "test-aes256.key"])
def test_the_keys_of_oscrypto_open(shared_data, name):
    folder = shared_data / "vectors/oscrypto"
    manifest = json.loads((folder / "manifest.json").read_text())
    (entry,) = [entry for entry in manifest if entry["file"] == name]
    (block,) = read_blocks((folder / name).read_bytes())
    (plain,) = read_blocks((folder / "test.key").read_bytes())
    password = bytes.fromhex(entry["opens_with_hex"][0])
    assert traditional.decrypt(dict(block.headers), block.data, password) == plain.data


@pytest.mark.parametrize(
    "dek_info",
    ["", "AES-128-CBC", "AES-128-CBC,", "AES-128-CBC,00", "AES-128-CBC,xx" * 16, "DES-CBC,0"],
)
def test_headers_that_do_not_say_enough_are_a_format_error(dek_info):
    with clear_error(FormatError):
        traditional.decrypt(headers(dek_info), bytes(16), PASSWORD)


@pytest.mark.parametrize("name", ["RC2-CBC", "IDEA-CBC", "AES-128-GCM", "x" * 1000, "홍길동\n"])
def test_another_cipher_is_named(name):
    with clear_error(UnsupportedAlgorithmError):
        traditional.decrypt(headers(f"{name},{'0' * 32}"), bytes(16), PASSWORD)


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_data_that_are_not_whole_blocks_are_damaged(size):
    with clear_error(FormatError):
        traditional.decrypt(headers(f"AES-128-CBC,{'0' * 32}"), bytes(size), PASSWORD)


def test_too_long_a_password_is_refused():
    with clear_error(LimitError):
        traditional.decrypt(headers(f"AES-128-CBC,{'0' * 32}"), bytes(16), bytes(2 << 20))


@pytest.mark.parametrize("given", [{}, {"Comment": "x"}, {"Proc-Type": "4,MIC-CLEAR"}])
def test_other_headers_say_nothing_of_encryption(given):
    assert not traditional.is_encrypted(given)


def test_a_wrapped_key_is_a_private_key_info(rsa_key, fake_key):
    assert wrap_rsa(bytearray(rsa_key)) == fake_key.pkcs8()
    with PrivateKey.adopt(wrap_rsa(memoryview(rsa_key))) as key:
        assert key.key_size == 2048
        assert key.random is None
