# SPDX-License-Identifier: Apache-2.0
"""Backends around backends.

Each has the verbs of what it stands around, folders included, and its guarantees; so they can be
put around one another in any order. See also `kcert.storage.retry` and `kcert.storage.audit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kcert.errors import NotFoundError, UnavailableError
from kcert.storage.ordered import with_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from kcert.storage.backend import (
        AnyVersion,
        Backend,
        Blob,
        FolderBackend,
        FolderListing,
        Properties,
        Version,
    )

__all__ = ["ReadOnlyBackend", "WrapperBackend"]

T = TypeVar("T")


class WrapperBackend:
    """Does what the backend inside does. Override `_call` to do something around every verb.

    Args:
        backend: Any backend; one with the four verbs only gets the next best folders.
    """

    def __init__(self, backend: Backend) -> None:
        self._inside: FolderBackend = with_folders(backend)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} around {self._inside!r}>"

    @property
    def properties(self) -> Properties:
        """What the backend inside guarantees."""
        return self._inside.properties

    def list(self, prefix: str = "") -> Iterator[str]:
        """See `Backend.list`."""
        return self._stream("list", lambda: self._inside.list(prefix))

    def get(self, name: str) -> Blob:
        """See `Backend.get`."""
        return self._call("get", lambda: self._inside.get(name))

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """See `Backend.put`."""
        return self._call(
            "put",
            lambda: self._inside.put(name, data, replace=replace),
            size=len(data),
            arrived=lambda: self._has(name, data),
        )

    def delete(self, name: str) -> None:
        """See `Backend.delete`."""
        self._call("delete", lambda: self._inside.delete(name), arrived=lambda: self._lacks(name))

    def folders(self, prefix: str = "") -> Iterator[FolderListing]:
        """See `FolderBackend.folders`."""
        return self._stream("folders", lambda: self._inside.folders(prefix))

    def get_folder(self, folder: str, names: Collection[str]) -> dict[str, Blob]:
        """See `FolderBackend.get_folder`."""
        return self._call("get_folder", lambda: self._inside.get_folder(folder, names))

    def put_folder(self, folder: str, files: Mapping[str, bytes]) -> None:
        """See `FolderBackend.put_folder`."""
        self._call(
            "put_folder",
            lambda: self._inside.put_folder(folder, files),
            size=sum(map(len, files.values())),
            arrived=lambda: self._has_all(folder, files),
        )

    def change_folder(
        self,
        folder: str,
        changes: Mapping[str, bytes | None],
        *,
        replace: Mapping[str, Version],
    ) -> None:
        """See `FolderBackend.change_folder`."""
        self._call(
            "change_folder",
            lambda: self._inside.change_folder(folder, changes, replace=replace),
            size=sum(len(data or b"") for data in changes.values()),
            arrived=lambda: self._has_all(folder, changes),
        )

    def _call(
        self,
        verb: str,
        step: Callable[[], T],
        *,
        size: int = 0,
        arrived: Callable[[], tuple[T] | None] | None = None,
    ) -> T:
        """Carry out a verb.

        Args:
            verb: Its name.
            step: Does it.
            size: How many bytes it writes; 0 where it writes none.
            arrived: Looks whether what it was to do is done, and gives the verb's result if so;
                ``None`` for verbs that only read.
        """
        del verb, size, arrived
        return step()

    def _stream(self, verb: str, step: Callable[[], Iterator[T]]) -> Iterator[T]:
        """Carry out a verb that yields one thing after the other."""
        del verb
        return step()

    def _has(self, name: str, data: bytes) -> tuple[Version] | None:
        try:
            blob = self._inside.get(name)
        except NotFoundError:
            return None
        return (blob.version,) if blob.data == data else None

    def _lacks(self, name: str) -> tuple[None] | None:
        try:
            self._inside.get(name)
        except NotFoundError:
            return (None,)
        return None

    def _has_all(self, folder: str, files: Mapping[str, bytes | None]) -> tuple[None] | None:
        try:
            there = self._inside.get_folder(folder, tuple(files))
        except NotFoundError:
            there = {}
        wanted = {name: data for name, data in files.items() if data is not None}
        return (None,) if {name: blob.data for name, blob in there.items()} == wanted else None


class ReadOnlyBackend(WrapperBackend):
    """Reads and lists, and refuses every change before it reaches the medium."""

    def _call(
        self,
        verb: str,
        step: Callable[[], T],
        *,
        size: int = 0,
        arrived: Callable[[], tuple[T] | None] | None = None,
    ) -> T:
        if arrived is not None:
            raise UnavailableError(
                "it was opened for reading only; nothing was changed",
                "읽기 전용으로 열었습니다; 아무것도 바꾸지 않았습니다",
                backend=self.properties.kind,
                retryable=False,
            )
        return super()._call(verb, step, size=size, arrived=arrived)
