# SPDX-License-Identifier: Apache-2.0
"""Which sticks and other removable media are plugged in, and which of them is meant."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.errors import AmbiguousError, NotFoundError
from kcert.storage.mounts import is_removable, mounts, name_of
from kcert.storage.platform import DriveKind, Platform, System

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Medium", "find_medium", "media"]

_DRIVE: Final = re.compile(r"([A-Za-z]):[\\/]?")


@frozen
class Medium:
    """A removable medium that is plugged in and mounted.

    Attributes:
        path: Where it is mounted, or the root of its drive.
        label: The name its owner gave it, where it is known.
        serial: What tells its file system from others, where it is known.
    """

    path: Path = field(repr=False)
    label: str | None = field(default=None, repr=False)
    serial: str | None = None


def media(platform: Platform) -> list[Medium]:
    """The removable media of this computer, each once."""
    if platform.system is System.WINDOWS:
        return [
            Medium(drive.path, drive.label, drive.serial)
            for drive in platform.drives()
            if drive.kind is DriveKind.REMOVABLE
        ]
    return list(_macos(platform) if platform.system is System.MACOS else _linux(platform))


def find_medium(which: str, platform: Platform) -> Medium:
    """Return the medium that is meant.

    Args:
        which: A label, mount point or drive letter; empty for the only one that is plugged in.
        platform: The computer to look at.

    Raises:
        NotFoundError: It is not plugged in or not mounted.
        AmbiguousError: Several are, or several have this label; ``choices`` has the labels, where
            those do not tell them apart the paths.
    """
    drive = _DRIVE.fullmatch(which)
    if platform.system is System.WINDOWS and drive is not None:
        letter = drive[1].upper()
        found = [one for one in media(platform) if str(one.path)[:1].upper() == letter]
        return _only(found)
    if "/" in which or "\\" in which:
        return _at(Path(which), platform)
    plugged_in = media(platform)
    if not which:
        return _only(plugged_in)
    exact = [one for one in plugged_in if one.label == which]
    folded = [one for one in plugged_in if (one.label or "").casefold() == which.casefold()]
    return _only(exact or folded)


def _at(path: Path, platform: Platform) -> Medium:
    for medium in media(platform):
        if medium.path == path:
            return medium
    if platform.system in {System.LINUX, System.WSL}:
        # Named by its path it may be anything that is mounted: not every reader says "removable".
        for mount in mounts(platform):
            if mount.path == path and path != platform.root:
                return Medium(path, None, name_of(platform, mount, "by-uuid"))
    elif platform.is_mount(path):
        return Medium(path)
    raise NotFoundError(
        "nothing is mounted there; plug the stick in (a plain folder is opened by its path alone)",
        "그곳에 마운트된 매체가 없습니다; USB를 꽂으십시오 (일반 폴더는 경로만으로 여십시오)",
        backend="usb",
        name=str(path),
    )


def _only(found: Sequence[Medium]) -> Medium:
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(
            "no such stick is plugged in; plug it in, or give its mount point",
            "해당하는 USB가 꽂혀 있지 않습니다; 꽂거나 마운트된 경로를 지정하십시오",
            backend="usb",
        )
    labels = {(one.label or "").casefold() for one in found}
    distinct = "" not in labels and len(labels) == len(found)
    raise AmbiguousError(
        f"{len(found)} sticks are plugged in; name one by its label or path",
        f"USB가 {len(found)}개 꽂혀 있습니다; 이름이나 경로로 하나를 지정하십시오",
        backend="usb",
        choices=[one.label if distinct and one.label else str(one.path) for one in found],
    )


def _linux(platform: Platform) -> Iterator[Medium]:
    seen: set[str] = set()
    for mount in mounts(platform):
        if mount.whole and mount.device not in seen and is_removable(platform, mount.device):
            seen.add(mount.device)
            label = name_of(platform, mount, "by-label") or mount.path.name or None
            yield Medium(mount.path, label, name_of(platform, mount, "by-uuid"))


def _macos(platform: Platform) -> Iterator[Medium]:
    # Without asking diskutil: what is mounted under /Volumes, except the system's own volume,
    # which is a link to the root.
    volumes = platform.root / "Volumes"
    try:
        with os.scandir(volumes) as entries:
            folders = sorted(
                Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return
    for folder in folders:
        if platform.is_mount(folder):
            yield Medium(folder, folder.name)
