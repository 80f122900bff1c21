# SPDX-License-Identifier: Apache-2.0
"""The identity check."""

from __future__ import annotations

import hashlib
import traceback
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert import vid
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    UnsupportedAlgorithmError,
)
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error, forms_of

# KCAC.TS.SIVID as an issuing client computes it; recomputed by hand.
ID_NUMBER = "1234561234567"
R = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")
VID = "17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"


@pytest.fixture(scope="module")
def certificate():
    return FakeAuthority("yessign").issue("홍길동", id_number=ID_NUMBER, random=R).certificate


def test_the_published_vector_holds():
    assert vid.compute(ID_NUMBER, R).hex() == VID


@pytest.mark.parametrize("written", ["123456-1234567", " 123456 1234567 ", "123456 - 1234567"])
def test_hyphens_and_spaces_do_not_count(written):
    assert vid.compute(written, R).hex() == VID


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512", "sha3_256"])
def test_the_hash_is_taken_twice_over_the_content(digest):
    content = bytes.fromhex("3026130d31323334353631323334353637031500") + R
    once = hashlib.new(digest, content).digest()
    assert vid.compute(ID_NUMBER, R, digest) == hashlib.new(digest, once).digest()


@pytest.mark.parametrize(
    ("oid", "name"),
    [("1.3.14.3.2.26", "sha1"), ("2.16.840.1.101.3.4.2.1", "sha256"),
     ("2.16.840.1.101.3.4.2.3", "sha512")],
)  # fmt: skip
def test_a_hash_may_be_named_by_its_object_identifier(oid, name):
    assert vid.compute(ID_NUMBER, R, oid) == vid.compute(ID_NUMBER, R, name)


@pytest.mark.parametrize(
    ("name", "oid"),
    [("has160", "1.2.410.200004.1.2"), ("1.2.410.200004.1.2", "1.2.410.200004.1.2"),
     ("1.2.3.4", "1.2.3.4"), ("shake_128", None), ("no such hash", None), ("", None)],
)  # fmt: skip
def test_a_hash_that_kcert_does_not_have_is_named(name, oid):
    with clear_error(UnsupportedAlgorithmError) as caught:
        vid.compute(ID_NUMBER, R, name)
    assert caught.error.oid == oid


@pytest.mark.parametrize(
    "wrong",
    ["", "-", "12345a1234567", "１２３４５６１２３４５６７", "1234561\0", "1" * 65, "-" * 10**6],
)
def test_what_is_not_a_number_is_a_format_error_that_does_not_show_it(wrong):
    with clear_error(FormatError, canaries=[wrong] if 9 < len(wrong) < 99 else []):
        vid.compute(wrong, R)


@pytest.mark.parametrize("size", [0, 1025])
def test_an_r_of_impossible_length_is_a_format_error(size):
    with clear_error(FormatError):
        vid.compute(ID_NUMBER, bytes(size))


@given(number=st.text("0123456789", min_size=1, max_size=13), random=st.binary(min_size=1))
def test_every_number_and_r_give_a_hash(number, random):
    assert len(vid.compute(number, random)) == 32


def test_the_right_number_and_r_are_verified(certificate):
    vid.verify(certificate, ID_NUMBER, R)
    vid.verify(certificate, "123456-1234567", R)


def test_a_wrong_number_and_a_wrong_r_are_the_same_answer(certificate):
    answers = set()
    for number, random in (("1234561234568", R), (ID_NUMBER, bytes(20)), ("1", b"x")):
        with clear_error(IdentityMismatchError, canaries=[ID_NUMBER, R]) as caught:
            vid.verify(certificate, number, random)
        answers.add((str(caught.error), caught.error.message_ko))
    assert len(answers) == 1


def test_a_certificate_without_a_vid_is_told_as_such():
    without = FakeAuthority("yessign").issue("홍길동", without_vid=True).certificate
    with clear_error(FormatError):
        vid.verify(without, ID_NUMBER, R)
    with clear_error(FormatError):
        vid.verify(SimpleNamespace(identity=None), ID_NUMBER, R)


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_the_hash_of_the_certificate_is_used(digest):
    issued = FakeAuthority("yessign").issue(
        "홍길동", id_number=ID_NUMBER, random=R, vid_hash=digest, vid_null_parameters=True
    )
    vid.verify(issued.certificate, ID_NUMBER, R)


def test_no_local_variable_of_a_traceback_shows_number_or_r(certificate):
    cases = [
        lambda number, random: vid.verify(certificate, number, random),
        lambda number, random: vid.compute(number, random, "has160"),
        lambda number, random: vid.compute(number + "x", random),
        lambda number, random: vid.verify(SimpleNamespace(identity=None), number, random),
    ]
    forms = forms_of("9902301234567") | forms_of(b"kcert-canary-random!")
    for case in cases:
        try:
            case("9902301234567", b"kcert-canary-random!")
        except KcertError as error:
            inner = error.__traceback__.tb_next.tb_next
            shown = traceback.TracebackException(
                type(error), error, inner, capture_locals=True
            ).format()
            text = "".join(shown).encode()
            assert not [form for form in forms if form in text]
        else:
            pytest.fail("no error")
