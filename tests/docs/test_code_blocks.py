# SPDX-License-Identifier: Apache-2.0
"""Every code block of the documentation is run, checked, or says why not.

Python blocks, and the text blocks after them, are run by sybil (see conftest.py at the top).
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib

import pytest
from tests.docs.conftest import ID_NUMBER, PASSWORD
from tests.docs.pages import ROOT, Block, blocks, pages

from kcert.testing.__main__ import main as make_sample

BLOCKS = [block for page in pages() for block in blocks(page)]
SHELLS = {"sh", "console", "powershell"}
EXAMPLE_ID = "928e527a"
# Whole programs, which a test below runs.
PROGRAMS = {block.place: block for block in BLOCKS if block.language == "py" and not block.not_run}
# Commands that are run elsewhere: the beginning of the line, and where.
ELSEWHERE = {
    "python3 -m venv .venv": ".ci/run runs the lines of README.md",
    "py -m venv .venv": "tests/docs/test_documents.py holds them to those of the other systems",
    ".venv/bin/pip install -": ".ci/run, which runs tools/first_signature.py, too",
}


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that it shows (in `console` blocks only)."""
    lines = block.code.replace("\\\n", " ").splitlines()
    if block.language != "console":
        return [(line, "") for line in lines if line and not line.startswith("#")]
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, shown = found[-1]
            found[-1] = command, f"{shown}{line}\n"
    return found


def is_of_kcert(command: str) -> bool:
    return (
        re.match(r"(?:\.venv/bin/)?(?:kcert |python -m kcert(?:\.testing)? )", command) is not None
    )


PAGES = sorted(
    {
        block.page.relative_to(ROOT).as_posix()
        for block in BLOCKS
        if block.language in SHELLS and not block.not_run
        if any(is_of_kcert(command) for command, _ in commands(block))
    }
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_block_is_run_or_checked_or_says_why_not(block):
    match block.language:
        case "python" | "text" | "diff":
            pass  # sybil's, and what needs no check
        case "py":
            compile(block.code, block.place, "exec")
            assert block.not_run or block.place in PROGRAMS
        case "sh" | "console" | "powershell":
            assert block.not_run or all(is_known(command, block) for command, _ in commands(block))
        case "json":
            json.loads(block.code)
        case "toml":
            tomllib.loads(block.code)
        case "yaml":
            yaml = pytest.importorskip("yaml", reason="PyYAML comes with the documentation tools")
            assert yaml.safe_load(block.code)
        case "dockerfile":
            steps = r"(FROM|RUN|USER|COPY|ENV|WORKDIR|ENTRYPOINT|CMD) .+"
            assert all(re.fullmatch(steps, line) for line in block.code.splitlines())
        case other:
            pytest.fail(f"what is to be done with {other or 'a block without a language'}?")


def is_known(command: str, block: Block) -> bool:
    program = re.match(r"python (\w+\.py)", command)
    if program and ROOT / "examples" in block.page.parents:
        return (block.page.parent / program[1]).exists()  # tests/examples runs it
    return is_of_kcert(command) or command.startswith(("pip install ", "python tools/", *ELSEWHERE))


def test_extras_that_are_to_be_installed_exist():
    offered = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = "\n".join(page.read_text("utf-8") for page in pages())
    named = {
        extra.strip()
        for found in re.findall(r"(?:kcert|\.)\[([\w, -]+)\]", text)
        for extra in found.split(",")
    }
    assert named
    assert named <= set(offered["optional-dependencies"])


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(place, request, monkeypatch):
    """Run one command of kcert's where the pages run it: status, output and errors."""
    entry = pytest.importorskip("kcert.cli.entry", reason='needs pip install "kcert[cli]"')
    answers = {"Identity": ID_NUMBER, "식별번호": ID_NUMBER}
    monkeypatch.setattr(
        "getpass.getpass", lambda prompt: answers.get(re.split(r"[ (]", prompt)[0], PASSWORD)
    )

    def run(command: str):
        if "ca.toml" in command:
            company = request.getfixturevalue("company")
            answers.update(dict.fromkeys(("Authorization", "인가코드"), company.code))
            for shown, meant in company.words.items():
                command = command.replace(shown, meant)
        words = shlex.split(command.replace(EXAMPLE_ID, place))
        program = next(word for word in words if word.rpartition("/")[2].startswith("kcert"))
        words = words[words.index(program) + 1 :]
        descriptor = None
        if words[-1].startswith("3<"):
            descriptor = os.open(words.pop()[2:], os.O_RDONLY)
            words[words.index("3")] = str(descriptor)
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))
        out, errors = io.StringIO(), io.StringIO()
        start = make_sample if program == "kcert.testing" else entry.run
        try:
            return start(words, out, errors), out.getvalue(), errors.getvalue()
        finally:
            if descriptor is not None:
                os.close(descriptor)

    return run


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(page, run):
    """From top to bottom; a number at the end of a remark is the exit status expected, else 0."""
    for block in blocks(ROOT / page):
        if block.language not in SHELLS or block.not_run:
            continue
        for line, shown in commands(block):
            command, _, remark = line.partition("  # ")
            if not is_of_kcert(command):
                continue
            status, out, errors = run(command)
            expected = re.search(r"\d+$", remark)
            assert status == (int(expected[0]) if expected else 0), (line, out, errors)
            if "--json" in command:
                assert json.loads(out)["schema"]
            if shown:
                assert matches(shown, out), f"{line}\nexpected:\n{shown}\ngot:\n{out}"


def matches(shown: str, out: str) -> bool:
    """Whether the output is as shown, where ``...`` stands for anything."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, out.strip(), re.DOTALL) is not None


@pytest.mark.parametrize(
    "line",
    sorted(
        {
            command
            for block in BLOCKS
            if block.language == "sh" and not block.not_run
            for command, _ in commands(block)
            if command.startswith("python tools/")
        }
    ),
)
def test_the_programs_of_the_project_run(line, place):
    command, _, remark = line.partition("  # ")
    words = [os.path.expanduser(word) for word in shlex.split(command)[1:]]  # noqa: PTH111 - "~/NPKI"
    done = subprocess.run(
        [sys.executable, ROOT / words[0], *words[1:]], capture_output=True, text=True, timeout=60
    )
    expected = re.search(r"\d+$", remark)
    assert done.returncode == (int(expected[0]) if expected else 0), done.stdout + done.stderr


@pytest.mark.parametrize("block", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_that_a_page_shows_runs(block, place, tmp_path):
    (tmp_path / "program.py").write_text(block.code, "utf-8")
    program = [sys.executable, "-W", "error", "program.py"]
    first, second = (
        subprocess.run(program, capture_output=True, text=True, timeout=120) for _ in range(2)
    )
    assert first.stdout, first.stderr
    assert not first.stderr + second.stderr


def test_the_pages_have_commands_at_all():
    assert len(PAGES) > 5
