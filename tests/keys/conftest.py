# SPDX-License-Identifier: Apache-2.0
"""Keys that the tests of this room share."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from kcert.testing.keypool import FakeKey, shared_keys

RANDOM = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")


@pytest.fixture(scope="session")
def random() -> bytes:
    """R of the published VID vector."""
    return RANDOM


@pytest.fixture(scope="session")
def fake_key() -> FakeKey:
    """An RSA-2048 key."""
    return shared_keys.key("keys room", 2048, ring=1)


@pytest.fixture(scope="session")
def pkcs8(fake_key: FakeKey) -> bytes:
    """Its PrivateKeyInfo with R, as Korean programs write it."""
    return fake_key.pkcs8(random=RANDOM)


@pytest.fixture(scope="session")
def small_pkcs8() -> bytes:
    """The PrivateKeyInfo of an RSA-1024 key with R, for tests that do much."""
    return shared_keys.key("keys room", 1024, ring=1).pkcs8(random=RANDOM)


@pytest.fixture(scope="session")
def read_key_file():
    """DER of a key file, whether the file is DER or PEM."""

    def read(path: Path) -> bytes:
        data = path.read_bytes()
        block = re.search(
            rb"-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----([^-]*)-----END", data, re.DOTALL
        )
        return base64.b64decode(block[1]) if block else data

    return read
