# SPDX-License-Identifier: Apache-2.0
"""MACs by a shared secret, each against its formula written out, and their limits."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pbm import PBMAC1Parameters, PBMParameter
from kcert._asn1.pkcs5 import PBKDF2Parameters
from kcert.errors import FormatError, KcertError, LimitError, UnsupportedAlgorithmError
from kcert.keys.passwords import Password
from kcert.lifecycle.cmp.macs import MacKind, compute_mac, new_mac
from kcert.testing import assert_clear_error, clear_error
from kcert.testing.strategies import mutations

CODE = "인가코드-7!"
DATA = b"the protected part"


def mac(algorithm, data=DATA, **options):
    return compute_mac(algorithm, Password(CODE), data, **options)


def test_password_based_mac_is_that_of_the_standard():
    algorithm = new_mac(MacKind.PBM)
    parameters = PBMParameter.read(algorithm)
    key = CODE.encode() + parameters.salt
    for _ in range(parameters.iterations):
        key = hashlib.sha256(key).digest()

    assert parameters.iterations >= 1000
    assert mac(algorithm) == hmac.digest(key, DATA, "sha256")


def test_pbmac1_is_that_of_the_standard():
    algorithm = new_mac(MacKind.PBMAC1)
    derivation = PBKDF2Parameters.read(PBMAC1Parameters.read(algorithm).key_derivation)
    key = hashlib.pbkdf2_hmac(
        "sha256", CODE.encode(), derivation.salt, derivation.iterations, derivation.key_length
    )

    assert mac(algorithm) == hmac.digest(key, DATA, "sha256")


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 64])
def test_the_korean_mac_is_the_published_formula(size):
    key = hashlib.sha1(hashlib.sha1(b"aaaaabbbbb" + CODE.encode()).digest()).digest()[:8]
    data = bytes(range(size))
    block = bytes(8)
    for start in range(0, size, 8):
        part = data[start : start + 8].ljust(8, b"\0")
        mixed = bytes(a ^ b for a, b in zip(block, part, strict=True))
        cipher = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()
        block = cipher.update(mixed)

    found = mac(new_mac(MacKind.KOREAN), data, accept={MacKind.KOREAN})

    assert found == (block if size else b"")


def test_every_new_mac_has_a_salt_of_its_own_but_the_korean():
    for kind in MacKind:
        made = {new_mac(kind).encode() for _ in range(3)}
        assert len(made) == (1 if kind is MacKind.KOREAN else 3)


@pytest.mark.parametrize("kind", MacKind)
def test_a_mac_that_is_not_accepted_is_not_computed(kind):
    others = {
        MacKind.PBM: {MacKind.KOREAN, MacKind.PBMAC1},
        MacKind.PBM_SHA1: {MacKind.KOREAN, MacKind.PBMAC1},
    }.get(kind, set(MacKind) - {kind})

    with clear_error(UnsupportedAlgorithmError, canaries=[CODE]):
        mac(new_mac(kind), accept=others)


def pbm(salt=bytes(16), function=oids.SHA256, rounds=1000, scheme=oids.HMAC_SHA256):
    parameters = PBMParameter(
        salt, AlgorithmIdentifier(function), rounds, AlgorithmIdentifier(scheme, NULL_PARAMETERS)
    )
    return AlgorithmIdentifier(oids.PBM, parameters.encode())


def pbmac1(rounds=1000, size=32, prf=oids.HMAC_SHA256, scheme=oids.HMAC_SHA256, kdf=oids.PBKDF2):
    derivation = PBKDF2Parameters(bytes(16), rounds, size, AlgorithmIdentifier(prf))
    parameters = PBMAC1Parameters(
        AlgorithmIdentifier(kdf, derivation.encode()), AlgorithmIdentifier(scheme)
    )
    return AlgorithmIdentifier(oids.PBMAC1, parameters.encode())


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        (pbm(rounds=100_001), LimitError),
        (pbm(rounds=2**62), LimitError),
        (pbm(rounds=99), FormatError),
        (pbm(salt=bytes(257)), LimitError),
        (pbm(function=oids.HAS160), UnsupportedAlgorithmError),
        (pbm(scheme="1.2.3"), UnsupportedAlgorithmError),
        (pbmac1(rounds=1_000_001), LimitError),
        (pbmac1(rounds=99), FormatError),
        (pbmac1(size=19), FormatError),
        (pbmac1(size=129), FormatError),
        (pbmac1(size=None), FormatError),
        (pbmac1(prf="1.2.3"), UnsupportedAlgorithmError),
        (pbmac1(scheme="1.2.3"), UnsupportedAlgorithmError),
        (pbmac1(kdf=oids.SCRYPT), UnsupportedAlgorithmError),
        (AlgorithmIdentifier(oids.PBM), FormatError),
        (AlgorithmIdentifier(oids.PBMAC1), FormatError),
        (AlgorithmIdentifier(oids.SHA256_WITH_RSA), UnsupportedAlgorithmError),
    ],
)
def test_parameters_that_ask_for_too_much_or_too_little_are_refused(algorithm, kind):
    with clear_error(kind, canaries=[CODE]):
        mac(algorithm)


@given(st.sampled_from([pbm(rounds=100), pbmac1(rounds=100)]), st.data())
def test_damaged_parameters_are_refused_or_give_another_mac(algorithm, data):
    damaged = data.draw(mutations(algorithm.parameters))
    try:
        mac(AlgorithmIdentifier(algorithm.oid, damaged))
    except KcertError as error:
        assert_clear_error(error, KcertError, canaries=[CODE])
