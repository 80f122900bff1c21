# SPDX-License-Identifier: Apache-2.0
"""A bar on standard error for work that takes long, where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.cli.session import Session

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(session: Session) -> Iterator[Callable[[int, int], None] | None]:
    """What is to be told how much is done of how much; ``None`` where nobody sees it."""
    if session.as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
