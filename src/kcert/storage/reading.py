# SPDX-License-Identifier: Apache-2.0
"""One open folder of the file system, for reading.

Where the system has descriptor-relative calls (POSIX), every step is made from an open folder
with ``O_NOFOLLOW``, so nobody can swap a folder for a link between a check and its use. Elsewhere
(Windows) each step is checked: links, junctions and mount points are refused. Nothing here knows
about stores; everything raises `OSError`.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["FolderReader", "NotRegularError", "TooLargeError"]

# Tests clear this to run the other half on a system that has both.
DESCRIPTOR_RELATIVE: bool = os.open in os.supports_dir_fd and os.scandir in os.supports_fd

#: Flags that every open needs, and the one that refuses a link, where the system has them.
PLAIN: Final[int] = (
    getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
)
NO_FOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_READ: Final[int] = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NO_FOLLOW | PLAIN
_FOLDER: Final[int] = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | PLAIN
_NAME_SURROGATE: Final = 0x2000_0000  # reparse tags that stand for another place (Windows ntifs.h)

EntryKind = Literal["folder", "file", "other"]


class NotRegularError(OSError):
    """A folder, device, pipe or socket where a file should be."""


class TooLargeError(Exception):
    """A file has more bytes than the caller takes."""

    def __init__(self, size: int, maximum: int) -> None:
        super().__init__(size)
        self.size = size
        self.maximum = maximum


def _is_link(status: os.stat_result) -> bool:
    if stat.S_ISLNK(status.st_mode):
        return True
    return bool(getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE)


class FolderReader:
    """An open folder. Use it in a ``with`` statement."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: str, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: str, *, follow: bool = True) -> Self:
        """Open the folder at ``path``; ``follow`` says whether it may be a link itself."""
        if DESCRIPTOR_RELATIVE:
            return cls(path, os.open(path, _FOLDER | (0 if follow else NO_FOLLOW)))
        status = os.stat(path, follow_symlinks=follow)
        if not follow and _is_link(status):
            raise OSError(errno.ELOOP, "a link")
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        return cls(path, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def identity(self) -> tuple[int, int]:
        """Device and file number: what stays the same while this is the same folder."""
        status = os.stat(self._path if self._descriptor is None else self._descriptor)
        return status.st_dev, status.st_ino

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.path.join(self._path, name)

    def _status(self, name: str) -> os.stat_result:
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)

    def entries(self) -> Iterator[tuple[str, EntryKind]]:
        """Yield the name and kind of everything in the folder; links are of kind ``other``."""
        with os.scandir(self._path if self._descriptor is None else self._descriptor) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    junction = self._descriptor is None and _is_link(
                        entry.stat(follow_symlinks=False)
                    )
                    yield entry.name, "other" if junction else "folder"
                elif entry.is_file(follow_symlinks=False):
                    yield entry.name, "file"
                else:
                    yield entry.name, "other"

    def find(self, name: str) -> str | None:
        """How ``name`` (NFC) is written here: as it is, in another normal form, or not at all."""
        try:
            self._status(name)
        except FileNotFoundError:
            return self._other_form(name)
        return name

    def child(self, name: str) -> Self:
        """Open a folder in this one, never through a link."""
        try:
            return self._child(name)
        except FileNotFoundError:
            other = self._other_form(name)
            if other is None:
                raise
            return self._child(other)

    def _child(self, name: str) -> Self:
        path = os.path.join(self._path, name)
        if self._descriptor is not None:
            return type(self)(path, os.open(name, _FOLDER | NO_FOLLOW, dir_fd=self._descriptor))
        status = os.lstat(path)
        if _is_link(status):
            raise OSError(errno.ELOOP, "a link")
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        return type(self)(path, None)

    def _other_form(self, name: str) -> str | None:
        # A Mac may have written the name in NFD; ASCII has only one form.
        if name.isascii():
            return None
        for other, _ in self.entries():
            if other != name and unicodedata.normalize("NFC", other) == name:
                return other
        return None

    def read(self, name: str, max_size: int) -> bytes:
        """Return the whole of a regular file.

        Raises:
            NotRegularError: If it is anything else; pipes and devices are not waited for.
            TooLargeError: If it has more than ``max_size`` bytes; nothing of it was kept.
        """
        try:
            descriptor = self._open_file(name)
        except FileNotFoundError:
            other = self._other_form(name)
            if other is None:
                raise
            descriptor = self._open_file(other)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise NotRegularError(errno.EISDIR, "not a regular file")
            if status.st_size > max_size:
                raise TooLargeError(status.st_size, max_size)
            data = b""
            wanted = status.st_size + 1
            while len(data) <= max_size and (more := os.read(descriptor, wanted)):
                data += more
                wanted = min(max_size + 1 - len(data), 1 << 16)
            if len(data) > max_size:
                raise TooLargeError(len(data), max_size)
            return data
        finally:
            os.close(descriptor)

    def _open_file(self, name: str, flags: int = _READ) -> int:
        if self._descriptor is None and _is_link(self._status(name)):
            raise OSError(errno.ELOOP, "a link")
        try:
            return os.open(self._at(name), flags, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno == errno.ENXIO and not stat.S_ISREG(self._status(name).st_mode):
                raise NotRegularError(errno.EISDIR, "not a regular file") from None
            raise
