# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder as ber_decoder
from pyasn1.codec.ber import encoder as ber_encoder
from pyasn1.codec.der import encoder as der_encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ

from kcert._asn1 import encode
from kcert._asn1.ber import implicit_octets, to_der
from kcert._asn1.der import Reader
from kcert.errors import FormatError, KcertError, LimitError
from kcert.testing import clear_error
from kcert.testing.strategies import der_values, mutations

END = b"\0\0"


def indefinite(tag: int, *members: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(members) + END


@given(der_values())
def test_der_comes_back_as_it_is(data):
    assert to_der(data, "test") == data


@pytest.mark.parametrize(
    ("ber", "der"),
    [
        (indefinite(0x30), "3000"),
        (indefinite(0x30, indefinite(0x30, b"\x05\0"), b"\x05\0"), "300630020500" + "0500"),
        (indefinite(0x24, b"\x04\x01a", b"\x04\x02bc"), "0403616263"),
        (indefinite(0x24, indefinite(0x24, b"\x04\x01a"), b"\x04\0"), "040161"),
        (bytes.fromhex("2406040161040162"), "04026162"),
        (indefinite(0x23, b"\x03\x02\0a", b"\x03\x02\x04\x60"), "0303046160"),
        (indefinite(0x23), "030100"),
        (indefinite(0x3E, b"\x04\x02\0a", b"\x1e\x02\0b"), "1e0400610062"),
        (b"\x30\x81\x02\x05\0", "30020500"),
        (b"\x30\x84\0\0\0\x02\x05\0", "30020500"),
        (b"\x04\x88" + bytes(7) + b"\x01a", "040161"),
        (indefinite(0xA0, b"\x04\x01a"), "a003040161"),
        (b"\xbf\x81\x01\x80\x05\0\0\0", "bf8101020500"),
    ],
)
def test_lengths_and_strings_become_those_of_der(ber, der):
    assert to_der(ber, "test").hex() == der


def test_a_string_in_pieces_under_an_implicit_tag_is_read_either_way():
    for data in (b"\x80\x02ab", b"\xa0\x06\x04\x01a\x04\x01b"):
        reader = Reader(data, "test")
        assert implicit_octets(reader, 0) == b"ab"
        reader.finish()
    with clear_error(FormatError):
        implicit_octets(Reader(b"\xa0\x03\x02\x01\0", "test"), 0)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x80\0",
        b"\x30\x01",
        b"\x30\x85\0\0\0\0",
        b"\x30\x89" + bytes(8) + b"\x01a",
        b"\x30\xff",
        b"\x04\x80a\0\0",  # indefinite, but not constructed
        b"\x30\0\0",
        b"\x3f\xff\xff\xff\x7f\0",
        indefinite(0x24, b"\x02\x01\0"),
        indefinite(0x23, b"\x03\x02\x04\x60", b"\x03\x02\0a"),
        indefinite(0x23, b"\x03\0"),
    ],
)
def test_what_is_no_ber_is_refused(bad):
    with clear_error(FormatError):
        to_der(bad, "test")


@pytest.mark.parametrize("levels", [40, 1_000, 100_000])
def test_nesting_is_capped(levels):
    with clear_error(LimitError):
        to_der(b"\x30\x80" * levels + END * levels, "test")


def test_a_megabyte_in_small_pieces_takes_no_second():
    size = 1 << 18
    piece = b"\x04\x02ab"
    start = time.process_time()
    assert len(to_der(indefinite(0x24, piece * size), "test")) == 2 * size + 5
    assert time.process_time() - start < 20  # a quadratic one takes minutes


class Names(univ.Sequence):
    componentType = namedtype.NamedTypes(  # noqa: N815 - the name is pyasn1's
        namedtype.NamedType("first", univ.OctetString()),
        namedtype.NamedType("second", univ.Integer()),
        namedtype.NamedType("third", univ.SequenceOf(componentType=univ.OctetString())),
    )


@given(st.binary(max_size=60), st.integers(), st.lists(st.binary(max_size=30), max_size=5))
def test_what_pyasn1_writes_as_ber_becomes_what_it_writes_as_der(first, second, third):
    value = Names()
    value["first"], value["second"] = first, second
    value["third"].extend(third)

    for options in ({}, {"defMode": False}, {"defMode": False, "maxChunkSize": 7}):
        ber = ber_encoder.encode(value, **options)
        assert to_der(ber, "test") == der_encoder.encode(value)


@settings(max_examples=200)
@given(st.data())
def test_damaged_input_is_refused_or_means_to_pyasn1_the_same(data):
    value = Names()
    value["first"], value["second"] = b"first", 1_234_567
    value["third"].extend([b"a", b"b"])
    changed = data.draw(mutations(ber_encoder.encode(value, defMode=False, maxChunkSize=3)))

    try:
        der = to_der(changed, "test")
    except KcertError:
        return
    try:
        meant, rest = ber_decoder.decode(changed, asn1Spec=Names())
    except (PyAsn1Error, UnicodeDecodeError, IndexError, OverflowError, ValueError):
        return
    assert not rest
    assert ber_decoder.decode(der, asn1Spec=Names())[0] == meant


def test_large_input_is_written_with_a_long_length():
    assert to_der(indefinite(0x24, encode.octet_string(bytes(300))), "test") == (
        encode.octet_string(bytes(300))
    )


def test_tiny_values_by_the_million_are_refused():
    with clear_error(LimitError) as caught:
        to_der(encode.sequence(bytes(2 << 20)), "test")

    assert caught.error.limit == "number of values"
