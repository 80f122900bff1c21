# SPDX-License-Identifier: Apache-2.0
"""A backend in one folder of the file system.

Every write is whole or not there: a temporary file beside the target (random name, mode 0600 from
the first byte) is written, flushed, and given its name at one stroke. Links are not followed, in
either direction: what is reached through one is not in the store. Versions are content hashes, so
clocks do not matter.

Other programs (banks' tools) may use the folder at the same time. kcert's own writers keep each
other out with a lock; a foreign one that replaces a file between the comparison of a version and
the rename, some microseconds, is not noticed.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kcert.errors import KcertError, StorageError, UnavailableError
from kcert.storage import journal
from kcert.storage.backend import (
    ANY,
    DEFAULT_MAX_SIZE,
    AnyVersion,
    Blob,
    FolderListing,
    Properties,
    Version,
)
from kcert.storage.names import check_folder, check_leaf, check_name
from kcert.storage.os_errors import explain, explained
from kcert.storage.reading import TooLargeError
from kcert.storage.refusals import changed
from kcert.storage.root import Root, persistently
from kcert.storage.walk import names_in, walk

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator, Mapping

    from kcert.storage.folder import Folder

__all__ = ["FileBackend"]

_PROPERTIES: Final = Properties(
    kind="file", atomic_replace=True, conditional=True, durable=True, atomic_folders=True
)
_READINGS: Final = 50


class FileBackend:
    """Named bytes as files below one folder.

    Args:
        root: The folder. It may be missing; the first write makes it, mode 0700. It may be a link
            for reading, not for writing.
        max_size: Most bytes one file may have.

    If the folder is gone later, or another one is in its place (a stick was pulled, and its mount
    point is a plain folder of the system disk again), every verb raises `UnavailableError`.
    """

    def __init__(self, root: str | os.PathLike[str], *, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self._root = Root(root)
        self._max_size = max_size
        # Folders in which a listing saw what a crash had left; the next write tidies them.
        self._untidy: set[str] = set()

    def __repr__(self) -> str:
        return "<FileBackend>"  # the path can hold a person's name

    @property
    def root(self) -> str:
        """Absolute path of the folder."""
        return self._root.path

    @property
    def properties(self) -> Properties:
        """What this backend guarantees."""
        return _PROPERTIES

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every name below the folder ``prefix``; see `Backend.list`."""
        return names_in(self.folders(prefix))

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """Yield every folder at and below ``prefix``; see `FolderBackend.folders`."""
        prefix = check_folder(prefix)
        try:
            with self._root.descend(prefix) as folder:
                yield from walk(folder, prefix, self._untidy)
        except FileNotFoundError:
            return
        except OSError as error:
            yield FolderListing(prefix, (), explain(error, name=prefix))
        except StorageError as error:
            yield FolderListing(prefix, (), error)

    @explained
    def get(self, name: str) -> Blob:
        """Return what is under ``name``; see `Backend.get`."""
        name = check_name(name)
        folder, _, leaf = name.rpartition("/")
        with self._root.descend(folder) as opened:
            found = self._snapshot(opened, [leaf])
        if leaf not in found:
            raise FileNotFoundError(errno.ENOENT, "no such name")
        return found[leaf]

    @explained
    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """Return these files of one folder; see `FolderBackend.get_folder`.

        They are read until two readings agree, so a change made meanwhile is seen whole.
        """
        folder = check_folder(folder)
        leaves = [check_leaf(leaf) for leaf in names]
        with self._root.descend(folder) as opened:
            files = self._snapshot(opened, leaves)
            for _ in range(_READINGS):
                again = self._snapshot(opened, leaves)
                if again == files:
                    return files
                files = again
        raise UnavailableError(
            "the files change faster than they can be read; try again",
            "파일이 읽는 동안 계속 바뀝니다; 다시 시도하십시오",
            backend="file",
            name=folder,
            retryable=True,
        )

    @explained
    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write ``data`` under ``name``; see `Backend.put`."""
        self._tidy()
        name = check_name(name)
        self._check_size(data)
        folder, _, leaf = name.rpartition("/")
        if isinstance(replace, str):
            with self._comparing(folder, leaf, Version(replace)) as (opened, found, _):
                opened.write(found, data, new=False)
            return _version(data)
        return persistently(lambda: self._create(folder, leaf, data, overwrite=replace is ANY))

    def _create(self, folder: str, leaf: str, data: bytes, *, overwrite: bool) -> Version:
        with self._root.writing(folder, create=True) as opened:
            found = opened.find(leaf) if overwrite else None
            if found is None:
                opened.refuse_taken(leaf)
            opened.write(found or leaf, data, new=found is None)
        return _version(data)

    @explained
    def append(self, name: str, data: bytes, *, after: Version) -> Version:
        """Put ``data`` behind what is under ``name``; see `AppendBackend.append`."""
        self._tidy()
        folder, _, leaf = check_name(name).rpartition("/")
        with self._comparing(folder, leaf, after) as (opened, found, old):
            self._check_size(whole := old + data)
            if not opened.append(found, data, size=len(old)):
                opened.write(found, whole, new=False)
        return _version(whole)

    @explained
    def delete(self, name: str) -> None:
        """Remove ``name``; see `Backend.delete`. A folder that becomes empty goes too."""
        self._tidy()
        name = check_name(name)
        folder, _, leaf = name.rpartition("/")
        with self._root.writing(folder) as opened:
            opened.discard(opened.find(leaf) or leaf)
        self._root.prune(folder)

    @explained
    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Create a folder with these files; see `FolderBackend.put_folder`."""
        self._tidy()
        folder = check_name(folder)
        for leaf, data in files.items():
            check_leaf(leaf)
            self._check_size(data)
        persistently(lambda: self._create_folder(folder, files))

    def _create_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        parent, _, leaf = folder.rpartition("/")
        with self._root.writing(parent, create=True) as opened:
            opened.remove_if_empty(leaf)
            opened.refuse_taken(leaf)
            temporary = opened.make_temporary()
            try:
                with opened.child(temporary) as inner:
                    for name, data in files.items():
                        inner.write_file(name, data)
                    inner.sync()
                opened.rename_new(temporary, leaf)
            except BaseException:
                with suppress(OSError):
                    opened.discard_folder(temporary)
                raise
            opened.sync()

    @explained
    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """Change several files of one folder; see `FolderBackend.change_folder`."""
        self._tidy()
        folder = check_folder(folder)
        for leaf, data in changes.items():
            check_leaf(leaf)
            self._check_size(data or b"")
        try:
            self._change(folder, changes, replace)
        except FileNotFoundError:
            raise changed("file", folder) from None
        if None in changes.values():
            self._root.prune(folder)

    def _change(
        self, folder: str, changes: Mapping[str, bytes | None], replace: Mapping[str, Version]
    ) -> None:
        with self._root.writing(folder) as opened:
            for leaf, version in replace.items():
                self._require(opened, leaf, version)
            for leaf in changes.keys() - replace.keys():
                opened.refuse_taken(leaf)
            spelled = {opened.find(leaf) or leaf: data for leaf, data in changes.items()}
            if len(spelled) == 1:
                journal.carry_out(opened, spelled)
            elif spelled:
                journal.begin(opened, spelled)
                journal.finish(opened)

    # What the verbs are made of

    def _tidy(self) -> None:
        """Finish changes and remove leftovers that a listing has seen, as far as that works."""
        while self._untidy:
            with suppress(OSError, KcertError, KeyError):
                folder = self._untidy.pop()
                with self._root.writing(folder):
                    pass
                self._root.prune(folder)

    def _snapshot(self, opened: Folder, leaves: Collection[str]) -> dict[str, Blob]:
        changes = journal.pending(opened)
        found: dict[str, Blob] = {}
        for leaf in leaves:
            data = changes[leaf] if leaf in changes else self._read(opened, leaf)
            if data is not None:
                found[leaf] = Blob(data, _version(data))
        return found

    def _read(self, opened: Folder, leaf: str) -> bytes | None:
        try:
            return opened.read(leaf, self._max_size)
        except FileNotFoundError:
            return None

    @contextmanager
    def _comparing(
        self, folder: str, leaf: str, version: Version
    ) -> Iterator[tuple[Folder, str, bytes]]:
        """The folder, open to change a file in this state; how it spells it; its bytes."""
        try:
            with self._root.writing(folder) as opened:
                old = self._require(opened, leaf, version)
                yield opened, opened.find(leaf) or leaf, old
        except FileNotFoundError:
            raise changed("file", leaf) from None

    def _require(self, opened: Folder, leaf: str, version: Version) -> bytes:
        current = self._snapshot(opened, [check_leaf(leaf)]).get(leaf)
        if current is None or current.version != version:
            raise changed("file", leaf)
        return current.data

    def _check_size(self, data: bytes) -> None:
        if len(data) > self._max_size:
            raise TooLargeError(len(data), self._max_size)


def _version(data: bytes) -> Version:
    return Version(hashlib.sha256(data).hexdigest())
