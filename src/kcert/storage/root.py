# SPDX-License-Identifier: Apache-2.0
"""The folder a file store lives in, and the way from it to the folders inside."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from kcert.errors import UnavailableError
from kcert.storage import journal
from kcert.storage.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Root", "persistently"]

_ATTEMPTS: Final = 5

T = TypeVar("T")


class Root:
    """A path, and the device and file number it had when it was first seen.

    If something else is at the path later (a stick was pulled, and its mount point is a plain
    folder of the system disk again), nothing is read and nothing is written there.
    """

    __slots__ = ("_identity", "path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self._identity: tuple[int, int] | None = None
        with suppress(OSError), Folder.open(self.path) as folder:
            self._identity = folder.identity

    def descend(self, folder: str, *, write: bool = False, create: bool = False) -> Folder:
        """Open a folder of the store.

        Args:
            folder: Its name; the empty string is the root.
            write: Whether something is going to be changed; then the root must not be a link.
            create: Whether to make what is missing.
        """
        current = self._open(write=write, create=create)
        try:
            for segment in folder.split("/") if folder else ():
                if create:
                    current.make(segment)
                following = current.child(segment)
                current.close()
                current = following
        except BaseException:
            current.close()
            raise
        return current

    @contextmanager
    def writing(self, folder: str, *, create: bool = False) -> Iterator[Folder]:
        """Open a folder to change it: under its lock, older changes finished, leftovers gone."""
        with self.descend(folder, write=True, create=create) as opened, opened.lock():
            journal.finish(opened)
            opened.clean_up()
            if folder:
                opened.tighten()
            yield opened

    def prune(self, folder: str) -> None:
        """Remove a folder if it is empty. The root stays."""
        parent, _, leaf = folder.rpartition("/")
        if leaf:
            with suppress(OSError), self.descend(parent, write=True) as opened:
                opened.remove_if_empty(leaf)

    def _open(self, *, write: bool, create: bool) -> Folder:
        try:
            root = Folder.open(self.path, follow=not write)
        except FileNotFoundError:
            if self._identity is not None:
                raise _gone() from None
            if not create:
                raise
            Folder.make_path(self.path)
            root = Folder.open(self.path, follow=False)
        if self._identity is None:
            self._identity = root.identity
        elif self._identity != root.identity:
            root.close()
            raise _gone()
        return root


def _gone() -> UnavailableError:
    return UnavailableError(
        "the folder is gone or another one is in its place; plug the medium in again",
        "폴더가 없어졌거나 다른 폴더로 바뀌었습니다; 매체를 다시 연결하십시오",
        backend="file",
        retryable=True,
    )


def persistently(step: Callable[[], T]) -> T:
    """Run ``step``, again where another writer removed the empty folder it was writing into."""
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            return step()
    return step()
