# SPDX-License-Identifier: Apache-2.0
"""PyPinkSign's own test suite, which its package carries, against the names of the shim.

Its module is loaded with the shim in the place of the package. A case that does not hold stands
with its reason in the table of the guide, and has to fail: the table is neither longer nor shorter
than the truth.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys
import unittest
import warnings
from pathlib import Path

import pytest

from kcert.compat import pypinksign

ROOT = Path(__file__).parents[2]
SUITE = "test_pinkSign.py"
TABLES = [ROOT / "docs" / language / "how-to" / "pypinksign.md" for language in ("ko", "en")]


def installed_suite() -> Path | None:
    try:
        files = importlib.metadata.files("pypinksign") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((Path(file.locate()) for file in files if file.name == SUITE), None)


def load_suite(path: Path):
    """The module with its tests, whose relative imports find the shim."""
    before = sys.modules.get("pypinksign")
    sys.modules["pypinksign"] = pypinksign
    try:
        spec = importlib.util.spec_from_file_location("pypinksign.test_pinkSign", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        del sys.modules["pypinksign"]
        if before is not None:
            sys.modules["pypinksign"] = before
    return module


def cases() -> dict[str, unittest.TestCase]:
    path = installed_suite()
    if path is None:
        return {}
    suite = unittest.defaultTestLoader.loadTestsFromModule(load_suite(path))
    return {case.id().rpartition(".")[2]: case for group in suite for case in group}


def excused(page: Path) -> dict[str, str]:
    """The cases of a page's table that are not to hold, with the reason for each."""
    return dict(re.findall(r"^\| `(test_\w+)` \| (.+) \|$", page.read_text("utf-8"), re.MULTILINE))


CASES = cases()
EXCUSED = excused(TABLES[1])
needs_suite = pytest.mark.skipif(not CASES, reason="peer 'pypinksign' is not installed")


@needs_suite
def test_the_suite_is_whole():
    assert len(CASES) >= 30


@needs_suite
@pytest.mark.parametrize("name", sorted(CASES) or ["none"])
def test_the_case_holds_or_stands_in_the_table(name):
    result = unittest.TestResult()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pypinksign.UnsafeUseWarning)
        CASES[name].run(result)
    broken = [trace for _, trace in result.failures + result.errors]
    assert result.testsRun == 1
    assert not result.skipped
    assert bool(broken) == (name in EXCUSED), broken


@needs_suite
def test_the_table_names_cases_of_the_suite_in_both_languages():
    assert set(EXCUSED) <= set(CASES)
    assert set(excused(TABLES[0])) == set(EXCUSED)
    assert all(len(reason) > 30 for page in TABLES for reason in excused(page).values())
