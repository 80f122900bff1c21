# SPDX-License-Identifier: Apache-2.0
"""``python -m kcert`` and the ``kcert`` console script."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: What follows the command's name; default those of the process.

    Returns:
        The exit status, as the reference of the command has it: 0 where everything went well, 1
        where the answer is no, 2 where the command was not understood, and so on.
    """
    from kcert.cli import run

    _fill_closed_streams()
    return run(sys.argv[1:] if arguments is None else arguments, sys.stdout, sys.stderr)


def _fill_closed_streams() -> None:
    """Put nothing where a stream was closed (``<&-``), so that no file takes its number."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end


if __name__ == "__main__":
    sys.exit(main())
