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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert import lifecycle
from kcert.cli import entry
from kcert.cli.catalogue import CATALOGUE
from kcert.keys.profiles import CHEAPEST
from kcert.testing import CmpServer, FakeAuthority

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
def authority():
    """A test authority on loopback, whose clock can be behind."""
    with CmpServer("yessign", clock=lambda: datetime.now(UTC) - server.behind) as server:
        server.behind = timedelta()
        yield server


def due(server, folder, holder):
    """Have one issued so long ago that it can be renewed now; returns its id."""
    server.behind = timedelta(days=350)
    trust = kcert.TrustStore(server.ca_certificates[:1])
    then = lifecycle.CmpAuthority(
        server.url, trust=trust, clock=lambda: datetime.now(UTC) - server.behind
    )
    company = kcert.open_store(folder / "company", create=True)
    issued = lifecycle.issue(company, then, lambda _: server.enrol(holder), PASSWORD)
    server.behind = timedelta()
    for name, certificate in zip(("root", "ca"), server.ca_certificates, strict=True):
        (folder / f"{name}.pem").write_text(certificate.to_pem(), "ascii")
    (folder / "ca.toml").write_text(
        f'address = "{server.url}"\ncertificate = "ca.pem"\nanchors = ["root.pem"]\ntest = true\n',
        "utf-8",
    )
    return issued.entry.id


@pytest.fixture
def place(tmp_path, monkeypatch, authority):
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
    ids = [due(authority, tmp_path, holder) for holder in ("주식회사 가나다", "주식회사 라마바")]
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    (tmp_path / "stick").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KCERT_NPKI_PATH", str(tmp_path / "NPKI"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with authority.enrol("홍길동") as enrolment:
        return SimpleNamespace(
            words={
                "928e527a": credential.certificate.fingerprint()[:16],
                "5c0e91d4": ids[0],
                "1234567890": enrolment.reference_number,
            },
            code=bytes(enrolment.authorization_code.octets).decode(),
        )


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
    answers = {
        **dict.fromkeys(("Identity", "식별번호"), "9001011234567"),
        **dict.fromkeys(("Authorization", "인가코드"), place.code),
    }
    monkeypatch.setattr(
        "getpass.getpass", lambda prompt: answers.get(re.split(r"[ (]", prompt)[0], PASSWORD)
    )
    assert len(lines) > 15
    for line in lines:
        command, _, remark = line.partition("  # ")
        for shown, meant in place.words.items():
            command = command.replace(shown, meant)
        words = shlex.split(command)[1:]
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
