# SPDX-License-Identifier: Apache-2.0
"""The pages about the command say what it says, and their commands run.

After a change that is wanted: KCERT_APPROVE=1 python -m pytest tests/docs/test_command_line.py.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert.cli import entry
from kcert.cli.catalogue import CATALOGUE
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference" / "cli.md"
MARK = "a test compares. -->\n"
PASSWORD = "kcert-Test-1!"


def run(*arguments):
    out, errors = io.StringIO(), io.StringIO()
    status = entry.run(arguments, out, errors)
    return status, out.getvalue(), errors.getvalue()


def test_the_reference_has_the_help_of_every_command(monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("LC_ALL", "C")
    parts = []
    for name in CATALOGUE:
        english = run("--lang", "en", *name.split(), "--help")[1]
        korean = run("--lang", "ko", *name.split(), "--help")[1]
        parts.append(f"\n### kcert {name}\n\n```console\n{korean}```\n\n```console\n{english}```\n")
    page = REFERENCE.read_text("utf-8")
    head = page.partition(MARK)[0] + MARK
    if os.environ.get("KCERT_APPROVE"):
        REFERENCE.write_text(head + "".join(parts), "utf-8", newline="\n")

    assert REFERENCE.read_text("utf-8") == head + "".join(parts)


def test_the_reference_names_every_exit_status_and_schema():
    page = REFERENCE.read_text("utf-8")
    statuses = {int(found) for found in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    from kcert.cli.failures import Status

    assert statuses == set(Status)
    source = "".join(path.read_text("utf-8") for path in Path(entry.__file__).parent.rglob("*.py"))
    schemas = {f"kcert/{name}" for name in re.findall(r'write_json\(\s*"([\w/]+)"', source)}
    assert schemas | {"kcert/error/1"} == set(re.findall(r"`(kcert/\w+/\d+)`", page))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """What the pages speak of: an NPKI folder, a phone's .pfx, a stick, a contract."""
    credential = FakeAuthority("yessign").issue(
        "홍길동",
        km=True,
        chain=True,
        profile=CHEAPEST,
        password=PASSWORD,
        id_number="9001011234567",
    )
    kcert.open_store(tmp_path / "NPKI", create=True).add(credential)
    other = FakeAuthority("KICA").issue("김하늘", km=True, profile=CHEAPEST, password=PASSWORD)
    with other.unlock(PASSWORD) as unlocked:
        pfx = kcert.pkcs12.dump(unlocked, PASSWORD, profile=kcert.profiles.PKCS12_KOREAN)
    (tmp_path / "phone.pfx").write_bytes(pfx)
    (tmp_path / "contract.pdf").write_bytes(b"contract")
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    (tmp_path / "stick").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KCERT_NPKI_PATH", str(tmp_path / "NPKI"))
    return credential.certificate.fingerprint()[:16]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_commands_of_the_how_to_run(language, place, monkeypatch):
    page = (DOCS / language / "how-to" / "command-line.md").read_text("utf-8")
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
        if line.startswith("kcert ")
    ]
    answers = {"Identity": "9001011234567", "식별번호": "9001011234567"}
    monkeypatch.setattr(
        "getpass.getpass", lambda prompt: answers.get(re.split(r"[ (]", prompt)[0], PASSWORD)
    )
    assert len(lines) > 15
    for line in lines:
        command, _, remark = line.partition("  # ")
        words = shlex.split(command.replace("928e527a", place))[1:]
        descriptor = None
        if words[-1].startswith("3<"):
            descriptor = os.open(words.pop()[2:], os.O_RDONLY)
            words[words.index("3")] = str(descriptor)
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))
        found, out, errors = run(*words)
        if descriptor is not None:
            os.close(descriptor)
        expected = re.search(r"\d+$", remark)
        assert found == (int(expected[0]) if expected else 0), (line, errors)
        if "--json" in words:
            assert json.loads(out)["schema"]
