# SPDX-License-Identifier: Apache-2.0
"""What a password means."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.errors import FormatError, LimitError, UnlockError
from kcert.keys import PrivateKey, profiles
from kcert.keys.passwords import MAX_PASSWORD_SIZE, Password, password_bytes
from kcert.testing.assertions import clear_error


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_becomes_utf_8_and_nothing_is_normalised_or_trimmed(text):
    assert password_bytes(text) == text.encode()


@given(st.binary())
def test_octets_stay_as_they_are_in_a_copy(octets):
    source = bytearray(octets)
    for given_as in (octets, source, memoryview(octets)):
        made = password_bytes(given_as)
        assert made == octets
        assert made is not source


def test_octets_with_gaps_between_them_are_read_rightly():
    assert password_bytes(memoryview(b"a.b.c.")[::2]) == b"abc"


@pytest.mark.parametrize("wrong", [None, 1234, ["p", "w"], object()])
def test_anything_else_is_a_type_error_that_does_not_show_it(wrong):
    with pytest.raises(TypeError, match="password must be str, bytes or bytearray"):
        password_bytes(wrong)


@pytest.mark.parametrize("half", ["\ud800secret", "secret\udfff"])
def test_half_a_surrogate_pair_is_a_format_error(half):
    with clear_error(FormatError, canaries=["secret"]):
        password_bytes(half)


@pytest.mark.parametrize("unit", ["a", b"a", "가"])
def test_more_than_a_mebibyte_is_a_limit_error(unit):
    with clear_error(LimitError):
        password_bytes(unit * (MAX_PASSWORD_SIZE + 1))


def test_a_mebibyte_is_taken():
    assert len(password_bytes("a" * MAX_PASSWORD_SIZE)) == MAX_PASSWORD_SIZE


def test_a_password_is_overwritten_after_use():
    with Password("secret") as password:
        octets = password.octets
        assert octets == b"secret"
    assert octets == bytes(6)


MEANINGS = [
    "",
    "\0",
    " ",
    "a",
    "a ",
    " a",
    "\0abc",
    "abc",
    "비밀번호",
    "👍",
    unicodedata.normalize("NFD", "비밀번호"),
    "x" * 300,
]


# PBKDF2 keys its HMAC with the password, and HMAC fills a key up with zero octets (RFC 2104): there
# "" and "\0" are the same password by construction. PBKDF1 hashes it and tells them apart.
@pytest.mark.parametrize("password", MEANINGS)
def test_each_meaning_of_a_password_opens_its_own_lock_only(small_pkcs8, password):
    locked = PrivateKey.load(small_pkcs8).lock(password, profiles.CHEAPEST)
    assert locked.unlock(password).reveal_pkcs8() == small_pkcs8
    assert locked.unlock(password.encode()).reveal_pkcs8() == small_pkcs8
    assert locked.unlock(bytearray(password.encode())).reveal_pkcs8() == small_pkcs8
    for other in MEANINGS:
        if other != password:
            with clear_error(UnlockError):
                locked.unlock(other)
