# SPDX-License-Identifier: Apache-2.0
"""Parameters of password-based encryption."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import encoder
from pyasn1.type import namedtype, univ

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter, PBES2Parameters, PBKDF2Parameters
from kcert.errors import FormatError, KcertError, LimitError
from kcert.testing.assertions import clear_error

SALTS = st.binary(max_size=1_030)
ROUNDS = st.integers(1, 2**63 - 1)


class PyasnPBEParameter(univ.Sequence):
    componentType = namedtype.NamedTypes(  # noqa: N815  # pyasn1's own word
        namedtype.NamedType("salt", univ.OctetString()),
        namedtype.NamedType("iterationCount", univ.Integer()),
    )


@given(salt=SALTS, iterations=ROUNDS)
def test_pbe_parameters_read_back_and_pyasn1_agrees(salt, iterations):
    parameters = PBEParameter(salt, iterations)
    encoded = parameters.encode()
    assert PBEParameter.read(AlgorithmIdentifier("1.2.3", encoded)) == parameters
    other = PyasnPBEParameter()
    other["salt"], other["iterationCount"] = salt, iterations
    assert encoder.encode(other) == encoded


@given(
    salt=SALTS,
    iterations=ROUNDS,
    key_length=st.none() | st.integers(1, 2**40),
    prf=st.sampled_from([oids.HMAC_SHA1, oids.HMAC_SHA256, "1.2.3"]),
    null=st.booleans(),
)
def test_pbkdf2_parameters_read_back(salt, iterations, key_length, prf, null):
    function = AlgorithmIdentifier(prf, NULL_PARAMETERS if null else None)
    parameters = PBKDF2Parameters(salt, iterations, key_length, function)
    algorithm = AlgorithmIdentifier(oids.PBKDF2, parameters.encode())
    assert PBKDF2Parameters.read(algorithm) == parameters


def test_the_default_function_is_read_and_left_out():
    encoded = PBKDF2Parameters(b"saltsalt", 2048).encode()
    assert encoded.hex() == "300e040873616c7473616c7402020800"
    read = PBKDF2Parameters.read(AlgorithmIdentifier(oids.PBKDF2, encoded))
    assert read.prf.oid == oids.HMAC_SHA1


def test_a_default_function_that_is_spelt_out_is_read():
    spelt = encode.sequence(
        encode.octet_string(b"salt"),
        encode.integer(1),
        AlgorithmIdentifier(oids.HMAC_SHA1, NULL_PARAMETERS).encode(),
    )
    read = PBKDF2Parameters.read(AlgorithmIdentifier(oids.PBKDF2, spelt))
    assert read == PBKDF2Parameters(b"salt", 1)


def test_pbes2_parameters_read_back():
    parameters = PBES2Parameters(
        AlgorithmIdentifier(oids.PBKDF2, b"\x30\x00"), AlgorithmIdentifier(oids.SEED_CBC)
    )
    algorithm = AlgorithmIdentifier(oids.PBES2, parameters.encode())
    assert PBES2Parameters.read(algorithm) == parameters


READERS = [PBEParameter.read, PBKDF2Parameters.read, PBES2Parameters.read]


@pytest.mark.parametrize("read", READERS)
def test_absent_parameters_are_a_format_error_that_names_the_algorithm(read):
    with clear_error(FormatError) as caught:
        read(AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, None))
    assert "pbeWithSHA1AndSEED-CBC" in str(caught.error)


@pytest.mark.parametrize("read", READERS)
def test_octets_after_the_end_are_a_format_error(read):
    inner = [encode.octet_string(b""), encode.integer(1)]
    if read is READERS[2]:
        inner = [AlgorithmIdentifier("1.2.3").encode()] * 2
    for encoded in (
        encode.sequence(*inner) + b"\x05\x00",
        encode.sequence(*inner, b"\x30\x00", b"\x05\x00"),
    ):
        with clear_error(FormatError):
            read(AlgorithmIdentifier("1.2.3", encoded))


@pytest.mark.parametrize("iterations", [0, -1, -(2**70)])
def test_no_rounds_and_fewer_are_a_format_error(iterations):
    encoded = encode.sequence(encode.octet_string(b""), encode.integer(iterations))
    for read in READERS[:2]:
        with clear_error(FormatError):
            read(AlgorithmIdentifier("1.2.3", encoded))


def test_rounds_beyond_63_bits_are_a_limit_error():
    encoded = encode.sequence(encode.octet_string(b""), encode.integer(2**63))
    for read in READERS[:2]:
        with clear_error(LimitError):
            read(AlgorithmIdentifier("1.2.3", encoded))


@given(data=st.binary(max_size=60), read=st.sampled_from(READERS))
def test_arbitrary_octets_give_a_value_or_a_clear_error(data, read):
    try:
        read(AlgorithmIdentifier("1.2.3", data))
    except KcertError as error:
        assert error.code
