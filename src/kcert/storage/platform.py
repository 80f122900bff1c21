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
        label: Name of its volume, where it is known.
        serial: Serial number of its volume, where it is known.
    """

    path: Path
    kind: DriveKind
    label: str | None = field(default=None, repr=False)
    serial: str | None = None


@frozen
class Platform:
    """One computer, seen by one user.

    Attributes:
        system: Its operating system.
        home: The user's home folder.
        environ: Environment variables.
        root: Root of the file system, for absolute places on POSIX systems.
        drives: Gives the drives of Windows when asked.
        is_mount: Tells whether another file system begins at a folder.
    """

    system: System
    home: Path = field(repr=False)
    environ: Mapping[str, str] = field(factory=dict, repr=False)
    root: Path = field(factory=lambda: Path("/"))
    drives: Callable[[], Iterable[Drive]] = field(default=tuple, repr=False)
    is_mount: Callable[[Path], bool] = field(default=os.path.ismount, repr=False)

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
                # Asking others for their label can take as long as asking for a folder.
                removable = kind is DriveKind.REMOVABLE
                label, serial = _windows_volume(path) if removable else (None, None)
                found.append(Drive(Path(path), kind, label, serial))
    return found


def _windows_volume(path: str) -> tuple[str | None, str | None]:
    """Label and serial number of a volume; GetVolumeInformationW of Windows (fileapi.h)."""
    if sys.platform != "win32":
        return None, None
    import ctypes

    label = ctypes.create_unicode_buffer(261)
    serial = ctypes.c_ulong()
    done = ctypes.windll.kernel32.GetVolumeInformationW(
        path, label, len(label), ctypes.byref(serial), None, None, None, 0
    )
    return (label.value or None, f"{serial.value:08x}") if done else (None, None)
