# SPDX-License-Identifier: Apache-2.0
"""New keys: what is in them, and what other programs make of them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kcert.keys import PrivateKey
from kcert.keys.generation import generate_key


def test_a_new_key_has_a_random_number_of_its_own():
    with generate_key() as one, generate_key() as other:
        assert one.key_size == 2048
        assert len(one.random.reveal()) == 20
        assert one.random.reveal() != other.random.reveal()
        assert one.public_numbers != other.public_numbers


def test_a_new_key_may_have_none():
    with generate_key(random=False) as key:
        assert key.random is None
        assert not key.attributes


@pytest.mark.parametrize("random", [True, False])
def test_a_new_key_is_sound_to_kcert_and_to_openssl(random):
    with generate_key(random=random) as key:
        pkcs8 = key.reveal_pkcs8()

    with PrivateKey.load(pkcs8, full_check=True) as again:
        assert (
            load_der_private_key(pkcs8, None).public_key().public_numbers().n
            == (again.public_numbers[0])
        )


@pytest.mark.parametrize("bits", [0, 1024, 2047, 16_385])
def test_a_size_out_of_range_is_refused(bits):
    with pytest.raises(ValueError, match="bits"):
        generate_key(bits)
