# SPDX-License-Identifier: Apache-2.0
"""examples/migrate_pfx: files go into a store, whole, and nothing is lost on the way."""

from __future__ import annotations

import json

import pytest

import kcert
from kcert import pkcs12
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

PROGRAM = "migrate_pfx/migrate.py"
NEW = "kcert-New-2!"


@pytest.fixture
def credentials():
    authority = FakeAuthority("yessign")
    return [
        authority.issue(holder, password=password, km=True, profile=CHEAPEST)
        for holder, password in (("홍길동", "one"), ("길동상사", "two"))
    ]


@pytest.fixture
def folder(tmp_path, credentials):
    place = tmp_path / "pfx"
    (place / "below").mkdir(parents=True)
    for name, credential, password in (
        ("a.pfx", credentials[0], "one"),
        ("below/b.P12", credentials[1], "two"),
    ):
        with credential.unlock(password) as unlocked:
            (place / name).write_bytes(pkcs12.dump(unlocked, password))
    (place / "broken.pfx").write_bytes(b"not a PFX")
    (place / "notes.txt").write_text("no PFX", "utf-8")
    return place


def secrets(**more):
    return json.dumps({"a.pfx": "one", "": "two", "new": NEW, **more})


def outcomes(done):
    return [tuple(line.split("\t")) for line in done.stdout.splitlines()]


def test_every_file_that_opens_is_in_the_store_under_the_new_password(
    run, folder, credentials, tmp_path
):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    done = run(PROGRAM, "--passwords", folder, tmp_path / "store", input=secrets())

    assert done.returncode == 1  # one file is broken
    assert [outcome for outcome, _ in outcomes(done)][:2] == ["copied", "copied"]
    assert outcomes(done)[2][0].startswith("failed: ")
    entries = list(kcert.open_store(tmp_path / "store").entries())
    assert {entry.certificate for entry in entries} == {one.certificate for one in credentials}
    for entry in entries:
        with entry.unlock(NEW) as unlocked:
            assert unlocked.random is not None
            assert unlocked.key_management is not None
    assert {path: path.read_bytes() for path in before} == before


def test_a_second_run_changes_nothing(run, folder, tmp_path):
    arguments = (PROGRAM, "--passwords", folder, tmp_path / "store")
    run(*arguments, input=secrets())
    files = {path: path.read_bytes() for path in (tmp_path / "store").rglob("*.der")}

    done = run(*arguments, input=secrets())

    assert [outcome for outcome, _ in outcomes(done)][:2] == ["already there"] * 2
    assert {path: path.read_bytes() for path in (tmp_path / "store").rglob("*.der")} == files


def test_a_dry_run_writes_nothing(run, folder, tmp_path):
    done = run(PROGRAM, "--dry-run", "--passwords", folder, tmp_path / "store", input=secrets())

    assert [outcome for outcome, _ in outcomes(done)][:2] == ["would be copied"] * 2
    assert not list(tmp_path.glob("store/**/*.der"))


def test_a_wrong_password_fails_its_file_only_and_is_not_shown(run, folder, tmp_path):
    given = secrets(**{"a.pfx": "wr0ng-Secret"})

    done = run(PROGRAM, "--passwords", folder, tmp_path / "store", input=given)

    assert done.returncode == 1
    assert [outcome.partition(":")[0] for outcome, _ in outcomes(done)] == [
        "failed", "copied", "failed",
    ]  # fmt: skip
    assert "wr0ng-Secret" not in done.stdout + done.stderr


def test_a_file_without_a_password_says_so(run, folder, tmp_path):
    done = run(PROGRAM, "--passwords", folder, tmp_path / "store", input='{"a.pfx": "one"}')

    assert "비밀번호가 주어지지 않았습니다" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("given", ["", "[]", "{"])
def test_what_is_no_json_object_is_refused_without_a_traceback(run, folder, tmp_path, given):
    done = run(PROGRAM, "--passwords", folder, tmp_path / "store", input=given)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_it_runs_on_test_files(run):
    done = run(PROGRAM)

    assert done.returncode == 1
    assert [outcome.partition(":")[0] for outcome, _ in outcomes(done)] == [
        "copied", "copied", "failed",
    ]  # fmt: skip
