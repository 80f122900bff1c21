# SPDX-License-Identifier: Apache-2.0
"""`kcert remind`, `history` and `vault`, beyond what they say."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')
pytest.importorskip("pyrage", reason='vaults need pip install "kcert[cloud]"')

import icalendar

import kcert
from kcert.cli import entry

PASSPHRASE = "KCERT-CANARY several words"
SOON = ["--at", "2027-04-20"]
OWNER = ["--identity", "owner.txt"]


# kcert remind


def test_remind_answers_cron(computer, run):
    at = ["--at", "2026-05-01", "--quiet"]
    assert run("remind", "NPKI", *at)[:2] == (0, "")
    assert run("remind", "NPKI", *at, "--expired")[:2] == (1, "")
    assert run("remind", "NPKI", *at, "--days", "364")[0] == 0
    assert run("remind", "NPKI", *at, "--days", "365")[0] == 1
    assert run("remind", *SOON)[0] == 1
    Path("empty").mkdir()
    assert run("remind", "empty")[0] == 3
    assert run("remind", "nothing-here")[0] == 3


def test_a_certificate_in_two_places_is_told_once_with_both(computer, run):
    run("copy", "one", "--to", "stick")
    status, out, _ = run("remind", "NPKI", "stick", "--json", *SOON)
    [item] = [i for i in json.loads(out)["items"] if i["certificate"]["holder"] == "홍길동"]

    assert (status, item["state"]) == (1, "renewable")
    assert [Path(each).parts[0] for each in item["locations"]] == ["NPKI", "stick"]


def test_a_calendar_replaces_an_earlier_one_and_nothing_else(computer, run):
    assert run("remind", "NPKI", "--calendar", "a.ics", *SOON)[0] == 1
    before = Path("a.ics").read_bytes()
    assert run("remind", "NPKI", "--calendar", "a.ics", "--names", *SOON)[0] == 1
    assert icalendar.Calendar.from_ical(before).walk("VEVENT")
    assert "홍길동".encode() in Path("a.ics").read_bytes()
    assert "홍길동".encode() not in before
    if os.name == "posix":
        assert Path("a.ics").stat().st_mode & 0o077 == 0
    content = Path("f.txt").read_bytes()
    assert run("remind", "NPKI", "--calendar", "f.txt", *SOON)[0] == 5
    assert Path("f.txt").read_bytes() == content
    command = [sys.executable, "-m", "kcert", "remind", "NPKI", "--calendar", "-", *SOON]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.startswith(b"BEGIN:VCALENDAR\r\n")


def test_each_event_is_told_once_and_names_nobody(computer, run):
    first = run("remind", "NPKI", "--events", "told", "--json", *SOON)
    again = run("remind", "NPKI", "--events", "told", *SOON)
    shutil.rmtree("NPKI")
    Path("NPKI").mkdir()
    gone = run("remind", "NPKI", "--events", "told", *SOON)

    assert (first[0], again[0], gone[0]) == (1, 0, 1)
    assert {event["event"] for event in json.loads(first[1])["events"]} >= {"found", "expired"}
    assert "nothing new" in again[1]
    assert "is gone" in gone[1]
    assert "홍길동" not in first[1] + gone[1] + Path("told").read_text("utf-8")


def test_a_file_of_another_kind_is_no_memory_of_events(computer, run):
    before = Path("f.txt").read_bytes()

    assert run("remind", "NPKI", "--events", "f.txt")[0] == 4
    assert Path("f.txt").read_bytes() == before


# kcert history


def test_a_changed_history_is_told(computer, run):
    head = json.loads(run("history", "verify", "NPKI", "--json")[1])["head"]
    assert run("history", "verify", "NPKI", "--head", head)[0] == 0
    assert run("history", "export", "NPKI", "--out", "record")[0] == 0
    lines = Path("record").read_text("utf-8").splitlines()
    [file] = Path("NPKI", ".kcert", "history").iterdir()
    assert file.read_text("utf-8").splitlines() == lines
    file.write_text("\n".join([*lines[:2], *lines[3:]]) + "\n", "utf-8")

    assert run("history", "verify", "NPKI")[0] == 1
    assert run("history", "show", "NPKI")[0] == 4
    assert run("history", "export", "NPKI")[0] == 0


def test_a_history_is_shown_of_one_certificate(computer, run):
    status, out, _ = run("history", "show", "NPKI", "--of", computer.ids[1][:6], "--json")

    assert status == 0
    assert [event["number"] for event in json.loads(out)["events"]] == [2]


def test_what_keeps_no_history_says_so(computer, run):
    assert run("history", "show", "none-such")[0] == 3


# kcert vault


def test_a_vault_is_made_filled_and_put_under_another_passphrase(computer, run):
    words = {"typed": f"{PASSPHRASE}\n"}
    stdin = "--password-stdin"
    assert run("vault", "create", "v", stdin, **words)[0] == 0
    assert run("backup", "--from", "one", "--to", "v", stdin, **words)[0] == 0
    assert run("vault", "passphrase", "v", stdin, typed=f"{PASSPHRASE}\nother words\n")[0] == 0
    assert run("list", "v", stdin, **words)[0] == 4
    assert run("list", "v", stdin, typed="other words\n")[0] == 0
    assert run("vault", "create", "w", stdin, typed="\n")[0] == 2
    assert not Path("w").exists()


def test_a_recipient_opens_what_was_added_for_them(computer, run):
    colleague = kcert.VaultIdentity.generate()
    Path("colleague.txt").write_text(colleague.reveal(), "ascii")
    Path("colleague.txt").chmod(0o600)
    theirs = ["--identity", "colleague.txt", "--member"]
    assert run("list", "vault", *theirs)[0] == 4
    status, out, _ = run("vault", "recipients", "vault", *OWNER, "--add", colleague.recipient)
    assert (status, colleague.recipient in out) == (0, True)
    rotated = ["vault", "rotate", "vault", *OWNER, "--yes", "--new-identity", "new.txt"]
    assert run(*rotated)[0] == 0
    new = ["--identity", "new.txt"]
    assert run("list", "vault", *theirs)[0] == 0
    assert run("list", "vault", *OWNER)[0] == 4
    gone = ["vault", "recipients", "vault", "--remove", colleague.recipient, "--yes"]
    assert run(*gone, *theirs)[0] == 4  # only the owner may
    assert run(*gone, *new)[0] == 0
    assert run("list", "vault", *theirs)[0] == 4
    assert run("vault", "recipients", "vault", *new, "--add", "age1nonsense")[0] == 4


def test_a_new_identity_is_the_owners_alone_to_read_and_overwrites_nothing(computer, run):
    assert run("vault", "create", "v", "--new-identity", "f.txt")[0] == 5
    assert run("vault", "create", "v", "--new-identity", "id.txt")[0] == 0
    assert run("list", "v", "--identity", "id.txt")[0] == 3  # nothing is in it
    if os.name == "posix":
        assert Path("id.txt").stat().st_mode & 0o077 == 0
        Path("id.txt").chmod(0o644)
        status, _, errors = run("list", "v", "--identity", "id.txt")
        assert (status, "chmod 600" in errors) == (2, True)


def test_an_older_state_of_a_vault_is_noticed_in_the_next_run(computer, run):
    shutil.copytree("vault", "older")
    colleague = kcert.VaultIdentity.generate().recipient
    assert run("vault", "recipients", "vault", *OWNER, "--add", colleague)[0] == 0
    shutil.rmtree("vault")
    Path("older").rename("vault")

    assert run("list", "vault", *OWNER)[0] == 5
    assert run("list", "vault", *OWNER, "--memory", "fresh.db")[0] == 0


def test_rotating_needs_a_place_for_the_new_identity(computer, run):
    status, _, errors = run("vault", "rotate", "vault", *OWNER, "--yes")

    assert (status, "--new-identity" in errors) == (2, True)


def test_what_is_in_a_vault_is_checked_and_reminded_of(computer, run):
    assert run("check", "vault", *OWNER, "--at", "2026-06-01", "--quiet")[0] == 0
    assert run("remind", "vault", *OWNER, *SOON, "--quiet")[0] == 1
    assert run("restore", "--from", "vault", "--to", "back", *OWNER)[0] == 0
    assert run("copy", computer.ids[3], "--store", "NPKI", "--to", "vault", *OWNER)[0] == 0


def test_credentials_of_a_service_come_from_a_file_of_ones_own(computer, run):
    address = "s3://bucket/prefix?region=ap-northeast-2"
    status, _, errors = run("list", address, *OWNER, "--credentials", "none.toml")

    assert status == 3
    assert "profile" in errors


def test_the_key_ring_knows_a_vault_by_its_address(computer, run, monkeypatch):
    asked = []

    class Ring:
        class errors:  # noqa: N801 - the name that keyring has
            KeyringError = OSError

        @staticmethod
        def get_password(service, user):
            asked.append((service, user))

    monkeypatch.setitem(sys.modules, "keyring", Ring)

    assert run("list", "vault", "--keyring")[0] == 2
    assert asked == [("kcert", "vault")]


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "script"])
def test_a_rotation_shows_a_bar_on_a_terminal_only(computer, monkeypatch, terminal):
    errors = io.StringIO()
    errors.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setenv("TERM", "xterm")
    words = ["vault", "rotate", "vault", *OWNER, "--yes", "--new-identity", "new.txt"]
    assert entry.run(["--lang", "en", *words], io.StringIO(), errors) == 0
    assert ("1/1" in errors.getvalue()) is terminal
