# SPDX-License-Identifier: Apache-2.0
"""What a backend is: named bytes on one medium, four verbs, and what it guarantees.

A backend never sees a password or an open key, and nobody trusts it: what it returns is parsed
as hostile input. Writing a new one means these four verbs; `kcert.testing.backend.BackendContract`
says whether they are right.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NewType, Protocol, runtime_checkable

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from kcert.errors import StorageError

__all__ = [
    "ANY",
    "DEFAULT_MAX_SIZE",
    "AnyVersion",
    "AppendBackend",
    "Backend",
    "Blob",
    "FolderBackend",
    "FolderListing",
    "Properties",
    "Version",
]

#: Opaque mark of one state of one name. Only equality means something.
Version = NewType("Version", str)

#: Default cap on the bytes of one name. Certificates and keys have a few kB, the largest known
#: CaPubs list 22 kB.
DEFAULT_MAX_SIZE: Final = 1 << 20


class AnyVersion(enum.Enum):
    """The type of `ANY`."""

    ANY = "any"


#: For ``put(replace=ANY)``: create or overwrite, whatever is there.
ANY: Final = AnyVersion.ANY


@frozen
class Blob:
    """The bytes under one name, and which state of it they are."""

    data: bytes = field(repr=lambda data: f"<{len(data)} bytes>")
    version: Version


@frozen
class Properties:
    """What a backend guarantees, so that the layer above need not guess."""

    kind: str
    """Short name of the kind of storage, as in errors: ``"file"``, ``"memory"``."""
    atomic_replace: bool
    """A reader sees the old bytes or the new ones, never a mixture, also after a crash."""
    conditional: bool
    """Create-only and replace-this-version are decided by the medium or under its lock."""
    durable: bool
    """A write that has returned survives a power cut."""
    atomic_folders: bool
    """Several files of one folder can be written at once: all or none (`FolderBackend`)."""


class Backend(Protocol):
    """Named bytes on one medium.

    Names pass `kcert.storage.names.check_name` on the way in and out. Every verb raises
    `FormatError` for a name that is refused, and `UnavailableError` where the medium does not
    answer. Objects may be used from several threads.
    """

    @property
    def properties(self) -> Properties:
        """What this backend guarantees."""
        ...

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every name below the folder ``prefix``, lazily.

        All names below one folder come together; apart from that the order is the backend's own.
        What cannot be read is passed over, and told by an `UnavailableError` after everything
        else was yielded. A folder that does not exist has no names.
        """
        ...

    def get(self, name: str) -> Blob:
        """Return what is under ``name``.

        Raises:
            NotFoundError: If nothing is.
            LimitError: If it has more bytes than the backend's cap.
        """
        ...

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write ``data`` under ``name`` and return the new version.

        Args:
            name: Where to.
            data: The bytes.
            replace: ``None`` creates only; a `Version` overwrites exactly that state; `ANY`
                overwrites whatever is there.

        Raises:
            AlreadyExistsError: Create-only, and the name is taken, or one that differs only in
                case or Unicode normal form.
            ConflictError: The name is not, or no longer, in the version given.
            LimitError: If ``data`` has more bytes than the backend's cap.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove ``name``, for good.

        Raises:
            NotFoundError: If nothing is under it.
        """
        ...


@frozen
class FolderListing:
    """One folder of a store and the names of the files directly in it."""

    name: str = field(repr=False)
    """Name of the folder; the empty string is the root of the store."""
    files: tuple[str, ...]
    """Last segments of the files in it."""
    problem: StorageError | None = None
    """Why the folder could not be read, where it could not."""


@runtime_checkable
class FolderBackend(Backend, Protocol):
    """An extra power some backends have: the files of one folder belong together.

    A credential is up to five files that are worth something only together. For backends without
    this power `kcert.storage.ordered.OrderedFolders` does with the four verbs what can be done.
    """

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Yield every folder at and below ``prefix``, lazily, unreadable ones with a problem."""
        ...

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files of one folder as they were at one moment; absent ones are left out.

        Raises:
            NotFoundError: If the folder does not exist.
        """
        ...

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Create a folder with these files: all of them or nothing.

        Where a backend can only write one after the other, the last one is the mark that the
        folder is complete.

        Raises:
            AlreadyExistsError: If the folder is there and not empty, or a twin of its name is.
        """
        ...

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Replace, remove and create files of one folder: all of it or nothing.

        Args:
            folder: The folder.
            changes: New bytes of each file; ``None`` removes it. A folder that becomes empty
                goes too.
            replace: The versions that were read. Each is compared first, also of files that do
                not change; a file in ``changes`` that is not in here must not exist yet.

        Raises:
            ConflictError: If a file is not in the version given.
            AlreadyExistsError: If a file to be created is there.
        """
        ...


@runtime_checkable
class AppendBackend(Backend, Protocol):
    """An extra power some backends have: bytes are put behind what a name has, at little cost."""

    def append(self, name: str, data: bytes, *, after: Version) -> Version:
        """Put ``data`` behind what is under ``name``, and return the new version.

        This is not one stroke: a crash can leave anything behind the old bytes, which themselves
        stay as they were. So it is for what can tell (lines that have an end).

        Args:
            name: Where to.
            data: The bytes.
            after: The state to append to.

        Raises:
            ConflictError: The name is not, or no longer, in the version given.
            LimitError: If it would have more bytes than the backend's cap.
        """
        ...
