# SPDX-License-Identifier: Apache-2.0
"""The strict reader: what it takes, what it refuses and why, and pyasn1's opinion of the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.der import decoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ

from kcert._asn1 import der, encode
from kcert._asn1.der import Reader, decode_oid
from kcert.errors import FormatError, KcertError, LimitError
from kcert.testing import clear_error
from kcert.testing.strategies import der_values, mutations, oids


def read_everything(reader: Reader) -> int:
    """Go through all values at any depth and count them."""
    number = 0
    while not reader.at_end:
        tag = reader.peek()
        number += 1
        if tag < 0x100 and tag & 0x20:
            number += read_everything(reader.enter(tag))
        else:
            assert reader.read_any()[0] == tag
    reader.finish()
    return number


# What it takes


@given(der_values())
def test_every_well_formed_value_is_read_to_its_end(encoded):
    assert read_everything(Reader(encoded, "value")) >= 1


@given(der_values())
def test_reading_encoded_returns_the_same_octets(encoded):
    reader = Reader(encoded, "value")
    assert reader.read_encoded() == encoded
    assert reader.at_end


@given(st.lists(der_values(max_leaves=4), max_size=5), st.binary(max_size=9))
def test_a_reader_of_a_part_of_a_buffer_stays_in_it(values, margin):
    inside = b"".join(values)
    reader = Reader(margin + inside + margin, "part", len(margin), len(margin) + len(inside))
    assert [reader.read_encoded() for _ in values] == values
    reader.finish()


@given(st.integers(-(2**200), 2**200))
def test_integers_come_back(number):
    reader = Reader(encode.integer(number), "INTEGER")
    assert reader.integer() == number
    reader.finish()


@given(oids())
def test_object_identifiers_come_back(dotted):
    assert Reader(encode.oid(dotted), "OID").oid() == dotted


@given(st.binary(max_size=200))
def test_octet_strings_come_back(content):
    assert Reader(encode.octet_string(content), "OCTET STRING").octet_string() == content


@given(st.binary(min_size=1, max_size=40), st.integers(0, 7))
def test_bit_strings_come_back(content, unused):
    cleared = content[:-1] + bytes((content[-1] >> unused << unused,))
    assert Reader(encode.bit_string(cleared, unused), "BIT STRING").bit_string() == (
        cleared,
        unused,
    )


@pytest.mark.parametrize("flag", [True, False])
def test_booleans_come_back(flag):
    assert Reader(encode.boolean(flag), "BOOLEAN").boolean() is flag


def test_null_is_read_as_nothing():
    reader = Reader(encode.null(), "NULL")
    assert reader.null() is None
    reader.finish()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_around_each_boundary_come_back(size):
    assert Reader(encode.octet_string(bytes(size)), "OCTET STRING").octet_string() == bytes(size)


@pytest.mark.parametrize("number", [31, 127, 128, 1 << 14])
def test_high_tag_numbers_are_read_up_to_the_cap(number):
    octets = [number & 0x7F]
    while number >> (7 * len(octets)):
        octets.append(number >> (7 * len(octets)) & 0x7F | 0x80)
    encoded = b"\xbf" + bytes(reversed(octets)) + b"\x01x"
    tag, content = Reader(encoded, "value").read_any()
    assert (tag, content) == (0xBF << 16 | number, b"x")
    assert Reader(encoded, "value").peek() == tag


def test_peeking_moves_nothing_and_knows_the_end():
    reader = Reader(encode.null(), "value")
    assert reader.peek() == der.NULL
    assert reader.position == 0
    reader.skip()
    assert reader.peek() == -1
    assert reader.position == 2


def test_an_optional_value_is_entered_only_under_its_tag():
    reader = Reader(encode.context(1, encode.null()), "value")
    assert reader.enter_optional(der.context(0)) is None
    assert reader.position == 0
    inner = reader.enter_optional(der.context(1))
    assert inner is not None
    inner.null()
    assert reader.at_end


def test_sequences_and_sets_are_told_apart():
    Reader(encode.sequence(), "value").sequence().finish()
    Reader(encode.set_of([]), "value").set().finish()
    with clear_error(FormatError):
        Reader(encode.sequence(), "value").set()


@pytest.mark.parametrize(
    ("number", "constructed", "octet"),
    [(0, True, 0xA0), (0, False, 0x80), (30, True, 0xBE), (30, False, 0x9E)],
)
def test_context_tags_are_written_as_identifier_octets(number, constructed, octet):
    assert der.context(number, constructed=constructed) == octet


@given(oids(), st.binary(max_size=20))
def test_a_view_of_a_buffer_that_is_to_be_wiped_is_read_like_bytes(dotted, content):
    buffer = bytearray(encode.sequence(encode.oid(dotted), encode.octet_string(content)))
    inner = Reader(memoryview(buffer), "secret").sequence()
    assert inner.oid() == dotted
    assert inner.octet_string() == content


# What it refuses


REFUSED = {
    "nothing": ("", "data end inside a value"),
    "a tag alone": ("30", "data end inside a value"),
    "a length that is cut": ("048201", "data end inside a length"),
    "content that is cut": ("040500000000", "length runs past the end"),
    "an indefinite length": ("30800000", "indefinite length"),
    "a long length below 128": ("04817f" + "00" * 127, "length is not minimal"),
    "a padded length": ("04820080" + "00" * 128, "length is not minimal"),
    "a length of five octets": ("048500000000010a", "more than four octets"),
    "a length of 126 octets": ("04fe" + "ff" * 126, "more than four octets"),
    "a reserved length": ("04ff" + "00" * 127, "more than four octets"),
    "a length of four gibibytes": ("0484ffffffff", "length runs past the end"),
    "a tag that is cut": ("1f80", "data end inside a tag"),
    "a long tag alone": ("1f1f", "data end inside"),
    "a padded tag": ("1f801f00", "tag number is padded"),
    "a long tag below 31": ("1f1e00", "tag number is not minimal"),
    "a tag over 2**14": ("1f81800100", "tag number is over"),
}


@pytest.mark.parametrize(("encoded", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_header_that_is_not_der_is_refused_with_its_reason(encoded, reason):
    for read in (Reader.read_any, Reader.read_encoded, Reader.skip):
        with clear_error(FormatError) as caught:
            read(Reader(bytes.fromhex(encoded), "thing"))
        assert reason in caught.error.reason
        assert caught.error.format == "thing"
        assert caught.error.where == "byte 0"


CONTENTS = {
    "BOOLEAN of another octet": ("boolean", "010101", "neither 00 nor FF"),
    "BOOLEAN of two octets": ("boolean", "0102ffff", "neither 00 nor FF"),
    "empty BOOLEAN": ("boolean", "0100", "neither 00 nor FF"),
    "empty INTEGER": ("integer", "0200", "INTEGER is empty"),
    "INTEGER with a zero too many": ("integer", "0202007f", "INTEGER is padded"),
    "INTEGER with an FF too many": ("integer", "0202ff80", "INTEGER is padded"),
    "empty BIT STRING": ("bit_string", "0300", "unused bits"),
    "BIT STRING with 8 unused bits": ("bit_string", "03020800", "unused bits"),
    "BIT STRING with unused bits of nothing": ("bit_string", "030101", "unused bits"),
    "BIT STRING with an unused bit set": ("bit_string", "03020181", "not zero"),
    "NULL with content": ("null", "050100", "NULL is not empty"),
    "empty OID": ("oid", "0600", "is cut"),
    "OID that is cut": ("oid", "06022a83", "is cut"),
    "OID with a padded arc": ("oid", "06032a8001", "padded"),
    "OID with an arc over 2**64": ("oid", "060b2a" + "82" + "80" * 8 + "01", "over 2**64"),
    "constructed OCTET STRING": ("octet_string", "24040402abcd", "expected tag 0x04, found 0x24"),
    "another type": ("integer", "040100", "expected tag 0x02, found 0x04"),
}


@pytest.mark.parametrize(("method", "encoded", "reason"), CONTENTS.values(), ids=CONTENTS)
def test_content_that_is_not_der_is_refused_with_its_reason(method, encoded, reason):
    with clear_error(FormatError) as caught:
        getattr(Reader(bytes.fromhex(encoded), "thing"), method)()
    assert reason in caught.error.reason


@settings(max_examples=50)
@given(der_values(max_leaves=8))
def test_every_prefix_of_a_value_is_refused(encoded):
    for end in range(min(len(encoded), 200)):
        with clear_error(FormatError):
            Reader(encoded[:end], "cut").read_any()
        with clear_error(FormatError):
            Reader(encoded, "cut", 0, end).read_any()


@given(der_values(max_leaves=4), st.binary(min_size=1, max_size=5))
def test_octets_after_the_end_are_refused(encoded, tail):
    reader = Reader(encoded + tail, "value")
    reader.skip()
    with clear_error(FormatError) as caught:
        reader.finish()
    assert caught.error.where == f"byte {len(encoded)}"


@given(der_values().flatmap(mutations) | st.binary(max_size=100))
def test_hostile_octets_give_a_value_or_a_clear_error(data):
    try:
        read_everything(Reader(data, "hostile"))
    except KcertError as error:
        with clear_error((FormatError, LimitError)[isinstance(error, LimitError)]):
            read_everything(Reader(data, "hostile"))


# Caps


def nested(levels: int) -> bytes:
    encoded = b""
    for _ in range(levels):
        encoded = encode.sequence(encoded)
    return encoded


def test_nesting_is_read_up_to_the_cap_and_refused_beyond():
    assert read_everything(Reader(nested(der.MAX_DEPTH), "deep")) == der.MAX_DEPTH
    with clear_error(LimitError) as caught:
        read_everything(Reader(nested(der.MAX_DEPTH + 1), "deep"))
    assert caught.error.limit == "ASN.1 nesting"
    assert caught.error.maximum == der.MAX_DEPTH


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_deep_nesting_is_a_limit_error_and_no_recursion_error(levels):
    # Headers only, from the inside out: copying the content at every level would take minutes.
    parts: list[bytes] = []
    size = 0
    for _ in range(levels):
        length = size.to_bytes(4, "big").lstrip(b"\0")
        short = bytes((size,)) if size < 0x80 else bytes((0x80 | len(length),)) + length
        parts.append(bytes((der.SEQUENCE,)) + short)
        size += len(parts[-1])
    with clear_error(LimitError):
        read_everything(Reader(b"".join(reversed(parts)), "deep"))


def test_an_object_identifier_is_read_up_to_256_octets():
    assert decode_oid(b"\x2a" + b"\x01" * 255).count(".") == 256
    with clear_error(LimitError) as caught:
        decode_oid(b"\x2a" + b"\x01" * 256)
    assert (caught.error.value, caught.error.maximum) == (257, 256)


def test_a_megabyte_of_object_identifier_is_refused_before_it_is_read():
    with clear_error(LimitError):
        Reader(encode.value(der.OBJECT_IDENTIFIER, b"\x01" * 1_000_000), "OID").oid()


def test_the_highest_arc_is_2_to_the_64():
    assert Reader(encode.oid(f"1.2.{2**64}"), "OID").oid() == f"1.2.{2**64}"
    with clear_error(FormatError):
        Reader(encode.oid(f"1.2.{2**64 + 1}"), "OID").oid()


def test_an_arc_is_not_taken_for_another_that_is_equal_in_32_bits():
    wrapped = f"1.2.410.200004.1.{2**32 + 15}"
    assert Reader(encode.oid(wrapped), "OID").oid() == wrapped


def test_errors_of_large_input_do_not_carry_the_input():
    with clear_error(FormatError, canaries=[b"SECRET-CONTENT"]):
        Reader(encode.octet_string(b"SECRET-CONTENT" * 1_000)[:-1], "value").octet_string()


# Agreement with pyasn1

# Where kcert refuses what pyasn1 takes, DER (X.690) or a cap of kcert is the reason.
STRICTER = (
    "expected tag 0x04, found 0x24",  # 10.2: no constructed string encodings
    "expected tag 0x03, found 0x23",
    "BOOLEAN is neither 00 nor FF",  # 8.2.1, 11.1
    "INTEGER is empty",  # 8.3.1
    "INTEGER is padded",  # 8.3.2
    "BIT STRING has unused bits that are not zero",  # 11.2.1
    "NULL is not empty",  # 8.8.2
    "length is not minimal",  # 10.1
    "length takes more than four octets",
    "object identifier arc is over 2**64",
    "tag number is padded",  # 8.1.2.4.2
    "tag number is not minimal",  # 8.1.2.2
    "there are octets after the end",
)


class Inner(univ.Sequence):
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("oid", univ.ObjectIdentifier()),
        namedtype.NamedType("flag", univ.Boolean()),
    )


class Outer(univ.Sequence):
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("number", univ.Integer()),
        namedtype.NamedType("octets", univ.OctetString()),
        namedtype.NamedType("inner", Inner()),
        namedtype.NamedType("bits", univ.BitString()),
    )


def bits(content: bytes, unused: int) -> str:
    text = "".join(f"{octet:08b}" for octet in content)
    return text[: len(text) - unused]


def read_outer(reader: Reader) -> Any:
    outer = reader.sequence()
    number, octets = outer.integer(), outer.octet_string()
    inner = outer.sequence()
    facts = (inner.oid(), inner.boolean())
    inner.finish()
    tail = bits(*outer.bit_string())
    outer.finish()
    return number, octets, facts, tail


def outer_value(value: Any) -> Any:
    inner = value["inner"]
    return (
        int(value["number"]),
        value["octets"].asOctets(),
        (str(inner["oid"]), bool(inner["flag"])),
        "".join(map(str, value["bits"])),
    )


KINDS = {
    "BOOLEAN": (st.booleans().map(encode.boolean), univ.Boolean(), Reader.boolean, bool),
    "INTEGER": (
        st.integers(-(2**80), 2**80).map(encode.integer),
        univ.Integer(),
        Reader.integer,
        int,
    ),
    "OBJECT IDENTIFIER": (oids().map(encode.oid), univ.ObjectIdentifier(), Reader.oid, str),
    "OCTET STRING": (
        st.binary(max_size=200).map(encode.octet_string),
        univ.OctetString(),
        Reader.octet_string,
        lambda value: value.asOctets(),
    ),
    "BIT STRING": (
        st.binary(max_size=20).map(encode.bit_string),
        univ.BitString(),
        lambda reader: bits(*reader.bit_string()),
        lambda value: "".join(map(str, value)),
    ),
    "NULL": (st.just(encode.null()), univ.Null(), Reader.null, lambda value: None),
    "SEQUENCE": (
        st.builds(
            lambda number, octets, dotted, flag, string: encode.sequence(
                encode.integer(number),
                encode.octet_string(octets),
                encode.sequence(encode.oid(dotted), encode.boolean(flag)),
                encode.bit_string(string),
            ),
            st.integers(-1000, 1000),
            st.binary(max_size=150),
            oids(),
            st.booleans(),
            st.binary(max_size=10),
        ),
        Outer(),
        read_outer,
        outer_value,
    ),
}


def test_a_bit_string_of_minus_one_bit_is_refused():
    with pytest.raises(FormatError, match="unused bits"):
        Reader(b"\x03\x01\x01", "bits").bit_string()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=200)
@given(data=st.data())
def test_pyasn1_agrees_or_kcert_is_stricter_for_a_stated_reason(kind, data):
    strategy, specification, read, value_of = KINDS[kind]
    encoded = data.draw(strategy)
    if data.draw(st.integers(0, 4)):
        encoded = data.draw(mutations(encoded, max_changes=2))
    try:
        reader = Reader(encoded, kind)
        ours = read(reader)
        reader.finish()
    except KcertError as error:
        refusal = str(error)
    else:
        refusal = None
    try:
        value, rest = decoder.decode(encoded, asn1Spec=specification)
        theirs = value_of(value)
    except (PyAsn1Error, ValueError, OverflowError):
        # pyasn1 falls over some lengths, and over 03 01 01, a BIT STRING of minus one bit.
        assert refusal is not None, "kcert takes what pyasn1 refuses"
        return
    if rest:
        assert refusal is not None
    elif refusal is None:
        assert ours == theirs
    else:
        assert any(reason in refusal for reason in STRICTER), refusal
