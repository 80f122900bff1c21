# SPDX-License-Identifier: Apache-2.0
"""Where folders of certificates lie on each operating system.

Nothing is opened here beyond what is needed to know that a folder exists. Folders ``NPKI``,
``GPKI`` and ``EPKI`` count in any case.

Sources: folders that Korean banks' programs and their installers use; see the documentation.
Government programs are known to use ``GPKI`` and ``EPKI`` at the root of Windows drives and in
``AppData/LocalLow``. That they lie beside ``NPKI`` elsewhere too is by analogy.
"""

from __future__ import annotations

import enum
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.storage.mounts import is_removable, mounts
from kcert.storage.platform import DriveKind, Platform, System

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PATH_VARIABLE", "Place", "PlaceKind", "npki_folder", "places"]

#: Environment variable with further folders, separated as in ``PATH``: by ``:``, on Windows
#: by ``;``. The first of them is what ``npki:`` opens.
PATH_VARIABLE: Final = "KCERT_NPKI_PATH"

_NPKI: Final = "NPKI"
_NAMES: Final = frozenset(name.casefold() for name in (_NPKI, "GPKI", "EPKI"))


class PlaceKind(enum.Enum):
    """What kind of place a folder was found in."""

    EXPLICIT = "explicit"
    """The caller named it."""
    ENVIRONMENT = "environment"
    """`PATH_VARIABLE` names it."""
    USER = "user"
    """The user's own folder, where Korean programs keep certificates today."""
    PROGRAM = "program"
    """A folder of programs, where old ones kept them."""
    DRIVE = "drive"
    """The root of a fixed drive."""
    REMOVABLE = "removable"
    """A USB stick or another medium that can be pulled."""
    WINDOWS_SIDE = "windows-side"
    """The Windows that a Linux (WSL) runs in."""


@frozen
class Place:
    """A folder that may hold credentials.

    Attributes:
        kind: Kind of place.
        path: The folder.
    """

    kind: PlaceKind
    path: Path = field(repr=False)


def npki_folder(platform: Platform) -> Path:
    """The NPKI folder that programs on this system use; it may not exist yet."""
    named = _named(platform)
    if named:
        return named[0]
    parent = {
        System.WINDOWS: platform.home / "AppData" / "LocalLow",
        System.MACOS: platform.home / "Library" / "Preferences",
    }.get(platform.system, platform.home)
    found = (path for path in _folders_in(parent) if path.name.casefold() == _NPKI.casefold())
    return next(found, parent / _NPKI)


def places(platform: Platform) -> Iterator[Place]:
    """Yield the folders to look into: those the environment names, then those that exist."""
    for path in _named(platform):
        yield Place(PlaceKind.ENVIRONMENT, path)
    if platform.system is System.WINDOWS:
        parents = _windows(platform)
    elif platform.system is System.MACOS:
        parents = _macos(platform)
    else:
        parents = _linux(platform)
    for kind, parent in parents:
        for path in _folders_in(parent):
            if path.name.casefold() in _NAMES:
                yield Place(kind, path)


def _named(platform: Platform) -> list[Path]:
    separator = ";" if platform.system is System.WINDOWS else ":"
    value = platform.variable(PATH_VARIABLE) or ""
    return [Path(part) for part in value.split(separator) if part]


def _folders_in(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir())
    except (OSError, ValueError):
        return []  # not there, not readable, no medium in the drive


def _windows(platform: Platform) -> Iterator[tuple[PlaceKind, Path]]:
    yield PlaceKind.USER, platform.home / "AppData" / "LocalLow"
    yield PlaceKind.USER, platform.home / "Documents"
    cloud = platform.variable("OneDrive")
    if cloud is not None:
        yield PlaceKind.USER, Path(cloud) / "Documents"
        yield PlaceKind.USER, Path(cloud) / "문서"
    for name in ("ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"):
        folder = platform.variable(name)
        if folder is not None:
            yield PlaceKind.PROGRAM, Path(folder)
    for drive in platform.drives():
        if drive.kind is DriveKind.FIXED:
            yield PlaceKind.DRIVE, drive.path
        elif drive.kind is DriveKind.REMOVABLE:
            yield PlaceKind.REMOVABLE, drive.path


def _macos(platform: Platform) -> Iterator[tuple[PlaceKind, Path]]:
    yield PlaceKind.USER, platform.home / "Library" / "Preferences"
    yield PlaceKind.USER, platform.home / "Documents"
    yield PlaceKind.USER, platform.home
    for volume in _folders_in(platform.root / "Volumes"):
        if not volume.is_symlink():  # the system's own volume is a link to the root
            yield PlaceKind.REMOVABLE, volume


def _linux(platform: Platform) -> Iterator[tuple[PlaceKind, Path]]:
    yield PlaceKind.USER, platform.home
    yield from ((PlaceKind.REMOVABLE, path) for path in _mounted_media(platform))
    if platform.system is System.WSL:
        for drive in _folders_in(platform.root / "mnt"):
            if len(drive.name) == 1:
                yield from ((PlaceKind.WINDOWS_SIDE, path) for path in _windows_side(drive))


def _windows_side(drive: Path) -> Iterator[Path]:
    yield drive
    yield drive / "Program Files"
    yield drive / "Program Files (x86)"
    for user in _folders_in(drive / "Users"):
        yield user / "AppData" / "LocalLow"
        yield user / "Documents"


def _mounted_media(platform: Platform) -> Iterator[Path]:
    """Where desktops mount sticks, and whatever else the kernel says can be pulled."""
    user = platform.variable("USER") or platform.variable("LOGNAME") or platform.home.name
    for parent in (Path("media") / user, Path("run") / "media" / user, Path("media")):
        yield from _folders_in(platform.root / parent)
    for mount in mounts(platform):
        if is_removable(platform, mount.device):
            yield mount.path
