# SPDX-License-Identifier: Apache-2.0
"""Reads pytest's JUnit reports: names skips that are not allowed, and sums up.

Usage: report.py STATUS ALLOWED REPORT...

STATUS is the exit status of the run so far, ALLOWED the list of allowed skips. The last line
printed is "N passed, N failed". Ends with 1 where something failed or was skipped without leave.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from fnmatch import fnmatchcase
from pathlib import Path


def allowed_patterns(path: Path) -> list[str]:
    """The patterns of `path`, one a line, without comments."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def main(status: int, allowed: Path, reports: list[Path]) -> int:
    patterns = allowed_patterns(allowed)
    passed = failed = skipped = 0
    refused: list[str] = []
    for report in reports:
        for case in ET.parse(report).getroot().iter("testcase"):
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif skip is None:
                passed += 1
            else:
                skipped += 1
                where = f"{case.get('classname', '')}::{case.get('name', '')}"
                line = f"{where}: {skip.get('message', '')}"
                if not any(fnmatchcase(line, f"*{pattern}*") for pattern in patterns):
                    refused.append(line)
    for line in refused:
        print(f"skipped, and not in {allowed.name}: {line}")
    if skipped:
        print(f"{skipped} skipped, {len(refused)} of them without leave")
    failed += len(refused)
    if status and not failed:
        failed = 1  # a step other than the tests
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]))
