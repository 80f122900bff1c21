# SPDX-License-Identifier: Apache-2.0
"""The key derivation and the old ciphers of PKCS#12."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import RC2
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter
from kcert.errors import FormatError, UnsupportedAlgorithmError
from kcert.keys import LockProfile, PrivateKey, ciphers, pkcs12
from kcert.keys.passwords import Password
from kcert.keys.rc2 import Rc2
from kcert.keys.schemes import new_scheme, read_scheme
from kcert.testing import clear_error

SMEG, QUEEG = "0073006d006500670000", "007100750065006500670000"

# The test vectors that implementations of PKCS#12 have passed on since the 1990s (Dr Stephen
# Henson's notes, Bouncy Castle's PKCS12Test, OpenSSL's evppbe_pkcs12.txt).
VECTORS = [
    (SMEG, "0A58CF64530D823F", 1, 1, "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3"),
    (SMEG, "0A58CF64530D823F", 1, 2, "79993DFE048D3B76"),
    (SMEG, "3D83C0E4546AC140", 1, 3, "8D967D88F6CAA9D714800AB3D48051D63F73A312"),
    (QUEEG, "05DEC959ACFF72F7", 1000, 1, "ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4"),
    (QUEEG, "05DEC959ACFF72F7", 1000, 2, "11DEDAD7758D4860"),
    (QUEEG, "263216FCC2FAB31C", 1000, 3, "5EC4C7A80DF652294C3925B6489A7AB857C83476"),
]


@pytest.mark.parametrize(("password", "salt", "iterations", "purpose", "expected"), VECTORS)
def test_the_derivation_gives_the_known_answers(password, salt, iterations, purpose, expected):
    answer = bytes.fromhex(expected)
    octets = bytearray.fromhex(password)

    assert answer == pkcs12.derive(
        "sha1", octets, bytes.fromhex(salt), iterations, purpose=purpose, length=len(answer)
    )


@pytest.mark.parametrize(
    "digest", ["sha1", "sha224", "sha256", "sha384", "sha512", "sha512_256", "sha3_256"]
)
@pytest.mark.parametrize("salt", [0, 1, 8, 64, 200])
def test_the_derivation_is_that_of_the_standard(digest, salt):
    """The text of RFC 7292 B.2, step by step."""
    password, salt = bytes.fromhex(SMEG), bytes(range(salt))
    u, v = hashlib.new(digest).digest_size, hashlib.new(digest).block_size
    d = bytes([1]) * v
    s = (salt * v)[: -(-len(salt) // v) * v] if salt else b""
    p = (password * v)[: -(-len(password) // v) * v]
    i, a = s + p, b""
    while len(a) < 3 * u + 1:
        block = d + i
        for _ in range(5):
            block = hashlib.new(digest, block).digest()
        a += block
        b = int.from_bytes((block * v)[:v], "big")
        i = b"".join(
            ((int.from_bytes(i[j : j + v], "big") + b + 1) % 2 ** (8 * v)).to_bytes(v, "big")
            for j in range(0, len(i), v)
        )

    derived = pkcs12.derive(
        digest, bytearray(password), salt, 5, purpose=pkcs12.ENCRYPTION_KEY, length=3 * u + 1
    )

    assert derived == a[: 3 * u + 1]


@pytest.mark.parametrize(
    ("password", "readings"),
    [
        (b"a", ["00610000"]),
        (b"", ["0000", ""]),
        ("가".encode(), ["ac000000", "00ea00b000800000"]),
        ("😀".encode(), ["d83dde000000", "00f0009f009800800000"]),
        (b"\0", ["00000000"]),
        ("가".encode("cp949"), ["00b000a10000"]),
    ],
)
def test_a_password_has_these_readings(password, readings):
    found = [bytes(octets).hex() for octets in pkcs12.password_readings(bytearray(password))]

    assert found == readings


def test_readings_are_overwritten():
    kept = list(pkcs12.password_readings(bytearray("비밀".encode())))

    assert not any(map(any, kept))


def test_octets_that_are_no_text_cannot_be_written():
    profile = LockProfile(name="test", scheme=oids.PKCS12_TRIPLE_DES, iterations=1)

    with clear_error(FormatError), Password("가".encode("cp949")) as password:
        new_scheme(profile).encrypt(b"data", password)


@pytest.mark.parametrize(
    ("key", "bits", "ciphertext", "plaintext"),
    [  # RFC 2268 section 5
        ("0000000000000000", 63, "ebb773f993278eff", "0000000000000000"),
        ("ffffffffffffffff", 64, "278b27e42e2f0d49", "ffffffffffffffff"),
        ("3000000000000000", 64, "30649edf9be7d2c2", "1000000000000001"),
        ("88", 64, "61a8a244adacccf0", "0000000000000000"),
        ("88bca90e90875a", 64, "6ccf4308974c267f", "0000000000000000"),
    ],
)
def test_rc2_gives_the_answers_of_the_standard(key, bits, ciphertext, plaintext):
    own = Rc2(bytes.fromhex(key), bits)

    assert own.decrypt_block(bytes.fromhex(ciphertext)).hex() == plaintext


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=24, max_size=24))
def test_rc2_decrypts_what_openssl_encrypts(key, plaintext):
    if not ciphers.platform_has_seed():
        pytest.skip("the legacy provider is switched off, so there is nothing to compare with")
    encryptor = Cipher(RC2(key), modes.CBC(bytes(range(8)))).encryptor()
    encrypted = encryptor.update(plaintext) + encryptor.finalize()

    assert Rc2(key, 128).decrypt_cbc(bytes(range(8)), encrypted) == plaintext


def test_a_key_locked_in_triple_des_opens_again(small_pkcs8):
    profile = LockProfile(name="test", scheme=oids.PKCS12_TRIPLE_DES, iterations=2)

    with PrivateKey.load(small_pkcs8) as key:
        locked = key.lock("비밀 😀", profile)
    with locked.unlock("비밀 😀") as key:
        assert key.reveal_pkcs8() == small_pkcs8
    assert locked.cipher == "des-EDE3-CBC"
    assert locked.needs_relock()
    assert locked.similar_profile().scheme == oids.PKCS12_TRIPLE_DES


@pytest.mark.parametrize("number", [1, 2, 4, 5, 6])
def test_other_schemes_of_pkcs12_are_read_and_not_written(number):
    oid = f"1.2.840.113549.1.12.1.{number}"
    algorithm = AlgorithmIdentifier(oid, PBEParameter(b"saltsalt", 2_048).encode())

    assert read_scheme(algorithm).iterations == 2_048
    with clear_error(UnsupportedAlgorithmError):
        new_scheme(LockProfile(name="test", scheme=oid, iterations=1))
