# SPDX-License-Identifier: Apache-2.0
"""Addresses of backends: sugar over making the backend oneself. No secret belongs into one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from kcert.errors import NotFoundError, StorageError
from kcert.storage.file import FileBackend
from kcert.storage.memory import MemoryBackend
from kcert.storage.places import npki_folder
from kcert.storage.platform import Platform

if TYPE_CHECKING:
    from kcert.storage.backend import Backend

__all__ = ["open_backend"]

# One letter and a colon is a Windows drive.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_DRIVE_PATH: Final = re.compile(r"/[A-Za-z]:")


def open_backend(
    where: str | os.PathLike[str], *, create: bool = False, platform: Platform | None = None
) -> Backend:
    """Return the backend at an address: ``npki:``, ``memory:``, ``file:…`` or a path.

    Args:
        where: The address; a path-like object is always a path.
        create: Whether a folder may be missing (the first write makes it).
        platform: The system to look for the NPKI folder on; default this one.

    Raises:
        NotFoundError: If the folder does not exist, and ``create`` is not set.
        StorageError: If the address is of a kind that is not known.
    """
    match = _SCHEME.fullmatch(where) if isinstance(where, str) else None
    if match is None:
        return _folder(os.fspath(where), create=create)
    scheme, rest = match[1].lower(), match[2]
    if scheme == "file":
        return _folder(_file_path(rest), create=create)
    if scheme == "memory" and not rest:
        return MemoryBackend()
    if scheme == "npki" and not rest:
        return FileBackend(npki_folder(platform or Platform.current()))
    raise StorageError(
        "unknown address; known are npki:, memory:, file: and paths "
        "(a path with a colon is given as a pathlib.Path)",
        "알 수 없는 주소입니다; npki:, memory:, file: 또는 경로를 쓰십시오 "
        "(콜론이 든 경로는 pathlib.Path로 지정하십시오)",
        backend=scheme,
    )


def _file_path(rest: str) -> str:
    path = unquote(rest)
    if path.startswith("//"):
        host, slash, path = path[2:].partition("/")
        path = slash + path
        if host not in {"", "localhost"}:
            raise StorageError(
                "a file: address names this computer only; mount the other one's folder",
                "file: 주소는 이 컴퓨터만 가리킬 수 있습니다; 다른 컴퓨터의 폴더는 마운트하십시오",
                backend="file",
            )
    return path[1:] if os.name == "nt" and _DRIVE_PATH.match(path) else path


def _folder(path: str, *, create: bool) -> FileBackend:
    if not path or "\x00" in path:
        raise StorageError("not a path", "경로가 아닙니다", backend="file", name=path)
    if not create and not os.path.isdir(path):
        raise NotFoundError(
            "there is no such folder; create=True makes it",
            "그런 폴더가 없습니다; 새로 만들려면 create=True를 지정하십시오",
            backend="file",
            name=path,
        )
    return FileBackend(path)
