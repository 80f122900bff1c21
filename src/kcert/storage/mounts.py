# SPDX-License-Identifier: Apache-2.0
"""The mount table of Linux, and which of its devices can be pulled.

Sources: proc(5), ``/proc/self/mountinfo``; the kernel's sysfs rules, ``removable``;
udev, ``/dev/disk/by-label`` and ``by-uuid``.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from pathlib import Path

    from kcert.storage.platform import Platform

__all__ = ["Mount", "is_removable", "mounts", "name_of"]

_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_UDEV: Final = re.compile(r"(?:\\x[0-9a-f]{2})+")


@frozen
class Mount:
    """One line of the mount table.

    Attributes:
        device: Its number, as ``major:minor``.
        path: Where it is mounted.
        source: The device's file, where there is one.
        whole: Whether it is the file system's root that is mounted, not a folder of it.
    """

    device: str
    path: Path = field(repr=False)
    source: str
    whole: bool


def mounts(platform: Platform) -> list[Mount]:
    """The mount table, empty where there is none; of several mounts on one point the last."""
    try:
        table = (platform.root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    found: dict[Path, Mount] = {}
    for line in table.splitlines():
        # number, parent, major:minor, root, mount point, options, tags …, "-", type, source, …
        fields = line.split(" ")
        if len(fields) > 4:
            rest = fields[fields.index("-") + 1 :] if "-" in fields else []
            path = platform.root / _plain(fields[4]).lstrip("/")
            source = _plain(rest[1]) if len(rest) > 1 else ""
            found[path] = Mount(fields[2], path, source, fields[3] == "/")
    return list(found.values())


def is_removable(platform: Platform, device: str) -> bool:
    """Whether the kernel says that a device can be pulled, or it hangs on the USB."""
    folder = platform.root / "sys/dev/block" / device
    # A partition's device has no such file; the disk it belongs to is the folder above.
    for path in (folder / "removable", folder / ".." / "removable"):
        try:
            if path.read_text("ascii").strip() == "1":
                return True
            break
        except OSError:
            continue
    # USB disks that are not sticks say that their medium stays in.
    return any(part.startswith("usb") for part in os.path.realpath(folder).split(os.sep))


def name_of(platform: Platform, mount: Mount, kind: str) -> str | None:
    """The name that udev gives a mounted device in ``/dev/disk/<kind>``, such as ``by-label``."""
    folder = platform.root / "dev/disk" / kind
    wanted = os.path.basename(mount.source)
    try:
        for link in sorted(os.listdir(folder)):
            if wanted and os.path.basename(os.readlink(folder / link)) == wanted:
                return _UDEV.sub(_unescaped, link)
    except OSError:
        pass  # no such folder: a container, or nothing with a name is plugged in
    return None


def _plain(text: str) -> str:
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def _unescaped(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("\\x", "")).decode(errors="replace")
