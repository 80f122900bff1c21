# SPDX-License-Identifier: Apache-2.0
"""RC4 against the published key streams."""

from __future__ import annotations

import pytest

from kcert.keys.rc4 import rc4

# RFC 6229 section 2: the first and the second sixteen octets of the key stream.
STREAMS = {
    "0102030405": "b2396305f03dc027ccc3524a0a1118a8 6982944f18fc82d589c403a47a0d0919",
    "0102030405060708090a0b0c0d0e0f10": (
        "9ac7cc9a609d1ef7b2932899cde41b97 5248c4959014126a6e8a84f11d1a9e1c"
    ),
}


@pytest.mark.parametrize("key", STREAMS)
def test_the_key_stream_is_the_published_one(key):
    stream = bytes.fromhex(STREAMS[key])
    assert rc4(bytes.fromhex(key), bytes(32)) == stream
    assert rc4(bytes.fromhex(key), stream) == bytes(32)
