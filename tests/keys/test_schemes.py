# SPDX-License-Identifier: Apache-2.0
"""From an AlgorithmIdentifier to a lock, and back."""

from __future__ import annotations

import pytest

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter, PBES2Parameters, PBKDF2Parameters
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError
from kcert.keys.ciphers import CIPHERS
from kcert.keys.kdf import PRF_DIGESTS
from kcert.keys.limits import DEFAULT_LIMITS, Limits
from kcert.keys.passwords import Password
from kcert.keys.profiles import CHEAPEST, MODERN, NPKI, NPKI_PBES2, LockProfile
from kcert.keys.schemes import new_scheme, read_scheme
from kcert.testing.assertions import clear_error

IV = encode.octet_string(bytes(16))


def pbes2(kdf=None, cipher=None, **numbers):
    parameters = PBKDF2Parameters(**{"salt": bytes(8), "iterations": 2048, **numbers})
    return AlgorithmIdentifier(
        oids.PBES2,
        PBES2Parameters(
            kdf or AlgorithmIdentifier(oids.PBKDF2, parameters.encode()),
            cipher or AlgorithmIdentifier(oids.AES128_CBC, IV),
        ).encode(),
    )


@pytest.mark.parametrize("profile", [NPKI, NPKI_PBES2, MODERN, CHEAPEST], ids=lambda p: p.name)
def test_what_a_profile_makes_reads_back(profile):
    made = new_scheme(profile)
    assert read_scheme(made.algorithm) == made
    assert made.iterations == profile.iterations
    assert len(made.salt) == profile.salt_size


@pytest.mark.parametrize("profile", [NPKI, NPKI_PBES2, MODERN], ids=lambda p: p.name)
def test_salts_and_vectors_are_new_each_time(profile):
    assert len({new_scheme(profile).algorithm.parameters for _ in range(50)}) == 50


def test_npki_writes_what_korean_programs_write():
    algorithm = new_scheme(NPKI).algorithm
    assert algorithm.encode()[:16].hex() == "301a06082a831a8c9a44010f300e0408"
    assert algorithm.encode()[-4:].hex() == "02020800"


def test_npki_pbes2_leaves_prf_and_key_length_out_as_korean_programs_do():
    whole = PBES2Parameters.read(new_scheme(NPKI_PBES2).algorithm)
    parameters = PBKDF2Parameters.read(whole.key_derivation)
    assert len(whole.key_derivation.parameters) == 2 + 10 + 4
    assert parameters.key_length is None
    assert whole.encryption.oid == oids.SEED_CBC


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("prf", PRF_DIGESTS)
def test_every_cipher_goes_with_every_prf_and_its_key_length(cipher, prf):
    block = CIPHERS[cipher]
    vector = encode.octet_string(bytes(block.block_size))
    for length in (None, block.key_size):
        for parameters in (None, NULL_PARAMETERS):
            scheme = read_scheme(
                pbes2(
                    cipher=AlgorithmIdentifier(cipher, vector),
                    key_length=length,
                    prf=AlgorithmIdentifier(prf, parameters),
                )
            )
            assert (scheme.cipher, scheme.prf) == (block, prf)


@pytest.mark.parametrize(
    ("algorithm", "oid"),
    [
        (AlgorithmIdentifier("1.2.410.200004.1.33", b"\x30\x00"), "1.2.410.200004.1.33"),
        # An arc that wraps to 15 in 32 bits.
        (
            AlgorithmIdentifier(f"1.2.410.200004.1.{2**32 + 15}", PBEParameter(b"", 1).encode()),
            f"1.2.410.200004.1.{2**32 + 15}",
        ),
        (pbes2(kdf=AlgorithmIdentifier("1.3.6.1.4.1.11591.4.12", b"\x30\x00")),
         "1.3.6.1.4.1.11591.4.12"),
        (pbes2(cipher=AlgorithmIdentifier("1.2.840.113549.3.4", b"\x05\x00")),
         "1.2.840.113549.3.4"),
        (pbes2(prf=AlgorithmIdentifier("1.3.6.1.5.5.8.1.3", NULL_PARAMETERS)),
         "1.3.6.1.5.5.8.1.3"),
    ],
)  # fmt: skip
def test_what_kcert_does_not_have_is_named_by_its_oid(algorithm, oid):
    with clear_error(UnsupportedAlgorithmError) as caught:
        read_scheme(algorithm)
    assert caught.error.oid == oid
    assert oid in str(caught.error)


@pytest.mark.parametrize(
    "algorithm",
    [
        AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, None),
        AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, b"\x05\x00"),
        AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, PBEParameter(b"", 0).encode()),
        AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, PBEParameter(b"", -1).encode()),
        AlgorithmIdentifier(oids.SEED_CBC, IV),
        AlgorithmIdentifier(oids.PBES2, None),
        AlgorithmIdentifier(oids.PBES2, b"\x30\x00"),
        pbes2(iterations=0),
        pbes2(iterations=-(2**70)),
        pbes2(key_length=0),
        pbes2(key_length=-16),
        pbes2(key_length=32),
        pbes2(prf=AlgorithmIdentifier(oids.HMAC_SHA256, b"\x30\x00")),
        pbes2(cipher=AlgorithmIdentifier(oids.AES128_CBC, None)),
        pbes2(cipher=AlgorithmIdentifier(oids.AES128_CBC, encode.octet_string(bytes(15)))),
        pbes2(cipher=AlgorithmIdentifier(oids.AES128_CBC, IV + b"\x05\x00")),
        pbes2(cipher=AlgorithmIdentifier(oids.DES_EDE3_CBC, IV)),
        pbes2(kdf=AlgorithmIdentifier(oids.PBKDF2, None)),
    ],
)
def test_parameters_that_a_scheme_does_not_allow_are_format_errors(algorithm):
    with clear_error(FormatError):
        read_scheme(algorithm)


def test_a_salt_from_another_source_is_unsupported():
    source = AlgorithmIdentifier("1.2.3.4", None).encode()
    kdf = AlgorithmIdentifier(oids.PBKDF2, encode.sequence(source, encode.integer(1)))
    with clear_error(UnsupportedAlgorithmError) as caught:
        read_scheme(pbes2(kdf=kdf))
    assert caught.error.oid == "1.2.3.4"


@pytest.mark.parametrize("iterations", [1, 100, 127, 128, 255, 256, 1024, 2048, 65_536, 2_000_000])
def test_rounds_of_every_width_within_the_cap_pass(iterations):
    algorithm = AlgorithmIdentifier(
        oids.SEED_CBC_WITH_SHA1, PBEParameter(bytes(8), iterations).encode()
    )
    scheme = read_scheme(algorithm)
    scheme.check(Limits())
    assert scheme.iterations == iterations


@pytest.mark.parametrize(
    "iterations",
    [2_000_001, 2**31 - 1, 2**31, 10**12, 2**63 - 1, 2**63, 2**64, 2**80_000],
    ids=lambda number: f"{number:x}"[:20],
)
def test_rounds_above_the_cap_are_a_limit_error(iterations):
    for algorithm in (
        AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, PBEParameter(bytes(8), iterations).encode()),
        pbes2(iterations=iterations),
    ):
        with clear_error(LimitError) as caught:
            read_scheme(algorithm).check(Limits())
        assert caught.error.value == iterations


def test_salts_from_none_to_1024_octets_pass_and_longer_ones_do_not():
    for size in (0, 1, 8, 20, 64, 127, 128, 1024):
        scheme = read_scheme(pbes2(salt=bytes(size)))
        scheme.check(Limits())
        assert len(scheme.salt) == size
    with clear_error(LimitError):
        read_scheme(pbes2(salt=bytes(1025))).check(Limits())


def test_a_cap_may_be_raised_and_lowered():
    read_scheme(pbes2(iterations=3_000_000)).check(Limits(max_iterations=3_000_000))
    with clear_error(LimitError):
        read_scheme(pbes2()).check(Limits(max_iterations=2047))


@pytest.mark.parametrize("value", [0, -1, 2**31])
def test_a_cap_that_no_system_could_keep_is_refused(value):
    with pytest.raises(ValueError, match="max_iterations"):
        Limits(max_iterations=value)


@pytest.mark.parametrize(
    "profile",
    [
        LockProfile(name="old", scheme=oids.SEED_CBC, iterations=1),
        LockProfile(name="unknown", scheme="1.2.3", iterations=1),
        LockProfile(name="no cipher", scheme=oids.PBES2, prf=oids.HMAC_SHA1, iterations=1),
        LockProfile(name="no prf", scheme=oids.PBES2, cipher=oids.AES128_CBC, iterations=1),
    ],
    ids=lambda profile: profile.name,
)
def test_a_profile_that_kcert_does_not_write_is_refused(profile):
    with clear_error(UnsupportedAlgorithmError):
        new_scheme(profile)


@pytest.mark.parametrize("wrong", [{"iterations": 0}, {"iterations": 2_000_001}, {"salt_size": 7}])
def test_a_profile_that_could_not_be_opened_or_is_careless_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        LockProfile(**{"name": "x", "scheme": oids.SEED_CBC_WITH_SHA1, "iterations": 1, **wrong})


def scrypt(cost: int, block_size: int, lanes: int, *more: bytes) -> AlgorithmIdentifier:
    numbers = (encode.integer(number) for number in (cost, block_size, lanes))
    parameters = encode.sequence(encode.octet_string(b"saltsalt"), *numbers, *more)
    return AlgorithmIdentifier(oids.SCRYPT, parameters)


def test_scrypt_is_read():
    scheme = read_scheme(pbes2(kdf=scrypt(16, 1, 2, encode.integer(16))))

    scheme.check(DEFAULT_LIMITS)
    assert scheme.memory == 128 * 16 * 2
    with Password("password") as password:
        locked = scheme.encrypt(b"data", password)
        assert list(scheme.decrypt(locked, password)) == [b"data"]


@pytest.mark.parametrize(
    "parameters", [(3, 1, 1), (1, 1, 1), (16, 0, 1), (16, 1, -1), (16, 1, 1, encode.integer(15))]
)
def test_impossible_scrypt_is_refused(parameters):
    with clear_error(FormatError):
        read_scheme(pbes2(kdf=scrypt(*parameters)))


@pytest.mark.parametrize("parameters", [(1 << 20, 8, 1), (1 << 15, 8, 17), (2, 1 << 40, 1)])
def test_scrypt_is_capped_before_any_work(parameters):
    with clear_error(LimitError):
        read_scheme(pbes2(kdf=scrypt(*parameters))).check(DEFAULT_LIMITS)
