# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the life cycle."""

from __future__ import annotations

import pytest
from tests.lifecycle.memory_authority import MemoryAuthority, Office


@pytest.fixture
def authority():
    return MemoryAuthority()


@pytest.fixture
def office():
    return Office()
