# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import encode
from kcert._asn1.der import GENERALIZED_TIME, INTEGER, UTC_TIME, Reader
from kcert._asn1.times import read_time
from kcert.errors import FormatError


def read(tag: int, text: bytes) -> datetime:
    return read_time(Reader(encode.value(tag, text), "test"))


@pytest.mark.parametrize(
    ("tag", "text", "moment"),
    [
        (UTC_TIME, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (UTC_TIME, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (UTC_TIME, b"000229000000Z", datetime(2000, 2, 29, tzinfo=UTC)),
        (GENERALIZED_TIME, b"19491231235959Z", datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (GENERALIZED_TIME, b"20491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (GENERALIZED_TIME, b"20500101000000Z", datetime(2050, 1, 1, tzinfo=UTC)),
        (GENERALIZED_TIME, b"99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_edge_years_read_right(tag, text, moment):
    assert read(tag, text) == moment


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (UTC_TIME, b"2001010000Z"),
        (UTC_TIME, b"200101000000"),
        (UTC_TIME, b"200101000000+0900"),
        (UTC_TIME, b"200101000000z"),
        (UTC_TIME, b"2001010000 0Z"),
        (UTC_TIME, b"20010100000+Z"),
        (UTC_TIME, b"20200101000000Z"),
        (UTC_TIME, b"210229000000Z"),
        (UTC_TIME, b"201301000000Z"),
        (UTC_TIME, b"200101240000Z"),
        (UTC_TIME, b"200101000060Z"),
        (UTC_TIME, b""),
        (UTC_TIME, b"Z"),
        (GENERALIZED_TIME, b"200101000000Z"),
        (GENERALIZED_TIME, b"20200101000000.5Z"),
        (GENERALIZED_TIME, b"20200101000000"),
        (GENERALIZED_TIME, b"00000101000000Z"),
        (GENERALIZED_TIME, "２０２００１０１０".encode()[:14] + b"Z"),
        (INTEGER, b"200101000000Z"),
    ],
)
def test_other_forms_are_format_errors(tag, text):
    with pytest.raises(FormatError):
        read(tag, text)


@given(st.datetimes(min_value=datetime.fromisoformat("1950-01-01"), timezones=st.just(UTC)))
def test_what_the_encoder_writes_reads_back(moment):
    moment = moment.replace(microsecond=0)
    assert read_time(Reader(encode.time(moment), "test")) == moment
