# SPDX-License-Identifier: Apache-2.0
"""What `import kcert` offers, and what it costs."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import kcert

SOURCE = Path(kcert.__file__)
# What the language and PEP 562 need at module level.
MACHINERY = {"annotations", "TYPE_CHECKING"}


def in_a_fresh_process(program: str, *options: str) -> object:
    """The last expression of a program, as JSON."""
    *statements, expression = program.strip().splitlines()
    code = "\n".join([*statements, "import json", f"print(json.dumps({expression}))"])
    run = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def names_for_type_checkers() -> set[str]:
    """What the `if TYPE_CHECKING` block of the front door imports or declares."""
    names: set[str] = set()
    for node in ast.parse(SOURCE.read_text("utf-8")).body:
        if isinstance(node, ast.If):
            for inner in node.body:
                if isinstance(inner, ast.ImportFrom):
                    names.update(alias.asname or alias.name for alias in inner.names)
                elif isinstance(inner, ast.AnnAssign):
                    names.add(inner.target.id)
    return names


@pytest.mark.parametrize("name", kcert.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(kcert, name) is not None


def test_type_checkers_see_every_public_name():
    assert names_for_type_checkers() == set(kcert.__all__)


def test_the_list_of_names_is_sorted_and_without_repetition():
    assert sorted(set(kcert.__all__)) == sorted(kcert.__all__)


def test_dir_lists_the_public_names_and_nothing_else():
    assert dir(kcert) == sorted(kcert.__all__)


def test_nothing_else_leaks():
    for name in kcert.__all__:
        getattr(kcert, name)
    leaked = {
        name
        for name, value in vars(kcert).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert leaked - MACHINERY <= set(kcert.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        kcert.nonsense  # noqa: B018 - the look-up is the test
    with pytest.raises(ImportError):
        exec("from kcert import nonsense")


def test_names_are_those_of_their_modules():
    for module in ("certificate", "credential", "inspection", "keys", "store", "discovery"):
        room = importlib.import_module(f"kcert.{module}")
        for name in set(room.__all__) & set(kcert.__all__):
            assert getattr(kcert, name) is getattr(room, name)


def test_every_error_is_at_the_front_door():
    assert set(kcert.errors.__all__) <= set(kcert.__all__)


def test_the_version_is_that_of_the_distribution():
    assert kcert.__version__ == importlib.metadata.version("kcert")


def test_a_star_import_gives_the_public_names():
    found = in_a_fresh_process("from kcert import *\nsorted(set(dir()) & {'load', 'inspect'})")

    assert found == ["inspect", "load"]


# What it costs


def test_importing_kcert_imports_nothing_else():
    bare = in_a_fresh_process("import sys\nsorted(sys.modules)")
    found = in_a_fresh_process("import sys, kcert\nsorted(sys.modules)")

    assert set(found) - set(bare) == {"kcert", "__future__"}


def test_an_error_class_costs_no_library():
    found = in_a_fresh_process("import sys, kcert\nkcert.KcertError\nsorted(sys.modules)")

    assert not {"attr", "attrs", "cryptography", "pyasn1"} & set(found)


@pytest.mark.parametrize("name", ["load", "Certificate", "inspect", "discover", "open_store"])
def test_what_reads_certificates_costs_no_heavy_library(name):
    found = in_a_fresh_process(f"import sys, kcert\nkcert.{name}\nsorted(sys.modules)")

    assert not {"cryptography", "pyasn1", "hypothesis", "click", "rich"} & set(found)


def test_nothing_of_the_front_door_needs_an_extra():
    program = """
import sys
sys.modules.update(dict.fromkeys(("hypothesis", "click", "rich", "opendal", "pyrage", "lxml")))
import kcert
[name for name in kcert.__all__ if getattr(kcert, name) is None]
"""

    assert in_a_fresh_process(program) == []


def test_the_front_door_opens_under_strict_warnings():
    program = """
import kcert
[name for name in kcert.__all__ if getattr(kcert, name) is None]
"""

    assert in_a_fresh_process(program, "-X", "dev", "-W", "error") == []
