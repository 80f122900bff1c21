# SPDX-License-Identifier: Apache-2.0
"""Walk the folders of a file store, one level open at a time, links left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError, StorageError
from kcert.storage import journal
from kcert.storage.backend import FolderListing
from kcert.storage.names import RESERVED_PREFIX, check_name
from kcert.storage.os_errors import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.storage.reading import FolderReader

__all__ = ["MAX_DEPTH", "names_in", "walk"]

#: Deepest level that is listed; the NPKI layout has three.
MAX_DEPTH: Final = 16


def walk(
    folder: FolderReader, name: str, untidy: set[str], depth: int = MAX_DEPTH
) -> Iterator[FolderListing]:
    """Yield ``folder`` and every folder below it, names sorted within each.

    Args:
        folder: An open folder.
        name: Its name in the store.
        untidy: Takes the names of folders with unfinished changes or temporary files in them.
        depth: How many levels to go down; a folder below that is yielded with a problem.
    """
    files: list[str] = []
    inner: list[str] = []
    refused = 0
    for entry, kind in folder.entries():
        try:
            leaf = check_name(entry)
        except FormatError:
            if entry.startswith(RESERVED_PREFIX):
                untidy.add(name)
            elif kind == "folder":
                refused += 1
            continue
        if kind == "file":
            files.append(leaf)
        elif kind == "folder":
            inner.append(leaf)
    if name in untidy:
        files = _as_changed(files, folder)
    problem = _refused_names(name, refused) if refused else None
    yield FolderListing(name, tuple(sorted(files)), problem)
    for leaf in sorted(inner):
        yield from _walk_inner(folder, leaf, f"{name}/{leaf}" if name else leaf, untidy, depth)


def names_in(folders: Iterator[FolderListing]) -> Iterator[str]:
    """Yield the name of every file in folders.

    Raises:
        StorageError: After all of them, where a folder could not be read: the first problem.
    """
    problem: StorageError | None = None
    for folder in folders:
        problem = problem or folder.problem
        for leaf in folder.files:
            yield f"{folder.name}/{leaf}" if folder.name else leaf
    if problem is not None:
        raise problem


def _walk_inner(
    folder: FolderReader, leaf: str, name: str, untidy: set[str], depth: int
) -> Iterator[FolderListing]:
    if depth == 0:
        yield FolderListing(name, (), _too_deep(name))
        return
    try:
        check_name(name)
        with folder.child(leaf) as child:
            yield from walk(child, name, untidy, depth - 1)
    except FileNotFoundError:
        return  # gone since it was listed
    except OSError as error:
        yield FolderListing(name, (), explain(error, name=name))
    except FormatError:
        yield FolderListing(name, (), _too_deep(name))


def _as_changed(files: list[str], folder: FolderReader) -> list[str]:
    changes = journal.pending(folder)
    created = {name for name, data in changes.items() if data is not None}
    return [*(name for name in files if name not in changes), *created]


def _too_deep(name: str) -> StorageError:
    return StorageError(
        "folders are nested too deeply; what is below is not listed",
        "폴더가 너무 깊이 중첩되어 그 아래는 표시하지 않습니다",
        backend="file",
        name=name,
    )


def _refused_names(name: str, count: int) -> StorageError:
    return StorageError(
        f"{count} folders in here have names that are not portable; rename them to look inside",
        f"이식할 수 없는 이름의 폴더가 {count}개 있습니다; 이름을 바꾸면 내용을 볼 수 있습니다",
        backend="file",
        name=name,
    )
