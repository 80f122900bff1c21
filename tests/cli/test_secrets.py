# SPDX-License-Identifier: Apache-2.0
"""Where passwords come from, and where they never show."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert.cli import entry

PASSWORD = "KCERT-CANARY-pw-7f3a"
KCERT = [sys.executable, "-m", "kcert", "--lang", "en"]

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a matter of POSIX")


def run(*arguments):
    out, errors = io.StringIO(), io.StringIO()
    status = entry.run(["--lang", "en", *arguments], out, errors)
    return status, out.getvalue(), errors.getvalue()


def start(*arguments, typed=b"", **options):
    return subprocess.run(
        [*KCERT, *arguments], input=typed, capture_output=True, timeout=60, check=False, **options
    )


def in_terminal(arguments, answers, environment=None):
    """Run with a pseudo-terminal as its terminal; each answer is typed when it is asked for."""
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(environment or {})
        os.execv(sys.executable, [*KCERT, *arguments])
    shown, left = b"", list(answers)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if left and left[0][0] in shown.rpartition(b"\n")[2] + piece:
            os.write(terminal, left.pop(0)[1] + b"\n")
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


@posix
def test_a_terminal_asks_and_does_not_show_what_is_typed(computer):
    answers = [
        (b"Password", PASSWORD.encode()),
        (b"New password", b"another-Password-1!"),
        (b"again", b"another-Password-1!"),
    ]
    status, shown = in_terminal(["passwd", "one"], answers)

    assert (status, "the password was changed" in shown) == (0, True)
    assert PASSWORD not in shown
    assert "another-Password-1!" not in shown
    kcert.load("one").unlock("another-Password-1!").close()


@posix
def test_two_new_passwords_that_differ_change_nothing(computer):
    answers = [(b"Password", PASSWORD.encode()), (b"New password", b"one"), (b"again", b"two")]
    status, shown = in_terminal(["passwd", "one"], answers)

    assert status == 2
    assert "the two passwords differ; nothing was changed" in shown
    kcert.load("one").unlock(PASSWORD).close()


@posix
@pytest.mark.parametrize(("answer", "status"), [(b"n", 130), (b"", 130), (b"y", 0)])
def test_removing_asks_first(computer, answer, status):
    found, shown = in_terminal(["remove", "one"], [(b"[y/N]", answer)])

    assert found == status
    assert "Traceback" not in shown
    assert (computer.root / "one" / "signCert.der").exists() == (status != 0)


@posix
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_has_colours_unless_it_is_told_not_to(computer, environment, coloured):
    environment = {"TERM": "xterm", **environment}
    status, shown = in_terminal(["list", "NPKI"], [], environment)

    assert status == 0
    assert ("\033[31m" in shown) == coloured


def test_a_pipe_has_no_colours(computer):
    assert b"\033" not in start("list", "NPKI").stdout


@posix
def test_a_bar_shows_how_far_a_backup_is(computer):
    status, shown = in_terminal(["backup", "--from", "one", "--to", "copy"], [], {"TERM": "xterm"})

    assert status == 0
    assert "copied" in shown


def test_a_password_comes_from_standard_input(computer):
    done = start("export", "one", "x.pfx", "--password-stdin", typed=f"{PASSWORD}\r\n".encode())

    assert (done.returncode, done.stderr) == (
        0,
        b"written: x.pfx\n".replace(b"\n", os.linesep.encode()),
    )
    kcert.load("x.pfx", PASSWORD)


@posix
def test_a_password_comes_from_a_file_descriptor(computer):
    reading, writing = os.pipe()
    os.write(writing, f"{PASSWORD}\nanother-Password-1!\n".encode())
    os.close(writing)
    done = start("passwd", "one", "--password-fd", str(reading), pass_fds=[reading])
    os.close(reading)

    assert (done.returncode, done.stdout) == (0, b"")
    kcert.load("one").unlock("another-Password-1!").close()


def test_a_file_descriptor_that_is_not_open_is_said():
    status, _, errors = run("vid", ".", "--password-fd", "987", "--keyring")
    assert (status, "passwords come from one place" in errors) == (2, True)


def test_no_descriptor_no_password(computer):
    status, _, errors = run("passwd", "one", "--password-fd", "987")

    assert status == 2
    assert "file descriptor 987 cannot be read" in errors


class KeyringError(Exception):
    pass


class FakeRing(SimpleNamespace):
    errors = SimpleNamespace(KeyringError=KeyringError)

    def get_password(self, service, user):
        if self.broken:
            raise self.errors.KeyringError
        return self.known.get((service, user))


@pytest.mark.parametrize(
    ("broken", "is_known", "status", "word"),
    [
        (False, True, 0, "written"),
        (False, False, 2, "keyring set kcert "),
        (True, True, 2, "does not answer"),
    ],
)
def test_a_password_comes_from_the_key_ring(computer, monkeypatch, broken, is_known, status, word):
    user = computer.main.certificate.fingerprint()
    known = {("kcert", user): PASSWORD} if is_known else {}
    monkeypatch.setitem(sys.modules, "keyring", FakeRing(broken=broken, known=known))
    found, _, errors = run("sign", "f.txt", "--with", "one", "--keyring")

    assert found == status
    assert word in errors
    assert PASSWORD not in errors


def test_without_the_extra_the_key_ring_says_what_to_install(computer, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    status, _, errors = run("sign", "f.txt", "--with", "one", "--keyring")

    assert status == 6
    assert 'pip install "kcert[keyring]"' in errors


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc here")
def test_no_password_is_in_the_arguments_or_the_environment(computer):
    with subprocess.Popen(
        [*KCERT, "passwd", "one", "--password-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(PASSWORD.encode() + b"\n")
        process.stdin.flush()
        place = Path("/proc", str(process.pid))
        seen = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
        out, errors = process.communicate(b"another-Password-1!\n", timeout=60)

    assert process.returncode == 0
    assert PASSWORD.encode() not in seen + out + errors


def test_the_environment_is_never_asked_for_a_password(computer):
    names = ("KCERT_PASSWORD", "PASSWORD", "KCERT_PASS", "NPKI_PASSWORD")
    environment = {**os.environ, **dict.fromkeys(names, PASSWORD)}
    done = start("sign", "f.txt", "--with", "one", env=environment)

    assert done.returncode == 2
    assert b"a password is needed" in done.stderr
    assert PASSWORD.encode() not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_CORE")
def test_no_core_dump_is_written():
    program = (
        "import io, resource; from kcert.cli import run; run(['--version'], io.StringIO(), "
        "io.StringIO()); print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout.strip() == b"0"
