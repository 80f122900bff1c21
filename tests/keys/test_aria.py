# SPDX-License-Identifier: Apache-2.0
"""ARIA, our own and the platform's, against the RFC, OpenSSL's vectors and Wycheproof."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1 import oids
from kcert.keys import ciphers, libcrypto
from kcert.keys.aria import Aria
from kcert.keys.ciphers import CIPHERS

# RFC 5794 appendix A.1 to A.3: the key is the octets 00, 01, 02, ...
PLAIN = bytes.fromhex("00112233445566778899aabbccddeeff")
RFC_5794 = {
    16: "d718fbd6ab644c739da95f3be6451778",
    24: "26449c1805dbe7aa25a468ce263a9e79",
    32: "f92bd7c79fb72e2f2b8f80c1972d24fc",
}
BY_KEY_SIZE = {16: oids.ARIA128_CBC, 24: oids.ARIA192_CBC, 32: oids.ARIA256_CBC}


@pytest.fixture(autouse=True)
def _forget_what_the_platform_has():
    ciphers.platform_aria.cache_clear()
    yield
    ciphers.platform_aria.cache_clear()


@pytest.fixture(params=["own", "platform"])
def source(request, monkeypatch):
    """Whose ARIA stands behind the cipher table."""
    if request.param == "own":
        monkeypatch.setattr(libcrypto, "fetch", lambda _name: None)
        assert ciphers.platform_aria(32) is None
    elif ciphers.platform_aria(32) is None:
        pytest.skip("the OpenSSL of this Python is out of reach or has no ARIA")
    return request.param


@pytest.mark.parametrize("size", RFC_5794)
def test_a_block_encrypts_and_decrypts_as_rfc_5794_says(size):
    aria = Aria(bytes(range(size)))
    assert aria.encrypt_block(PLAIN).hex() == RFC_5794[size]
    assert aria.decrypt_block(bytes.fromhex(RFC_5794[size])) == PLAIN


@pytest.mark.parametrize("size", RFC_5794)
@pytest.mark.usefixtures("source")
def test_both_sources_answer_as_rfc_5794_says(size):
    transform = CIPHERS[BY_KEY_SIZE[size]]._transform
    assert transform(True, bytes(range(size)), bytes(16), PLAIN).hex() == RFC_5794[size]


@pytest.mark.parametrize("size", [0, 15, 17, 31, 33])
def test_a_key_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="16, 24 or 32 octets"):
        Aria(bytes(size))


def test_the_s_boxes_are_those_of_the_rfc():
    # RFC 5794 section 2.4.2: the first row of each table.
    boxes = [box[:8].hex() for box in aria_boxes()]
    assert boxes == ["637c777bf26b6fc5", "e24e54fc94c24acc", "52096ad53036a538", "3068991b87b92178"]


def aria_boxes():
    from kcert.keys import aria

    return aria._boxes()


def _fields(text):
    """Blocks of ``Name = value`` lines."""
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^(\w+)\s*=\s*(\S+)\s*$", block, re.MULTILINE))
        if fields:
            yield fields


@pytest.mark.usefixtures("source")
def test_the_cbc_vectors_of_openssl_hold(shared_data):
    text = (shared_data / "vectors/openssl/evp/evpciph_aria.txt").read_text()
    count = 0
    for fields in _fields(text):
        match = re.fullmatch(r"ARIA-(\d+)-CBC", fields.get("Cipher", ""))
        if match is None:
            continue
        transform = CIPHERS[BY_KEY_SIZE[int(match[1]) // 8]]._transform
        key, iv, plain, encrypted = (
            bytes.fromhex(fields[name]) for name in ("Key", "IV", "Plaintext", "Ciphertext")
        )
        assert transform(True, key, iv, plain) == encrypted
        assert transform(False, key, iv, encrypted) == plain
        count += 1
    assert count >= 3


def test_the_block_vectors_of_openssl_hold(shared_data):
    text = (shared_data / "vectors/openssl/evp/evpciph_aria.txt").read_text()
    count = 0
    for fields in _fields(text):
        if not re.fullmatch(r"ARIA-\d+-ECB", fields.get("Cipher", "")):
            continue
        aria = Aria(bytes.fromhex(fields["Key"]))
        plain, encrypted = bytes.fromhex(fields["Plaintext"]), bytes.fromhex(fields["Ciphertext"])
        for at in range(0, len(plain), 16):
            assert aria.encrypt_block(plain[at : at + 16]) == encrypted[at : at + 16]
            assert aria.decrypt_block(encrypted[at : at + 16]) == plain[at : at + 16]
        count += 1
    assert count >= 6


@pytest.mark.usefixtures("source")
def test_the_cbc_vectors_of_wycheproof_hold(shared_data):
    vectors = json.loads((shared_data / "vectors/wycheproof/aria_cbc_pkcs5_test.json").read_text())
    seen = {"valid": 0, "invalid": 0}
    for group in vectors["testGroups"]:
        cipher = CIPHERS[BY_KEY_SIZE[group["keySize"] // 8]]
        for test in group["tests"]:
            key, iv, message, encrypted = (
                bytes.fromhex(test[name]) for name in ("key", "iv", "msg", "ct")
            )
            seen[test["result"]] += 1
            if test["result"] == "valid":
                assert cipher.encrypt(key, iv, message) == encrypted
                assert cipher.decrypt(key, iv, encrypted) == message
            elif encrypted and len(encrypted) % 16 == 0:
                # The rest is refused before the cipher sees it: EncryptedKey asks for whole blocks.
                assert cipher.decrypt(key, iv, encrypted) is None
    assert min(seen.values()) > 50, seen


def test_the_key_wraps_of_wycheproof_hold(shared_data):
    vectors = json.loads((shared_data / "vectors/wycheproof/aria_wrap_test.json").read_text())
    count = 0
    for group in vectors["testGroups"]:
        for test in group["tests"]:
            message = bytes.fromhex(test["msg"])
            if test["result"] == "valid" and len(message) % 8 == 0 and len(message) >= 16:
                assert _wrap(Aria(bytes.fromhex(test["key"])), message).hex() == test["ct"]
                count += 1
    assert count > 10


def _wrap(aria, key):
    """RFC 3394 with another block cipher."""
    a = b"\xa6" * 8
    r = [key[at : at + 8] for at in range(0, len(key), 8)]
    for step in range(6 * len(r)):
        i = step % len(r)
        b = aria.encrypt_block(a + r[i])
        a = (int.from_bytes(b[:8], "big") ^ (step + 1)).to_bytes(8, "big")
        r[i] = b[8:]
    return a + b"".join(r)


@pytest.mark.skipif(
    libcrypto.fetch("ARIA-256-CBC") is None,
    reason="the OpenSSL of this Python is out of reach or has no ARIA",
)
@settings(max_examples=60)
@given(
    size=st.sampled_from(sorted(BY_KEY_SIZE)),
    seed=st.binary(min_size=48, max_size=48),
    blocks=st.integers(0, 6),
    writable=st.booleans(),
    data=st.data(),
)
def test_own_and_platform_aria_agree(size, seed, blocks, writable, data):
    key, iv = seed[:size], seed[32:]
    plain = data.draw(st.binary(min_size=16 * blocks, max_size=16 * blocks))
    platform = libcrypto.fetch(f"ARIA-{8 * size}-CBC")
    encrypted = platform.cbc(True, key, iv, bytearray(plain) if writable else plain)
    assert Aria(key).encrypt_cbc(iv, plain) == encrypted
    assert Aria(key).decrypt_cbc(iv, encrypted) == plain
    assert platform.cbc(False, key, iv, encrypted) == plain


def test_a_platform_aria_that_answers_wrongly_is_not_used(monkeypatch):
    class Wrong:
        key_size, block_size = 32, 16

        def cbc(self, _encrypting, _key, _iv, data):
            return bytearray(len(data))

    monkeypatch.setattr(libcrypto, "fetch", lambda _name: Wrong())
    assert ciphers.platform_aria(32) is None


def test_a_platform_aria_that_stops_answering_is_replaced_by_our_own(monkeypatch):
    answers = [bytearray.fromhex(RFC_5794[32]), None]

    class Failing:
        key_size, block_size = 32, 16

        def cbc(self, _encrypting, _key, _iv, _data):
            return answers.pop(0)

    monkeypatch.setattr(libcrypto, "fetch", lambda _name: Failing())
    transform = CIPHERS[oids.ARIA256_CBC]._transform
    assert transform(True, bytes(range(32)), bytes(16), PLAIN).hex() == RFC_5794[32]
    assert answers == []
