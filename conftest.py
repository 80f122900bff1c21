# SPDX-License-Identifier: Apache-2.0
"""Runs the Python examples of the README and of the documentation as tests.

The blocks of one page share their names, so a page is read from top to bottom;
`--dist=loadfile` keeps a page on one worker when the tests run in parallel. A `text` block is
what the `python` block before it has printed, with `...` for what varies.
"""

from __future__ import annotations

import contextlib
import doctest
import io
from typing import TYPE_CHECKING

from sybil import Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

if TYPE_CHECKING:
    from sybil import Example

_PRINTED = "_printed"
_run = PythonEvaluator()


def _python(example: Example) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        _run(example)
    example.namespace[_PRINTED] = printed.getvalue()


def _text(example: Example) -> str | None:
    got = example.namespace.pop(_PRINTED, "")
    if doctest.OutputChecker().check_output(str(example.parsed), got, doctest.ELLIPSIS):
        return None
    return f"Expected:\n{example.parsed}\nGot:\n{got}"


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", _python), CodeBlockParser("text", _text), SkipParser()],
    pattern="*.md",
).pytest()
