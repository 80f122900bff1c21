# SPDX-License-Identifier: Apache-2.0
"""The documentation builds without a warning, its links lead somewhere, and it needs no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import site_links

ROOT = Path(__file__).parents[2]

PAGE = """<html><head><link rel="stylesheet" href="style.css">{head}</head>
<body id="top"><a href="other/#here">other</a> <a href="https://example.com/">out</a> {body}</body>
</html>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason='mkdocs comes with pip install "kcert[docs]"')
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_every_link_of_the_site_leads_somewhere_and_nothing_comes_from_the_network(site):
    assert site_links.faults(site) == []


@pytest.mark.slow
def test_the_site_has_every_page(site):
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    pages.add(Path("security.md"))
    built = {
        page.parent if page.stem == "index" else page.with_suffix("")
        for page in pages - {Path("adr/template.md")}
    }
    assert all((site / page / "index.html").exists() for page in built)


@pytest.mark.slow
def test_the_reference_has_the_words_of_the_docstrings(site):
    page = (site / "reference" / "pypinksign" / "index.html").read_text("utf-8")
    assert "overwritten as soon as the" in page
    assert 'id="kcert.compat.pypinksign.PinkSign.load_prikey"' in page


@pytest.fixture
def small_site(tmp_path):
    def make(head: str = "", body: str = "", style: str = "") -> list[str]:
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "index.html").write_text('<h2 id="here">here</h2>', "utf-8")
        (tmp_path / "style.css").write_text(style, "utf-8")
        (tmp_path / "index.html").write_text(PAGE.format(head=head, body=body), "utf-8")
        return site_links.faults(tmp_path)

    return make


def test_a_sound_site_has_no_faults(small_site):
    assert small_site(body='<a href="#top">up</a> <a href="/other/">absolute</a>') == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="nowhere/">x</a>', "index.html: nowhere/ leads nowhere"),
        ('<a href="other/#not">x</a>', "index.html: other/#not has no such anchor"),
        ('<a href="#not">x</a>', "index.html: #not has no such anchor"),
        ('<img src="https://example.com/x.png">', "index.html: loads https://example.com/x.png"),
        ('<script src="//example.com/x.js"></script>', "index.html: loads //example.com/x.js"),
    ],
)
def test_a_fault_is_found(small_site, body, fault):
    assert small_site(body=body) == [fault]


def test_fonts_from_the_network_are_found(small_site):
    font = "https://fonts.example.com/css"
    assert small_site(
        head=f'<link rel="stylesheet" href="{font}">', style=f'@import "{font}";'
    ) == [f"index.html: loads {font}", f"style.css: loads {font}"]
