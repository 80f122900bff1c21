# SPDX-License-Identifier: Apache-2.0
"""The DER writer: published octets, round trips, and pyasn1's encoding of the same values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import decoder, encoder
from pyasn1.type import char, univ, useful

from kcert._asn1 import der, encode
from kcert._asn1.der import Reader
from kcert.testing.strategies import der_values, moments, oids

KOREA = timezone(timedelta(hours=9))

# X.690 8.1.3, 8.3, 8.19, 8.21; RFC 8017 A.1 for the OID of rsaEncryption.
PUBLISHED = {
    "TRUE": (encode.boolean(flag=True), "0101ff"),
    "FALSE": (encode.boolean(flag=False), "010100"),
    "0": (encode.integer(0), "020100"),
    "127": (encode.integer(127), "02017f"),
    "128": (encode.integer(128), "02020080"),
    "256": (encode.integer(256), "02020100"),
    "-1": (encode.integer(-1), "0201ff"),
    "-128": (encode.integer(-128), "020180"),
    "-129": (encode.integer(-129), "0202ff7f"),
    "NULL": (encode.null(), "0500"),
    "rsaEncryption": (encode.oid("1.2.840.113549.1.1.1"), "06092a864886f70d010101"),
    "2.999.3": (encode.oid("2.999.3"), "0603883703"),
    "no bits": (encode.bit_string(b""), "030100"),
    "three bits": (encode.bit_string(b"\xe0", 5), "030205e0"),
    "empty SEQUENCE": (encode.sequence(), "3000"),
    "empty SET": (encode.set_of([]), "3100"),
    "Jones": (encode.value(der.VISIBLE_STRING, b"Jones"), "1a054a6f6e6573"),
    "IA5 URL": (encode.ia5_string("a:b"), "1603613a62"),
    "printable": (encode.printable_string("KR"), "13024b52"),
    "가": (encode.utf8_string("가"), "0c03eab080"),
    "가 as BMP": (encode.bmp_string("가"), "1e02ac00"),
    "beyond the BMP": (encode.bmp_string("🔐"), "1e04d83ddd10"),
    "[0] EXPLICIT": (encode.context(0, encode.integer(2)), "a003020102"),
    "[2] IMPLICIT": (encode.context(2, b"ab", constructed=False), "82026162"),
    "ENUMERATED": (encode.integer(5, der.ENUMERATED), "0a0105"),
}


@pytest.mark.parametrize(("encoded", "octets"), PUBLISHED.values(), ids=PUBLISHED)
def test_values_are_written_as_published(encoded, octets):
    assert encoded.hex() == octets


def _is_lowest_of_its_octets(number: int) -> bool:
    """-128, -32768 and so on: pyasn1 pads just these by an octet, which X.690 8.3.2 forbids."""
    return number < 0 and -number == 1 << (8 * ((number + 1).bit_length() // 8 + 1) - 1)


@given(st.integers(-(2**300), 2**300).filter(lambda number: not _is_lowest_of_its_octets(number)))
def test_integers_are_written_as_pyasn1_writes_them(number):
    assert encode.integer(number) == encoder.encode(univ.Integer(number))


@pytest.mark.parametrize("octets", [1, 2, 3, 8, 37])
def test_the_lowest_integer_of_some_octets_takes_no_more(octets):
    lowest = -(1 << (8 * octets - 1))

    assert encode.integer(lowest) == bytes((2, octets, 0x80)) + bytes(octets - 1)
    assert _is_lowest_of_its_octets(lowest)
    assert not _is_lowest_of_its_octets(lowest + 1)


@given(oids())
def test_object_identifiers_are_written_as_pyasn1_writes_them(dotted):
    assert encode.oid(dotted) == encoder.encode(univ.ObjectIdentifier(dotted))


@given(st.binary(max_size=300))
def test_octet_strings_are_written_as_pyasn1_writes_them(content):
    assert encode.octet_string(content) == encoder.encode(univ.OctetString(content))


@given(st.binary(min_size=1, max_size=40))
def test_bit_strings_are_written_as_pyasn1_writes_them(content):
    bits = univ.BitString(hexValue=content.hex())
    assert encode.bit_string(content) == encoder.encode(bits)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_text_is_written_as_pyasn1_writes_it(text):
    assert encode.utf8_string(text) == encoder.encode(char.UTF8String(text))


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=100))
def test_bmp_text_is_written_as_pyasn1_writes_it(text):
    assert encode.bmp_string(text) == encoder.encode(char.BMPString(text))


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_a_set_of_is_sorted_as_pyasn1_sorts_it(contents):
    members = univ.SetOf(componentType=univ.OctetString())
    members.extend(contents)
    ours = encode.set_of(map(encode.octet_string, contents))
    # pyasn1 pads before it compares, as X.690 11.6 says; equal beginnings do not occur here,
    # because the length octet of the longer one is greater.
    assert ours == encoder.encode(members) if contents else ours == b"\x31\x00"


@given(der_values())
def test_what_is_written_is_read_by_the_strict_reader(encoded):
    reader = Reader(encoded, "value")
    reader.skip()
    reader.finish()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1 << 24])
def test_lengths_are_minimal(size):
    encoded = encode.value(der.OCTET_STRING, bytes(size))
    assert Reader(encoded, "value").read(der.OCTET_STRING) == bytes(size)


@pytest.mark.parametrize("text", ["홍길동", "é", "\uff21"])
@pytest.mark.parametrize("write", [encode.ia5_string, encode.printable_string])
def test_an_ascii_type_refuses_other_letters(write, text):
    with pytest.raises(UnicodeEncodeError):
        write(text)


TIMES = {
    "first of UTCTime": (datetime(1950, 1, 1, tzinfo=UTC), "17", b"500101000000Z"),
    "last of UTCTime": (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), "17", b"491231235959Z"),
    "first after UTCTime": (datetime(2050, 1, 1, tzinfo=UTC), "18", b"20500101000000Z"),
    "last before UTCTime": (
        datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC),
        "18",
        b"19491231235959Z",
    ),
    "end of time": (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "18", b"99991231235959Z"),
    "year 1": (datetime(1, 1, 1, tzinfo=UTC), "18", b"00010101000000Z"),
    "Korean midnight": (datetime(2020, 2, 25, tzinfo=KOREA), "17", b"200224150000Z"),
    "Korean New Year of 2050": (datetime(2050, 1, 1, tzinfo=KOREA), "17", b"491231150000Z"),
    "fractions are dropped": (datetime(2020, 1, 1, 0, 0, 0, 999_999, UTC), "17", b"200101000000Z"),
}


@pytest.mark.parametrize(("moment", "tag", "text"), TIMES.values(), ids=TIMES)
def test_time_chooses_its_type_by_the_year_in_utc(moment, tag, text):
    encoded = encode.time(moment)
    assert encoded == bytes.fromhex(tag) + bytes((len(text),)) + text


@given(moments())
def test_utc_time_is_what_pyasn1_reads(moment):
    value, rest = decoder.decode(encode.time(moment), asn1Spec=useful.UTCTime())
    assert not rest
    assert value.asDateTime == moment
