# SPDX-License-Identifier: Apache-2.0
"""OCSP messages octet by octet, and their times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.ocsp import (
    MAX_OCSP_SIZE,
    RawCertId,
    encode_request,
    read_request,
    read_response,
)
from kcert._asn1.times import read_generalized_time
from kcert.errors import FormatError, LimitError
from kcert.testing import assert_clear_error

CERTIFICATE_ID = RawCertId(AlgorithmIdentifier("1.3.14.3.2.26"), bytes(20), bytes(20), 5)


def time(text: str) -> datetime:
    return read_generalized_time(Reader(encode.value(der.GENERALIZED_TIME, text.encode()), "time"))


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("Z", 0), (".5Z", 500_000), (".000001Z", 1), (".123456789Z", 123_456)],
)
def test_times_may_have_fractions(text, microsecond):
    expected = datetime(2026, 6, 1, 12, 34, 56, microsecond, tzinfo=UTC)
    assert time("20260601123456" + text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "20260601123456",
        "20260601123456.Z",
        "20260601123456.-1Z",
        "20260601123456.1234567890Z",
        "20260601123456+0900",
        "202606011234Z",
        "20261301000000Z",
        "20260601123460Z",
        "",
    ],
)
def test_other_times_are_refused(text):
    with pytest.raises(FormatError) as caught:
        time(text)
    assert_clear_error(caught.value, FormatError)


@pytest.mark.parametrize("nonce", [None, b"\0", bytes(32)])
def test_a_request_is_read_as_it_was_written(nonce):
    assert read_request(encode_request(CERTIFICATE_ID, nonce)) == (CERTIFICATE_ID, nonce)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x30\x00",
        bytes.fromhex("30030a0100"),
        bytes.fromhex("30050a0100a000"),
        encode.sequence(
            encode.integer(0, der.ENUMERATED),
            encode.context(0, encode.sequence(encode.oid("1.2.3"), encode.octet_string(b""))),
        ),
    ],
)
def test_what_is_no_basic_response_is_a_clear_error(octets):
    with pytest.raises(FormatError) as caught:
        read_response(octets)
    assert_clear_error(caught.value, FormatError)


def test_a_response_over_the_size_is_refused_unread():
    with pytest.raises(LimitError):
        read_response(bytes(MAX_OCSP_SIZE + 1))
