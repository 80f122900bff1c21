# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import der, encode
from kcert.certificate import Name
from kcert.errors import FormatError, KcertError

TYPES = {
    "C": "2.5.4.6",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": "2.5.4.3",
    "DC": "0.9.2342.19200300.100.1.25",
}


BROKEN = encode.value(der.UTF8_STRING, b"\xff")


def attribute(type: str, value: bytes | str) -> bytes:
    encoded = encode.utf8_string(value) if isinstance(value, str) else value
    return encode.sequence(encode.oid(TYPES.get(type, type)), encoded)


def name(*attributes: tuple[str, bytes | str]) -> Name:
    rdns = (encode.set_of([attribute(*one)]) for one in attributes)
    return Name.load(encode.sequence(*rdns))


HONG = name(
    ("C", encode.printable_string("kr")),
    ("O", "yessign"),
    ("OU", "personal4IB"),
    ("OU", "WOORI"),
    ("CN", "홍길동()0020041202002251910000300"),
)


def test_both_orders():
    assert HONG.rfc4514() == (
        "CN=홍길동()0020041202002251910000300,OU=WOORI,OU=personal4IB,O=yessign,C=kr"
    )
    assert HONG.npki() == (
        "cn=홍길동()0020041202002251910000300,ou=WOORI,ou=personal4IB,o=yessign,c=kr"
    )
    assert [rdn[0].type for rdn in HONG.rdns] == ["C", "O", "OU", "OU", "CN"]
    assert [one.value for one in HONG.attributes][:4] == ["kr", "yessign", "personal4IB", "WOORI"]


@pytest.mark.parametrize("type", ["OU", "ou", "organizationalUnitName", "2.5.4.11"])
def test_values_are_found_by_any_name_of_their_type(type):
    assert HONG.get(type) == ["personal4IB", "WOORI"]


def test_what_is_not_there_is_empty():
    assert HONG.get("L") == []
    assert name(("C", "KR")).common_name is None
    assert name().rfc4514() == ""


def test_the_most_specific_common_name_counts():
    assert name(("CN", "Directory"), ("CN", "홍길동")).common_name == "홍길동"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a,b", r"a\,b"),
        ('a"+;<>\\', r"a\"\+\;\<\>\\"),
        (" a ", r"\ a\ "),
        ("#a", r"\#a"),
        ("a#b c", "a#b c"),
        (" ", r"\ "),
        ("a\0b", r"a\00b"),
        ("(주)홍길동=", "(주)홍길동="),
    ],
)
def test_values_are_escaped_as_rfc_4514_says_and_only_there(value, written):
    assert name(("CN", value)).rfc4514() == f"CN={written}"
    assert name(("CN", value)).npki() == f"cn={value}"
    assert name(("CN", value)).common_name == value


def test_a_type_without_a_name_takes_the_encoded_value():
    assert name(("1.2.3.4", "a")).rfc4514() == "1.2.3.4=#0c0161"
    assert name(("1.2.3.4", "a")).rdns[0][0].type == "1.2.3.4"


def test_a_value_that_is_no_string_takes_the_encoded_value():
    assert name(("CN", encode.bit_string(b"\xab"))).rfc4514() == "CN=#030200ab"


def test_several_attributes_in_one_rdn():
    both = Name.load(
        encode.sequence(encode.set_of([attribute("CN", "홍길동"), attribute("OU", "나")]))
    )
    assert both.rfc4514() in ("CN=홍길동+OU=나", "OU=나+CN=홍길동")
    assert both.common_name == "홍길동"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("C", encode.printable_string("kr")), ("C", encode.printable_string("KR"))),
        (("CN", "Hong"), ("CN", encode.printable_string("HONG"))),
        (("CN", "홍길동"), ("CN", encode.bmp_string("홍길동"))),
        (("CN", "홍길동"), ("CN", encode.value(der.TELETEX_STRING, "홍길동".encode("cp949")))),
        (("CN", " Hong   Kil\tdong "), ("CN", "hong kil dong")),
        (("CN", "Straße"), ("CN", "STRASSE")),
        (("CN", "ＡＢＣ"), ("CN", "abc")),
        (("CN", "\u1112\u1169\u11bc"), ("CN", "홍")),
    ],
)
def test_names_that_mean_the_same_match(left, right):
    assert name(left).matches(name(right))
    assert name(right).matches(name(left))
    assert name(left) != name(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("CN", "홍길동"), ("CN", "홍길순")),
        (("CN", "홍길동"), ("OU", "홍길동")),
        (("CN", "ab"), ("CN", "a b")),
        (("CN", BROKEN), ("CN", encode.value(der.UTF8_STRING, b"\xfe"))),
        (("CN", BROKEN), ("CN", "\ufffd")),
        (("CN", encode.bit_string(b"\xab")), ("CN", "#00ab")),
    ],
)
def test_names_that_differ_do_not_match(left, right):
    assert not name(left).matches(name(right))


def test_order_counts_between_rdns_and_not_within_one():
    one, two = ("CN", "a"), ("OU", "b")
    assert not name(one, two).matches(name(two, one))
    members = [attribute("CN", "a"), attribute("OU", "b")]
    forward = Name.load(encode.sequence(encode.value(der.SET, b"".join(members))))
    backward = Name.load(encode.sequence(encode.value(der.SET, b"".join(reversed(members)))))
    assert forward.matches(backward)
    assert not name(one).matches(name(one, two))


def test_equality_is_of_the_encoding():
    assert Name.load(HONG.der) == HONG
    assert hash(HONG) == hash(Name.load(HONG.der))
    assert str(HONG) != HONG


def test_the_repr_names_nobody_and_str_does():
    assert "홍" not in repr(HONG)
    assert "홍" not in repr(HONG.rdns)
    assert str(HONG).startswith("CN=홍길동")


def test_a_name_travels():
    assert pickle.loads(pickle.dumps(HONG)) == HONG
    assert copy.deepcopy(HONG).common_name == HONG.common_name


@pytest.mark.parametrize(
    "der_bytes",
    [
        b"",
        b"\x30",
        encode.sequence() + b"\0",
        encode.set_of([]),
        encode.sequence(encode.set_of([])),
        encode.sequence(encode.set_of([encode.sequence(encode.oid("2.5.4.3"))])),
        encode.sequence(encode.set_of([attribute("CN", "a") + b"\x05\x00", b""])),
        encode.sequence(encode.sequence(attribute("CN", "a"))),
        encode.sequence(
            encode.set_of([encode.sequence(encode.oid("2.5.4.3"), b"\x9f\x81\x00\x01a")])
        ),
    ],
)
def test_what_is_no_name_is_a_format_error(der_bytes):
    with pytest.raises(FormatError):
        Name.load(der_bytes)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_a_name_or_a_kcert_error(data):
    try:
        loaded = Name.load(data)
    except KcertError:
        return
    assert loaded.matches(Name.load(data))
    assert isinstance(loaded.rfc4514() + loaded.npki(), str)


@given(st.lists(st.tuples(st.sampled_from(["CN", "OU", "DC"]), st.text(max_size=8)), max_size=4))
def test_any_text_is_kept_and_matches_itself_in_another_case(pairs):
    first = name(*pairs)
    assert first.matches(name(*((kind, value.casefold()) for kind, value in pairs)))
    for kind, value in pairs:
        assert encode.utf8_string(value)[2:] in first.der
        assert len(first.get(kind)) == [other for other, _ in pairs].count(kind)
