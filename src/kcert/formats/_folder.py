# SPDX-License-Identifier: Apache-2.0
"""The folder door: a handful of named files in one folder of the local file system.

Reading takes regular files only and stops at a size. Writing makes a new folder in one step.
Paths may hold a person's name, so no message shows one; errors carry it as ``name``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from kcert.errors import (
    AlreadyExistsError,
    FormatError,
    LimitError,
    NotFoundError,
    StorageError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["read_file", "read_files", "write_files"]

# Not every system has them; the checks on the open descriptor hold without them too.
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
_PLAIN: int = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_NO_SUCH = (errno.ENOENT, errno.ENOTDIR)
_NOT_A_FILE = (errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.EISDIR)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM)


def read_file(
    path: str | os.PathLike[str], max_size: int, *, label: str = "file", follow: bool = False
) -> bytes:
    """Read one regular file.

    Args:
        path: The file.
        max_size: Largest size to read, in octets; nothing is read of a larger file.
        label: What to call it in a message; never a name that a person may stand in.
        follow: Whether ``path`` may be a symbolic link.

    Raises:
        NotFoundError: There is no such file.
        FormatError: It is a link, a folder, a device or a pipe.
        LimitError: It is larger than ``max_size``.
        StorageError: It cannot be read.
    """
    flags = os.O_RDONLY | _NO_WAIT | _PLAIN | (0 if follow else _NO_FOLLOW)
    try:
        descriptor = os.open(path, flags)
        try:
            return _read_open(descriptor, max_size, label)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _translate(error, path, label) from None


def _read_open(descriptor: int, max_size: int, label: str) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise _not_regular(label)
    size = status.st_size
    parts: list[bytes] = []
    total = 0
    # The size is only what was true at the time of asking: reading stops at the limit regardless.
    while size <= max_size and (part := os.read(descriptor, max_size + 1 - total)):
        parts.append(part)
        total += len(part)
        size = max(size, total)
    if size > max_size:
        raise LimitError("file size", size, max_size, where=label)
    return b"".join(parts)


def read_files(
    path: str | os.PathLike[str], names: Iterable[str], max_size: int
) -> dict[str, bytes]:
    """Read those files of a folder whose names are wanted, in whatever case they are written.

    Returns:
        Content by the name as it stands in the folder.

    Raises:
        NotFoundError: There is no such folder.
        FormatError: A wanted name is not a regular file.
        LimitError: A wanted file is larger than ``max_size``.
        StorageError: Something cannot be read.
    """
    wanted = {name.casefold() for name in names}
    try:
        with os.scandir(path) as entries:
            present = sorted(entry.name for entry in entries if entry.name.casefold() in wanted)
    except OSError as error:
        raise _translate(error, path, "folder") from None
    folder = Path(path)
    return {name: read_file(folder / name, max_size, label=name) for name in present}


def write_files(path: str | os.PathLike[str], files: Mapping[str, bytes]) -> None:
    """Make a new folder with these files in it, in one step.

    Raises:
        AlreadyExistsError: Something is at ``path``.
        StorageError: The medium does not take it, or does not give back what was written.
    """
    target = Path(path)
    if os.path.lexists(target):
        raise _exists(target)
    work = target.with_name(f".kcert-{secrets.token_hex(16)}.tmp")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        work.mkdir(mode=0o700)
        try:
            _fill(work, files)
            # A folder that appeared meanwhile has content and stops the rename by itself.
            work.rename(target)
        except BaseException:
            _discard(work, files)
            raise
        _flush_folder(target.parent)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        if error.errno == errno.ENOTEMPTY:
            raise _exists(target) from None
        raise _translate(error, target, "folder") from None


def _fill(work: Path, files: Mapping[str, bytes]) -> None:
    """Write, flush, read back and compare."""
    for name, data in files.items():
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN | _NO_FOLLOW
        with os.fdopen(os.open(work / name, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    _flush_folder(work)
    for name, data in files.items():
        if read_file(work / name, len(data), label=name) != data:
            raise UnavailableError(
                f"{name} reads back differently from what was written; the medium is faulty",
                f"기록한 {name} 파일을 다시 읽은 내용이 다릅니다; 저장매체에 이상이 있습니다",
                backend="file",
                name=name,
            )


def _flush_folder(folder: Path) -> None:
    """Make new names in a folder last, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | _PLAIN)
    try:
        # Some network and removable file systems refuse this for folders only.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(work: Path, files: Mapping[str, bytes]) -> None:
    """Remove what was written under the temporary name."""
    for name in files:
        with contextlib.suppress(OSError):
            (work / name).unlink()
    with contextlib.suppress(OSError):
        work.rmdir()


def _not_regular(label: str) -> FormatError:
    return FormatError(
        label,
        "not a regular file but a link, a folder or a device; give the file itself",
        reason_ko="일반 파일이 아니라 링크, 폴더 또는 장치입니다; 파일 자체를 지정하십시오",
    )


def _exists(path: Path) -> AlreadyExistsError:
    return AlreadyExistsError(
        "something is at that path already; choose another or remove it first",
        "그 경로에 이미 무언가가 있습니다; 다른 경로를 고르거나 먼저 지우십시오",
        backend="file",
        name=str(path),
    )


def _translate(
    error: OSError, path: str | os.PathLike[str], label: str
) -> StorageError | FormatError:
    """The kcert error for what the operating system said; its text may show paths and is left."""
    name = os.fspath(path)
    if error.errno in _NO_SUCH:
        return NotFoundError(
            f"{label} not found; check the path",
            "파일이나 폴더를 찾을 수 없습니다; 경로를 확인하십시오",
            backend="file",
            name=name,
        )
    if error.errno in _NOT_A_FILE:
        return _not_regular(label)
    if error.errno in _REFUSED:
        return StorageError(
            f"no permission for the {label}; check who owns it",
            "권한이 없습니다; 파일의 소유자와 권한을 확인하십시오",
            backend="file",
            name=name,
        )
    if error.errno in _FULL:
        return UnavailableError(
            "the medium is full; free some space",
            "저장매체가 가득 찼습니다; 공간을 확보하십시오",
            backend="file",
            name=name,
        )
    code = errno.errorcode.get(error.errno or 0, "unknown")
    return UnavailableError(
        f"the {label} cannot be used ({code}); check that the medium is plugged in and writable",
        f"사용할 수 없습니다 ({code}); 저장매체가 연결되어 있고 쓸 수 있는지 확인하십시오",
        backend="file",
        name=name,
        retryable=True,
    )
