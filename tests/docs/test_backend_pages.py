# SPDX-License-Identifier: Apache-2.0
"""The backend that the documentation writes passes the contract that it says it passes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_documented_backend_passes_the_contract(tmp_path, language):
    page = (DOCS / language / "how-to/backend.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "test_table.py").write_text("\n".join(blocks[:2]), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_table.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
