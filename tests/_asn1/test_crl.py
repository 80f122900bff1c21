# SPDX-License-Identifier: Apache-2.0
"""Revocation lists octet by octet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcert._asn1 import der, encode
from kcert._asn1.crl import MAX_CRL_SIZE, RawCrl
from kcert._asn1.distribution_points import (
    ALL_REASONS,
    RawPointName,
    read_distribution_points,
    read_issuing_distribution_point,
)
from kcert.errors import FormatError, LimitError
from kcert.testing import assert_clear_error

AT = datetime(2026, 6, 1, tzinfo=UTC)
NAME = encode.sequence(
    encode.set_of([encode.sequence(encode.oid("2.5.4.6"), encode.printable_string("KR"))])
)
ALGORITHM = encode.sequence(encode.oid("1.2.840.113549.1.1.11"), encode.null())


def entry(serial: int, *rest: bytes) -> bytes:
    return encode.sequence(encode.integer(serial), encode.utc_time(AT), *rest)


def crl(*entries: bytes, version: bytes = encode.integer(1), rest: bytes = b"") -> bytes:
    tbs = encode.sequence(
        version, ALGORITHM, NAME, encode.time(AT), encode.time(AT),
        encode.sequence(*entries) if entries else b"", rest,
    )  # fmt: skip
    return encode.sequence(tbs, ALGORITHM, encode.bit_string(b"signature"))


def test_entries_of_every_shape_are_found_by_serial_number():
    long = encode.sequence(
        encode.sequence(encode.oid("2.5.29.23"), encode.octet_string(encode.null() * 200))
    )
    reason = encode.sequence(
        encode.sequence(encode.oid("2.5.29.21"), encode.octet_string(b"\x0a\x01\x06"))
    )
    late = encode.sequence(encode.integer(3), encode.generalized_time(AT.replace(year=2060)))
    raw = RawCrl.read(crl(entry(1), entry(2, reason), late, entry(4, long), entry(-5)))
    assert len(raw.entries) == 5
    assert [raw.entries.at(place).serial_number for place in range(5)] == [1, 2, 3, 4, -5]
    for place, serial in enumerate((1, 2, 3, 4, -5)):
        assert raw.entries.find(serial) == [place]
    assert raw.entries.find(6) == []
    assert raw.entries.at(1).reason == 6
    assert raw.entries.at(2).revocation_date.year == 2060


def test_octets_that_only_look_like_a_serial_number_are_no_entry():
    # The wanted number stands inside another number and inside an extension.
    inside = int.from_bytes(encode.integer(77) * 3, "big")
    extension = encode.sequence(
        encode.sequence(encode.oid("1.2.3"), encode.octet_string(encode.integer(77)))
    )
    raw = RawCrl.read(crl(entry(inside), entry(5, extension)))
    assert raw.entries.find(77) == []


def test_a_list_without_entries_and_of_version_1_is_read():
    raw = RawCrl.read(crl(version=b""))
    assert (raw.version, len(raw.entries), raw.entries.find(1)) == (1, 0, [])


@pytest.mark.parametrize(
    "octets",
    [
        crl(encode.integer(1)),
        crl(encode.sequence(encode.integer(1))),
        crl(encode.sequence(encode.integer(1), encode.null())),
        crl(entry(1) + b"\x30"),
        crl(entry(1, encode.null())),
        crl(version=encode.integer(0)),
        crl(rest=encode.null()),
        crl() + b"\0",
        b"",
        b"\x30\x80\0\0",
    ],
)
def test_what_is_no_list_is_a_clear_error(octets):
    with pytest.raises(FormatError) as caught:
        RawCrl.read(octets)
    assert_clear_error(caught.value, FormatError)


def test_a_list_over_the_size_is_refused_unread():
    with pytest.raises(LimitError):
        RawCrl.read(bytes(MAX_CRL_SIZE + 1))


def test_points_with_reasons_and_another_issuer_are_read():
    uri = encode.context(6, "ldap://host/ou=시험".encode(), constructed=False)
    point = encode.sequence(
        encode.context(0, encode.context(0, uri)),
        encode.value(der.context(1, constructed=False), b"\x05\x60"),
        encode.context(2, encode.context(4, NAME)),
    )
    (found,) = read_distribution_points(encode.sequence(point))
    assert found.name == RawPointName(uris=("ldap://host/ou=시험",))
    assert found.reasons == {1, 2}
    assert found.crl_issuers == (NAME,)
    assert found.reasons < ALL_REASONS


def test_a_relative_name_stands_below_the_issuer():
    attribute = encode.sequence(encode.oid("2.5.4.3"), encode.utf8_string("dp1"))
    value = encode.sequence(encode.context(0, encode.context(1, attribute)))
    name = read_issuing_distribution_point(value).name.below(NAME)
    expected = encode.sequence(
        encode.set_of([encode.sequence(encode.oid("2.5.4.6"), encode.printable_string("KR"))]),
        encode.set_of([attribute]),
    )
    assert name.directory_names == (expected,)


def test_too_many_points_and_names_are_refused():
    with pytest.raises(FormatError, match="too many"):
        read_distribution_points(encode.sequence(*[encode.sequence()] * 65))
    names = encode.context(6, b"x", constructed=False) * 65
    with pytest.raises(FormatError, match="too many"):
        read_issuing_distribution_point(
            encode.sequence(encode.context(0, encode.context(0, names)))
        )
