# SPDX-License-Identifier: Apache-2.0
"""Each program in examples/ runs as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcert import npki
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def npki_root(tmp_path: Path) -> Path:
    root = tmp_path / "NPKI"
    authority = FakeAuthority("yessign")
    current = authority.issue("홍길동", profile=CHEAPEST)
    ended = authority.issue("홍길동", profile=CHEAPEST, at=datetime(2020, 3, 2, tzinfo=UTC))
    npki.write_folder(current, root / "yessign" / "USER" / "cn=current")
    npki.write_folder(ended, root / "yessign" / "USER" / "cn=ended")
    return root


def test_every_example_has_a_test() -> None:
    folders = {
        "bridges": "test_bridges.py",
        "migrate_pfx": "test_migrate_pfx.py",
        "nightly_expiry": "test_examples.py",
        "relying_party": "test_relying_party.py",
        "sign_pdf": "test_sign_pdf.py",
        "tax_invoice_worker": "test_tax_invoice_worker.py",
    }

    found = {path.name for path in EXAMPLES.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert found == set(folders)
    assert all((Path(__file__).parent / test).is_file() for test in folders.values())
    tested = {"list_certificates.py", "sign_and_verify.py"}
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested


@pytest.mark.parametrize("folder", sorted(EXAMPLES.glob("*_*/")), ids=lambda path: path.name)
def test_every_larger_example_has_a_readme_of_one_screen(folder: Path) -> None:
    lines = (folder / "README.md").read_text("utf-8").splitlines()

    assert 10 <= len(lines) <= 50


def test_listing_shows_what_lies_in_a_folder(npki_root: Path, run) -> None:
    done = run("list_certificates.py", npki_root)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("홍길동") == 2
    assert "금융결제원" in done.stdout
    assert "2 certificates" in done.stdout


def test_listing_a_computer_without_certificates_finds_none(tmp_path: Path, run) -> None:
    done = run("list_certificates.py", tmp_path)

    assert done.returncode == 0, done.stderr
    assert "0 certificates" in done.stdout


def test_sign_and_verify_runs_on_a_test_certificate(run) -> None:
    done = run("sign_and_verify.py")

    assert done.returncode == 0, done.stderr
    assert "verified: 홍길동" in done.stdout


def test_sign_and_verify_explains_what_it_cannot_load(tmp_path: Path, run) -> None:
    (tmp_path / "empty").mkdir()

    done = run("sign_and_verify.py", tmp_path / "empty")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 2


def test_the_expiry_report_names_what_has_ended_and_ends_with_one(npki_root: Path, run) -> None:
    done = run("nightly_expiry/expiry_report.py", npki_root)

    assert done.returncode == 1, done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["expired"]
    assert "홍길동" not in done.stdout.replace(str(npki_root), "")


def test_the_expiry_report_is_silent_where_nothing_is_due(tmp_path: Path, run) -> None:
    root = tmp_path / "NPKI"
    current = FakeAuthority("yessign").issue("홍길동", profile=CHEAPEST)
    npki.write_folder(current, root / "yessign" / "USER" / "cn=current")

    done = run("nightly_expiry/expiry_report.py", root)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
