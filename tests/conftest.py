# SPDX-License-Identifier: Apache-2.0
"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Shared machines stall now and then: a slow example is not a failed one.
settings.register_profile(
    "kcert", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("kcert")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party certificates and vectors, which the project does not carry."""
    folder = os.environ.get("KCERT_TEST_DATA")
    if not folder:
        pytest.skip("KCERT_TEST_DATA does not name the folder of third-party test data")
    return Path(folder)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("peer"):
        for program in mark.args:
            if shutil.which(program) is None:
                pytest.skip(f"peer {program!r} is not installed")
