# SPDX-License-Identifier: Apache-2.0
"""What the CI run concludes from pytest's reports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPORT = Path(__file__).parents[2] / ".ci" / "report.py"

PASSED = '<testcase classname="tests.a" name="test_one"/>'
FAILED = '<testcase classname="tests.a" name="test_two"><failure message="no"/></testcase>'
SKIPPED = (
    '<testcase classname="tests.a" name="test_three">'
    '<skipped message="peer &apos;openssl&apos; is not installed"/></testcase>'
)


@pytest.fixture
def conclude(tmp_path: Path):
    def run(*cases: str, status: int = 0, allowed: str = "") -> tuple[int, list[str]]:
        report, skips = tmp_path / "report.xml", tmp_path / "allowed-skips.txt"
        report.write_text(
            f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", "utf-8"
        )
        skips.write_text(allowed, "utf-8")
        done = subprocess.run(
            [sys.executable, str(REPORT), str(status), str(skips), str(report)],
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        return done.returncode, done.stdout.splitlines()

    return run


def test_the_last_line_counts_what_passed_and_failed(conclude) -> None:
    assert conclude(PASSED, PASSED) == (0, ["2 passed, 0 failed"])
    assert conclude(PASSED, FAILED) == (1, ["1 passed, 1 failed"])


def test_a_peer_that_was_skipped_without_leave_fails(conclude) -> None:
    status, lines = conclude(PASSED, SKIPPED)

    assert status == 1
    assert "tests.a::test_three: peer 'openssl' is not installed" in lines[0]
    assert lines[-1] == "1 passed, 1 failed"


def test_a_skip_on_the_list_is_allowed(conclude) -> None:
    status, lines = conclude(PASSED, SKIPPED, allowed="# why\npeer 'openssl' is not installed\n")

    assert status == 0
    assert lines[-1] == "1 passed, 0 failed"


def test_a_run_that_broke_off_elsewhere_has_failed(conclude) -> None:
    assert conclude(PASSED, status=2) == (1, ["1 passed, 1 failed"])
