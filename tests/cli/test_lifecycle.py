# SPDX-License-Identifier: Apache-2.0
"""The commands of the life cycle against a test authority on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import click

import kcert
from kcert.cli import group
from kcert.cli.catalogue import CATALOGUE
from kcert.testing import Fault

PASSWORD = "KCERT-CANARY-pw-7f3a"
NEW = "KCERT-CANARY-other-1!"
CA = ["--authority-file", "ca.toml"]
STDIN = "--password-stdin"


def holders(store):
    return [entry.certificate.holder_name for entry in kcert.open_store(store).entries()]


def test_what_is_issued_opens_with_the_new_password(office, run):
    words = json.loads(office.filled('["issue", "--reference", "{reference}", "{code}"]'))
    code = words.pop()
    status, out, errors = run(*words, "--to", "s", "--km", *CA, STDIN, typed=f"{code}\n{NEW}\n")

    assert (status, code in out + errors) == (0, False)
    [entry] = kcert.open_store("s").entries()
    with entry.load().unlock(NEW) as unlocked:
        assert unlocked.key_management is not None
        assert unlocked.random is not None


def test_an_issue_that_broke_off_is_settled(office, run):
    words = json.loads(office.filled('["issue", "--reference", "{reference}", "{code}"]'))
    code = words.pop()
    office.server.faults.next(Fault.LOST_REQUEST, verb="certConf", times=None)
    try:
        broken = run(*words, "--to", "s", *CA, STDIN, typed=f"{code}\n{NEW}\n")
    finally:
        office.server.faults.clear()
    status, out, _ = run("issue", "--settle", "--to", "s", "--json", *CA, STDIN, typed=NEW)

    assert broken[0] == 5
    [item] = json.loads(out)["items"]
    assert (status, item["counts"], holders("s")) == (0, False, [])
    assert run("issue", "--settle", "--to", "s", *CA)[0] == 0


def test_a_renewal_may_be_run_again_and_issues_nothing_twice(office, run):
    old = office.issued("due")
    words = ["renew", old.id, "--store", "due", *CA, "--json", STDIN]
    more = ["--backup-to", "stick", "--old", "move", "--old-to", "attic", "--new-password"]
    first = run(*words, *more, typed=f"{PASSWORD}\n{NEW}\n")
    again = run(*words, *more, typed=f"{PASSWORD}\n{NEW}\n")
    [one], [other] = (json.loads(each[1])["items"] for each in (first, again))

    assert (first[0], again[0]) == (0, 0)
    assert (one["id"], one["resumed"], other["resumed"]) == (other["id"], False, True)
    assert [len(holders(store)) for store in ("due", "stick", "attic")] == [1, 1, 1]
    next(iter(kcert.open_store("stick").entries())).load().unlock(NEW).close()


def test_all_that_are_due_are_renewed_and_one_that_fails_stops_nothing(office, run):
    for holder in ("홍길동", "홍길순"):
        office.issued("due", holder)
    office.server.faults.next(Fault.REFUSED, verb="kur")
    status, out, _ = run(
        "renew", "--all-due", "due", "--json", *CA, STDIN, typed=f"{PASSWORD}\n{PASSWORD}\n"
    )
    made = json.loads(out)

    assert status == 5
    assert (len(made["items"]), made["failed"][0]["problem"]["code"]) == (1, "authority")
    assert len(holders("due")) == 3

    again = run("renew", "--all-due", "due", "--json", *CA, STDIN, typed=f"{PASSWORD}\n")
    assert (again[0], len(json.loads(again[1])["items"])) == (0, 1)
    none_left = run("renew", "--all-due", "due", "--json", *CA, STDIN)
    assert json.loads(none_left[1])["items"] == []


def test_a_lost_certificate_is_replaced_by_its_certificate_alone(office, run):
    words = json.loads(
        office.filled('["reissue", "alone.crt", "--reference", "{reference}", "fresh", "{code}"]')
    )
    code, _ = words.pop(), words.pop()
    [old] = kcert.open_store("fresh").entries()
    status, out, _ = run(*words, "--store", "s", *CA, "--json", STDIN, typed=f"{code}\n{NEW}\n")

    assert status == 0
    assert (
        json.loads(out)["certificate"]["last_day"] == old.certificate.validity.last_day.isoformat()
    )
    assert office.server.status(old.certificate).state.value == "revoked"


def test_suspended_resumed_and_revoked_and_the_history_knows(office, run):
    entry = office.issued("fresh")
    for verb, state in (("suspend", "suspended"), ("resume", "good"), ("revoke", "revoked")):
        found = run(verb, entry.id, "--store", "fresh", "--yes", *CA, STDIN, typed=PASSWORD)
        assert found[0] == 0
        assert office.server.status(entry.certificate).state.value == state
    events = json.loads(run("history", "show", "fresh", "--json")[1])["events"]
    assert {event["event"] for event in events} >= {"suspended", "resumed", "revoked"}


def test_what_is_in_a_vault_is_renewed_suspended_and_revoked_there(office, run):
    old = office.issued("due")
    opened = ["--identity", "owner.txt"]
    assert run("copy", old.id, "--store", "due", "--to", "vault", *opened)[0] == 0
    words = ["renew", old.id, "--store", "vault", *opened, *CA, "--json", STDIN]
    status, out, errors = run(*words, "--old", "remove", typed=PASSWORD)
    assert status == 0, errors
    [one] = json.loads(out)["items"]
    listed = json.loads(run("list", "vault", *opened, "--json")[1])
    assert (one["id"] in str(listed), old.id in str(listed)) == (True, False)
    for verb, state in (("suspend", "suspended"), ("resume", "good"), ("revoke", "revoked")):
        words = [verb, one["id"], "--store", "vault", "--yes", *opened, *CA, STDIN]
        assert run(*words, typed=PASSWORD)[0] == 0
        vault = kcert.open_store(
            "vault", sealing=kcert.VaultIdentity(Path("owner.txt").read_text("ascii").strip())
        )
        certificate = vault.get(one["id"]).certificate
        assert office.server.status(certificate).state.value == state


def test_what_is_issued_and_reissued_may_go_into_a_vault(office, run):
    opened = ["--identity", "owner.txt", "--json"]
    words = json.loads(office.filled('["issue", "--reference", "{reference}", "{code}"]'))
    code = words.pop()
    issued = run(*words, "--to", "vault", *opened, *CA, STDIN, typed=f"{code}\n{NEW}\n")
    made = json.loads(issued[1])
    assert (issued[0], code in issued[1] + issued[2]) == (0, False)

    [held] = [
        entry.certificate
        for entry in kcert.open_store(
            "vault", sealing=kcert.VaultIdentity(Path("owner.txt").read_text("ascii").strip())
        ).entries()
        if entry.id == made["id"]
    ]
    with office.server.enrol(replaces=held) as enrolment:
        reference = enrolment.reference_number
        code = bytes(enrolment.authorization_code.octets).decode()
    words = ["reissue", made["id"], "--store", "vault", "--reference", reference]
    reissued = run(*words, *opened, *CA, STDIN, typed=f"{code}\n{PASSWORD}\n")
    assert reissued[0] == 0, reissued
    assert json.loads(reissued[1])["id"] != made["id"]
    assert office.server.status(held).state.value == "revoked"


def test_the_passphrase_of_a_vault_is_asked_for_before_the_password(office, run):
    old = office.issued("due")
    assert run("vault", "create", "safe", STDIN, typed=f"{NEW}\n")[0] == 0
    assert run("copy", old.id, "--store", "due", "--to", "safe", STDIN, typed=f"{NEW}\n")[0] == 0
    words = ["renew", old.id, "--store", "safe", *CA, STDIN]
    renewed = run(*words, typed=f"{NEW}\n{PASSWORD}\n")
    assert renewed[0] == 0, renewed
    assert run(*words, typed=f"{PASSWORD}\n{PASSWORD}\n")[0] == 4


def test_a_folder_is_renewed_in_the_store_it_is_in(office, run, monkeypatch):
    old = office.issued("due")
    monkeypatch.setenv("KCERT_NPKI_PATH", "due")
    folder = str(Path("due", old.location))

    assert run("renew", folder, *CA, STDIN, typed=PASSWORD)[0] == 0
    assert len(holders("due")) == 2
    assert run("renew", "one", *CA, STDIN, typed=PASSWORD)[0] == 2  # it is in no store
    assert run("renew", "a.pfx", *CA, STDIN, typed=PASSWORD)[0] == 2


def test_a_test_authority_is_believed_only_where_that_is_said(office, run):
    office.issued("due")
    words = ["renew", "due", "--authority", office.server.url, STDIN]
    status, _, errors = run(*words, typed=PASSWORD)
    believed = run(*words, "--anchor", "root.pem", "--test-authority", typed=PASSWORD)

    assert status == 1
    assert "authority" in errors
    assert believed[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "address = 1",
        'adress = "http://127.0.0.1"',
        'speaks = "klingon"',
        "anchors = [",
        'certificate = "missing.pem"',
        'address = "http://127.0.0.1:9"\nanchors = ["f.txt"]',
    ],
)
def test_a_file_that_describes_no_authority_is_refused(text, office, run):
    Path("bad.toml").write_text(text, "utf-8")
    status, _, errors = run("suspend", "one", "--authority-file", "bad.toml", "--yes")

    assert status in (2, 4, 5)
    assert "next: " in errors


def test_no_option_takes_a_secret():
    flags = []
    for name in CATALOGUE:
        found = group.root
        for word in name.split():
            found = found.get_command(click.Context(found), word)
        for option in (each for each in found.params if isinstance(each, click.Option)):
            secret = {"password", "passphrase", "code", "pin"} & set(option.name.split("_"))
            if secret or "id_number" in option.name:
                flags.append((option.name, option.is_flag))

    assert {name for name, _ in flags} >= {"password_stdin", "ask_id_number", "new_password"}
    assert {name for name, is_flag in flags if not is_flag} == {"password_fd"}  # a number
