# SPDX-License-Identifier: Apache-2.0
"""The documentation covers what is public, and both languages say the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import kcert

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "kcert"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

# Public modules inside a room that are documented on a page of their own.
INNER = {
    "kcert.compat.pypinksign",
    "kcert.formats.archive",
    "kcert.formats.gpki",
    "kcert.formats.npki",
    "kcert.formats.pem",
    "kcert.formats.pkcs12",
    "kcert.keys.profiles",
    "kcert.services.etax",
    "kcert.services.fincert",
    "kcert.services.gov24",
    "kcert.services.hometax",
    "kcert.testing.backend",
    "kcert.testing.cmp",
    "kcert.testing.strategies",
    "kcert.store.sealing",
}
# Rooms without names of their own, and the command line, which is no API.
WITHOUT_PAGE = {"kcert.compat", "kcert.formats", "kcert.services", "kcert.cli"}


def rooms() -> set[str]:
    """The public modules directly under the package."""
    names = {path.stem for path in PACKAGE.glob("*.py")}
    names |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return {f"kcert.{name}" for name in names if not name.startswith("_")}


def blocks(page: Path, language: str) -> list[str]:
    return [code for found, code in FENCE.findall(page.read_text("utf-8")) if found == language]


def skeleton(code: str) -> str:
    """The code without its texts, so that two languages can be compared."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        elif isinstance(node, ast.Attribute):
            node.attr = re.sub(r"_(ko|en)$", "", node.attr)
    return ast.dump(tree)


def test_every_public_module_has_a_reference_page_and_no_page_is_left_over() -> None:
    documented = {
        module
        for page in (DOCS / "reference").glob("*.md")
        for module in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), re.MULTILINE)
    }

    assert documented == (rooms() - WITHOUT_PAGE) | INNER


def test_every_name_of_the_front_door_is_on_the_reference_index() -> None:
    index = (DOCS / "reference" / "index.md").read_text("utf-8")
    errors = {name for name in kcert.__all__ if isinstance(getattr(kcert, name), type)}
    errors = {name for name in errors if issubclass(getattr(kcert, name), kcert.KcertError)}

    missing = [name for name in kcert.__all__ if f"`{name}`" not in index]

    assert set(missing) <= errors | rooms_of_the_front_door() | {"__version__"}


def rooms_of_the_front_door() -> set[str]:
    return {module.removeprefix("kcert.") for module in rooms()}


def test_the_table_of_standards_names_rooms_and_tests_that_exist() -> None:
    rows = (DOCS / "standards.md").read_text("utf-8").splitlines()
    cells = [row.split("|")[3:5] for row in rows if row.startswith("| ") and "`" in row]

    for here, tests in cells:
        for room in re.findall(r"`(\w+)`", here):
            assert list(PACKAGE.glob(f"{room}*")), room
        for test in re.findall(r"`([\w/.]+)`", tests):
            assert (ROOT / test).exists(), test


def test_every_row_of_the_table_of_standards_has_a_room_and_a_test() -> None:
    rows = (DOCS / "standards.md").read_text("utf-8").splitlines()
    rows = [row.split("|") for row in rows if row.startswith("| ")][1:]

    assert len(rows) > 40
    for row in rows:
        if "---" not in row[1]:
            assert len(row) == 6, row
            assert "`" in row[3], row
            assert "`tests/" in row[4], row


def test_every_document_that_the_source_names_is_in_the_table_of_standards() -> None:
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    rows = (DOCS / "standards.md").read_text("utf-8").splitlines()
    documents = "".join(row.split("|")[1] for row in rows if row.startswith("| "))

    named = set(re.findall(r"\bRFC (\d{3,5})\b", source))
    named |= set(re.findall(r"\bKCAC\.TS\.[A-Z]+\b", source))

    assert len(named) > 50
    assert named - set(re.findall(r"\d{3,5}|KCAC\.TS\.[A-Z]+", documents)) == set()


@pytest.mark.parametrize(
    "page", sorted(str(path.relative_to(DOCS / "ko")) for path in (DOCS / "ko").rglob("*.md"))
)
def test_both_languages_take_the_same_steps(page: str) -> None:
    korean = [skeleton(code) for code in blocks(DOCS / "ko" / page, "python")]
    english = [skeleton(code) for code in blocks(DOCS / "en" / page, "python")]

    assert korean == english


def test_every_english_page_has_a_korean_one() -> None:
    pages = {str(path.relative_to(DOCS / "en")) for path in (DOCS / "en").rglob("*.md")}
    pages.remove("index.md")  # the Korean one is the home page

    assert pages == {str(path.relative_to(DOCS / "ko")) for path in (DOCS / "ko").rglob("*.md")}


def test_the_readme_has_one_command_for_the_job_and_one_for_the_tests() -> None:
    readme = ROOT / "README.md"
    (posix,) = blocks(readme, "sh")
    (windows,) = blocks(readme, "powershell")
    job, tests = posix.splitlines()

    assert job.endswith(" -m kcert demo")
    assert " -m pytest" in tests
    assert all(line.startswith("python3 -m venv .venv && ") for line in (job, tests))

    translated = [
        line.replace("python3 -m venv", "py -m venv")
        .replace(" &&", ";")
        .replace(".venv/bin/", ".venv\\Scripts\\")
        for line in (job, tests)
    ]

    assert windows.splitlines() == translated


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_into_the_project_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text)]

    missing = [
        target
        for target in targets
        if not re.match(r"[a-z]+:", target) and not (ROOT / target).exists()
    ]

    assert missing == []


def test_every_entry_of_the_navigation_has_a_page_of_its_own() -> None:
    pages = re.findall(r"[\w./-]+\.md\b", (ROOT / "mkdocs.yml").read_text("utf-8"))

    assert len(pages) > 40
    assert [page for page in pages if pages.count(page) > 1] == []


def test_every_decision_is_a_row_of_the_index_and_an_entry_of_the_navigation() -> None:
    records = {path.name for path in (DOCS / "adr").glob("0*.md")}
    rows = re.findall(r"\| \[\d{4}\]\(([\w-]+\.md)\) \|", _table(DOCS / "adr" / "index.md"))
    entries = re.findall(r"adr/(0[\w-]+\.md)", (ROOT / "mkdocs.yml").read_text("utf-8"))

    assert sorted(rows) == sorted(records)
    assert sorted(entries) == sorted(records)


def _table(page: Path) -> str:
    """The first table of a page, up to the line that ends it."""
    _, start, rest = page.read_text("utf-8").partition("\n| ")
    return start + rest.partition("\n\n")[0]
