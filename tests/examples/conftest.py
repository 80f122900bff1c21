# SPDX-License-Identifier: Apache-2.0
"""How the tests run the programs in examples/, and get at what is in them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

# asn1crypto fixes its tables when they are first used, and pyHanko adds to them: it has to come
# before any test that uses asn1crypto, which is while tests are collected.
with suppress(ImportError):
    import pyhanko.sign  # noqa: F401

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program of examples/ in a home folder of its own; warnings are errors."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "error",
    }

    def runner(
        program: str, *arguments: str | Path, input: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(EXAMPLES / program), *map(str, arguments)],
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=environment,
            input=input,
            timeout=120,
        )

    return runner


@pytest.fixture(scope="session")
def example() -> Callable[[str], ModuleType]:
    """Loads a module of examples/, which is no package."""

    def load(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(path.replace("/", "_"), EXAMPLES / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # where pydantic looks names up
        spec.loader.exec_module(module)
        return module

    return load
