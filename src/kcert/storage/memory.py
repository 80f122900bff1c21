# SPDX-License-Identifier: Apache-2.0
"""A backend in memory: for tests, and the plainest example of what a backend has to do."""

from __future__ import annotations

import threading
from itertools import groupby
from typing import TYPE_CHECKING

from kcert.errors import AlreadyExistsError, LimitError, NotFoundError
from kcert.storage.backend import (
    ANY,
    DEFAULT_MAX_SIZE,
    AnyVersion,
    Blob,
    FolderListing,
    Properties,
    Version,
)
from kcert.storage.names import check_folder, check_leaf, check_name, twin_key
from kcert.storage.refusals import changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["MemoryBackend"]

_PROPERTIES = Properties(
    kind="memory", atomic_replace=True, conditional=True, durable=False, atomic_folders=True
)


def _ancestors(name: str) -> Iterator[str]:
    """The folders a name stands in, innermost first."""
    while folder := name.rpartition("/")[0]:
        yield folder
        name = folder


class MemoryBackend:
    """Named bytes in this process; gone with it.

    Args:
        max_size: Most bytes one name may have.
    """

    def __init__(self, *, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self._max_size = max_size
        self._blobs: dict[str, Blob] = {}
        self._twins: set[str] = set()
        # How often each folder stands in a name, and how it is spelled, by its twin key.
        self._folders: dict[str, tuple[str, int]] = {}
        self._writes = 0
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"<MemoryBackend of {len(self._blobs)} names>"

    @property
    def properties(self) -> Properties:
        """What this backend guarantees."""
        return _PROPERTIES

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every name below the folder ``prefix``, sorted."""
        prefix = check_folder(prefix)
        start = f"{prefix}/" if prefix else ""
        with self._lock:
            names = sorted(name for name in self._blobs if name.startswith(start))
        yield from names

    def get(self, name: str) -> Blob:
        """Return what is under ``name``; see `Backend.get`."""
        name = check_name(name)
        with self._lock:
            try:
                return self._blobs[name]
            except KeyError:
                raise self._absent(name) from None

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write ``data`` under ``name``; see `Backend.put`."""
        name = check_name(name)
        self._check_size(data)
        with self._lock:
            if replace is None:
                self._refuse_taken(name)
            elif replace is ANY:
                if name not in self._blobs:
                    self._refuse_taken(name)
            else:
                self._require(name, Version(replace))
            return self._write(name, data)

    def delete(self, name: str) -> None:
        """Remove ``name``; see `Backend.delete`."""
        name = check_name(name)
        with self._lock:
            if name not in self._blobs:
                raise self._absent(name)
            self._remove(name)

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Yield every folder at and below ``prefix``; see `FolderBackend.folders`."""
        names = sorted(name.rpartition("/")[::2] for name in self.list(prefix))
        for folder, members in groupby(names, key=lambda parts: parts[0]):
            yield FolderListing(folder, tuple(leaf for _, leaf in members))

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files of one folder; see `FolderBackend.get_folder`."""
        full = self._full_names(folder, names)
        with self._lock:
            found = {leaf: self._blobs[name] for leaf, name in full.items() if name in self._blobs}
            if not found and not any(self.list(folder)):
                raise self._absent(folder)
        return found

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Create a folder with these files; see `FolderBackend.put_folder`."""
        full = self._full_names(check_name(folder), files)
        for data in files.values():
            self._check_size(data)
        with self._lock:
            if twin_key(folder) in self._folders:
                raise self._taken(folder)
            self._refuse_taken(folder)
            for leaf, name in full.items():
                self._write(name, files[leaf])

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Change several files of one folder; see `FolderBackend.change_folder`."""
        full = self._full_names(folder, {*changes, *replace})
        for data in changes.values():
            self._check_size(data or b"")
        with self._lock:
            for leaf, name in full.items():
                if leaf in replace:
                    self._require(name, replace[leaf])
                else:
                    self._refuse_taken(name)
            for leaf, new in changes.items():
                if new is None:
                    self._remove(full[leaf])
                else:
                    self._write(full[leaf], new)

    def _full_names(self, folder: str, leaves: Collection[str]) -> dict[str, str]:
        folder = check_folder(folder)
        start = f"{folder}/" if folder else ""
        return {leaf: check_name(start + check_leaf(leaf)) for leaf in leaves}

    def _check_size(self, data: bytes) -> None:
        if len(data) > self._max_size:
            raise LimitError("size in bytes", len(data), self._max_size, where="memory storage")

    def _write(self, name: str, data: bytes) -> Version:
        self._writes += 1
        version = Version(str(self._writes))
        if name not in self._blobs:
            self._twins.add(twin_key(name))
            for folder in _ancestors(name):
                _, count = self._folders.get(twin_key(folder), (folder, 0))
                self._folders[twin_key(folder)] = folder, count + 1
        self._blobs[name] = Blob(bytes(data), version)
        return version

    def _remove(self, name: str) -> None:
        del self._blobs[name]
        self._twins.remove(twin_key(name))
        for folder in _ancestors(name):
            _, count = self._folders.pop(twin_key(folder))
            if count > 1:
                self._folders[twin_key(folder)] = folder, count - 1

    def _require(self, name: str, version: Version) -> None:
        blob = self._blobs.get(name)
        if blob is None or blob.version != version:
            raise changed("memory", name)

    def _refuse_taken(self, name: str) -> None:
        key = twin_key(name)
        if key in self._twins or key in self._folders:
            raise self._taken(name)
        for folder in _ancestors(name):
            key = twin_key(folder)
            spelled, _ = self._folders.get(key, (folder, 0))
            if key in self._twins or spelled != folder:
                raise self._taken(name)

    def _taken(self, name: str) -> AlreadyExistsError:
        return AlreadyExistsError(
            "the name, or one that differs only in case, is taken; nothing was overwritten",
            "같은 이름이나 대소문자만 다른 이름이 이미 있습니다; 덮어쓰지 않았습니다",
            backend="memory",
            name=name,
        )

    def _absent(self, name: str) -> NotFoundError:
        return NotFoundError(
            "there is nothing under that name",
            "그 이름으로 저장된 것이 없습니다",
            backend="memory",
            name=name,
        )
