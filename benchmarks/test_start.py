# SPDX-License-Identifier: Apache-2.0
"""Whole processes: what a command line, a cron job or a serverless function pays."""

from __future__ import annotations

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
# What a program over `cryptography` alone has to import to do the same: certificates and keys,
# then ciphers for the key file and signatures.
IMPORTS_LOAD = """
from cryptography import x509
from cryptography.hazmat.primitives import serialization
"""
IMPORTS_UNLOCK = (
    IMPORTS_LOAD
    + """
import hashlib
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
"""
)
CASES = [
    pytest.param("load", LOAD, IMPORTS_LOAD, 1.3, id="load"),
    pytest.param("load, unlock, sign", UNLOCK, IMPORTS_UNLOCK, None, id="unlock"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "cn=test"
    npki.write_folder(FakeAuthority("yessign").issue("홍길동", km=True), folder)
    return folder


def test_bare_python(measure: Callable[..., None], process: Callable[..., str]) -> None:
    measure("bare Python", lambda: process("pass"), rounds=ROUNDS)


def test_import_kcert(
    measure: Callable[..., None], process: Callable[..., str], table: Table
) -> None:
    measure("import kcert", lambda: process("import kcert"), rounds=ROUNDS)
    table.ratio("import kcert", "bare Python", at_most=2.5)


@pytest.mark.parametrize(("label", "code", "imports", "at_most"), CASES)
def test_one_folder(
    measure: Callable[..., None],
    process: Callable[..., str],
    folder: Path,
    table: Table,
    label: str,
    code: str,
    imports: str,
    at_most: float | None,
) -> None:
    measure(label, lambda: process(code, folder), rounds=ROUNDS)
    table.time(f"cryptography's imports for {label}", lambda: process(imports), rounds=ROUNDS)
    table.ratio(label, f"cryptography's imports for {label}", at_most=at_most)
