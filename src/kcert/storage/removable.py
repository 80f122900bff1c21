# SPDX-License-Identifier: Apache-2.0
"""A backend in the NPKI folder at the root of a stick, where banks' programs look for it.

Everything is a file of the stick, so `FileBackend` does the work; this one sees to it that it is
the right stick. One that was pulled is noticed, and so is another one in its place: by the serial
number of its file system where the system tells it, and by an identity that kcert writes to a stick
along with the first certificate (``.kcert/medium``, 32 random hex digits). Nothing is ever written
into the plain folder that a pulled stick leaves behind at its mount point.
"""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import evolve

from kcert.errors import (
    AlreadyExistsError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.storage.backend import DEFAULT_MAX_SIZE, AnyVersion, Blob, FolderListing, Version
from kcert.storage.file import FileBackend
from kcert.storage.media import find_medium
from kcert.storage.names import check_folder, check_name
from kcert.storage.walk import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from kcert.storage.backend import Properties
    from kcert.storage.media import Medium
    from kcert.storage.platform import Platform

__all__ = ["RemovableBackend"]

_KIND: Final = "usb"
_FOLDER: Final = "NPKI"
_IDENTITY: Final = ".kcert/medium"
_IDENTITY_SIZE: Final = 32

T = TypeVar("T")


class RemovableBackend:
    """Named bytes below ``NPKI`` at the root of a removable medium.

    Args:
        medium: The medium, as `kcert.storage.media.find_medium` gives it.
        platform: The computer it is plugged into.
        max_size: Most bytes one file may have.

    If the medium is pulled, every verb raises a retryable `UnavailableError`; when it is back, even
    at another place in the system's tables, the same object works again.
    """

    def __init__(
        self, medium: Medium, *, platform: Platform, max_size: int = DEFAULT_MAX_SIZE
    ) -> None:
        self._medium = medium
        self._platform = platform
        self._max_size = max_size
        self._lock = threading.Lock()
        self._device = _device(medium)
        self._files = FileBackend(medium.path, max_size=max_size)
        self._folder = _npki_name(medium)
        self._identity = self._read_identity(self._files)

    def __repr__(self) -> str:
        return "<RemovableBackend>"  # label and path can hold a person's name

    @property
    def medium(self) -> Medium:
        """The medium it stands on."""
        return self._medium

    @property
    def properties(self) -> Properties:
        """What this backend guarantees."""
        return evolve(self._files.properties, kind=_KIND)

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every name below the folder ``prefix``; see `Backend.list`."""
        return names_in(self.folders(prefix))

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Yield every folder at and below ``prefix``; see `FolderBackend.folders`."""
        prefix = check_folder(prefix)
        try:
            files = self._checked(write=False)
        except StorageError as error:
            yield FolderListing(prefix, (), error.told_of(_KIND, prefix))
            return
        for listing in files.folders(self._inside(prefix)):
            problem = listing.problem
            yield FolderListing(
                self._outside(listing.name) or "",
                listing.files,
                problem and problem.told_of(_KIND, self._outside(problem.name)),
            )

    def get(self, name: str) -> Blob:
        """Return what is under ``name``; see `Backend.get`."""
        inside = self._inside(check_name(name))
        return self._do(lambda files: files.get(inside), write=False)

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files of one folder; see `FolderBackend.get_folder`."""
        inside = self._inside(check_folder(folder))
        return self._do(lambda files: files.get_folder(inside, names), write=False)

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write ``data`` under ``name``; see `Backend.put`."""
        inside = self._inside(check_name(name))
        return self._do(lambda files: files.put(inside, data, replace=replace))

    def append(self, name: str, data: bytes, *, after: Version) -> Version:
        """Put ``data`` behind what is under ``name``; see `AppendBackend.append`."""
        inside = self._inside(check_name(name))
        return self._do(lambda files: files.append(inside, data, after=after))

    def delete(self, name: str) -> None:
        """Remove ``name``; see `Backend.delete`."""
        inside = self._inside(check_name(name))
        self._do(lambda files: files.delete(inside))

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Create a folder with these files; see `FolderBackend.put_folder`."""
        inside = self._inside(check_name(folder))
        self._do(lambda backend: backend.put_folder(inside, files))

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Change several files of one folder; see `FolderBackend.change_folder`."""
        inside = self._inside(check_folder(folder))
        self._do(lambda files: files.change_folder(inside, changes, replace=replace))

    # What the verbs are made of

    def _inside(self, name: str) -> str:
        return f"{self._folder}/{name}" if name else self._folder

    def _outside(self, name: str | None) -> str | None:
        if name == self._folder:
            return ""
        return name and name.removeprefix(f"{self._folder}/")

    def _do(self, verb: Callable[[FileBackend], T], *, write: bool = True) -> T:
        failure: StorageError
        try:
            return verb(self._checked(write=write))
        except StorageError as error:
            failure = error.told_of(_KIND, self._outside(error.name))
        raise failure

    def _checked(self, *, write: bool) -> FileBackend:
        """The files of the medium, after a look at whether it is still the same."""
        with self._lock:
            medium = self._plugged_in()
            if None not in {medium.serial, self._medium.serial}:
                if medium.serial != self._medium.serial:
                    raise _other_medium()
                known = True
            else:
                known = False
            device = _device(medium)
            files = self._files
            if device != self._device:
                # Pulled and back again, under a new number. Nothing else than what is known of it
                # says that it is the same.
                files = FileBackend(medium.path, max_size=self._max_size)
                identity = self._read_identity(files)
                if not known and (identity is None or identity != self._identity):
                    raise _other_medium()
            if write:
                self._identity = self._require_identity(files)
            self._files, self._device = files, device
            return files

    def _plugged_in(self) -> Medium:
        try:
            return find_medium(os.fspath(self._medium.path), self._platform)
        except NotFoundError:
            pass
        raise UnavailableError(
            "the stick was pulled; plug it in again and retry",
            "USB가 빠졌습니다; 다시 꽂은 뒤 시도하십시오",
            backend=_KIND,
            retryable=True,
        )

    def _require_identity(self, files: FileBackend) -> str:
        found = self._read_identity(files)
        if found is None:
            if self._identity is not None:
                raise _other_medium()
            with suppress(AlreadyExistsError):  # another process was first
                files.put(_IDENTITY, secrets.token_hex(_IDENTITY_SIZE // 2).encode())
            found = self._read_identity(files)
        if found is None or found != (self._identity or found):
            raise _other_medium()
        return found

    @staticmethod
    def _read_identity(files: FileBackend) -> str | None:
        try:
            data = files.get(_IDENTITY).data
        except StorageError as error:
            if isinstance(error, UnavailableError):
                raise
            return None
        return data.decode("ascii", "replace") if len(data) == _IDENTITY_SIZE else None


def _device(medium: Medium) -> tuple[int, int]:
    try:
        status = os.stat(medium.path)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _npki_name(medium: Medium) -> str:
    """The NPKI folder as it is written on the medium, in any case."""
    try:
        names: Sequence[str] = os.listdir(medium.path)
    except OSError:
        names = ()
    return next((name for name in sorted(names) if name.casefold() == "npki"), _FOLDER)


def _other_medium() -> UnavailableError:
    return UnavailableError(
        "another stick is in its place; nothing was written, plug the right one in",
        "다른 USB가 꽂혀 있습니다; 아무것도 기록하지 않았으니 원래 USB를 꽂으십시오",
        backend=_KIND,
        retryable=False,
    )
