# SPDX-License-Identifier: Apache-2.0
"""Files that commands write: for the owner alone, whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

import kcert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["new_file", "refuse_taken", "replace_file", "write_new"]


def refuse_taken(path: Path) -> None:
    """Refuse a path where something is, before a password is asked.

    Raises:
        AlreadyExistsError: There is something.
    """
    if str(path) != "-" and os.path.lexists(path):
        raise _taken()


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; gone again where writing fails. ``-`` is standard output.

    Raises:
        AlreadyExistsError: There is something at the path.
    """
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    except FileExistsError:
        raise _taken() from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


_BINARY = getattr(os, "O_BINARY", 0)


def write_new(path: Path, data: bytes) -> None:
    """Write a file; see `new_file`."""
    with new_file(path) as file:
        file.write(data)


def replace_file(path: Path, data: bytes, *, begins: bytes) -> None:
    """Write a file in the place of an earlier one of its kind, at one stroke.

    Args:
        path: The file; ``-`` is standard output.
        data: What is written.
        begins: What files of the kind begin with.

    Raises:
        AlreadyExistsError: Something of another kind is there.
    """
    if str(path) == "-":
        write_new(path, data)
        return
    with suppress(FileNotFoundError), path.open("rb") as earlier:
        if earlier.read(len(begins)) != begins:
            raise _taken()
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_new(beside, data)
    try:
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _taken() -> kcert.AlreadyExistsError:
    return kcert.AlreadyExistsError(
        "there is something with this name already",
        "같은 이름이 이미 있습니다",
        backend="file",
    )
