# SPDX-License-Identifier: Apache-2.0
"""The commands of the pages about the report run, and write what the pages say."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert.cli import entry
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

DOCS = Path(__file__).parents[2] / "docs"
PASSWORD = "kcert-Test-1!"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_commands_of_the_how_to_run(language, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KCERT_NPKI_PATH", str(tmp_path / "NPKI"))
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    credential = FakeAuthority().issue("홍길동", profile=CHEAPEST, password=PASSWORD)
    for place in ("NPKI", "stick"):
        kcert.open_store(tmp_path / place, create=True).add(credential)
    with credential.unlock(PASSWORD) as unlocked:
        pfx = kcert.pkcs12.dump(unlocked, PASSWORD, profile=kcert.profiles.PKCS12_KOREAN)
    Path("phone.pfx").write_bytes(pfx)
    text = (DOCS / language / "how-to" / "report.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]

    assert len(lines) == 6
    for line in lines:
        out, errors = io.StringIO(), io.StringIO()
        status = entry.run(["--lang", language, *shlex.split(line)[1:]], out, errors)
        assert status == 0, (line, errors.getvalue())
    pages = {path.name for path in Path().glob("*.html")}
    assert pages == {
        "kcert-report.html",
        "all.html",
        "new-year.html",
        "phone.html",
        "shared.html",
    }
    assert "홍길동" in Path("all.html").read_text("utf-8")
    assert "홍길동" not in Path("shared.html").read_text("utf-8")
