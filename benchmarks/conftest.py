# SPDX-License-Identifier: Apache-2.0
"""Benchmarks as ratios of two measurements in one run; a table of them ends the output.

    python -m pytest benchmarks             measure
    python -m pytest benchmarks --quick     run each once or twice, to see that it runs

The smallest of many rounds is compared: on a shared machine the others tell about the neighbours.
A ratio over its target fails nothing; it is there to be read.
"""

from __future__ import annotations

import os
import subprocess
import sys
from time import perf_counter
from typing import TYPE_CHECKING

import pytest
from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture


@frozen
class Line:
    """One line of the table."""

    what: str
    measured: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"at most {self.at_most:g}{self.unit}"
        return f"at least {self.at_least:g}{self.unit}" if self.at_least is not None else ""

    @property
    def met(self) -> bool:
        return (self.at_most is None or self.measured <= self.at_most) and (
            self.at_least is None or self.measured >= self.at_least
        )


@define
class Table:
    """What has been measured, and what was asked of it."""

    quick: bool
    seconds: dict[str, float] = field(factory=dict)
    lines: list[Line] = field(factory=list)

    def time(self, label: str, function: Callable[[], object], *, rounds: int) -> None:
        """Keep the smallest time of `function`, for the other side of a ratio."""
        best = float("inf")
        function()
        for _ in range(2 if self.quick else rounds):
            start = perf_counter()
            function()
            best = min(best, perf_counter() - start)
        self.seconds[label] = best

    def ratio(
        self,
        above: str,
        below: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        if above in self.seconds and below in self.seconds:
            measured = self.seconds[above] / self.seconds[below]
            self.lines.append(Line(f"{above} / {below}", measured, "x", at_most, at_least))

    def figure(self, what: str, measured: float, unit: str, *, at_most: float) -> None:
        self.lines.append(Line(what, measured, unit, at_most))


_TABLE = pytest.StashKey[Table]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="few rounds: a smoke test")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TABLE] = Table(quick=bool(config.getoption("--quick")))
    if not config.getoption("numprocesses", None):
        # The settings say how tests are distributed if they are; pytest-benchmark reads it as
        # though they were, and measures nothing.
        config.option.dist = "no"


@pytest.fixture(scope="session")
def table(pytestconfig: pytest.Config) -> Table:
    return pytestconfig.stash[_TABLE]


@pytest.fixture
def measure(benchmark: BenchmarkFixture, table: Table) -> Callable[..., None]:
    """`measure(label, function, rounds=...)`: keep the smallest time under its label."""

    def run(label: str, function: Callable[[], object], *, rounds: int) -> None:
        rounds = min(rounds, 2) if table.quick else rounds
        benchmark.pedantic(function, rounds=rounds, warmup_rounds=1)
        if benchmark.stats is not None:
            table.seconds[label] = benchmark.stats.stats.min

    return run


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """`process(code, *arguments)`: run Python code in a process of its own; what it printed."""
    environment = {
        **os.environ,
        # Installed packages come compiled; a checkout on a system that says otherwise does not.
        "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("pycache")),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONUTF8": "1",
    }

    def run(code: str, *arguments: object) -> str:
        command = [sys.executable, "-c", code, *map(str, arguments)]
        done = subprocess.run(
            command, check=True, capture_output=True, encoding="utf-8", env=environment
        )
        return done.stdout

    return run


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    table = config.stash[_TABLE]
    if not table.lines:
        return
    title = "ratios (few rounds: not a measurement)" if table.quick else "ratios"
    terminalreporter.section(title)
    width = max(len(line.what) for line in table.lines)
    for line in table.lines:
        verdict = ("ok" if line.met else "MISSED") if line.target else ""
        measured = f"{line.measured:8.2f}{line.unit}"
        terminalreporter.line(f"{line.what:{width}} {measured:>12}  {line.target:16} {verdict}")
