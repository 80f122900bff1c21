# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest

from kcert.certificate import Certificate
from kcert.certificate.public_keys import read_public_key
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError


def spki(build, oid: str, parameters: bytes, key: bytes) -> bytes:
    encode = build.encode
    return encode.sequence(encode.sequence(encode.oid(oid), parameters), encode.bit_string(key))


def rsa(build, modulus: int, exponent: int = 65537) -> bytes:
    encode = build.encode
    key = encode.sequence(encode.integer(modulus), encode.integer(exponent))
    return spki(build, "1.2.840.113549.1.1.1", encode.null(), key)


def test_rsa_numbers_are_read(build):
    facts = read_public_key(rsa(build, (1 << 2047) + 1))
    assert (facts.type, facts.size) == ("RSA", 2048)
    assert facts.rsa_numbers == ((1 << 2047) + 1, 65537)


def test_a_modulus_of_16384_bits_is_the_limit(build):
    assert read_public_key(rsa(build, (1 << 16384) - 1)).size == 16384
    cert = Certificate.load(build.certificate(key=rsa(build, 1 << 16384)))
    for ask in (lambda: cert.rsa_numbers, lambda: cert.key_size, cert.public_key):
        with pytest.raises(LimitError) as caught:
            ask()
        assert caught.value.maximum == 16384
    with pytest.raises(LimitError):
        read_public_key(rsa(build, 5, 1 << 16384))


@pytest.mark.parametrize(("modulus", "exponent"), [(0, 3), (-5, 3), (5, 0), (5, -1)])
def test_rsa_numbers_that_are_not_positive_are_format_errors(build, modulus, exponent):
    with pytest.raises(FormatError):
        read_public_key(rsa(build, modulus, exponent))


@pytest.mark.parametrize("oid", ["1.2.410.200004.1.1", "1.2.410.200004.1.21"])
def test_a_kcdsa_key_states_its_size_and_names_its_oid(shared_data, build, oid):
    encode = build.encode
    path = shared_data / "fixtures/kcdsa-vectors/kcdsa.json"
    vector = json.loads(path.read_text(encoding="utf-8"))[0][0]
    prime, order, generator, public = (int(vector[letter], 16) for letter in "PQGY")
    parameters = encode.sequence(*map(encode.integer, (prime, order, generator)))
    cert = Certificate.load(
        build.certificate(key=spki(build, oid, parameters, encode.integer(public)))
    )
    assert (cert.key_type, cert.key_size, cert.rsa_numbers) == ("KCDSA", 1024, None)
    with pytest.raises(UnsupportedAlgorithmError) as caught:
        cert.public_key()
    assert caught.value.oid == oid


def test_an_unknown_algorithm_is_its_oid(build):
    cert = Certificate.load(build.certificate(key=spki(build, "1.2.3.4", b"", b"\0")))
    assert (cert.key_type, cert.key_size) == ("1.2.3.4", None)
    with pytest.raises(UnsupportedAlgorithmError):
        cert.public_key()


@pytest.mark.parametrize(
    ("curve", "size"),
    [("1.2.840.10045.3.1.7", 256), ("1.3.132.0.34", 384), ("1.3.132.0.35", 521), ("1.2.3", None)],
)
def test_the_size_of_a_curve(build, curve, size):
    key = spki(build, "1.2.840.10045.2.1", build.encode.oid(curve), b"\x04")
    facts = read_public_key(key)
    assert (facts.type, facts.size, facts.rsa_numbers) == ("EC", size, None)


def test_edwards_keys_have_one_size(build):
    assert read_public_key(spki(build, "1.3.101.112", b"", bytes(32))).type == "Ed25519"


def test_a_malformed_key_loads_and_fails_when_asked(build):
    key = spki(build, "1.2.840.113549.1.1.1", b"", b"\x30\x00")
    cert = Certificate.load(build.certificate(key=key))
    assert cert.public_key_info == key
    for ask in (lambda: cert.key_type, cert.public_key):
        with pytest.raises(FormatError):
            ask()
    point = spki(build, "1.2.840.10045.2.1", build.encode.oid("1.2.840.10045.3.1.7"), b"\x04\x01")
    with pytest.raises(FormatError):
        Certificate.load(build.certificate(key=point)).public_key()


def test_the_key_is_handed_to_cryptography(shared_data):
    cert = Certificate.load((shared_data / "fixtures/yessign-test/signCert.der").read_bytes())
    numbers = cert.public_key().public_numbers()
    assert (numbers.n, numbers.e) == cert.rsa_numbers
