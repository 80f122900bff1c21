# SPDX-License-Identifier: Apache-2.0
"""The command as a whole process: its help, and a list of many folders."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kcert import npki
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')


def kcert(*arguments: object) -> None:
    command = [sys.executable, "-m", "kcert", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def test_the_help(measure: Callable[..., None], table: Table) -> None:
    measure("kcert --help", lambda: kcert("--help"), rounds=20)
    table.figure("kcert --help", table.seconds["kcert --help"], " s", at_most=0.15)


def test_a_list_of_a_thousand_folders(
    measure: Callable[..., None], tmp_path: Path, table: Table
) -> None:
    authority = FakeAuthority("yessign")
    for number in range(20 if table.quick else 1000):
        credential = authority.issue(f"홍길동{number:04}", km=True, profile=CHEAPEST)
        npki.write_folder(credential, tmp_path / "yessign" / "USER" / f"cn=test{number:04}")
    label = "kcert list, 1,000 folders"
    measure(label, lambda: kcert("list", tmp_path), rounds=10)
    table.figure(label, table.seconds[label], " s", at_most=1.0)
