# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1 import encode
from kcert._asn1.x509 import MAX_CERTIFICATE_SIZE, RawCertificate
from kcert._asn1.x509_extensions import (
    read_access_locations,
    read_authority_key_identifier,
    read_basic_constraints,
    read_certificate_policies,
    read_distribution_point_uris,
    read_extended_key_usage,
    read_key_usage,
    read_other_name,
    read_subject_key_identifier,
)
from kcert.errors import FormatError, KcertError, LimitError

ALGORITHM = encode.sequence(encode.oid("1.2.840.113549.1.1.11"), encode.null())
NAME = encode.sequence(
    encode.set_of([encode.sequence(encode.oid("2.5.4.3"), encode.utf8_string("홍길동"))])
)
VALIDITY = encode.sequence(
    encode.utc_time(datetime(2026, 1, 1, tzinfo=UTC)),
    encode.generalized_time(datetime(2050, 1, 1, tzinfo=UTC)),
)
KEY = encode.sequence(ALGORITHM, encode.bit_string(b"key"))


def extension(*parts: bytes, oid: str = "2.5.29.15") -> bytes:
    return encode.sequence(encode.oid(oid), *parts)


def certificate(**parts: bytes) -> bytes:
    fields = {
        "version": encode.context(0, encode.integer(2)),
        "serial": encode.integer(7),
        "algorithm": ALGORITHM,
        "issuer": NAME,
        "validity": VALIDITY,
        "subject": NAME,
        "key": KEY,
        "ids": b"",
        "extensions": b"",
        "tail": b"",
        "outer_algorithm": ALGORITHM,
        "signature": encode.bit_string(b"signature"),
        "outer_tail": b"",
        **parts,
    }
    inner = list(fields.values())
    return encode.sequence(encode.sequence(*inner[:10]), *inner[10:])


def wrapped(*extensions: bytes) -> bytes:
    return encode.context(3, encode.sequence(*extensions))


GOOD = certificate(
    extensions=wrapped(
        extension(encode.boolean(True), encode.octet_string(b"\x03\x02\x06\xc0")),
        extension(encode.octet_string(b"x"), oid="1.2.3"),
    )
)


def test_the_parts_are_read():
    raw = RawCertificate.read(GOOD)
    assert raw.version == 3
    assert raw.serial_number == 7
    assert raw.tbs_algorithm.oid == raw.algorithm.oid == "1.2.840.113549.1.1.11"
    assert (raw.issuer, raw.subject, raw.public_key_info) == (NAME, NAME, KEY)
    assert raw.subject_rdns == ((("2.5.4.3", 0x0C, "홍길동".encode()),),)
    assert raw.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert raw.not_after == datetime(2050, 1, 1, tzinfo=UTC)
    assert raw.extensions == (
        ("2.5.29.15", True, b"\x03\x02\x06\xc0"),
        ("1.2.3", False, b"x"),
    )
    assert raw.signature == b"signature"
    assert encode.sequence(raw.tbs, ALGORITHM, encode.bit_string(b"signature")) == GOOD


@pytest.mark.parametrize(
    ("parts", "version"),
    [
        ({"version": b""}, 1),
        ({"version": encode.context(0, encode.integer(0))}, 1),
        ({"version": encode.context(0, encode.integer(1)), "ids": b"\x81\x02\x00\x01"}, 2),
        ({"ids": b"\x81\x02\x00\x01\x82\x02\x00\x01"}, 3),
        ({"ids": b"\x82\x02\x00\x01"}, 3),
    ],
)
def test_every_version_is_read(parts, version):
    assert RawCertificate.read(certificate(**parts)).version == version


def test_what_the_field_does_and_der_forbids_is_accepted():
    flag = extension(encode.boolean(False), encode.octet_string(b""))
    assert RawCertificate.read(certificate(extensions=wrapped(flag))).extensions == (
        ("2.5.29.15", False, b""),
    )
    assert RawCertificate.read(certificate(extensions=wrapped())).extensions == ()
    assert RawCertificate.read(certificate(serial=encode.integer(-7))).serial_number == -7


@pytest.mark.parametrize(
    "parts",
    [
        {"version": encode.context(0, encode.integer(3))},
        {"version": encode.context(0, encode.integer(-1))},
        {"version": encode.context(0, encode.integer(1 << 80))},
        {"version": encode.context(0, encode.integer(2) + encode.null())},
        {"serial": b"\x02\x00"},
        {"serial": b"\x02\x02\x00\x07"},
        {"serial": encode.null()},
        {"algorithm": encode.sequence()},
        {"issuer": encode.set_of([])},
        {"subject": encode.sequence(encode.null())},
        {"validity": encode.sequence()},
        {"validity": encode.sequence(encode.utc_time(datetime(2026, 1, 1, tzinfo=UTC)))},
        {"validity": VALIDITY[:1] + bytes([VALIDITY[1] + 2]) + VALIDITY[2:] + b"\x05\x00"},
        {"ids": b"\x82\x02\x00\x01\x81\x02\x00\x01"},
        {"extensions": encode.context(3, b"")},
        {"extensions": encode.context(3, encode.sequence() + encode.sequence())},
        {"extensions": wrapped(extension())},
        {"extensions": wrapped(extension(b"\x01\x01\x01", encode.octet_string(b"")))},
        {"extensions": wrapped(extension(encode.octet_string(b""), encode.null()))},
        {"extensions": wrapped(*[extension(encode.octet_string(b""))] * 2)},
        {"tail": encode.null()},
        {"outer_tail": encode.null()},
        {"signature": b""},
        {"signature": encode.octet_string(b"signature")},
        {"signature": b"\x03\x00"},
    ],
)
def test_a_malformed_part_is_a_format_error(parts):
    with pytest.raises(FormatError) as caught:
        RawCertificate.read(certificate(**parts))
    assert "홍길동" not in str(caught.value) + caught.value.message_ko


def test_an_extension_that_occurs_twice_is_named():
    twice = wrapped(*[extension(encode.octet_string(bytes([at]))) for at in range(2)])
    with pytest.raises(FormatError, match=r"2\.5\.29\.15 occurs twice"):
        RawCertificate.read(certificate(extensions=twice))


def test_the_size_is_capped():
    big = wrapped(extension(encode.octet_string(bytes(MAX_CERTIFICATE_SIZE))))
    with pytest.raises(LimitError) as caught:
        RawCertificate.read(certificate(extensions=big))
    assert caught.value.maximum == 1 << 20


def test_a_serial_number_is_of_any_sign_and_at_most_256_octets():
    for number in (0, -(1 << 2047), (1 << 2047) - 1):
        part = encode.integer(number)
        assert RawCertificate.read(certificate(serial=part)).serial_number == number
        assert (
            read_authority_key_identifier(
                encode.sequence(encode.integer(number, 0x82))
            ).serial_number
            == number
        )
    with pytest.raises(LimitError):
        RawCertificate.read(certificate(serial=encode.integer(1 << 2047)))
    with pytest.raises(LimitError):
        read_authority_key_identifier(encode.sequence(encode.integer(1 << 2047, 0x82)))


def test_every_cut_is_a_format_error():
    for end in range(len(GOOD)):
        with pytest.raises(FormatError):
            RawCertificate.read(GOOD[:end])


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 3))
@settings(max_examples=500)
def test_mutated_certificates_give_only_kcert_errors(at, new, drop):
    with contextlib.suppress(KcertError):
        RawCertificate.read(GOOD[:at] + new + GOOD[at + drop :])


URL = encode.context(6, b"ldap://host/cn=a b", constructed=False)
VALUES = {
    read_key_usage: b"\x03\x02\x06\xc0",
    read_basic_constraints: encode.sequence(encode.boolean(True), encode.integer(0)),
    read_certificate_policies: encode.sequence(
        encode.sequence(encode.oid("1.2.3"), encode.sequence(encode.null()))
    ),
    read_extended_key_usage: encode.sequence(encode.oid("1.2.3"), encode.oid("1.2.4")),
    read_subject_key_identifier: encode.octet_string(b"id"),
    read_authority_key_identifier: encode.sequence(
        encode.context(0, b"id", constructed=False),
        encode.context(1, URL + encode.context(4, NAME)),
        encode.integer(9, 0x82),
    ),
    read_distribution_point_uris: encode.sequence(
        encode.sequence(encode.context(0, encode.context(0, URL))),
        encode.sequence(encode.context(0, encode.context(1, b""))),
        encode.sequence(),
    ),
    read_access_locations: encode.sequence(
        encode.sequence(encode.oid("1.2.3"), URL),
        encode.sequence(encode.oid("1.2.3"), encode.context(4, NAME)),
    ),
    read_other_name: encode.sequence(
        URL, encode.context(0, encode.oid("1.2.3") + encode.context(0, encode.null()))
    ),
}
READERS = [pytest.param(read, id=read.__name__) for read in VALUES]


def call(read, value):
    return read(value, "1.2.3") if read is read_other_name else read(value)


def test_extension_values_are_read():
    assert {read: call(read, value) for read, value in VALUES.items()} == {
        read_key_usage: frozenset((0, 1)),
        read_basic_constraints: (True, 0),
        read_certificate_policies: ("1.2.3",),
        read_extended_key_usage: ("1.2.3", "1.2.4"),
        read_subject_key_identifier: b"id",
        read_authority_key_identifier: (b"id", NAME, 9),
        read_distribution_point_uris: ("ldap://host/cn=a b",),
        read_access_locations: (("1.2.3", "ldap://host/cn=a b"),),
        read_other_name: encode.null(),
    }


def test_optional_parts_may_be_absent():
    assert read_basic_constraints(encode.sequence()) == (False, None)
    assert read_basic_constraints(encode.sequence(encode.boolean(False))) == (False, None)
    assert read_authority_key_identifier(encode.sequence()) == (None, None, None)
    assert read_other_name(encode.sequence(URL), "1.2.3") is None
    assert read_key_usage(b"\x03\x01\x00") == frozenset()


@pytest.mark.parametrize("number", [-1, 1 << 31, 1 << 90])
def test_a_path_length_out_of_range_is_a_format_error(number):
    with pytest.raises(FormatError):
        read_basic_constraints(encode.sequence(encode.boolean(True), encode.integer(number)))


@pytest.mark.parametrize("read", READERS)
def test_octets_after_a_value_are_refused(read):
    with pytest.raises(FormatError):
        call(read, VALUES[read] + b"\x00")


@pytest.mark.parametrize("read", READERS)
@given(at=st.integers(0, 40), new=st.binary(max_size=4))
def test_mutated_values_give_only_kcert_errors(read, at, new):
    for value in (new, VALUES[read][:at] + new + VALUES[read][at + len(new) :], VALUES[read][:at]):
        with contextlib.suppress(KcertError):
            call(read, value)
