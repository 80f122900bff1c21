# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1.pem import PemBlock, decode_base64, encode_pem, read_blocks
from kcert.errors import FormatError, KcertError

BLOCK = b"-----BEGIN X-----\nAAEC\n-----END X-----\n"


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["CERTIFICATE", "X", "A B C"]))
def test_what_is_written_reads_back(data, label):
    assert read_blocks(encode_pem(label, data).encode()) == [PemBlock(label, (), data)]


def test_lines_are_64_columns_and_end_in_lf():
    lines = encode_pem("X", bytes(100)).split("\n")
    assert [len(line) for line in lines[1:4]] == [64, 64, 8]
    assert lines[-1] == ""


@pytest.mark.parametrize(
    "text",
    [
        b"text before\n" + BLOCK + b"text after: none",
        b"\xef\xbb\xbf" + BLOCK,
        BLOCK.replace(b"\n", b"\r\n"),
        BLOCK.replace(b"\n", b"\r"),
        BLOCK.rstrip(),
        b"-----BEGIN X-----AAEC-----END X-----",
        b"-----BEGIN X-----\nA\nA\nE\nC\n\n-----END X-----",
        b"-----BEGIN X-----\n\n  AAEC  \n-----END X-----",
    ],
)
def test_loose_layout_is_read(text):
    assert [block.data for block in read_blocks(text)] == [b"\0\1\2"]


def test_headers_of_rfc_1421_are_kept():
    text = (
        b"-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n"
        b" 11\n\nAAEC\n-----END X-----"
    )
    (block,) = read_blocks(text)
    assert block.headers == (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", "DES-EDE3-CBC,00 11"))
    assert block.data == b"\0\1\2"


def test_blocks_come_in_order():
    text = BLOCK + BLOCK.replace(b"X", b"Y").replace(b"AAEC", b"AAED")
    assert [(block.label, block.data) for block in read_blocks(text)] == [
        ("X", b"\0\1\2"),
        ("Y", b"\0\1\3"),
    ]


def test_a_text_without_blocks_has_none():
    assert read_blocks(b"nothing here") == []


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN X-----\nAAEC\n",
        b"-----BEGIN X-----\nAAEC\n-----END Y-----",
        b"-----BEGIN X-----\n-----BEGIN X-----\nAAEC\n-----END X-----\n-----END X-----",
        b"-----END X-----",
        BLOCK + b"-----END X-----",
        b"-----END X-----" + BLOCK,
        b"-----BEGIN X",
        b"-----BEGIN -----\nAAEC\n-----END -----",
        b"-----BEGIN \xff-----\nAAEC\n-----END \xff-----",
        b"-----BEGIN X-----\n-----END X-----",
        b"-----BEGIN X-----\nAAE\n-----END X-----",
        b"-----BEGIN X-----\nAA=EC\n-----END X-----",
        b"-----BEGIN X-----\nAA\0EC\n-----END X-----",
        b"-----BEGIN X-----\nAA*C\n-----END X-----",
        b"-----BEGIN X-----\nAAEC\nname: value\n-----END X-----",
    ],
)
def test_broken_armour_is_a_format_error(text):
    with pytest.raises(FormatError):
        read_blocks(text)


@pytest.mark.parametrize("text", [b"", b"  \n", b"=", b"AA", b"A", b"AA==AA==", b"a\xff=="])
def test_what_is_not_base64_is_a_format_error(text):
    with pytest.raises(FormatError):
        decode_base64(text)


def test_the_error_holds_nothing_of_the_text():
    with pytest.raises(FormatError) as caught:
        read_blocks(b"-----BEGIN X-----\nCANARY!CANARY\n-----END X-----")
    assert "CANARY" not in str(caught.value) + caught.value.message_ko
    assert caught.value.__cause__ is None
    assert "CANARY" not in repr(read_blocks(BLOCK.replace(b"AAEC", b"Q0FOQVJZ")))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        b"x" * (1 << 24),
        b"-" * (1 << 22),
        b"-----BEGIN " * (1 << 18),
        b"-----BEGIN X-----\n" + b"a: b\n" * (1 << 18) + b"-----END X-----",
        b"-----BEGIN X-----\na: b\n" + b" c\n" * (1 << 18) + b"\nAAEC\n-----END X-----",
        BLOCK * (1 << 14),
    ],
    ids=["letters", "dashes", "begins", "headers", "folded", "blocks"],
)
def test_long_texts_take_time_in_proportion(text):
    # Work that grows with the square would take hours; the time-out tells the two apart.
    with contextlib.suppress(FormatError):
        read_blocks(text)


@given(
    st.lists(st.sampled_from([b"-----BEGIN ", b"-----END ", b"-----", b"X", b"\n", b"AAEC", b":"]))
)
@settings(max_examples=300)
def test_arbitrary_armour_gives_blocks_or_a_kcert_error(parts):
    with contextlib.suppress(KcertError):
        read_blocks(b"".join(parts))
