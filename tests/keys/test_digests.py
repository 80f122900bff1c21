# SPDX-License-Identifier: Apache-2.0
"""MD2 and MD4 against their RFCs, and hashes by name."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.errors import LimitError
from kcert.keys import EncryptedKey, Limits, digests
from kcert.keys.md2 import Md2
from kcert.keys.md4 import Md4
from kcert.testing import clear_error

TEXTS = (
    b"",
    b"a",
    b"abc",
    b"message digest",
    b"abcdefghijklmnopqrstuvwxyz",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    b"1234567890" * 8,
)
# RFC 1319 appendix A.5 and RFC 1320 appendix A.5.
ANSWERS = {
    Md2: (
        "8350e5a3e24c153df2275c9f80692773",
        "32ec01ec4a6dac72c0ab96fb34c0b5d1",
        "da853b0d3f88d99b30283a69e6ded6bb",
        "ab4f496bfb2a530b219ff33031fe06b0",
        "4e8ddff3650292ab5a4108c3aa47940b",
        "da33def2a42df13975352846c30338cd",
        "d5976f79d83d3a0dc9806c3c66f3efd8",
    ),
    Md4: (
        "31d6cfe0d16ae931b73c59d7e0c089c0",
        "bde52cb31de33e46245e05fbdbd6fb24",
        "a448017aaf21d8525fc10ae87aa6729d",
        "d9130a8164549fe818874806e1c7014b",
        "d79e1c308aa5bbcdeea8ed63df412da9",
        "043f8582f241db351ce627e153e7f0e4",
        "e33b4ddc9c38f2199c3e7b164fcc0536",
    ),
}


@pytest.mark.parametrize("make", ANSWERS)
def test_the_hashes_are_the_published_ones(make):
    assert tuple(make(text).hexdigest() for text in TEXTS) == ANSWERS[make]
    assert digests.constructor(make.name) is make


@pytest.mark.parametrize("make", ANSWERS)
@given(parts=st.lists(st.binary(max_size=150), max_size=5))
def test_octets_may_come_in_parts_and_a_copy_goes_its_own_way(make, parts):
    whole = make()
    for part in parts:
        before = whole.digest()
        copy = whole.copy()
        whole.update(part)
        assert copy.digest() == before
    assert whole.digest() == make(b"".join(parts)).digest()
    assert len(whole.digest()) == make.digest_size


@given(key=st.binary(max_size=100), data=st.binary(max_size=100))
def test_an_hmac_is_that_of_the_standard_library(key, data):
    assert digests.hmac_digest("sha256", key, data) == hmac.digest(key, data, "sha256")
    for name in ("md2", "md4"):
        make = digests.constructor(name)
        padded = make(key).digest() if len(key) > make.block_size else key
        padded = padded.ljust(make.block_size, b"\0")
        inner = make(bytes(x ^ 0x36 for x in padded) + data).digest()
        outer = make(bytes(x ^ 0x5C for x in padded) + inner).digest()
        assert digests.hmac_digest(name, key, data) == outer


def test_other_hashes_come_from_hashlib():
    assert digests.constructor("sha1") is hashlib.sha1
    assert digests.constructor("sha512_256")(b"abc").name == "sha512_256"
    assert digests.work("sha1") == 1


def test_rounds_of_a_slow_hash_count_more(shared_data):
    """Two million rounds of MD2 would take six minutes."""
    from kcert import pkcs12

    data = (shared_data / "vectors/keyfile-corpus/kc064.p12").read_bytes()
    limits = Limits(max_iterations=2048 * digests.work("md2") - 1)
    with clear_error(LimitError) as caught:
        pkcs12.load(data, "Red Hat Enterprise Linux 7.4", limits=limits)
    assert (caught.error.limit, caught.error.value) == ("iterations", 2048)


def test_a_key_under_too_many_rounds_of_md2_is_refused_before_any_work():
    parameters = bytes.fromhex("300f 0408 0102030405060708 0203 1e8480".replace(" ", ""))
    algorithm = bytes.fromhex("06092a864886f70d010501") + parameters
    body = bytes((0x30, len(algorithm))) + algorithm + bytes.fromhex("0408") + bytes(8)
    key = EncryptedKey.load(bytes((0x30, len(body))) + body)
    assert key.iterations == 2_000_000
    with clear_error(LimitError):
        key.unlock("password")
