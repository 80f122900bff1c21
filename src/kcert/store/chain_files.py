# SPDX-License-Identifier: Apache-2.0
"""The files that a history lies in: sixty-four lines each, named by the number of the first."""

from __future__ import annotations

from typing import Final

__all__ = ["ENDING", "FOLDER", "PER_FILE", "lines_of", "name_of", "number_of"]

FOLDER: Final = ".kcert/history"
ENDING: Final = ".jsonl"
PER_FILE: Final = 64


def name_of(file: int) -> str:
    """Name of a file, counted from 0."""
    return f"{FOLDER}/{file * PER_FILE + 1:012d}{ENDING}"


def number_of(name: str) -> int:
    """Number of the file with this name, 0 for one that is none of ours."""
    digits = name.rpartition("/")[2].removesuffix(ENDING)
    return (int(digits) - 1) // PER_FILE if digits.isdecimal() and digits.isascii() else 0


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file, without their ends."""
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]
