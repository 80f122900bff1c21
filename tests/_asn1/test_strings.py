# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import der
from kcert._asn1.strings import STRING_TYPES, decode_string


@pytest.mark.parametrize(
    ("tag", "content", "text"),
    [
        (der.UTF8_STRING, "홍길동".encode(), "홍길동"),
        (der.BMP_STRING, "홍길동".encode("utf-16-be"), "홍길동"),
        (der.UNIVERSAL_STRING, "홍길동".encode("utf-32-be"), "홍길동"),
        (der.PRINTABLE_STRING, b"Hong", "Hong"),
        (der.IA5_STRING, b"hong@example.com", "hong@example.com"),
        (der.NUMERIC_STRING, b"123 456", "123 456"),
        (der.TELETEX_STRING, b"Hong", "Hong"),
        (der.TELETEX_STRING, "Müller".encode("latin-1"), "Müller"),
        (der.TELETEX_STRING, "Société Générale".encode("latin-1"), "Société Générale"),
        (der.TELETEX_STRING, "홍길동".encode("euc-kr"), "홍길동"),
        (der.TELETEX_STRING, "(주)똠방각하".encode("cp949"), "(주)똠방각하"),
        (der.TELETEX_STRING, "홍길동".encode(), "홍길동"),
        (der.UTF8_STRING, b"", ""),
    ],
)
def test_every_string_type_reads_right(tag, content, text):
    assert decode_string(tag, content) == (text, True)


@pytest.mark.parametrize("codec", ["cp949", "utf-8", "latin-1"])
def test_octets_that_the_type_does_not_allow_are_read_but_not_as_exact(codec):
    text = "é" if codec == "latin-1" else "홍길동"
    assert decode_string(der.PRINTABLE_STRING, text.encode(codec)) == (text, False)


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        (der.UTF8_STRING, b"a\xff"),
        (der.BMP_STRING, b"\0a\0"),
        (der.BMP_STRING, b"\xd8\x00"),
        (der.UNIVERSAL_STRING, b"\0\x11\0\0"),
    ],
)
def test_broken_encodings_become_replacement_characters(tag, content):
    text, exact = decode_string(tag, content)
    assert "�" in text
    assert not exact


def test_text_is_in_normalization_form_c():
    decomposed = unicodedata.normalize("NFD", "홍길동")
    assert decode_string(der.UTF8_STRING, decomposed.encode())[0] == "홍길동"
    assert decode_string(der.BMP_STRING, decomposed.encode("utf-16-be"))[0] == "홍길동"


def test_a_value_of_another_type_is_shown_in_hexadecimal():
    assert decode_string(der.BIT_STRING, b"\x00\xab") == ("#00ab", False)


@given(st.sampled_from(sorted(STRING_TYPES)), st.binary(max_size=40))
def test_no_octets_break_a_string(tag, content):
    text, _ = decode_string(tag, content)
    text.encode()
