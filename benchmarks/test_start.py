# SPDX-License-Identifier: Apache-2.0
"""Whole processes: what a command line, a cron job or a serverless function pays."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kcert import npki
from kcert.testing import TEST_PASSWORD, FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table

ROUNDS = 40

LOAD = """
import kcert, sys
credential = kcert.load(sys.argv[1])
assert credential.certificate.holder_name
"""
UNLOCK = f"""
import kcert, sys
with kcert.load(sys.argv[1]).unlock({TEST_PASSWORD!r}) as unlocked:
    unlocked.sign(b"text")
"""
NAMES = "import sys; print(*(name for name in sys.modules if name.startswith('cryptography')))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "cn=test"
    npki.write_folder(FakeAuthority("yessign").issue("홍길동", km=True), folder)
    return folder


def process(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_bare_python(measure: Callable[..., None]) -> None:
    measure("bare Python", lambda: process("pass"), rounds=ROUNDS)


def test_import_kcert(measure: Callable[..., None], table: Table) -> None:
    measure("import kcert", lambda: process("import kcert"), rounds=ROUNDS)
    table.ratio("import kcert", "bare Python", at_most=2.5)


@pytest.mark.parametrize(("label", "code"), [("load", LOAD), ("load, unlock, sign", UNLOCK)])
def test_parts_of_cryptography(
    measure: Callable[..., None], folder: Path, label: str, code: str
) -> None:
    # Exactly the modules of `cryptography` that kcert needs for this, and nothing of kcert.
    names = process(code + NAMES, folder).split() or ["cryptography"]
    measure(f"imports for {label}", lambda: process("import " + ", ".join(names)), rounds=ROUNDS)


@pytest.mark.parametrize(("label", "code"), [("load", LOAD), ("load, unlock, sign", UNLOCK)])
def test_one_folder(
    measure: Callable[..., None], folder: Path, table: Table, label: str, code: str
) -> None:
    measure(label, lambda: process(code, folder), rounds=ROUNDS)
    table.ratio(label, f"imports for {label}", at_most=1.3)
