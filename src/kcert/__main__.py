# SPDX-License-Identifier: Apache-2.0
"""``python -m kcert`` and the ``kcert`` console script."""

from __future__ import annotations

import sys

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

    return run(sys.argv[1:] if arguments is None else arguments, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
