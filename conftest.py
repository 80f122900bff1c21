# SPDX-License-Identifier: Apache-2.0
"""Runs the Python examples of the README and of the documentation as tests.

The blocks of one page share their names, so a page is read from top to bottom;
`--dist=loadfile` keeps a page on one worker when the tests run in parallel.
"""

from __future__ import annotations

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
).pytest()
