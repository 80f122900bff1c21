# SPDX-License-Identifier: Apache-2.0
"""`python -m kcert.testing`: a folder to try things with."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

import kcert
from kcert.testing import TEST_ID_NUMBER, TEST_PASSWORD
from kcert.testing.__main__ import main


def run(*arguments: str) -> tuple[int, str, str]:
    out, errors = io.StringIO(), io.StringIO()
    return main(arguments, out, errors), out.getvalue(), errors.getvalue()


def test_it_writes_a_certificate_and_says_how_to_open_it(tmp_path):
    status, out, errors = run(str(tmp_path / "NPKI"))
    assert (status, errors) == (0, "")
    (entry,) = kcert.open_store(tmp_path / "NPKI").entries()
    assert entry.id in out
    password, number = (line.rpartition(": ")[2] for line in out.splitlines()[1:])
    assert (password, number) == (TEST_PASSWORD, TEST_ID_NUMBER)
    with entry.unlock(password) as unlocked:
        unlocked.verify_identity(number)
        assert unlocked.key_management is not None


def test_what_is_there_already_stays(tmp_path):
    run(str(tmp_path))
    run(str(tmp_path))
    assert len(list(kcert.open_store(tmp_path).entries())) == 2


@pytest.mark.parametrize("arguments", [(), ("--help",), ("a", "b")])
def test_it_takes_one_folder(arguments):
    status, out, errors = run(*arguments)
    assert (status, out) == (2, "")
    assert errors.startswith("usage: ")


def test_a_folder_that_cannot_be_written_is_said_in_both_languages(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    status, out, errors = run(str(tmp_path / "file" / "NPKI"))
    assert (status, out) == (1, "")
    assert len(errors.splitlines()) == 2


def test_it_runs_as_a_module_on_a_console_without_hangul(tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "kcert.testing", "NPKI"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONIOENCODING": "ascii",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert TEST_PASSWORD.encode() in done.stdout
