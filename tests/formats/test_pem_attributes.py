# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.formats.pem_attributes import BagAttributes, read_attributes, write_attributes
from kcert.testing.strategies import der_values, oids

NAMES = ["홍길동", "", " ", "a\nb", ":x", "-----BEGIN X-----", "Bag Attributes", "\ud800", "a\0b"]


@given(
    st.builds(
        BagAttributes,
        st.none() | st.binary(min_size=1, max_size=40),
        st.none() | st.text() | st.sampled_from(NAMES),
        st.lists(
            st.tuples(oids(), st.lists(der_values(max_leaves=3), max_size=2).map(tuple)), max_size=2
        ).map(tuple),
    )
)
def test_what_is_written_is_read_back(attributes):
    text = write_attributes(attributes)
    assert b"-----" not in text
    assert read_attributes(text) == attributes
    assert read_attributes(b"subject=CN = x\n" + text + b"subject=CN = y\n\n") == attributes


def test_the_lines_are_those_of_openssl():
    assert write_attributes(BagAttributes(b"\x54\xb0", "홍길동")).decode() == (
        "Bag Attributes\n    localKeyID: 54 B0\n    friendlyName: 홍길동\n"
    )


def test_nothing_to_say_is_no_text():
    assert write_attributes(BagAttributes()) == b""


def test_openssl_s_own_lines_are_read():
    text = (
        b"Bag Attributes\r\n    localKeyID: A6 26 B1 \r\n    friendlyName: my key\r\n"
        b"    Microsoft CSP Name: x\r\nKey Attributes: <No Attributes>\r\n"
    )
    assert read_attributes(text) == BagAttributes(b"\xa6\x26\xb1", "my key")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"friendlyName: not under the title",
        b"Bag Attributes",
        b"Bag Attributes\nlocalKeyID: zz",
        b"Bag Attributes\nlocalKeyID:",
        b"Bag Attributes\nlocalKeyID: \xff",
        b"Bag Attributes\nlocalKeyID: " + b"00" * 10_000,
        b"Bag Attributes\nfriendlyName: \xd6\x00\xae",
        b"Bag Attributes\nfriendlyName: a\x1b[31mb",
        b"Bag Attributes\nfriendlyName:: !!!",
        b"Bag Attributes\n1.2.3: BAA=",
        b"Bag Attributes\n1.2.3:: BAE=",
        b"Bag Attributes\n1.2.3:: BAAA",
        b"Bag Attributes\n1.2.3:: !!!!",
        b"Bag Attributes\n3.2.3:: BAA=",
        b"Bag Attributes\n1:: BAA=",
        b"Bag Attributes\n1.40:: BAA=",
        b"Bag Attributes\nfriendlyName: " + b"x" * 200_000,
    ],
)
def test_what_is_no_attribute_is_passed_over(text):
    assert read_attributes(text) == BagAttributes()


def test_the_last_title_before_a_block_counts():
    text = b"Bag Attributes\nfriendlyName: of nothing\nBag Attributes\nlocalKeyID: 01\n"
    assert read_attributes(text) == BagAttributes(b"\1")


@given(st.binary(max_size=300))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(read_attributes(b"Bag Attributes\n" + text), BagAttributes)
