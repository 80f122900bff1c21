# SPDX-License-Identifier: Apache-2.0
"""The reference of the command says what the command says.

After a change that is wanted: KCERT_APPROVE=1 python -m pytest tests/docs/test_command_line.py.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

from kcert.cli import entry
from kcert.cli.catalogue import CATALOGUE

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference" / "cli.md"
MARK = "a test compares. -->\n"


def run(*arguments):
    out, errors = io.StringIO(), io.StringIO()
    status = entry.run(arguments, out, errors)
    return status, out.getvalue(), errors.getvalue()


def test_the_reference_has_the_help_of_every_command(monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("LC_ALL", "C")
    parts = []
    for name in CATALOGUE:
        english = run("--lang", "en", *name.split(), "--help")[1]
        korean = run("--lang", "ko", *name.split(), "--help")[1]
        parts.append(f"\n### kcert {name}\n\n```console\n{korean}```\n\n```console\n{english}```\n")
    page = REFERENCE.read_text("utf-8")
    head = page.partition(MARK)[0] + MARK
    if os.environ.get("KCERT_APPROVE"):
        REFERENCE.write_text(head + "".join(parts), "utf-8", newline="\n")

    assert REFERENCE.read_text("utf-8") == head + "".join(parts)


def test_the_reference_names_every_exit_status_and_schema():
    page = REFERENCE.read_text("utf-8")
    statuses = {int(found) for found in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    from kcert.cli.failures import Status

    assert statuses == set(Status)
    source = "".join(path.read_text("utf-8") for path in Path(entry.__file__).parent.rglob("*.py"))
    schemas = {f"kcert/{name}" for name in re.findall(r'write_json\(\s*"([\w/]+)"', source)}
    assert schemas | {"kcert/error/1"} == set(re.findall(r"`(kcert/\w+/\d+)`", page))
