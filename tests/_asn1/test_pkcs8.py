# SPDX-License-Identifier: Apache-2.0
"""The structures of private keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import decoder, encoder
from pyasn1_modules import rfc5208, rfc5958, rfc8017

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs8 import (
    EncryptedPrivateKeyInfo,
    PrivateKeyInfo,
    RSAPrivateKey,
)
from kcert.errors import FormatError, KcertError
from kcert.testing.assertions import clear_error
from kcert.testing.keypool import shared_keys


@pytest.fixture(scope="module")
def key():
    return shared_keys.key("structures", 1024, ring=1)


@given(data=st.binary(max_size=2_000), parameters=st.none() | st.just(b"\x05\x00"))
def test_a_locked_key_reads_back_and_pyasn1_agrees(data, parameters):
    info = EncryptedPrivateKeyInfo(AlgorithmIdentifier("1.2.3.4", parameters), data)
    encoded = info.encode()
    assert EncryptedPrivateKeyInfo.read(encoded) == info
    other, rest = decoder.decode(encoded, rfc5208.EncryptedPrivateKeyInfo())
    assert not rest
    assert other["encryptedData"].asOctets() == data
    assert encoder.encode(other) == encoded


def test_an_open_key_is_read_as_pyasn1_reads_it(key):
    encoded = key.pkcs8(random=b"r" * 20)
    info = PrivateKeyInfo.read(memoryview(encoded))
    other, _ = decoder.decode(encoded, rfc5958.OneAsymmetricKey())
    assert bytes(info.private_key) == other["privateKey"].asOctets()
    assert info.algorithm == AlgorithmIdentifier(oids.RSA_ENCRYPTION, b"\x05\x00")
    ((oid, values),) = info.attributes
    assert oid == str(other["attributes"][0]["attrType"]) == oids.RANDOM_NUM
    assert [bytes(value) for value in values] == [encode.bit_string(b"r" * 20)]
    numbers = RSAPrivateKey.read(info.private_key)
    theirs, _ = decoder.decode(info.private_key.tobytes(), rfc8017.RSAPrivateKey())
    for mine, name in (
        (numbers.n, "modulus"),
        (numbers.e, "publicExponent"),
        (numbers.d, "privateExponent"),
        (numbers.p, "prime1"),
        (numbers.q, "prime2"),
        (numbers.dp, "exponent1"),
        (numbers.dq, "exponent2"),
        (numbers.qi, "coefficient"),
    ):
        assert mine == int(theirs[name])
    assert numbers.is_consistent()


def test_nothing_of_an_open_key_is_copied(key):
    buffer = bytearray(key.pkcs8(random=b"r" * 20))
    info = PrivateKeyInfo.read(memoryview(buffer))
    assert info.private_key.obj is buffer
    ((_, (value,)),) = info.attributes
    assert value.obj is buffer


def test_printing_shows_nothing_secret(key):
    info = PrivateKeyInfo.read(memoryview(key.pkcs8(random=b"r" * 20)))
    numbers = RSAPrivateKey.read(info.private_key)
    assert "memory" not in repr(info)
    assert str(numbers.d) not in repr(numbers)
    assert str(numbers.n) in repr(numbers)


@pytest.mark.parametrize(
    "attributes",
    [
        b"\x05\x00",
        encode.sequence(encode.oid("1.2.3")),
        encode.sequence(encode.oid("1.2.3"), encode.octet_string(b"")),
        encode.sequence(encode.oid("1.2.3"), encode.set_of([]), encode.null()),
        encode.sequence(encode.oid("1.2.3"), encode.value(0x31, b"\x04\x05a")),
    ],
)
def test_attributes_of_another_shape_are_a_format_error(key, attributes):
    plain = key.pkcs8()
    content = plain[4:] + encode.context(0, attributes)
    with clear_error(FormatError):
        PrivateKeyInfo.read(memoryview(encode.value(0x30, content)))


@given(data=st.binary(max_size=100))
def test_arbitrary_octets_give_a_value_or_a_clear_error(data):
    for read in (
        EncryptedPrivateKeyInfo.read,
        lambda octets: PrivateKeyInfo.read(memoryview(octets)),
        lambda octets: RSAPrivateKey.read(memoryview(octets)),
    ):
        try:
            read(data)
        except KcertError as error:
            assert error.code
