# SPDX-License-Identifier: Apache-2.0
"""Each command as people see it: run in a terminal (tmux), answers typed, the screen compared.

After a change that is wanted: KCERT_APPROVE=1 python -m pytest tests/cli/test_terminal.py, and read
the difference before it is committed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')
pytest.importorskip("rich", reason='the command needs pip install "kcert[cli]"')
pytest.importorskip("pyrage", reason='vaults need pip install "kcert[cloud]"')

import kcert
from kcert.cli.catalogue import CATALOGUE, parts_of
from kcert.cli.commands import doctor

pytestmark = [pytest.mark.peer("tmux"), pytest.mark.slow]

APPROVED = Path(__file__).parent / "terminal"
PASSWORD = "KCERT-CANARY-pw-7f3a"
NEW = "another-Password-1!"
ID_NUMBER = "9902301234567"
AT = "--at 2026-05-01T09:00"
CA = "--authority-file ca.toml"

# Everything that waits for an answer ends like this, at the end of a line.
ASKS = re.compile(r"(?:(?:not shown|보이지 않음)\): ?|again: ?|번 더: ?|\[y/N\])$", re.MULTILINE)

ENDED = re.compile(r"^status [0-9]+\n\Z", re.MULTILINE)

# What is typed as a command, and the answers to what it asks.
CASES = {
    "list": [f"list NPKI {AT}"],
    "show": [f"show one {AT}"],
    "show-pfx": [f"show a.pfx {AT}", PASSWORD],
    "check": [f"check NPKI --days 400 {AT}"],
    "trust": [f"trust one --anchor anchors.pem {AT}"],
    "report": [f"report NPKI --out page.html {AT}"],
    "import": ["import one --to store"],
    "export": ["export one out.pfx --protection korean", PASSWORD],
    "passwd": ["passwd one", PASSWORD, NEW, NEW],
    "passwd-wrong": ["passwd one", "KCERT-CANARY-another"],
    "copy": ["copy one --to store"],
    "move": ["move one --to store", "y"],
    "backup": ["backup --from NPKI --to store"],
    "restore": ["restore --from NPKI --to store --dry-run"],
    "remove": ["remove one", "y"],
    "remove-not": ["remove one", "n"],
    "history-show": ["history show NPKI"],
    "history-verify": ["history verify NPKI"],
    "history-export": ["history export NPKI --out record.jsonl"],
    "vault-create": ["vault create new", NEW, NEW],
    "vault-passphrase": ["vault passphrase locked", PASSWORD, NEW, NEW],
    "vault-recipients": ["vault recipients vault --identity owner.txt"],
    "vault-rotate": ["vault rotate vault --new-identity new.txt --identity owner.txt", "y"],
    "vault-list": [f"list locked {AT}", PASSWORD],
    "sign": ["sign f.txt --with one", PASSWORD],
    "verify": ["verify signed.p7m --anchor anchors.pem"],
    "verify-damaged": ["verify f.txt"],
    "encrypt": ["encrypt f.txt --to one"],
    "decrypt": ["decrypt sealed.p7e --with one --out opened.txt", PASSWORD],
    "vid": ["vid one", PASSWORD, ID_NUMBER],
    "remind": [f"remind NPKI --days 400 --expired {AT}"],
    "remind-timeline": [f"remind NPKI --timeline --days 400 {AT}"],
    "remind-events": ["remind one --events told --at 2027-04-20"],
    "issue": [f"issue --to new {CA} --reference {{reference}}", "{code}", NEW, NEW],
    "renew": [f"renew due --backup-to stick --new-password {CA}", PASSWORD, NEW, NEW],
    "renew-early": [f"renew fresh {CA}", PASSWORD],
    "renew-all": [f"renew --all-due due --old remove {CA}", PASSWORD],
    "reissue": [f"reissue fresh {CA} --reference {{reference}}", "{code}", NEW, NEW],
    "revoke": [f"revoke fresh {CA}", "y", PASSWORD],
    "suspend": [f"suspend fresh {CA}", "y", PASSWORD],
    "resume": [f"resume held {CA}", "y", PASSWORD],
    "doctor": ["doctor"],
    "demo": ["demo"],
    "completion": ["completion powershell"],
    "error": ["show nothing-here"],
    "overview": ["--help"],
}

# These judge for now.
UNFIXED = {"demo", "verify", *(name for name, case in CASES.items() if CA in case[0])}


class Terminal:
    """A terminal of its own (a tmux server with one pane) in which a command runs.

    Args:
        width: Columns.
        folder: For its configuration.

    Attributes:
        broken: How many lines were too long, and broken by the terminal somewhere.
    """

    def __init__(self, width, folder):
        self._name = ""
        self.broken = 0
        self._width = width
        self._settings = folder / "tmux.conf"
        self._settings.write_text("set -g status off\nset -g default-terminal screen\n")

    def _tmux(self, *arguments):
        command = ["tmux", "-u", "-L", self._name, "-f", str(self._settings), *arguments]
        # Given by hand: readline puts the width of the test run where only C sees it.
        environment = dict(os.environ)
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
        return done.stdout.decode()

    def run(self, arguments, answers=(), *, codes=False):
        """Run a command to its end.

        Args:
            arguments: Of `kcert`.
            answers: Each is typed when the command asks for something.
            codes: Whether colours come as escape sequences, or not at all.

        Returns:
            What is on the screen, with the exit status as its last line.
        """
        command = shlex.join([sys.executable, "-m", "kcert", *arguments])
        # What ends the shell's line is drawn after everything else, so nothing is missed.
        shell = f"{command}; echo status $?; exec sleep 600"
        left = list(answers)
        # A server of its own each time: the last one may not have gone yet.
        self._name = f"kcert-{secrets.token_hex(4)}"
        self._tmux("new-session", "-d", "-x", str(self._width), "-y", "120", shell)
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                screen = self._tmux("capture-pane", "-p", *["-e"] * codes).rstrip() + "\n"
                if ENDED.search(screen):
                    assert not left, f"was not asked for everything:\n{screen}"
                    joined = self._tmux("capture-pane", "-p", "-J").rstrip()
                    self.broken = len(screen.splitlines()) - len(joined.splitlines())
                    return re.sub(" +$", "", screen, flags=re.MULTILINE)
                if left and len(ASKS.findall(screen)) > len(answers) - len(left):
                    self._tmux("send-keys", "-l", left.pop(0))
                    self._tmux("send-keys", "Enter")
                time.sleep(0.05)
            raise AssertionError(f"it does not end:\n{screen}")
        finally:
            self._tmux("kill-server")


@pytest.fixture
def terminal(computer, master_of_terminal, tmp_path, monkeypatch):
    """Makes a terminal in the made-up computer, by language and width."""
    for name in ("TMUX", "LC_ALL", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "src"))
    master_of_terminal(computer.root)

    def make(language, width):
        monkeypatch.setenv("LANG", f"{language}_KR.UTF-8")
        return Terminal(width, tmp_path)

    return make


@pytest.fixture(scope="session")
def master_of_terminal(master, tmp_path_factory):
    """Adds to a computer what takes a password to make: made once, copied for each test."""
    root = tmp_path_factory.mktemp("made")
    sealing = kcert.Passphrase(PASSWORD)
    locked = kcert.open_store(root / "locked", sealing=sealing, create=True)
    kcert.open_store(master.root / "one", history=False).backup(to=locked)
    content = (master.root / "f.txt").read_bytes()
    with master.main.unlock(PASSWORD) as unlocked:
        (root / "signed.p7m").write_bytes(kcert.cms.sign(content, unlocked))
    recipient = master.main.key_management.certificate
    (root / "sealed.p7e").write_bytes(kcert.cms.encrypt(content, recipients=[recipient]))

    return lambda place: shutil.copytree(root, place, dirs_exist_ok=True)


def without_versions(text):
    """What depends on the computer of the test: versions, encodings, folders, days."""
    labels = ("kcert", "Python", "파이썬", "encodings", "인코딩", *doctor.PARTS)
    return re.sub(rf"^({'|'.join(labels)})(  +).*$", r"\1\2<here>", text, flags=re.MULTILINE)


def compare(name, text):
    path = APPROVED / f"{name}.txt"
    if os.environ.get("KCERT_APPROVE"):
        path.write_text(text, "utf-8", newline="\n")
    assert text == path.read_text("utf-8")


def test_every_command_has_a_case():
    run = [f"{command} " for command, *_ in CASES.values()]
    leaves = [name for name in CATALOGUE if not parts_of(name)]

    assert not [name for name in leaves if not any(one.startswith(f"{name} ") for one in run)]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("case", CASES)
def test_a_terminal_shows_what_was_approved(
    case, language, width, terminal, computer, office, steady, unfixed
):
    command, *answers = json.loads(office.filled(json.dumps(CASES[case])))
    window = terminal(language, width)
    screen = window.run(command.split(), answers)
    text = without_versions(steady(screen, computer))
    text = unfixed(text) if case in UNFIXED else text

    assert not [answer for answer in answers if len(answer) > 1 and answer in screen]
    assert "Traceback" not in screen
    assert not window.broken or case == "completion"  # that is a program, not a text
    compare(f"{case}-{language}-{width}", f"$ kcert {CASES[case][0]}\n{text}")


def test_a_terminal_has_colours(terminal):
    assert "\033[31m" in terminal("en", 80).run(["list", "NPKI"], codes=True)


def test_no_color_is_heard_in_a_terminal(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\033[3" not in terminal("en", 80).run(["list", "NPKI"], codes=True)
