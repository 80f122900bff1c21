# SPDX-License-Identifier: Apache-2.0
"""SEED of our own against the RFCs, OpenSSL's vectors, Wycheproof and the platform's SEED."""

from __future__ import annotations

import json
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert.keys import ciphers
from kcert.keys.seed import Seed

# RFC 4269 appendix B.1 to B.4: key, plaintext, ciphertext.
RFC_4269 = [
    (
        "00000000000000000000000000000000",
        "000102030405060708090a0b0c0d0e0f",
        "5ebac6e0054e166819aff1cc6d346cdb",
    ),
    (
        "000102030405060708090a0b0c0d0e0f",
        "00000000000000000000000000000000",
        "c11f22f20140505084483597e4370f43",
    ),
    (
        "4706480851e61be85d74bfb3fd956185",
        "83a2f8a288641fb9a4e9a5cc2f131c7d",
        "ee54d13ebcae706d226bc3142cd40d4a",
    ),
    (
        "28dbc3bc49ffd87dcfa509b11d422be7",
        "b41e6be2eba84a148e2eed84593c5ec7",
        "9b9b7bfcd1813cb95d0b3618f40f5122",
    ),
]


@pytest.mark.parametrize(("key", "plain", "cipher"), RFC_4269)
def test_a_block_encrypts_and_decrypts_as_rfc_4269_says(key, plain, cipher):
    seed = Seed(bytes.fromhex(key))
    assert seed.encrypt_block(bytes.fromhex(plain)).hex() == cipher
    assert seed.decrypt_block(bytes.fromhex(cipher)).hex() == plain


def test_cbc_chains_and_pads_as_published():
    # PyPinkSign, test_pinkSign.py.
    cipher = ciphers.CIPHERS["1.2.410.200004.1.4"]
    key, iv = b"abcdefghijklmnop", b"0123456789abcdef"
    encrypted = cipher.encrypt(key, iv, b"TEST_MSG_IS_QUITE_LONG_ENOUGH!")
    assert encrypted.hex() == "ce9b783de4dd93bf52adbb3e59a7435b49d71e45703460fbdc655e2c5ca35fec"
    assert cipher.decrypt(key, iv, encrypted) == b"TEST_MSG_IS_QUITE_LONG_ENOUGH!"


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_key_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="16 octets"):
        Seed(bytes(size))


def _fields(text):
    """Blocks of ``NAME = hex`` lines."""
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^(\w+)\s*=\s*(\S+)\s*$", block, re.MULTILINE))
        if fields:
            yield fields


def test_the_cbc_vectors_of_rfc_4196_hold(shared_data):
    text = (shared_data / "vectors/cryptography/seed/rfc-4196.txt").read_text()
    count = 0
    for fields in _fields(text):
        if "CIPHERTEXT" not in fields:
            continue
        key, iv, plain, encrypted = (
            bytes.fromhex(fields[name]) for name in ("KEY", "IV", "PLAINTEXT", "CIPHERTEXT")
        )
        assert Seed(key).encrypt_cbc(iv, plain) == encrypted
        assert Seed(key).decrypt_cbc(iv, encrypted) == plain
        count += 1
    assert count >= 2


def test_the_block_vectors_of_cryptography_hold(shared_data):
    text = (shared_data / "vectors/cryptography/seed/rfc-4269.txt").read_text()
    count = 0
    for fields in _fields(text):
        if "CIPHERTEXT" in fields:
            seed = Seed(bytes.fromhex(fields["KEY"]))
            plain, encrypted = fields["PLAINTEXT"], fields["CIPHERTEXT"]
            assert seed.encrypt_block(bytes.fromhex(plain)).hex() == encrypted.lower()
            count += 1
    assert count == 4


def test_the_vectors_of_openssl_hold(shared_data):
    text = (shared_data / "vectors/openssl/evp/evpciph_seed.txt").read_text()
    count = 0
    for fields in _fields(text):
        mode = fields.get("Cipher", "")
        if mode not in ("SEED-ECB", "SEED-CBC"):
            continue
        seed = Seed(bytes.fromhex(fields["Key"]))
        plain = bytes.fromhex(fields["Plaintext"])
        encrypted = bytes.fromhex(fields["Ciphertext"])
        if mode == "SEED-CBC":
            iv = bytes.fromhex(fields["IV"])
            assert seed.encrypt_cbc(iv, plain) == encrypted
            assert seed.decrypt_cbc(iv, encrypted) == plain
        else:
            for at in range(0, len(plain), 16):
                assert seed.encrypt_block(plain[at : at + 16]) == encrypted[at : at + 16]
        count += 1
    assert count


def _wrap(seed, key):
    """RFC 3394 with another block cipher, as RFC 4010 has it for SEED."""
    a = b"\xa6" * 8
    r = [key[at : at + 8] for at in range(0, len(key), 8)]
    for step in range(6 * len(r)):
        i = step % len(r)
        b = seed.encrypt_block(a + r[i])
        a = (int.from_bytes(b[:8], "big") ^ (step + 1)).to_bytes(8, "big")
        r[i] = b[8:]
    return a + b"".join(r)


def test_the_key_wraps_of_wycheproof_hold(shared_data):
    vectors = json.loads((shared_data / "vectors/wycheproof/seed_wrap_test.json").read_text())
    count = 0
    for group in vectors["testGroups"]:
        for test in group["tests"]:
            message = bytes.fromhex(test["msg"])
            if test["result"] == "valid" and len(message) % 8 == 0 and len(message) >= 16:
                wrapped = _wrap(Seed(bytes.fromhex(test["key"])), message)
                assert wrapped.hex() == test["ct"]
                count += 1
    assert count == 4


def test_the_counter_streams_of_wycheproof_gcm_hold(shared_data):
    vectors = json.loads((shared_data / "vectors/wycheproof/seed_gcm_test.json").read_text())
    count = 0
    for group in vectors["testGroups"]:
        for test in group["tests"]:
            if test["result"] != "valid" or group["ivSize"] != 96:
                continue
            seed, iv = Seed(bytes.fromhex(test["key"])), bytes.fromhex(test["iv"])
            message = bytes.fromhex(test["msg"])
            blocks = (len(message) + 15) // 16
            stream = b"".join(
                seed.encrypt_block(iv + number.to_bytes(4, "big"))
                for number in range(2, blocks + 2)
            )
            encrypted = bytes(a ^ b for a, b in zip(message, stream, strict=False))
            assert encrypted.hex() == test["ct"]
            count += 1
    assert count > 20


platform_seed = pytest.mark.skipif(
    bool(os.environ.get("CRYPTOGRAPHY_OPENSSL_NO_LEGACY")),
    reason="OpenSSL's legacy provider is switched off, so there is nothing to compare with",
)


@platform_seed
@settings(max_examples=60)
@given(
    key=st.binary(min_size=16, max_size=16),
    iv=st.binary(min_size=16, max_size=16),
    blocks=st.integers(0, 6),
    data=st.data(),
)
def test_own_and_platform_seed_agree(key, iv, blocks, data):
    plain = data.draw(st.binary(min_size=16 * blocks, max_size=16 * blocks))
    assert ciphers.platform_has_seed()
    transform = ciphers.CIPHERS["1.2.410.200004.1.4"]._transform
    encrypted = transform(True, key, iv, plain)
    assert Seed(key).encrypt_cbc(iv, plain) == encrypted
    assert Seed(key).decrypt_cbc(iv, encrypted) == plain
    assert transform(False, key, iv, encrypted) == plain
