# SPDX-License-Identifier: Apache-2.0
"""The folder door: a handful of named files in one folder of the local file system.

Reading takes regular files only and stops at a size. Writing makes a new folder in one step.
Paths may hold a person's name, so no message shows one; errors carry it as ``name``.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from kcert.errors import (
    AlreadyExistsError,
    FormatError,
    KcertError,
    LimitError,
    NotFoundError,
    UnavailableError,
)
from kcert.storage.os_errors import explain
from kcert.storage.reading import FolderReader, NotRegularError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["list_names", "read_file", "read_files", "write_files"]

_T = TypeVar("_T")


def read_file(path: str | os.PathLike[str], max_size: int) -> bytes:
    """Read one regular file. Links on the way to it are followed, as the system does.

    Raises:
        NotFoundError: There is no such file.
        FormatError: It is a folder, a device or a pipe.
        LimitError: It is larger than ``max_size`` octets.
        StorageError: It cannot be read.
    """
    given = _checked(path)

    def read() -> bytes:
        parent, name = os.path.split(os.path.realpath(given))
        with FolderReader.open(parent) as folder:
            return _read(folder, name, max_size, "file")

    return _explained(read, given)


def read_files(
    path: str | os.PathLike[str], names: Iterable[str], max_size: int
) -> dict[str, bytes]:
    """Read those files of a folder whose names are wanted, in whatever case they are written.

    Returns:
        Content by the name as it stands in the folder.

    Raises:
        NotFoundError: There is no such folder.
        FormatError: A wanted name is not a regular file, but for example a link.
        LimitError: A wanted file is larger than ``max_size`` octets.
        StorageError: Something cannot be read.
    """
    given = _checked(path)
    wanted = {name.casefold() for name in names}

    def read() -> dict[str, bytes]:
        with FolderReader.open(given) as folder:
            present = sorted(name for name, _ in folder.entries() if name.casefold() in wanted)
            return {name: _read(folder, name, max_size, name) for name in present}

    return _explained(read, given)


def list_names(path: str | os.PathLike[str]) -> list[str]:
    """Names of what a folder holds, sorted.

    Raises:
        NotFoundError: There is no such folder.
        StorageError: It cannot be read.
    """
    given = _checked(path)

    def read() -> list[str]:
        with FolderReader.open(given) as folder:
            return sorted(name for name, _ in folder.entries())

    return _explained(read, given)


def write_files(path: str | os.PathLike[str], files: Mapping[str, bytes]) -> None:
    """Make a new folder with these files in it, in one step.

    Raises:
        AlreadyExistsError: Something is at ``path``.
        StorageError: The medium does not take it, or does not give back what was written.
    """
    target = os.path.abspath(_checked(path))
    if os.path.lexists(target):
        raise AlreadyExistsError(
            "something is at that path already; choose another or remove it first",
            "그 경로에 이미 무언가가 있습니다; 다른 경로를 고르거나 먼저 지우십시오",
            backend="file",
            name=target,
        )
    _explained(lambda: _write(target, files), target)


def _explained(action: Callable[[], _T], path: str) -> _T:
    """Do it, and say what an `OSError` means; raised outside, so that its path is not kept."""
    try:
        return action()
    except OSError as error:
        failure = explain(error, name=path)
    raise failure


def _write(path: str, files: Mapping[str, bytes]) -> None:
    # Only who writes pays for what writing takes.
    from kcert.storage.folder import Folder

    above, name = os.path.split(path)
    Folder.make_path(above)
    with Folder.open(above) as parent:
        parent.refuse_taken(name)
        work = parent.make_temporary()
        try:
            with parent.child(work) as folder:
                for file, data in files.items():
                    folder.write_file(file, data)
                folder.sync()
                for file, data in files.items():
                    _compare(folder, file, data)
            parent.rename_new(work, name)
        except BaseException:
            with suppress(OSError):
                parent.discard_folder(work)
            raise
        parent.sync()


def _compare(folder: FolderReader, name: str, data: bytes) -> None:
    if _read(folder, name, len(data), name) != data:
        raise UnavailableError(
            f"{name} reads back differently from what was written; the medium is faulty",
            f"기록한 {name} 파일을 다시 읽은 내용이 다릅니다; 저장매체에 이상이 있습니다",
            backend="file",
            name=name,
        )


def _read(folder: FolderReader, name: str, max_size: int, label: str) -> bytes:
    """Read a file; ``label`` is what to call it, never a name that a person may stand in."""
    try:
        return folder.read(name, max_size)
    except TooLargeError as error:
        failure: KcertError = LimitError("file size", error.size, max_size, where=label)
    except OSError as error:
        if not isinstance(error, NotRegularError) and error.errno != errno.ELOOP:
            raise
        failure = FormatError(
            label,
            "not a regular file but a link, a folder or a device; give the file itself",
            reason_ko="일반 파일이 아니라 링크, 폴더 또는 장치입니다; 파일 자체를 지정하십시오",
        )
    raise failure


def _checked(path: str | os.PathLike[str]) -> str:
    """The path as text, if any system call would take it."""
    text = os.fspath(path)
    try:
        possible = bool(text) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise NotFoundError(
            "that path cannot exist on this system; check it",
            "이 시스템에 있을 수 없는 경로입니다; 경로를 확인하십시오",
            backend="file",
            name=text,
        )
    return text
