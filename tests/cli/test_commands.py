# SPDX-License-Identifier: Apache-2.0
"""What the commands do, beyond what they say."""

from __future__ import annotations

import ast
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import click

import kcert
from kcert.cli import entry, group, guard
from kcert.cli.catalogue import CATALOGUE
from kcert.cli.failures import Status, status_of
from kcert.cli.session import Session
from kcert.cli.table import display_width, lay_out, shorten, wrap

PASSWORD = "KCERT-CANARY-pw-7f3a"
SOURCE = Path(kcert.__file__).parent / "cli"
PUBLIC = Path(__file__).parents[2] / "docs" / "reference"


# What it is made of


def test_the_command_imports_only_what_is_public():
    pages = "\n".join(page.read_text("utf-8") for page in PUBLIC.glob("*.md"))
    public = {"kcert", *re.findall(r"^::: (\S+)$", pages, re.MULTILINE)}
    strange = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("kcert"):
                continue
            if node.module.startswith("kcert.cli"):
                continue
            names = {alias.name for alias in node.names}
            known = set(import_module(node.module).__all__) if node.module in public else set()
            strange |= {f"{path.name}: {node.module}.{each}" for each in names - known - {"cli"}}

    assert not strange


def test_every_command_is_there_and_has_help_in_both_languages():
    for name, row in CATALOGUE.items():
        found = group.root
        for word in name.split():
            found = found.get_command(click.Context(found), word)
        texts = [row.summary, *(p.texts for p in found.params if hasattr(p, "texts"))]
        texts += [found.body] if getattr(found, "body", ("", ""))[0] else []
        for english, korean in texts:
            assert not re.search("[가-힣]", english)
            assert re.search("[가-힣]", korean)
        assert all(hasattr(p, "texts") for p in found.params if isinstance(p, click.Option))


def test_every_error_has_a_status_and_advice():
    errors = [each for each in vars(kcert.errors).values() if isinstance(each, type)]
    for kind in errors:
        if issubclass(kind, kcert.KcertError):
            error = kind.__new__(kind)
            assert status_of(error) in set(Status) - {Status.FINE, Status.USAGE, Status.STOPPED}


def test_help_names_no_command_that_must_be_imported_first():
    program = (
        "import io, sys; from kcert.cli import run; run(['--help'], io.StringIO(), io.StringIO());"
        "print([name for name in ('click', 'rich', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - {"demo"}))
def test_without_the_extra_a_command_says_what_to_install(name, monkeypatch, run):
    monkeypatch.setattr(entry, "_has_extra", lambda: False)
    status, out, errors = run(*name.split())

    assert (status, out) == (6, "")
    assert 'pip install "kcert[cli]"' in errors


def test_without_the_extra_the_demo_takes_one_path_at_most(monkeypatch, run):
    monkeypatch.setattr(entry, "_has_extra", lambda: False)

    assert run("demo", "a", "b")[0] == 2


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (KeyError("KCERT-CANARY-pw-7f3a"), 5, "a defect in kcert (KeyError)"),
        (MemoryError(), 5, "not enough memory"),
        (PermissionError(13, "Permission denied", "cn=홍길동"), 5, "may not be read"),
        (KeyboardInterrupt(), 130, "stopped"),
        (BrokenPipeError(), 5, ""),
    ],
)
def test_nothing_but_lines_and_a_status_comes_out(error, status, word, monkeypatch, run):
    def fail(*_arguments, **_keywords):
        raise error

    monkeypatch.setattr(kcert, "discover", fail)
    monkeypatch.setattr(guard.os, "dup2", lambda *_: None)
    found, _, errors = run("list")

    assert found == status
    assert word in errors
    assert "홍길동" not in errors


# What it does


def test_a_certificate_goes_to_a_pfx_and_back_with_r_and_the_km_pair(computer, run):
    before = kcert.load("one")
    korean = ("--protection", "korean", "--password-stdin")
    assert run("export", "one", "x.pfx", *korean, typed=PASSWORD)[0] == 0
    assert run("import", "x.pfx", "--to", "store", "--password-stdin", typed=PASSWORD)[0] == 0
    [entry_there] = kcert.open_store("store").entries()
    with before.unlock(PASSWORD) as old, entry_there.load().unlock(PASSWORD) as new:
        assert old.random.reveal() == new.random.reveal()
        assert old.key_management.reveal_pkcs8() == new.key_management.reveal_pkcs8()
    assert "SEED" in entry_there.load().key.scheme


@pytest.mark.parametrize("target", ["x.zip", "x", "x.pem"])
def test_every_format_opens_again(computer, target, run):
    assert run("export", "a.pfx", target, "--password-stdin", typed=PASSWORD)[0] == 0
    with kcert.load(target).unlock(PASSWORD) as unlocked:
        assert unlocked.random is not None
    if os.name == "posix":
        assert Path(target).stat().st_mode & 0o077 == 0


def test_a_new_password_and_lock_for_what_is_exported(computer, run):
    typed = f"{PASSWORD}\nanother-Password-1!\n"
    arguments = ("--new-password", "--lock", "aria", "--password-stdin")
    assert run("export", "one", "x", *arguments, typed=typed)[0] == 0
    assert "aria" in kcert.load("x").key.cipher.lower()
    kcert.load("x").unlock("another-Password-1!").close()


def test_certificates_alone_need_no_password(computer, run):
    assert run("export", "one", "certs", "--certificates-only")[0] == 0
    assert len(kcert.pem.load_certificates(Path("certs").read_bytes())) == 3


def test_an_archive_of_many_is_imported_whole(computer, run):
    credentials = [e.load() for e in kcert.open_store("NPKI").entries() if e.problem is None]
    Path("many.zip").write_bytes(kcert.archive.dump(credentials))
    assert run("import", "many.zip", "--to", "store")[0] == 0
    assert len(list(kcert.open_store("store").entries())) == len(credentials)
    assert run("import", "f.txt", "--to", "store")[0] == 4


@pytest.mark.parametrize("detached", [False, True])
def test_what_is_signed_verifies(computer, detached, run):
    flag = ["--detached"] if detached else []
    assert (
        run("sign", "f.txt", "--with", "a.pfx", "--password-stdin", *flag, typed=PASSWORD)[0] == 0
    )
    message = "f.txt.p7s" if detached else "f.txt.p7m"
    given = ["--content", "f.txt"] if detached else ["--out", "g.txt"]
    at = computer.main.certificate.validity.not_before.isoformat()
    common = ["verify", message, *given, "--anchor", "anchors.pem", "--at", at]
    status, out, _ = run(*common, "--json")

    assert status == 0
    found = json.loads(out)
    assert (found["schema"], found["signers"][0]["trusted"]) == ("kcert/verify/1", True)
    if not detached:
        assert Path("g.txt").read_bytes() == Path("f.txt").read_bytes()
        assert run(*common)[0] == 5  # it is there
    Path("f.txt").write_bytes(b"changed")
    if detached:
        status, _, errors = run(*common)
        assert status == 1
        assert "do not rely on it" in errors
    assert (
        run("verify", message, *given[: 2 * detached], "--at", at, "--signature-only")[0]
        == detached
    )


def test_what_is_encrypted_opens_again(computer, run):
    assert run("encrypt", "f.txt", "--to", "one")[0] == 0
    before = Path("f.txt").read_bytes()
    Path("f.txt").unlink()
    assert run("decrypt", "f.txt.p7e", "--with", "one", "--password-stdin", typed=PASSWORD)[0] == 0
    assert Path("f.txt").read_bytes() == before
    assert run("decrypt", "f.txt", "--with", "one")[0] == 2
    assert run("encrypt", "f.txt", "--to", "alone.der", "--out", "x")[0] == 1
    assert run("encrypt", "f.txt", "--to", "alone.der", "--out", "x", "--any-key-usage")[0] == 0


def test_an_id_names_a_certificate_wherever_it_lies(computer, run):
    wanted = computer.ids[0]
    assert run("show", wanted[:6])[0] == 0
    assert run("show", wanted[:6], "--store", "NPKI")[0] == 0
    assert run("show", wanted, "--store", "NPKI")[0] == 0
    assert run("show", "0123456789abcdef")[0] == 3
    assert run("show", "12", "--store", "NPKI")[0] == 3


def test_what_is_changed_must_lie_in_one_place(computer, monkeypatch, run):
    run("copy", "one", "--to", "NPKI2")
    monkeypatch.setenv("KCERT_NPKI_PATH", os.pathsep.join(("NPKI", "NPKI2")))
    assert run("show", computer.ids[0][:8])[0] == 0
    assert run("remove", computer.ids[0][:8], "--yes")[0] == 3
    assert run("remove", computer.ids[0][:8], "--store", "NPKI2", "--yes")[0] == 0


@pytest.mark.parametrize("command", ["copy", "move", "remove", "passwd"])
def test_a_file_is_no_entry(computer, command, run):
    more = ["--to", "store"] if command in ("copy", "move") else []
    status, _, errors = run(command, "a.pfx", *more)

    assert status == 2
    assert "next: " in errors


def test_check_answers_cron(computer, run):
    at = ["--at", "2026-05-01"]
    assert run("check", "NPKI", *at, "--quiet")[:2] == (1, "")
    assert run("check", "one", *at, "--quiet")[0] == 0
    assert run("check", "one", *at, "--quiet", "--strict")[0] == 1
    assert run("check", "one", *at, "--quiet", "--days", "364")[0] == 0
    assert run("check", "one", *at, "--quiet", "--days", "365")[0] == 1
    assert run("check")[0] == 1
    Path("empty").mkdir()
    assert run("check", "empty")[0] == 3


@pytest.mark.parametrize("command", ["list", "show", "check", "doctor", "trust"])
def test_json_names_its_schema(computer, command, run):
    more = ["one"] if command in ("show", "trust") else []
    more += ["--anchor", "anchors.pem", "--at", "2026-06-01"] if command == "trust" else []
    status, out, _ = run(command, *more, "--json")

    assert json.loads(out)["schema"] == f"kcert/{command}/1"
    assert status == (1 if command in ("check", "doctor") else 0)


def test_vid_and_backup_answer_in_json(computer, run):
    typed = f"{PASSWORD}\n9902301234567\n"
    assert json.loads(run("vid", "one", "--json", "--password-stdin", typed=typed)[1])["matches"]
    status, out, _ = run("backup", "--from", "NPKI", "--to", "b", "--json")
    assert (status, json.loads(out)["complete"]) == (1, False)
    assert run("list", "b")[0] == 0
    assert run("list", "memory:")[0] == 3


def test_a_password_that_is_not_text_is_taken_as_octets(computer):
    octets = "암호".encode("cp949")
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(octets + b"\n"), "utf-8")
    out, errors = io.StringIO(), io.StringIO()
    try:
        status = entry.run(["vid", "one", "--password-stdin"], out, errors)
    finally:
        sys.stdin = stdin
    assert status == 4


def test_a_revocation_list_at_hand_counts(computer, run):
    Path("bad.crl").write_bytes(b"no list")
    assert run("trust", "one", "--crl", "bad.crl", "--revocation", "require")[0] == 4
    assert run("trust", "one", "--crl", "none.crl")[0] == 3
    at = ["--at", "2026-06-01", "--anchor", "anchors.pem"]
    assert run("trust", "one", *at, "--revocation", "require")[0] == 1
    assert run("trust", "one", *at, "--purpose", "issuing")[0] == 1


def test_keys_that_others_may_read_are_said(computer, run):
    if os.name != "posix":
        pytest.skip("Windows keeps rights in another way")
    assert run("doctor")[0] == 1  # one folder lacks its key
    [key] = Path("NPKI", "yessign").glob("**/*홍길남*/signPri.key")
    key.chmod(0o644)
    status, out, _ = run("doctor")
    assert (status, "1 keys can be read by other users" in out) == (1, True)
    assert "홍길남" not in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_knows_the_commands(shell, run):
    status, out, _ = run("completion", shell)
    assert status == 0
    assert "_KCERT_COMPLETE" in out
    environment = {
        **os.environ,
        "_KCERT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "kcert exp",
        "COMP_CWORD": "1" if shell in ("bash", "zsh") else "exp",
    }
    done = subprocess.run(
        [sys.executable, "-m", "kcert"], env=environment, capture_output=True, check=True
    )
    assert b"export" in done.stdout


SHELLS = {
    "bash": """
        eval "$(kcert completion bash)"
        COMP_WORDS=(kcert rei) COMP_CWORD=1
        _kcert_completion kcert rei kcert
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        autoload -Uz compinit && compinit -u -D
        eval "$(kcert completion zsh)"
        test "${_comps[kcert]}" = _kcert_completion || exit 1
        # What the line editor would show is printed.
        _describe() { print -rl -- "${(@P)3}" }
        words=(kcert rei) CURRENT=2
        _kcert_completion
    """,
    "fish": """
        kcert completion fish | source
        complete -C "kcert rei"
    """,
}


@pytest.mark.parametrize("shell", list(SHELLS))
def test_the_shell_itself_completes_with_the_script(shell, tmp_path):
    program = shutil.which(shell)
    if program is None or os.name != "posix":
        pytest.skip(f"{shell} is not installed")
    command = tmp_path / "bin" / "kcert"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kcert "$@"\n', "utf-8")
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [
            program,
            {"bash": "--norc", "zsh": "-f", "fish": "--no-config"}[shell],
            "-c",
            SHELLS[shell],
        ],
        env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert "reissue" in done.stdout
    assert "renew" not in done.stdout


# What goes wrong outside


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("arguments", "what", "status"),
    [
        (
            ("verify", "none.p7s"),
            {"en": "there is no such file or folder", "ko": "그런 파일이나 폴더가 없습니다"},
            3,
        ),
        (
            ("verify", "NPKI"),
            {"en": "it is a folder, not a file", "ko": "파일이 아니라 폴더입니다"},
            5,
        ),
        (("remove", "", "--yes"), {"en": "CERT is empty", "ko": "CERT가 비어 있습니다"}, 2),
        (("show", ""), {"en": "CERT is empty", "ko": "CERT가 비어 있습니다"}, 2),
    ],
)
def test_what_is_not_there_is_said_in_the_language_of_the_user(
    computer, run, language, arguments, what, status
):
    got, out, errors = run(*arguments, "--lang", language)

    assert (got, out) == (status, "")
    first, *_, last = errors.splitlines()
    assert what[language] in first
    assert last.startswith({"en": "  next: ", "ko": "  다음: "}[language])


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_defect(computer, closed):
    if os.name != "posix":
        pytest.skip("the shell of Windows closes no streams")
    words = f'"{sys.executable}" -m kcert sign f.txt --with one {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "AttributeError" not in done.stderr
    assert ("no terminal to ask on" in done.stderr) is ("2>&-" not in closed)


def test_an_interrupted_question_leaves_a_line_of_its_own(computer, run, monkeypatch):
    def interrupt(_prompt):
        raise KeyboardInterrupt

    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("kcert.cli.asking.sys", SimpleNamespace(stdin=terminal))
    monkeypatch.setattr("getpass.getpass", interrupt)
    status, _, errors = run("sign", "f.txt", "--with", "one")

    assert status == 130
    assert errors.startswith("\nkcert: stopped")
    assert not Path("f.txt.p7m").exists()


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "cn=홍길동"), "읽거나 쓸 권한"),
        (OSError(errno.ENOSPC, "No space left on device"), "남은 공간이 없습니다"),
        (OSError(errno.EIO, "Input/output error", "cn=홍길동"), "시스템이 거부했습니다"),
    ],
)
def test_what_the_system_refuses_is_said_in_korean_and_names_nobody(error, what):
    errors = io.StringIO()

    def refuse():
        raise error

    assert guard.guarded(Session("ko", io.StringIO(), errors), refuse) == 5
    assert what in errors.getvalue()
    assert "  다음: " in errors.getvalue()
    assert "홍길동" not in errors.getvalue()


# Tables


def test_a_table_fits_its_width_with_hangul_in_it():
    lines = [["이름", "name"], ["주식회사 가나다라마바사", "a long name of somebody"]]
    for width in (24, 30, 60):
        assert all(display_width(line) <= width for line in lay_out(lines, width, whole=None))
        assert all(display_width(line) <= width for line in lay_out(lines, width, whole=1))
    assert lay_out([["a"]], None, whole=None) == ["a", "-"]


def test_texts_are_cut_and_broken_by_columns():
    assert shorten("가나다라", 6) == "가나…"
    assert wrap("가나다라마 바사", 4) == ["가나", "다라", "마", "바사"]
    assert wrap("", 4) == [""]
