# SPDX-License-Identifier: Apache-2.0
"""Find the certificates on a computer and on the sticks plugged into it. No password is asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from kcert.errors import NotFoundError
from kcert.storage import FileBackend
from kcert.storage.places import PATH_VARIABLE, Place, PlaceKind, places
from kcert.storage.platform import Drive, DriveKind, Platform, System
from kcert.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kcert.certificate import Certificate
    from kcert.credential import Credential
    from kcert.errors import KcertError
    from kcert.store import Entry

__all__ = [
    "PATH_VARIABLE",
    "Drive",
    "DriveKind",
    "Found",
    "PlaceKind",
    "Platform",
    "System",
    "discover",
]

_NAMED = (PlaceKind.EXPLICIT, PlaceKind.ENVIRONMENT)


@frozen
class Found:
    """One credential on this computer, or a folder that should be one.

    Attributes:
        location: Its folder, or its ``_sig.cer`` where it is in government files: what `kcert.load`
            takes. Contains the holder's name by convention.
        place: What kind of place the folder lies in.
        certificate: The signing certificate, where it can be read.
        problem: What is wrong with the folder, ``None`` if nothing seems to be.
        duplicate_of: Where the same certificate was found before, ``None`` the first time.
        entry: The same as an entry of a store, ``None`` where there is no such folder.
    """

    location: Path = field(repr=False)
    place: PlaceKind
    certificate: Certificate | None
    problem: KcertError | None = field(default=None, eq=False)
    duplicate_of: Path | None = field(default=None, repr=False)
    entry: Entry | None = field(default=None, repr=False, eq=False)

    def load(self) -> Credential:
        """Return the credential, locked.

        Raises:
            KcertError: As `problem` says, where the signing pair is damaged; `NotFoundError` where
                the folder is gone.
        """
        if self.entry is None:
            raise self.problem or NotFoundError("no such folder", backend="file")
        return self.entry.load()


def discover(
    roots: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    *,
    platform: Platform | None = None,
) -> Iterator[Found]:
    """Yield every credential on this computer, one at a time.

    Looked into are the folders that Korean programs use on this system, ``NPKI``, ``GPKI`` and
    ``EPKI`` at the root of every drive and plugged-in stick, and what the environment variable
    ``KCERT_NPKI_PATH`` names.
    Names count in any case, links within these folders are not followed, and what cannot be read
    is yielded with its ``problem`` and stops nothing.

    Args:
        roots: Folders to look into instead: NPKI or GPKI folders, or any above or below one.
        platform: The computer to look at; default this one.
    """
    seen_roots: set[tuple[int, int]] = set()
    seen: dict[bytes, Path] = {}
    for place in _places(roots, platform):
        try:
            status = place.path.stat()
        except (OSError, ValueError):
            if place.kind in _NAMED:
                yield _absent(place)
            continue
        # The same folder can be reached in several ways, and is one place all the same. Some
        # network file systems number nothing.
        identity = status.st_dev, status.st_ino
        if identity in seen_roots:
            continue
        if status.st_ino:
            seen_roots.add(identity)
        yield from _look(place, seen)


def _places(
    roots: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None,
    platform: Platform | None,
) -> Iterator[Place]:
    if roots is None:
        yield from places(platform or Platform.current())
        return
    for root in [roots] if isinstance(roots, (str, os.PathLike)) else roots:
        yield Place(PlaceKind.EXPLICIT, Path(root))


def _absent(place: Place) -> Found:
    problem = NotFoundError(
        "there is no such folder; check the path",
        "그런 폴더가 없습니다; 경로를 확인하십시오",
        backend="file",
        name=str(place.path),
    )
    return Found(place.path, place.kind, None, problem)


def _look(place: Place, seen: dict[bytes, Path]) -> Iterator[Found]:
    for entry in Store(FileBackend(place.path)).entries():
        location = place.path / entry.location
        before: Path | None = None
        if entry.certificate is not None:
            mark = bytes.fromhex(entry.certificate.fingerprint())[:16]
            before = seen.setdefault(mark, location)
            if before is location:
                before = None
            elif _same_folder(before, location):
                continue
        yield Found(location, place.kind, entry.certificate, entry.problem, before, entry)


def _same_folder(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
