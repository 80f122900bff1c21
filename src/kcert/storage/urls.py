# SPDX-License-Identifier: Apache-2.0
"""Addresses of backends: sugar over making the backend oneself. No secret belongs into one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from kcert.errors import NotFoundError, StorageError
from kcert.storage.file import FileBackend
from kcert.storage.media import find_medium
from kcert.storage.memory import MemoryBackend
from kcert.storage.places import npki_folder
from kcert.storage.platform import Platform
from kcert.storage.plugins import open_plugin
from kcert.storage.removable import RemovableBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kcert.storage.backend import Backend

__all__ = ["open_backend", "split_address", "unknown_address"]

# One letter and a colon is a Windows drive.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_DRIVE_PATH: Final = re.compile(r"/[A-Za-z]:")


def split_address(where: str | os.PathLike[str]) -> tuple[str | None, str]:
    """Return scheme (in lower case) and rest of an address; the scheme of a path is ``None``."""
    match = _SCHEME.fullmatch(where) if isinstance(where, str) else None
    return (None, os.fspath(where)) if match is None else (match[1].lower(), match[2])


def open_backend(
    where: str | os.PathLike[str], *, create: bool = False, platform: Platform | None = None
) -> Backend:
    """Return the backend at an address.

    Args:
        where: ``npki:``, ``usb:…``, ``memory:``, ``file:…``, a path, or an address whose scheme an
            installed project offers (`kcert.storage.plugins`); a path-like object is always a path.
        create: Whether a folder may be missing (the first write makes it).
        platform: The system to look for the NPKI folder and for sticks on; default this one.

    Raises:
        NotFoundError: If the folder does not exist, and ``create`` is not set; if no such stick is
            plugged in.
        AmbiguousError: If several sticks answer to it.
        StorageError: If the address is of a kind that is not known.
    """
    scheme, rest = split_address(where)
    if scheme is None:
        return _folder(rest, create=create)
    if scheme in _OPENERS:
        return _OPENERS[scheme](rest, create, platform or Platform.current())
    backend = open_plugin(scheme, rest)
    if backend is None:
        raise unknown_address(scheme)
    return backend


def unknown_address(scheme: str) -> StorageError:
    """The error for an address that nobody knows."""
    return StorageError(
        "unknown address; known are npki:, usb:, memory:, file:, paths and what installed projects "
        "offer (a path with a colon is given as a pathlib.Path)",
        "알 수 없는 주소입니다; npki:, usb:, memory:, file:, 경로 또는 설치된 프로젝트가 제공하는 "
        "주소를 쓰십시오 (콜론이 든 경로는 pathlib.Path로 지정하십시오)",
        backend=scheme,
    )


def _open_npki(rest: str, _create: bool, platform: Platform) -> Backend:
    if rest:
        raise unknown_address("npki")
    return FileBackend(npki_folder(platform))


def _open_memory(rest: str, _create: bool, _platform: Platform) -> Backend:
    if rest:
        raise unknown_address("memory")
    return MemoryBackend()


def _open_file(rest: str, create: bool, _platform: Platform) -> Backend:
    return _folder(_file_path(rest), create=create)


def _open_usb(rest: str, _create: bool, platform: Platform) -> Backend:
    return RemovableBackend(find_medium(unquote(rest), platform), platform=platform)


#: What opens each scheme: what follows the colon, whether a folder may be missing, the computer.
_OPENERS: Final[Mapping[str, Callable[[str, bool, Platform], Backend]]] = {
    "file": _open_file,
    "memory": _open_memory,
    "npki": _open_npki,
    "usb": _open_usb,
}


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
