# SPDX-License-Identifier: Apache-2.0
"""Folders over a backend that has only the four verbs: one file after the other.

The order is such that nothing half looks whole. The last file of a new folder is the mark that it
is complete, and the first to go when it is removed. A crash in between leaves files without the
mark; writing the same folder again takes them over.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from kcert.errors import (
    AlreadyExistsError,
    NotFoundError,
    StorageError,
)
from kcert.storage.backend import (
    AnyVersion,
    Backend,
    Blob,
    FolderBackend,
    FolderListing,
    Properties,
    Version,
)
from kcert.storage.names import check_folder, check_leaf, check_name
from kcert.storage.refusals import changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["OrderedFolders", "with_folders"]


def with_folders(backend: Backend) -> FolderBackend:
    """Return ``backend`` itself where it can write folders at once, else the next best."""
    return backend if isinstance(backend, FolderBackend) else OrderedFolders(backend)


class OrderedFolders:
    """A `FolderBackend` whose folder verbs are not atomic, and whose `properties` say so.

    Args:
        backend: Where to.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"<OrderedFolders over {self._backend!r}>"

    @property
    def properties(self) -> Properties:
        """What the backend guarantees, without atomic folders."""
        return evolve(self._backend.properties, atomic_folders=False)

    def list(self, prefix: str = "") -> Iterator[str]:
        """As the backend does."""
        return self._backend.list(prefix)

    def get(self, name: str) -> Blob:
        """As the backend does."""
        return self._backend.get(name)

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """As the backend does."""
        return self._backend.put(name, data, replace=replace)

    def delete(self, name: str) -> None:
        """As the backend does."""
        self._backend.delete(name)

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Group the names by folder; see `FolderBackend.folders`."""
        # A folder is complete when a name outside it comes up: names of one folder come together.
        unfinished: list[tuple[str, list[str]]] = []
        try:
            for name in self._backend.list(check_folder(prefix)):
                folder, _, leaf = name.rpartition("/")
                while unfinished and not _is_within(folder, unfinished[-1][0]):
                    yield _listing(*unfinished.pop())
                if not unfinished or unfinished[-1][0] != folder:
                    unfinished.append((folder, []))
                unfinished[-1][1].append(leaf)
        except StorageError as problem:
            yield FolderListing(prefix, (), problem)
        while unfinished:
            yield _listing(*unfinished.pop())

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files, read one after the other; see `FolderBackend.get_folder`."""
        found: dict[str, Blob] = {}
        for leaf in names:
            with suppress(NotFoundError):
                found[leaf] = self._backend.get(_join(folder, leaf))
        if not found and next(self._backend.list(check_folder(folder)), None) is None:
            raise NotFoundError(
                "there is nothing under that name",
                "그 이름으로 저장된 것이 없습니다",
                backend=self.properties.kind,
                name=folder,
            )
        return found

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Write these files in their order; see `FolderBackend.put_folder`.

        What a crash or a failure leaves has no mark, and the next attempt at the same files takes
        it over. So it must not be removed here either: somebody else may have taken it over.
        """
        *parts, mark = ((check_name(_join(folder, leaf)), data) for leaf, data in files.items())
        written: list[str] = []
        for name, data in parts:
            try:
                self._backend.put(name, data)
            except AlreadyExistsError:
                if self._backend.get(name).data == data:
                    continue
                # The folder is another one's. Nobody with these files can complete it.
                for ours in written:
                    with suppress(NotFoundError):
                        self._backend.delete(ours)
                raise
            written.append(name)
        self._backend.put(*mark)

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Compare every version, then change file by file in the order of ``changes``."""
        names = {leaf: check_name(_join(folder, leaf)) for leaf in {**changes, **replace}}
        for leaf, version in replace.items():
            try:
                current = self._backend.get(names[leaf]).version
            except NotFoundError:
                current = None
            if current != version:
                raise changed(self.properties.kind, names[leaf])
        for leaf, data in changes.items():
            if data is None:
                self._backend.delete(names[leaf])
            else:
                self._backend.put(names[leaf], data, replace=replace.get(leaf))


def _join(folder: str, leaf: str) -> str:
    check_leaf(leaf)
    return f"{folder}/{leaf}" if folder else leaf


def _is_within(folder: str, outer: str) -> bool:
    return not outer or folder == outer or folder.startswith(f"{outer}/")


def _listing(folder: str, files: list[str]) -> FolderListing:
    return FolderListing(folder, tuple(files))
