# SPDX-License-Identifier: Apache-2.0
"""A clock to turn, and keys that are made once."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from kcert.testing.keypool import KeyPool

NOON = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)


class Clock:
    """Shows the same moment until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self):
        return self.now


class Keys:
    """Different keys within a test, the same ones in every test."""

    _made: list = []  # noqa: RUF012 - shared on purpose

    def __init__(self) -> None:
        self._turn = count()

    def __call__(self):
        turn = next(self._turn)
        if turn == len(self._made):
            self._made.append(KeyPool.fresh(2048))
        return self._made[turn]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys():
    return Keys()
