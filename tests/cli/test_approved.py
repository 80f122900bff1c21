# SPDX-License-Identifier: Apache-2.0
"""What each command says, in both languages and two widths, as it was looked at and approved.

After a change that is wanted: KCERT_APPROVE=1 python -m pytest tests/cli/test_approved.py, and read
the difference before it is committed.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')
pytest.importorskip("rich", reason='the command needs pip install "kcert[cli]"')

from click.testing import CliRunner

from kcert.cli.catalogue import CATALOGUE
from kcert.cli.group import root
from kcert.cli.helping import overview
from kcert.cli.voice import Voice

APPROVED = Path(__file__).parent / "approved"
PASSWORD = "KCERT-CANARY-pw-7f3a"
ID_NUMBER = "9902301234567"
AT = ["--at", "2026-05-01T09:00"]
OWNER = ["--identity", "owner.txt"]
REFERENCE = ["--reference", "{reference}"]
RENEW_ALL = ["renew", "--all-due"]
TRUST = ["--anchor", "root.pem", "--test-authority"]

# Name, what is typed on standard input, and the arguments.
CASES = {
    "list": ("", ["list", "NPKI", *AT]),
    "list-json": ("", ["list", "one", "--json", *AT]),
    "list-none": ("", ["list", "empty"]),
    "show": ("", ["show", "one", *AT]),
    "show-pfx": (PASSWORD, ["show", "a.pfx", "--password-stdin", *AT]),
    "check": ("", ["check", "NPKI", *AT]),
    "check-fine": ("", ["check", "alone.der", *AT]),
    "trust": ("", ["trust", "one", "--anchor", "anchors.pem", *AT]),
    "trust-not": ("", ["trust", "one", *AT]),
    "import": ("", ["import", "one", "--to", "store"]),
    "import-again": ("", ["import", "one", "--to", "NPKI"]),
    "export": ("", ["export", "one", "out.zip"]),
    "export-taken": ("", ["export", "one", "f.txt", "--format", "zip"]),
    "passwd": (f"{PASSWORD}\nshort\n", ["passwd", "one", "--password-stdin"]),
    "passwd-wrong": ("wrong\nnew\n", ["passwd", "one", "--password-stdin"]),
    "passwd-no-terminal": ("", ["passwd", "one"]),
    "copy": ("", ["copy", "one", "--to", "store"]),
    "move": ("", ["move", "one", "--to", "store", "--yes"]),
    "backup": ("", ["backup", "--from", "NPKI", "--to", "store"]),
    "restore": ("", ["restore", "--from", "NPKI", "--to", "store", "--dry-run"]),
    "remove": ("", ["remove", "one", "--yes"]),
    "remove-unasked": ("", ["remove", "one"]),
    "sign": (PASSWORD, ["sign", "f.txt", "--with", "one", "--password-stdin"]),
    "verify-damaged": ("", ["verify", "f.txt"]),
    "encrypt": ("", ["encrypt", "f.txt", "--to", "one"]),
    "vid": (f"{PASSWORD}\n{ID_NUMBER}\n", ["vid", "one", "--password-stdin"]),
    "vid-not": (f"{PASSWORD}\n1112223334445\n", ["vid", "one", "--password-stdin"]),
    "error-not-found": ("", ["show", "cn=홍길동/none"]),
    "error-several": ("", ["show", "NPKI"]),
    "error-json": ("", ["show", "none", "--json"]),
    "usage-command": ("", ["nonsense"]),
    "usage-option": ("", ["list", "--nonsense"]),
    "usage-missing": ("", ["show"]),
    "usage-choice": ("", ["export", "one", "x.pfx", "--protection", "none"]),
    "usage-more": ("", ["show", "one", "two"]),
    "usage-value": ("", ["show", "one", "--at"]),
    "usage-part": ("", ["vault"]),
    "usage-part-unknown": ("", ["vault", "nonsense"]),
    "remind": ("", ["remind", "NPKI", "--days", "400", "--expired", *AT]),
    "remind-fine": ("", ["remind", "NPKI", *AT]),
    "remind-now": ("", ["remind", "one", "--at", "2027-04-20"]),
    "remind-timeline": ("", ["remind", "NPKI", "--timeline", *AT]),
    "remind-json": ("", ["remind", "one", "--json", "--days", "400", *AT]),
    "remind-events": ("", ["remind", "one", "--events", "told", "--at", "2027-04-20"]),
    "remind-none": ("", ["remind", "empty"]),
    "history-show": ("", ["history", "show", "NPKI"]),
    "history-json": ("", ["history", "show", "NPKI", "--json", "--last", "1"]),
    "history-verify": ("", ["history", "verify", "NPKI"]),
    "history-verify-not": ("", ["history", "verify", "NPKI", "--head", "a" * 64]),
    "history-export": ("", ["history", "export", "NPKI"]),
    "history-empty": ("", ["history", "show", "empty"]),
    "vault-create": ("", ["vault", "create", "new", "--new-identity", "new.txt"]),
    "vault-create-taken": ("", ["vault", "create", "vault"]),
    "vault-recipients": ("", ["vault", "recipients", "vault", *OWNER]),
    "vault-json": ("", ["vault", "recipients", "vault", "--json", *OWNER]),
    "vault-rotate": ("", ["vault", "rotate", "vault", *OWNER, "--new-identity", "n", "--yes"]),
    "vault-rotate-unasked": ("", ["vault", "rotate", "vault"]),
    "vault-list": ("", ["list", "vault", *OWNER, *AT]),
    "vault-none": ("", ["vault", "recipients", "one", *OWNER]),
    "vault-backup": ("", ["backup", "--from", "one", "--to", "vault", *OWNER]),
    **{f"help-{name.replace(' ', '-')}": ("", [*name.split(), "--help"]) for name in CATALOGUE},
}

CA = ["--authority-file", "ca.toml"]
STDIN = "--password-stdin"

# The same with an authority on loopback: what is in braces, `due` and `fresh` are made for each.
LIFE = {
    "issue": (f"{{code}}\n{PASSWORD}\n", ["issue", "--to", "s", *CA, *REFERENCE, STDIN]),
    "issue-refused": (f"wrong\n{PASSWORD}\n", ["issue", "--to", "s", *CA, *REFERENCE, STDIN]),
    "issue-unnamed": ("", ["issue", "--to", "s"]),
    "issue-unreferenced": ("", ["issue", "--to", "s", *CA]),
    "issue-settle": ("", ["issue", "--to", "fresh", "--settle", *CA]),
    "renew": (PASSWORD, ["renew", "due", "--backup-to", "stick", "--old", "remove", *CA, STDIN]),
    "renew-early": (PASSWORD, ["renew", "fresh", *CA, STDIN]),
    "renew-wrong": ("wrong", ["renew", "due", *CA, STDIN]),
    "renew-all": (f"{PASSWORD}\n{PASSWORD}2\n", [*RENEW_ALL, "due", "--new-password", *CA, STDIN]),
    "renew-all-none": ("", [*RENEW_ALL, "fresh", *CA]),
    "renew-which": ("", ["renew", *CA]),
    "renew-where": ("", ["renew", "due", "--old", "move", *CA]),
    "renew-json": (PASSWORD, ["renew", "due", "--json", *CA, STDIN]),
    "reissue": (f"{{code}}\n{PASSWORD}2\n", ["reissue", "fresh", *CA, *REFERENCE, STDIN]),
    "revoke": (PASSWORD, ["revoke", "fresh", "--yes", *CA, STDIN]),
    "revoke-lost": (
        "{code}",
        ["revoke", "alone.crt", "--store", "fresh", "--yes", *CA, *REFERENCE, STDIN],
    ),
    "revoke-keyless": ("", ["revoke", "alone.der", "--yes", *CA]),
    "revoke-unasked": ("", ["revoke", "fresh", *CA]),
    "suspend": (PASSWORD, ["suspend", "fresh", "--yes", "--json", *CA, STDIN]),
    "resume": (PASSWORD, ["resume", "held", "--yes", *CA, STDIN]),
    "renew-held": (PASSWORD, ["renew", "held", *CA, STDIN]),
    "resume-again": (PASSWORD, ["resume", "fresh", "--yes", *CA, STDIN]),
    "authority-file": ("", ["renew", "one", "--authority-file", "f.txt"]),
    "authority-address": ("", ["renew", "one", "--authority", "ftp://nowhere"]),
    "authority-down": (
        PASSWORD,
        ["renew", "due", "--authority", "http://127.0.0.1:9", *TRUST, STDIN],
    ),
}


def compare(name, text):
    path = APPROVED / f"{name}.txt"
    if os.environ.get("KCERT_APPROVE"):
        path.write_text(text, "utf-8", newline="\n")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("case", CASES)
def test_a_command_says_what_was_approved(case, language, width, computer, steady):
    typed, arguments = CASES[case]
    (computer.root / "empty").mkdir()
    text = said(typed, arguments, language, width)

    compare(f"{case}-{language}-{width}", steady(text, computer))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("case", LIFE)
def test_a_command_of_the_life_cycle_says_what_was_approved(
    case, language, width, computer, office, steady, unfixed
):
    typed, arguments = json.loads(office.filled(json.dumps(LIFE[case])))
    text = said(typed, arguments, language, width)

    compare(f"{case}-{language}-{width}", unfixed(steady(text, computer)))


def said(typed, arguments, language, width):
    environment = {"LANG": f"{language}_KR.UTF-8", "COLUMNS": str(width)}
    result = CliRunner(charset="utf-8").invoke(root, arguments, input=typed, env=environment)
    text = f"status {result.exit_code}\n-- out\n{result.stdout}-- errors\n{result.stderr}"
    secrets = [line for line in typed.splitlines() if len(line) > 6]

    assert not [secret for secret in secrets if secret in text]
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_overview_is_as_approved(language, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))

    compare(f"overview-{language}-{width}", overview(Voice(io.StringIO(), language)))
