# SPDX-License-Identifier: Apache-2.0
"""One open folder of the file system, for changing what is in it.

Every change is made at one stroke and flushed: a crash leaves the old state, or the new one, and
at worst a temporary file that `Folder.clean_up` removes an hour later.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kcert.storage import locks
from kcert.storage.names import RESERVED_PREFIX, twin_key
from kcert.storage.reading import NO_FOLLOW, PLAIN, FolderReader, NotRegularError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Folder"]

_CREATE: Final[int] = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW | PLAIN
_OVERWRITE: Final[int] = os.O_WRONLY | NO_FOLLOW | PLAIN
_APPEND: Final[int] = _OVERWRITE | os.O_APPEND
_NO_FOLDER_SYNC: Final = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS}
_NO_HARD_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_LEFTOVER: Final = re.compile(re.escape(RESERVED_PREFIX) + r"[0-9a-f]{32}\.tmp")
_LEFTOVER_AGE: Final = 3600.0


def _temporary_name() -> str:
    return f"{RESERVED_PREFIX}{secrets.token_hex(16)}.tmp"


def _sync_file(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # network volumes have only the weaker call
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    _sync_file(descriptor)


class Folder(FolderReader):
    """An open folder. Use it in a ``with`` statement."""

    __slots__ = ()

    @staticmethod
    def make_path(path: str) -> None:
        """Make the folder at ``path`` and what is missing above it, for its owner only."""
        parent = os.path.dirname(path)
        if parent != path and not os.path.isdir(parent):
            Folder.make_path(parent)
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
        with suppress(OSError), Folder.open(parent) as folder:
            folder.sync()

    def refuse_taken(self, name: str) -> None:
        """Raise `FileExistsError` if the name is there, or a twin some file system takes for it."""
        key = twin_key(name)
        if any(twin_key(other) == key for other, _ in self.entries()):
            raise FileExistsError(errno.EEXIST, "the name is taken")

    def make(self, name: str) -> None:
        """Make a folder only its owner can enter; one that is there already is fine.

        Raises:
            FileExistsError: If only a twin of the name is there.
        """
        if self.find(name) is not None:
            return
        try:
            self.refuse_taken(name)
            os.mkdir(self._at(name), 0o700, dir_fd=self._descriptor)
        except FileExistsError:
            # Another writer may have made it since it was looked for; a twin is not it.
            if self.find(name) is None:
                raise
        self.sync()

    def make_temporary(self) -> str:
        """Make a new folder under a random name and return that."""
        name = _temporary_name()
        os.mkdir(self._at(name), 0o700, dir_fd=self._descriptor)
        return name

    def write(self, name: str, data: bytes, *, new: bool) -> None:
        """Give ``name`` these bytes at one stroke, flushed to the medium.

        Args:
            name: The file.
            data: Its bytes.
            new: Whether the name must be free: then a name taken meanwhile is `FileExistsError`.
        """
        temporary = _temporary_name()
        try:
            self.write_file(temporary, data)
            if new:
                self._publish(temporary, name)
            else:
                _patiently(
                    lambda: os.replace(
                        self._at(temporary),
                        self._at(name),
                        src_dir_fd=self._descriptor,
                        dst_dir_fd=self._descriptor,
                    )
                )
        except BaseException:
            with suppress(OSError):
                self.unlink(temporary)
            raise
        self.sync()

    def write_file(self, name: str, data: bytes) -> None:
        """Write a new file, mode 0600 from the first byte, and flush it. A torn one can remain."""
        descriptor = os.open(self._at(name), _CREATE, 0o600, dir_fd=self._descriptor)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)

    def append(self, name: str, data: bytes, *, size: int) -> bool:
        """Write behind the ``size`` bytes a file has, and flush; a torn end can remain.

        Returns:
            Whether it was done. It is not where the file has other names: they are not the store's.
        """
        descriptor = self._open_file(name, _APPEND)
        try:
            if os.fstat(descriptor).st_nlink != 1:
                return False
            try:
                _write_all(descriptor, data)
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
            return True
        finally:
            os.close(descriptor)

    def _publish(self, temporary: str, name: str) -> None:
        if os.name == "nt":  # where a rename never overwrites
            self.rename_new(temporary, name)
            return
        try:
            os.link(
                self._at(temporary),
                self._at(name),
                src_dir_fd=self._descriptor,
                dst_dir_fd=self._descriptor,
                follow_symlinks=False,
            )
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            self.rename_new(temporary, name)  # FAT and the like
        else:
            self.unlink(temporary)

    def rename_new(self, old: str, new: str) -> None:
        """Rename a file or folder to a free name. Where the system would overwrite, look first."""
        if os.name == "posix" and stat.S_ISREG(self._status(old).st_mode):
            with suppress(FileNotFoundError):
                self._status(new)
                raise FileExistsError(errno.EEXIST, "the name is taken")
        _patiently(
            lambda: os.rename(
                self._at(old),
                self._at(new),
                src_dir_fd=self._descriptor,
                dst_dir_fd=self._descriptor,
            )
        )

    def unlink(self, name: str) -> None:
        """Remove a file, or a link, never what it points to."""
        _patiently(lambda: os.unlink(self._at(name), dir_fd=self._descriptor))

    def discard(self, name: str) -> None:
        """Remove a file and, as far as the medium lets one, its bytes.

        The bytes are overwritten only where no other name has them. Flash and journalling file
        systems may keep old copies all the same.
        """
        if stat.S_ISDIR(self._status(name).st_mode):
            raise NotRegularError(errno.EISDIR, "a folder")
        temporary = _temporary_name()
        self.rename_new(name, temporary)
        with suppress(OSError):
            status = self._status(temporary)
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
                descriptor = os.open(self._at(temporary), _OVERWRITE, dir_fd=self._descriptor)
                try:
                    os.write(descriptor, bytes(min(status.st_size, 1 << 20)))
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        self.unlink(temporary)
        self.sync()

    def remove_if_empty(self, name: str) -> None:
        """Remove a folder if it is there and empty."""
        found = self.find(name)
        if found is not None:
            with suppress(OSError):
                os.rmdir(self._at(found), dir_fd=self._descriptor)

    def discard_folder(self, name: str) -> None:
        """Remove a folder of plain files, as `make_temporary` makes them."""
        with self._child(name) as folder:
            for inner in [entry for entry, _ in folder.entries()]:
                folder.unlink(inner)
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def tighten(self) -> None:
        """Take the folder from everyone but its owner, where it is ours and the medium can."""
        if self._descriptor is None or sys.platform == "win32":
            return
        with suppress(OSError):
            status = os.fstat(self._descriptor)
            if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & 0o077:
                os.fchmod(self._descriptor, 0o700)

    def clean_up(self) -> None:
        """Remove temporary files and folders of ours that a crash left more than an hour ago."""
        for name, kind in [entry for entry in self.entries() if _LEFTOVER.fullmatch(entry[0])]:
            with suppress(OSError):
                status = self._status(name)
                ours = sys.platform == "win32" or status.st_uid == os.geteuid()
                if ours and time.time() - status.st_mtime > _LEFTOVER_AGE:
                    self.discard_folder(name) if kind == "folder" else self.unlink(name)

    def sync(self) -> None:
        """Flush the folder itself, so that its names survive a power cut."""
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers of this folder out, in this process and others, while inside."""
        with locks.exclusive(self._path, self._descriptor):
            yield


def _patiently(step: Callable[[], None]) -> None:
    """Run ``step``; where Windows says that somebody has the file open just now, wait a little."""
    for pause in (0.01, 0.05, 0.1, 0.3, 0.5):
        try:
            step()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in {5, 32, 33}:
                raise
            time.sleep(pause)
        else:
            return
    step()
