# SPDX-License-Identifier: Apache-2.0
"""Folders of which each is one sealed object: written at one stroke, opened only when asked for."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from kcert.errors import NotFoundError, StorageError
from kcert.storage.backend import AnyVersion, Blob, FolderListing, Properties, Version
from kcert.storage.names import check_folder, check_leaf
from kcert.store.sealing.destination import SealedDestination
from kcert.store.sealing.objects import Opened, SealedObjects, object_name, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from kcert.storage import Backend
    from kcert.store.destination import Destination
    from kcert.store.sealing.memory import VaultMemory
    from kcert.store.sealing.vault import Vault

__all__ = ["SealedBackend"]


class SealedBackend(SealedObjects):
    """A `FolderBackend` whose folders are sealed objects of another backend.

    Args:
        backend: Where the objects lie.
        vault: The keys.
        memory: What was seen before.
        reload: Gives the vault as its settings are now, for entries under a newer key.
    """

    def __init__(
        self, backend: Backend, vault: Vault, memory: VaultMemory, reload: Callable[[], Vault]
    ) -> None:
        super().__init__(backend, vault, memory, reload)
        self._listed = threading.local()

    def __repr__(self) -> str:
        return f"<SealedBackend over {self._backend!r}>"

    @property
    def properties(self) -> Properties:
        """What the backend below guarantees; a sealed entry changes at one stroke."""
        return evolve(self._backend.properties, atomic_folders=True)

    # Folders

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Yield every entry at and below ``prefix``; see `FolderBackend.folders`."""
        prefix = check_folder(prefix)
        found = prefix and self._listing(prefix)
        if found:
            yield found
        else:
            yield from self.entries_below(prefix)

    def entries_below(self, prefix: str) -> Iterator[FolderListing]:
        """Yield every entry below a folder that is no entry itself, such as a month."""
        for name in self.names(prefix):
            listing = self._listing(name)
            if listing is not None:
                yield listing

    def _listing(self, name: str) -> FolderListing | None:
        try:
            opened = self.read(name)
        except NotFoundError:
            return None
        except StorageError as problem:
            if problem.retryable:
                raise
            return FolderListing(name, (), problem)
        self.offer(name, opened)
        return FolderListing(name, tuple(opened.files))

    def offer(self, name: str, opened: Opened) -> None:
        """Let the next `get_folder` of this thread take what has just been read."""
        self._listed.last = name, opened

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files of one entry; see `FolderBackend.get_folder`."""
        last = getattr(self._listed, "last", None)
        self._listed.last = None
        opened = last[1] if last is not None and last[0] == folder else self.read(folder)
        files = opened.files
        return {
            n: Blob(files[n], version_of(files[n])) for n in map(check_leaf, names) if n in files
        }

    def destination(self) -> Destination:
        """See `kcert.store.destination.HasDestination`."""
        return SealedDestination(self)

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Create an entry; see `FolderBackend.put_folder`."""
        self.create(folder, files)

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Change an entry at one stroke; see `FolderBackend.change_folder`."""
        try:
            opened = self.read(folder)
        except NotFoundError:
            raise self._conflict(folder) from None
        files = dict(opened.files)
        for name, version in replace.items():
            if name not in files or version_of(files[name]) != version:
                raise self._conflict(folder)
        if any(name in files and name not in replace for name in changes):
            raise self._taken(folder)
        files.update({name: data for name, data in changes.items() if data is not None})
        for name in [name for name, data in changes.items() if data is None]:
            files.pop(name, None)
        header = self._header(folder, opened.header.counter, opened.digest)
        if files:
            self._write(header, files, opened.version)
        else:
            # First on the condition that nobody has changed it, then for good.
            self._write(evolve(header, removed=True), {}, opened.version)
            with suppress(NotFoundError):
                self._backend.delete(object_name(folder))

    # Single files, for what is put beside an entry

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files of every entry; see `Backend.list`."""
        for listing in self.folders(prefix):
            if listing.problem is not None:
                raise listing.problem
            yield from (f"{listing.name}/{leaf}" for leaf in listing.files)

    def get(self, name: str) -> Blob:
        """Return one file of an entry; see `Backend.get`."""
        folder, _, leaf = name.rpartition("/")
        found = self.get_folder(folder, [leaf])
        if leaf not in found:
            raise self._absent(name)
        return found[leaf]

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write one file of an entry; see `Backend.put`."""
        folder, _, leaf = name.rpartition("/")
        try:
            there = self.get_folder(folder, [leaf])
        except NotFoundError:
            if isinstance(replace, str):
                raise self._conflict(folder) from None
            self.put_folder(folder, {leaf: data})
            return version_of(data)
        versions: dict[str, Version] = {}
        if isinstance(replace, AnyVersion):
            versions = {leaf: blob.version for leaf, blob in there.items()}
        elif replace is not None:
            versions = {leaf: replace}
        self.change_folder(folder, {leaf: data}, replace=versions)
        return version_of(data)

    def delete(self, name: str) -> None:
        """Remove one file of an entry; see `Backend.delete`."""
        version = self.get(name).version
        folder, _, leaf = name.rpartition("/")
        self.change_folder(folder, {leaf: None}, replace={leaf: version})
