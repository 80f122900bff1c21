# SPDX-License-Identifier: Apache-2.0
"""`kcert report` as a command: what it writes, where, and what it never does."""

from __future__ import annotations

import io
import os
import re
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert.cli import entry
from kcert.cli.commands import reporting

AT = ("--at", "2026-05-01T09:00")
PASSWORD = "KCERT-CANARY-pw-7f3a"


def run(*arguments, typed="", language="en"):
    out, errors = io.StringIO(), io.StringIO()
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8")
    try:
        status = entry.run(["--lang", language, "report", *arguments], out, errors)
    finally:
        sys.stdin = stdin
    assert PASSWORD not in out.getvalue() + errors.getvalue()
    return status, out.getvalue(), errors.getvalue()


def titles(text):
    return re.findall(r'<h3 id="c\d+-title">(.*?)</h3>', text)


def test_all_of_this_computer_on_one_page(computer):
    status, out, errors = run(*AT, "--anchor", "anchors.pem")
    text = Path("kcert-report.html").read_text("utf-8")

    assert (status, out) == (0, "")
    assert "written: kcert-report.html" in errors
    assert sorted(titles(text)) == sorted(["홍길동", "주식회사 가나다라마바사", "홍길순", "홍길남"])
    if os.name == "posix":
        assert Path("kcert-report.html").stat().st_mode & 0o077 == 0


def test_several_places_and_a_file_on_one_page(computer):
    status, _, _ = run("NPKI", "one", "a.pfx", "alone.der", *AT, "--password-stdin", typed=PASSWORD)
    text = Path("kcert-report.html").read_text("utf-8")

    assert status == 0
    assert titles(text).count("홍길동") == 1
    for place in ("NPKI", "one", "a.pfx", "alone.der"):
        assert f'<span class="place">{place}' in text


def test_a_file_that_is_there_is_kept_unless_told_to_replace_it(computer):
    target = Path("page.html")
    target.write_text("mine", "utf-8")
    status, _, errors = run("one", "-o", "page.html", *AT)

    assert status == 5
    assert "already" in errors
    assert target.read_text("utf-8") == "mine"

    assert run("one", "-o", "page.html", "--force", *AT)[0] == 5  # it is no page
    assert target.read_text("utf-8") == "mine"


def test_an_earlier_page_is_replaced_when_told_to(computer):
    assert run("alone.der", "-o", "page.html", *AT, language="ko")[0] == 0
    assert run("NPKI", "-o", "page.html", *AT)[0] == 5
    assert run("NPKI", "-o", "page.html", "--force", *AT)[0] == 0
    assert len(titles(Path("page.html").read_text("utf-8"))) == 4
    assert [path.name for path in Path().glob("*page*")] == ["page.html"]
    assert run("one", "-o", "new.html", "--force", *AT)[0] == 0


@pytest.mark.parametrize("call", [1, 2], ids=["while writing", "while replacing"])
def test_what_fails_half_way_leaves_the_old_page_and_nothing_else(computer, failing_call, call):
    target = Path("page.html")
    target.write_text("<!doctype html>\nmine", "utf-8")
    before = sorted(Path().iterdir())
    failing_call.left = call
    status, _, _ = run("one", "-o", "page.html", "--force", *AT)
    failing_call.left = None

    assert status == 5
    assert target.read_text("utf-8") == "<!doctype html>\nmine"
    assert sorted(Path().iterdir()) == before


def test_standard_output_gets_the_page_alone(computer, capfdbinary):
    status = entry.run(["--lang", "ko", "report", "one", "-o", "-", *AT], sys.stdout, sys.stderr)
    page = capfdbinary.readouterr().out.decode("utf-8")

    assert status == 0
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert not Path("kcert-report.html").exists()


def test_where_there_are_no_certificates_nothing_is_written(computer):
    Path("empty").mkdir()
    status, _, errors = run("empty")

    assert status == 3
    assert "no certificates found" in errors
    assert not Path("kcert-report.html").exists()


def test_without_names_the_page_names_nobody_and_no_place(computer):
    assert run(*AT, "--no-names")[0] == 0
    text = Path("kcert-report.html").read_text("utf-8")

    for word in ("홍길동", "홍길순", "홍길남", "가나다라", str(computer.root), "cn=", "NPKI/"):
        assert word not in text
    for entry_ in kcert.open_store("NPKI").entries():
        assert entry_.certificate.subject.rfc4514() not in text
    assert "Names and places were left out." in text


def test_no_password_is_asked_and_no_connection_made(computer, monkeypatch):
    def refuse(*_arguments, **_keywords):
        raise AssertionError("a connection, or a question")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("getpass.getpass", refuse)

    assert run("NPKI", *AT)[0] == 0


def test_a_page_for_another_moment_says_so(computer):
    assert run("one", "--at", "2027-06-01", language="ko")[0] == 0
    text = Path("kcert-report.html").read_text("utf-8")

    assert "2027년 6월 1일 00:00 (한국 시각)" in text
    assert 'data-state="expired"' in text


@pytest.mark.parametrize("moment", ["0001-01-02", "9999-12-31"])
def test_the_ends_of_the_calendar_are_moments_like_others(computer, moment):
    assert run("one", "--at", moment, "--anchor", "anchors.pem")[0] == 0


def test_a_damaged_folder_is_on_the_page_and_stops_nothing(computer):
    Path("one", "signCert.der").write_bytes(b"\x30\x03")
    assert run("NPKI", "one", *AT)[0] == 0
    text = Path("kcert-report.html").read_text("utf-8")

    assert any(title.startswith("unreadable") for title in titles(text))
    assert "홍길동" in titles(text)


def test_what_discovery_could_not_enter_is_told(computer, monkeypatch):
    monkeypatch.setenv("KCERT_NPKI_PATH", str(computer.root / "nowhere"))
    sources = list(reporting._sources(SimpleNamespace(session=SimpleNamespace()), ()))

    assert [each.problem.code for each in sources if each.subject is None] == ["not-found"]
