# SPDX-License-Identifier: Apache-2.0
"""The lines of a history, in files of sixty-four each.

What follows the last end of a line is no line: a crash has left it, and the next append replaces
it. So a medium that can append (`kcert.storage.AppendBackend`) need not write a file anew.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.errors import NotFoundError
from kcert.storage.backend import AppendBackend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.storage import Backend, Version

__all__ = ["PER_FILE", "End", "RecordFiles", "name_of"]

PER_FILE: Final = 64
_FOLDER: Final = ".kcert/history"
_ENDING: Final = ".jsonl"


@frozen
class End:
    """The end of a record: the file that the next line goes into, as it is.

    Attributes:
        file: Its number, from 0.
        lines: Its lines, without their ends.
        version: The state of it; ``None`` where it is to be made.
        whole: Whether nothing follows its last line.
    """

    file: int
    lines: tuple[bytes, ...] = field(default=(), repr=False)
    version: Version | None = None
    whole: bool = True


class RecordFiles:
    """The files of one record.

    Args:
        backend: Where they lie.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._file: int | None = None

    def names(self) -> list[str]:
        """The names of the files, oldest first."""
        return sorted(name for name in self._backend.list(_FOLDER) if name.endswith(_ENDING))

    def lines(self, name: str) -> list[bytes]:
        """The lines of one file.

        Raises:
            NotFoundError: If there is no such file.
        """
        return _lines(self._backend.get(name).data)

    def all_lines(self) -> Iterator[bytes]:
        """Yield every line, oldest first."""
        for name in self.names():
            yield from self.lines(name)

    def end(self) -> End:
        """Look where the next line goes."""
        file = self._newest() if self._file is None else self._file
        while True:
            try:
                blob = self._backend.get(name_of(file))
            except NotFoundError:
                if file == 0 or file != self._file:
                    return End(file)
                # The record was removed or moved away since: look what there is.
                self._file, file = None, self._newest()
                continue
            self._file = file
            lines = _lines(blob.data)
            if len(lines) < PER_FILE:
                whole = not blob.data or blob.data.endswith(b"\n")
                return End(file, tuple(lines), blob.version, whole)
            file += 1

    def append(self, end: End, line: bytes) -> End | None:
        """Append a line at an end that was looked up before.

        Returns:
            The new end; ``None`` where one has to look before the next line: the file is full, or
            the medium does not compare what it replaces.

        Raises:
            ConflictError: Somebody else has appended since; nothing was written.
            AlreadyExistsError: Somebody else has begun the file since; nothing was written.
        """
        name, lines = name_of(end.file), (*end.lines, line)
        if isinstance(self._backend, AppendBackend) and end.version is not None and end.whole:
            version = self._backend.append(name, line + b"\n", after=end.version)
        else:
            data = b"".join(each + b"\n" for each in lines)
            version = self._backend.put(name, data, replace=end.version)
        if len(lines) == PER_FILE or not self._backend.properties.conditional:
            return None
        return End(end.file, lines, version)

    def before(self, end: End) -> bytes | None:
        """The line that the next one follows; ``None`` at the beginning, or where it is gone."""
        if end.lines:
            return end.lines[-1]
        if end.file > 0:
            with suppress(NotFoundError):
                return self.lines(name_of(end.file - 1))[-1]
        return None

    def holds(self, end: End, line: bytes) -> bool:
        """Whether a line that was appended at an end is there, after the same lines."""
        lines = [*end.lines, line]
        return self.lines(name_of(end.file))[: len(lines)] == lines

    def _newest(self) -> int:
        names = self.names()
        return _number(names[-1]) if names else 0


def name_of(file: int) -> str:
    """The name of a file: the number of its first event."""
    return f"{_FOLDER}/{file * PER_FILE + 1:012d}{_ENDING}"


def _number(name: str) -> int:
    digits = name.rpartition("/")[2].removesuffix(_ENDING)
    return (int(digits) - 1) // PER_FILE if digits.isdecimal() and digits.isascii() else 0


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]
