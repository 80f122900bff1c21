# SPDX-License-Identifier: Apache-2.0
"""Signature checks: every scheme right and wrong, and keys that are never used."""

from __future__ import annotations

import contextlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from kcert import FormatError, KcertError, LimitError, UnsupportedAlgorithmError
from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert.certificate.signatures import signature_algorithm
from kcert.trust.signatures import inherit_parameters, lacks_parameters, signature_holds

DATA = b"what is signed"
NULL = b"\x05\x00"


def spki(key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def algorithm(oid: str, parameters: bytes | None = None):
    return signature_algorithm(AlgorithmIdentifier(oid, parameters))


def pss(hash_oid: str, mask_oid: str, salt: int, *more: bytes) -> bytes:
    def hashed(oid: str) -> bytes:
        return encode.sequence(encode.oid(oid), encode.null())

    return encode.sequence(
        encode.context(0, hashed(hash_oid)),
        encode.context(1, encode.sequence(encode.oid(oids.MGF1), hashed(mask_oid))),
        encode.context(2, encode.integer(salt)),
        *more,
    )


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def dsa_key():
    return dsa.generate_private_key(1024)


def holds_and_breaks(public_key_info, name, signature) -> None:
    assert signature_holds(public_key_info, name, DATA, signature)
    assert not signature_holds(public_key_info, name, DATA + b".", signature)
    flipped = signature[:-1] + bytes([signature[-1] ^ 1])
    assert not signature_holds(public_key_info, name, DATA, flipped)
    assert not signature_holds(public_key_info, name, DATA, b"")
    assert not signature_holds(public_key_info, name, DATA, b"\x00" + signature)


@pytest.mark.parametrize(
    ("oid", "digest"),
    [
        (oids.SHA1_WITH_RSA, hashes.SHA1()),
        (oids.SHA224_WITH_RSA, hashes.SHA224()),
        (oids.SHA256_WITH_RSA, hashes.SHA256()),
        (oids.SHA384_WITH_RSA, hashes.SHA384()),
        (oids.SHA512_WITH_RSA, hashes.SHA512()),
    ],
)
def test_rsa(rsa_key, oid, digest):
    signature = rsa_key.sign(DATA, padding.PKCS1v15(), digest)

    holds_and_breaks(spki(rsa_key), algorithm(oid, NULL), signature)
    assert signature_holds(spki(rsa_key), algorithm(oid), DATA, signature)
    assert not signature_holds(spki(rsa_key), algorithm(oid, b"\x30\x00"), DATA, signature)


def test_rsa_pss(rsa_key):
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 20)
    signature = rsa_key.sign(DATA, scheme, hashes.SHA256())

    parameters = pss(oids.SHA256, oids.SHA384, 20)
    holds_and_breaks(spki(rsa_key), algorithm(oids.RSASSA_PSS, parameters), signature)
    for other in (pss(oids.SHA256, oids.SHA256, 20), pss(oids.SHA256, oids.SHA384, 32)):
        assert not signature_holds(
            spki(rsa_key), algorithm(oids.RSASSA_PSS, other), DATA, signature
        )
    with pytest.raises(KcertError):
        signature_holds(spki(rsa_key), algorithm(oids.RSASSA_PSS), DATA, signature)


@pytest.mark.parametrize("curve", [ec.SECP224R1(), ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_ecdsa(curve):
    key = ec.generate_private_key(curve)
    signature = key.sign(DATA, ec.ECDSA(hashes.SHA256()))
    name = algorithm(oids.ECDSA_WITH_SHA256)

    assert signature_holds(spki(key), name, DATA, signature)
    assert not signature_holds(spki(key), name, DATA + b".", signature)
    assert not signature_holds(spki(key), name, DATA, b"\x30\x06\x02\x01\x00\x02\x01\x00")


def test_dsa_and_its_inherited_parameters(dsa_key):
    signature = dsa_key.sign(DATA, hashes.SHA256())
    name = algorithm("2.16.840.1.101.3.4.3.2")
    whole = spki(dsa_key)
    assert signature_holds(whole, name, DATA, signature)

    numbers = dsa_key.public_key().public_numbers()
    bare = encode.sequence(
        encode.sequence(encode.oid(oids.DSA)), encode.bit_string(encode.integer(numbers.y))
    )
    assert lacks_parameters(bare)
    assert not lacks_parameters(whole)
    assert inherit_parameters(bare, whole) == whole
    assert inherit_parameters(whole, bare) == whole
    with pytest.raises(KcertError):
        signature_holds(bare, name, DATA, signature)


@pytest.mark.parametrize(
    ("make_key", "oid"),
    [
        (ed25519.Ed25519PrivateKey.generate, "1.3.101.112"),
        (ed448.Ed448PrivateKey.generate, "1.3.101.113"),
    ],
)
def test_edwards(make_key, oid):
    key = make_key()

    assert signature_holds(spki(key), algorithm(oid), DATA, key.sign(DATA))
    assert not signature_holds(spki(key), algorithm(oid), DATA + b".", key.sign(DATA))


def test_a_key_of_another_kind_does_not_verify(rsa_key, dsa_key):
    elliptic = ec.generate_private_key(ec.SECP256R1())
    signature = rsa_key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    for key, oid in (
        (rsa_key, oids.ECDSA_WITH_SHA256),
        (elliptic, oids.SHA256_WITH_RSA),
        (dsa_key, oids.SHA256_WITH_RSA),
        (rsa_key, "2.16.840.1.101.3.4.3.2"),
    ):
        assert not signature_holds(spki(key), algorithm(oid, NULL), DATA, signature)


@pytest.mark.parametrize("oid", [oids.MD5_WITH_RSA, "1.2.410.200004.1.20", "1.2.3.4"])
def test_algorithms_that_kcert_does_not_have_are_named(rsa_key, oid):
    with pytest.raises(UnsupportedAlgorithmError) as caught:
        signature_holds(spki(rsa_key), algorithm(oid, NULL), DATA, bytes(256))
    assert caught.value.oid == oid


def test_curves_without_a_name_and_binary_curves_are_not_used():
    name = algorithm(oids.ECDSA_WITH_SHA256)
    explicit = encode.sequence(
        encode.sequence(encode.oid(oids.EC_PUBLIC_KEY), encode.sequence(encode.integer(1))),
        encode.bit_string(b"\x04" + bytes(64)),
    )
    # sect571r1 (cryptography CVE-2026-26007).
    binary = encode.sequence(
        encode.sequence(encode.oid(oids.EC_PUBLIC_KEY), encode.oid("1.3.132.0.39")),
        encode.bit_string(b"\x04" + bytes(144)),
    )
    for key in (explicit, binary):
        with pytest.raises(UnsupportedAlgorithmError):
            signature_holds(key, name, DATA, bytes(64))


def test_enormous_keys_are_not_used():
    number = encode.integer((1 << 16385) - 1)
    key = encode.sequence(
        encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.null()),
        encode.bit_string(encode.sequence(number, encode.integer(65537))),
    )
    with pytest.raises(LimitError):
        signature_holds(key, algorithm(oids.SHA256_WITH_RSA, NULL), DATA, bytes(256))


@pytest.mark.parametrize(
    "parameters",
    [
        pss(oids.SHA256, oids.SHA256, -1),
        pss(oids.SHA256, oids.SHA256, 1 << 40),
        pss(oids.SHA256, oids.SHA256, 32, encode.context(3, encode.integer(2))),
        encode.sequence(encode.context(1, encode.sequence(encode.oid(oids.SHA256)))),
    ],
)
def test_odd_pss_parameters_are_refused(rsa_key, parameters):
    with pytest.raises(FormatError):
        signature_holds(spki(rsa_key), algorithm(oids.RSASSA_PSS, parameters), DATA, bytes(256))


@given(
    st.sampled_from([oids.SHA256_WITH_RSA, oids.RSASSA_PSS, oids.ECDSA_WITH_SHA256, "1.3.101.112"]),
    st.none() | st.binary(min_size=2, max_size=60).map(lambda b: encode.value(der.SEQUENCE, b)),
    st.binary(max_size=300),
    st.binary(max_size=300),
)
def test_anything_is_checked_or_refused(oid, parameters, key, signature):
    with contextlib.suppress(KcertError):
        assert not signature_holds(key, algorithm(oid, parameters), DATA, signature)
