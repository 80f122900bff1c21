# SPDX-License-Identifier: Apache-2.0
"""Does what the README tells a newcomer: five commands, from nothing to the first signature.

Usage: first_signature.py

The project is copied into a fresh folder. The commands of the README's
`console` block run there one after the other in a terminal of their own, and the password that the
README shows is typed where it is asked for. Prints what each command took. Ends with 1 where one
failed, there are not five of them, or two minutes were not enough. POSIX only.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = 5
SECONDS = 120
LEFT_OUT = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "site", "test-npki", "*.p7m")
_PROMPT = re.compile(r"(?:password|비밀번호)[^\n]*: ?$", re.IGNORECASE)


def block() -> str:
    """The newcomer's block of the README."""
    (found,) = re.findall(
        r"^```console\n(.*?)^```$",
        (ROOT / "README.md").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return str(found)


def copy_project(to: Path) -> None:
    """Copy the project, without what lies about in a checkout."""
    shutil.copytree(ROOT, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT_OUT))


def run(command: str, folder: Path, password: str) -> int:
    """Run one command in a terminal and type the password where it asks for one."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvp("sh", ["sh", "-c", command])  # noqa: S606, S607 - as a person types it
    said, asked = "", False
    while True:
        try:
            shown = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not shown:
            break
        text = shown.decode("utf-8", "replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        said += text
        if not asked and _PROMPT.search(said):
            asked = True
            os.write(terminal, f"{password}\n".encode())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Run the block; see the top."""
    commands = re.findall(r"^\$ (.+)$", block(), re.MULTILINE)
    (password,) = re.findall(r"비밀번호: (\S+)", block())
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder)
        for command in commands:
            sys.stdout.write(f"$ {command}\n")
            start = time.monotonic()
            status = run(command, folder, password)
            sys.stdout.write(f"({time.monotonic() - start:.1f} s)\n")
            if status:
                sys.stdout.write(f"it ended with {status}\n")
                return 1
    took = time.monotonic() - began
    sys.stdout.write(f"{len(commands)} commands, {took:.0f} s\n")
    return not (len(commands) == COMMANDS and took < SECONDS)


if __name__ == "__main__":
    sys.exit(main())
