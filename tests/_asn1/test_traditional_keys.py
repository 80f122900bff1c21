# SPDX-License-Identifier: Apache-2.0
"""OpenSSL's traditional private keys, put into a PrivateKeyInfo."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import encode
from kcert._asn1.pkcs8 import PrivateKeyInfo
from kcert._asn1.traditional_keys import WRAPPERS, wrap_dsa, wrap_ec
from kcert.errors import FormatError, KcertError
from kcert.testing import clear_error
from kcert.testing.strategies import mutations


def encoded(key, form) -> bytes:
    return key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


@pytest.fixture(scope="module")
def keys():
    return {
        "RSA PRIVATE KEY": rsa.generate_private_key(65537, 1024),
        "EC PRIVATE KEY": ec.generate_private_key(ec.SECP384R1()),
        "DSA PRIVATE KEY": dsa.generate_private_key(1024),
    }


@pytest.mark.parametrize("label", WRAPPERS)
@pytest.mark.parametrize("buffer", [bytearray, lambda octets: memoryview(bytearray(octets))])
def test_a_wrapped_key_is_the_key_in_pkcs8(keys, label, buffer):
    key = keys[label]
    wrapped = WRAPPERS[label](buffer(encoded(key, serialization.PrivateFormat.TraditionalOpenSSL)))
    PrivateKeyInfo.read(memoryview(wrapped))
    again = serialization.load_der_private_key(bytes(wrapped), None)
    pkcs8 = serialization.PrivateFormat.PKCS8
    assert encoded(again, pkcs8) == encoded(key, pkcs8)


def test_an_ec_key_that_does_not_name_its_curve_is_a_format_error():
    nameless = encode.sequence(encode.integer(1), encode.octet_string(bytes(32)))
    with clear_error(FormatError) as caught:
        wrap_ec(bytearray(nameless))
    assert "curve" in str(caught.error)


@pytest.mark.parametrize(
    ("wrap", "octets"),
    [
        (wrap_ec, encode.sequence(encode.integer(2), encode.octet_string(bytes(32)))),
        (wrap_dsa, encode.sequence(*map(encode.integer, (1, 7, 5, 3, 2, 1)))),
        (wrap_dsa, encode.sequence(*map(encode.integer, (0, 7, 5, 3, 2, 1, 1)))),
        (wrap_dsa, encode.sequence(*map(encode.integer, (0, 7, 5, 3, 2)))),
    ],
)
def test_another_version_or_number_of_fields_is_a_format_error(wrap, octets):
    with clear_error(FormatError):
        wrap(bytearray(octets))


@given(label=st.sampled_from(sorted(WRAPPERS)), data=st.data())
def test_a_changed_key_is_a_value_or_a_clear_error(keys, label, data):
    plain = encoded(keys[label], serialization.PrivateFormat.TraditionalOpenSSL)
    changed = data.draw(mutations(plain))
    try:
        WRAPPERS[label](bytearray(changed))
    except KcertError as error:
        assert error.code
