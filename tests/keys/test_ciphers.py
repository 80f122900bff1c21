# SPDX-License-Identifier: Apache-2.0
"""Ciphers and their padding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.keys.ciphers import CIPHERS
from kcert.keys.kdf import pbkdf2

AES = {
    128: "2.16.840.1.101.3.4.1.2",
    192: "2.16.840.1.101.3.4.1.22",
    256: "2.16.840.1.101.3.4.1.42",
}


@pytest.mark.parametrize("cipher", CIPHERS.values(), ids=lambda cipher: cipher.name)
@given(data=st.binary(max_size=70))
def test_decrypting_undoes_encrypting(cipher, data):
    key, iv = bytes(range(cipher.key_size)), bytes(range(cipher.block_size))
    encrypted = cipher.encrypt(key, iv, data)
    assert len(encrypted) % cipher.block_size == 0
    assert len(encrypted) > len(data)
    assert cipher.decrypt(key, iv, encrypted) == data


@pytest.mark.parametrize("cipher", CIPHERS.values(), ids=lambda cipher: cipher.name)
@pytest.mark.parametrize("tail", [b"\x00", b"\x11", b"\xff", b"\x01\x02", b"\x03\x02\x03"])
def test_a_wrong_padding_gives_nothing(cipher, tail):
    key, iv = bytes(range(cipher.key_size)), bytes(cipher.block_size)
    block = bytes(cipher.block_size - len(tail)) + tail
    encrypted = bytes(cipher._transform(True, key, iv, block))
    assert cipher.decrypt(key, iv, encrypted) is None


@pytest.mark.parametrize("bits", AES)
@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_the_pbes2_vectors_of_wycheproof_hold(shared_data, digest, bits):
    path = shared_data / f"vectors/wycheproof/pbes2_hmac{digest}_aes_{bits}_test.json"
    cipher = CIPHERS[AES[bits]]
    count = 0
    for group in json.loads(path.read_text())["testGroups"]:
        for test in group["tests"]:
            password, salt, iv, message, encrypted = (
                bytes.fromhex(test[name]) for name in ("password", "salt", "iv", "msg", "ct")
            )
            key = pbkdf2(digest, password, salt, test["iterationCount"], cipher.key_size)
            assert test["result"] == "valid"
            assert cipher.encrypt(key, iv, message) == encrypted
            assert cipher.decrypt(key, iv, encrypted) == message
            count += 1
    assert count > 40
