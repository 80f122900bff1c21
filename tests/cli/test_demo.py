# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

import kcert
from kcert.__main__ import main
from kcert.cli import demo, entry
from kcert.cli.voice import Voice, display_width, system_language
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

PASSWORD = "KCERT-CANARY-pw-7f3a"


@pytest.fixture
def folder(tmp_path):
    credential = FakeAuthority("yessign").issue("홍길동", profile=CHEAPEST, password=PASSWORD)
    kcert.open_store(tmp_path).add(credential)
    return tmp_path


def run(*arguments):
    out, errors = io.StringIO(), io.StringIO()
    status = entry.run(arguments, out, errors)
    return status, out.getvalue(), errors.getvalue()


# The demo on made-up certificates


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["홍길동", "Universal, individual", "expired", "signPri.key is missing", "passed"]),
        ("ko", ["홍길동", "개인 범용", "만료되었습니다", "signPri.key 파일이 없습니다", "일치"]),
    ],
)
def test_the_demo_goes_the_whole_way(language, words):
    status, out, errors = run("demo", "--lang", language)

    assert (status, errors) == (0, "")
    for word in words:
        assert word in out
    assert "kcert-Test-1!" not in out
    assert "BEGIN" not in out


def test_the_demo_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert run("demo")[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_the_demo_runs_as_a_module_without_extras():
    program = (
        "import sys, runpy;"
        "sys.modules.update(dict.fromkeys(('hypothesis', 'click', 'rich')));"
        "sys.argv = ['kcert', 'demo', '--lang', 'en'];"
        "runpy.run_module('kcert', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "Done" in done.stdout


def test_a_terminal_without_hangul_gets_question_marks_and_no_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "kcert", "demo", "--lang", "ko"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"???" in done.stdout


def test_a_reader_that_goes_away_is_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "kcert", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (5, b"")


def test_a_medium_that_fails_is_one_line(monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device", "/tmp/cn=홍길동")

    monkeypatch.setattr(demo, "make_sample", full)
    status, _, errors = run("demo", "--lang", "en")

    assert status == 5
    assert errors.startswith("kcert: there is no room left on the medium\n  next: ")
    assert "홍길동" not in errors


def test_an_interruption_is_one_line(monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "make_sample", interrupted)

    assert run("demo", "--lang", "en")[::2] == (
        130,
        "kcert: stopped; nothing more is done\n",
    )


# The demo on the user's own folder


def test_without_a_terminal_it_stops_where_a_password_is_needed(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
    status, out, errors = run("demo", str(folder), "--lang", "en")

    assert (status, errors) == (0, "")
    assert "홍길동" in out
    assert "run this in a terminal" in out
    assert "signed" not in out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_terminal_it_asks_and_goes_on(folder, monkeypatch):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    status, out, errors = run("demo", "--lang", "en", str(folder))

    assert (status, errors) == (0, "")
    assert "signed and verified" in out
    assert PASSWORD not in out
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_wrong_password_is_one_line(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "wrong")
    status, _, errors = run("demo", "--lang", "ko", str(folder))

    assert status == 4
    assert "비밀번호가 틀렸거나" in errors.splitlines()[0]
    assert errors.splitlines()[1].startswith("  다음: ")


@pytest.mark.parametrize(("answer", "signed"), [("2\n", True), ("\n", False), ("9\n", False)])
def test_of_several_one_is_chosen(folder, monkeypatch, answer, signed):
    other = FakeAuthority("KICA").issue("홍길순", profile=CHEAPEST, password=PASSWORD)
    kcert.open_store(folder).add(other)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    status, out, _ = run("demo", "--lang", "en", str(folder))

    assert status == 0
    assert ("signed and verified" in out) == signed


def test_a_single_file_is_opened_as_load_opens_it(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    [path] = folder.rglob("signPri.key")

    assert run("demo", str(path))[0] == 0


def test_a_file_of_another_kind_is_named(tmp_path):
    (tmp_path / "cert.pfx").write_bytes(b"%PDF-1.7")
    status, _, errors = run("demo", "--lang", "en", str(tmp_path / "cert.pfx"))

    assert status == 4
    assert "this is a PDF document" in errors


def test_an_empty_folder_has_nothing_to_show(tmp_path):
    status, out, _ = run("demo", "--lang", "en", str(tmp_path))

    assert status == 0
    assert "None found." in out


def test_a_path_that_is_not_there_is_one_line(tmp_path):
    status, _, errors = run("demo", "--lang", "en", str(tmp_path / "cn=홍길동"))

    assert status == 3
    assert errors.count("\n") == 2
    assert "홍길동" not in errors


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["demo", "--lang"],
        ["demo", "--lang", "fr"],
        ["demo", "-x"],
        ["demo", "a", "b"],
    ],
)
def test_arguments_that_are_not_understood_show_the_usage(arguments):
    status, out, errors = run(*arguments)

    assert (status, out) == (2, "")
    assert "kcert" in errors
    assert "--help" in errors


def test_help_and_version_are_answered(capsys):
    assert "usage" in run("--help", "--lang", "en")[1]
    assert "python -m kcert demo" in run("--help", "--lang", "en")[1]
    assert "사용법" in run("--help", "--lang", "ko")[1]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"kcert {kcert.__version__}\n"


# Speaking


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "ko", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "", "LANG": "ko_KR"}, "ko"),
    ],
)
def test_the_environment_chooses_the_language(environment, expected):
    assert system_language(environment) == expected


def test_the_system_chooses_where_the_environment_is_silent(monkeypatch):
    monkeypatch.setattr("locale.getlocale", lambda: ("Korean_Korea", "949"))
    assert system_language({}) == "ko"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert system_language({}) == "en"


def test_columns_line_up_with_hangul():
    out = io.StringIO()
    Voice(out, "ko").table(["이름", "x"], [["홍길동", "1"], ["Hong", "2"], ["e\u0301", "3"]])
    lines = out.getvalue().splitlines()

    assert [display_width(line) for line in lines] == [9] * 5
    assert lines[1] == "------  -"


def test_a_name_cannot_steer_the_terminal():
    out = io.StringIO()
    voice = Voice(out, "en")
    voice.table(["name"], [["\x1b[2Jevil\u202e\n"]])
    voice.say("\x1b]0;title\x07")

    assert out.getvalue().count("\ufffd") == 5
    assert "\x1b" not in out.getvalue()
