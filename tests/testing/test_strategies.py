# SPDX-License-Identifier: Apache-2.0
"""The strategies give what they promise, and every kind of it."""

from __future__ import annotations

import builtins
import importlib
import sys
import unicodedata

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from kcert._asn1 import encode
from kcert._asn1.der import Reader
from kcert.certificate import Certificate
from kcert.errors import MissingExtraError
from kcert.testing import clear_error, name, strategies
from kcert.testing.spans import replace_value, spans


@pytest.mark.parametrize(
    "kind",
    [
        lambda text: text == "",
        lambda text: text.isspace(),
        lambda text: "\0" in text,
        lambda text: "🔐" in text,
        lambda text: unicodedata.normalize("NFC", text) != text,
        lambda text: any("가" <= letter <= "힣" for letter in text),
        lambda text: text.isascii() and len(text) > 20,
    ],
    ids=["empty", "blank", "NUL", "emoji", "NFD", "Hangul", "long ASCII"],
)
def test_passwords_of_every_kind_occur(kind):
    find(strategies.passwords(), kind, settings=settings(max_examples=5_000, database=None))


@pytest.mark.parametrize("letter", [",", "+", '"', "\\", "/", "=", "#", ";", "<", " "])
def test_names_with_every_special_character_occur(letter):
    find(
        strategies.dn_values(),
        lambda text: text.startswith(letter) or text.endswith(letter),
        settings=settings(max_examples=5_000, database=None),
    )


@settings(max_examples=30)
@given(strategies.distinguished_names())
def test_distinguished_names_can_be_written_and_read(attributes):
    encoded = name(*attributes)
    Reader(encoded, "name").sequence()
    assert attributes[0][0] == "C"
    assert attributes[-1][0] == "CN"


@settings(max_examples=15)
@given(strategies.credentials())
def test_credentials_open_with_their_password(drawn):
    credential, password = drawn
    assert Certificate.load(credential.certificate.der) == credential.certificate
    with credential.unlock(password) as unlocked:
        unlocked.verify(unlocked.sign(b"x"), b"x")


def test_credentials_with_and_without_each_part_occur():
    few = settings(max_examples=300, database=None)
    for wanted in (
        lambda found: found.key_management is not None and found.ca_certificates,
        lambda found: found.key_management is None and not found.ca_certificates,
        lambda found: found.certificate.identity.vid is None,
    ):
        find(strategies.locked_credentials(), wanted, settings=few)


def test_a_failing_example_prints_no_page_of_octets():
    credential = find(strategies.locked_credentials(), lambda found: bool(found.ca_certificates))
    for item in (credential, credential.certificate, *credential.ca_certificates):
        assert len(pretty(item)) < 1_000


GOOD = encode.sequence(
    encode.integer(1),
    encode.sequence(encode.oid("1.2.3"), encode.null()),
    encode.octet_string(b"x"),
)


@settings(max_examples=200)
@given(strategies.mutations(GOOD, max_changes=1))
def test_a_mutation_stays_near_the_original(mutated):
    assert len(mutated) <= len(GOOD) + 80


def test_mutations_of_every_kind_occur():
    few = settings(max_examples=5_000, database=None)
    find(
        strategies.mutations(GOOD),
        lambda data: data != GOOD and GOOD.startswith(data),
        settings=few,
    )
    find(strategies.mutations(GOOD), lambda data: len(data) == len(GOOD) != data, settings=few)
    # A change deep inside that leaves all the lengths right.
    find(
        strategies.mutations(GOOD),
        lambda data: (
            len(data) > len(GOOD) and [span.end for span in spans(data)][:1] == [len(data)]
        ),
        settings=few,
    )


def test_nothing_is_left_to_change_in_nothing():
    find(strategies.mutations(b""), lambda data: data == b"")


@settings(max_examples=50)
@given(strategies.der_values(), st.data())
def test_replacing_a_value_by_itself_changes_nothing(encoded, data):
    place = data.draw(st.sampled_from(spans(encoded)))
    assert replace_value(encoded, place, encoded[place.start : place.end]) == encoded


@settings(max_examples=50)
@given(strategies.der_values(), st.data(), st.binary(max_size=300))
def test_replacing_a_value_keeps_the_lengths_around_it_right(encoded, data, octets):
    place = data.draw(st.sampled_from(spans(encoded)))
    changed = replace_value(encoded, place, encode.octet_string(octets))
    reader = Reader(changed, "changed")
    reader.skip()
    reader.finish()


def test_spans_stop_where_the_data_turn_bad():
    assert spans(b"") == []
    assert spans(b"\x30\x05\x02\x01") == []
    assert len(spans(encode.sequence(encode.null(), b"\x04\x09"))) == 2


def test_without_hypothesis_the_error_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.partition(".")[0] == "hypothesis":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "kcert.testing.strategies")
    with clear_error(MissingExtraError) as caught:
        importlib.import_module("kcert.testing.strategies")
    assert 'pip install "kcert[test]"' in str(caught.error)
