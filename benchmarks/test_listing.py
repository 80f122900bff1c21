# SPDX-License-Identifier: Apache-2.0
"""Listing many folders, as a whole process: time and the largest memory it ever had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kcert import npki
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table

LIST = """
import kcert, sys
count = sum(entry.problem is None for entry in kcert.open_store(sys.argv[1]).entries())
assert count == int(sys.argv[2]), count
"""
PEAK = """
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_tree(root: Path, folders: int) -> Path:
    """`folders` folders, each with a signature and a key-management certificate."""
    authority = FakeAuthority("yessign")
    for number in range(folders):
        credential = authority.issue(f"홍길동{number:04}", km=True, profile=CHEAPEST)
        npki.write_folder(credential, root / "yessign" / "USER" / f"cn=test{number:04}")
    return root


@pytest.fixture(scope="session")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("hundred") / "NPKI", 100)


@pytest.fixture(scope="session")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("thousand") / "NPKI", 1000)


def test_listing_a_thousand_folders(
    measure: Callable[..., None], process: Callable[..., str], thousand: Path, table: Table
) -> None:
    label = "list 1,000 folders with 2,000 certificates"
    measure(label, lambda: process(LIST, thousand, 1000), rounds=10)
    table.figure(label, table.seconds[label], " s", at_most=1.0)


def test_memory_does_not_grow_with_the_tree(
    process: Callable[..., str], hundred: Path, thousand: Path, table: Table
) -> None:
    pytest.importorskip("resource", reason="this system does not tell the peak memory")
    few = int(process(LIST + PEAK, hundred, 100))
    many = int(process(LIST + PEAK, thousand, 1000))
    table.figure("peak memory of 1,000 folders / 100 folders", many / few, "x", at_most=1.1)
