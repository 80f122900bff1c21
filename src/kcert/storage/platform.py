# SPDX-License-Identifier: Apache-2.0
"""What kcert has to know about the computer it runs on, as one value that a test can make up."""

from __future__ import annotations

import enum
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Drive", "DriveKind", "Platform", "System"]


class System(enum.Enum):
    """The operating systems whose folders are known."""

    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    WSL = "wsl"
    """Linux within Windows, which sees both sides' folders."""


class DriveKind(enum.Enum):
    """What a Windows drive letter stands for."""

    FIXED = "fixed"
    REMOVABLE = "removable"
    OTHER = "other"
    """Network, optical or unknown: asking those for a folder can take minutes."""


@frozen
class Drive:
    """One drive of Windows.

    Attributes:
        path: Its root.
        kind: What it is.
    """

    path: Path
    kind: DriveKind


@frozen
class Platform:
    """One computer, seen by one user.

    Attributes:
        system: Its operating system.
        home: The user's home folder.
        environ: Environment variables.
        root: Root of the file system, for absolute places on POSIX systems.
        drives: Gives the drives of Windows when asked.
    """

    system: System
    home: Path = field(repr=False)
    environ: Mapping[str, str] = field(factory=dict, repr=False)
    root: Path = field(factory=lambda: Path("/"))
    drives: Callable[[], Iterable[Drive]] = field(default=tuple, repr=False)

    @classmethod
    def current(cls) -> Platform:
        """The computer this runs on."""
        try:
            home = Path.home()
        except RuntimeError:  # a user without a home, as services have
            home = Path(os.path.abspath(os.curdir))
        return cls(system=_system(), home=home, environ=os.environ, drives=_windows_drives)

    def variable(self, name: str) -> str | None:
        """An environment variable that is set and not empty, its name in any case."""
        for key, value in self.environ.items():
            if key.casefold() == name.casefold() and value:
                return value
        return None


def _system() -> System:
    if sys.platform == "win32":
        return System.WINDOWS
    if sys.platform == "darwin":
        return System.MACOS
    try:
        release = Path("/proc/sys/kernel/osrelease").read_text("ascii", "replace")
    except OSError:
        return System.LINUX
    return System.WSL if "microsoft" in release.casefold() else System.LINUX


# GetDriveTypeW of Windows (fileapi.h).
_DRIVE_KINDS: Final = {2: DriveKind.REMOVABLE, 3: DriveKind.FIXED}


def _windows_drives() -> list[Drive]:
    found: list[Drive] = []
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        mask = kernel.GetLogicalDrives()
        for number in range(26):
            if mask >> number & 1:
                path = f"{chr(ord('A') + number)}:\\"
                kind = _DRIVE_KINDS.get(kernel.GetDriveTypeW(path), DriveKind.OTHER)
                found.append(Drive(Path(path), kind))
    return found
