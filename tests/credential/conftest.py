# SPDX-License-Identifier: Apache-2.0
"""Credentials that the tests of this room share."""

from __future__ import annotations

import pytest

from kcert.keys import profiles
from kcert.testing import FakeAuthority

PASSWORD = "kcert-Test-1!"
ID_NUMBER = "1234561234567"
RANDOM = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")


@pytest.fixture(scope="session")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="session")
def credential(authority):
    """A signature pair and a key-management pair, with R and the chain."""
    return authority.issue(
        "홍길동",
        password=PASSWORD,
        id_number=ID_NUMBER,
        random=RANDOM,
        km=True,
        chain=True,
        profile=profiles.CHEAPEST,
    )


@pytest.fixture
def unlocked(credential):
    with credential.unlock(PASSWORD) as opened:
        yield opened
