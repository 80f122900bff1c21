# SPDX-License-Identifier: Apache-2.0
"""Find the one entry that somebody means."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kcert.errors import AmbiguousError, FormatError, NotFoundError, StorageError
from kcert.store import writing
from kcert.store.entry import read_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.storage import FolderBackend
    from kcert.store.entry import Entry

__all__ = ["find_one"]


def find_one(backend: FolderBackend, id: str) -> Entry:
    """See `kcert.store.Store.get`."""
    found: list[Entry] = []
    unread: StorageError | None = None
    with suppress(FormatError):  # what is no name is nowhere
        for entry in writing.entries_at(backend, id) if "/" in id else _entries(backend):
            if _answers(entry, id):
                found.append(entry)
            elif isinstance(entry.problem, StorageError) and entry.problem.retryable:
                unread = entry.problem
    if len(found) == 1:
        return found[0]
    if not found:
        if unread is not None:  # it may be in what the medium does not give just now
            raise unread
        raise NotFoundError(
            "there is no such entry",
            "그런 항목이 없습니다",
            backend=backend.properties.kind,
            name=id,
        )
    raise AmbiguousError(
        f"{len(found)} entries hold this certificate; name one by its location",
        f"이 인증서를 가진 항목이 {len(found)}개입니다; 위치로 하나를 지정하십시오",
        backend=backend.properties.kind,
        name=id,
    )


def _entries(backend: FolderBackend) -> Iterator[Entry]:
    for listing in backend.folders():
        yield from read_entries(backend, listing)


def _answers(entry: Entry, wanted: str) -> bool:
    if wanted in {entry.id, entry.location}:
        return True
    return entry.certificate is not None and entry.certificate.fingerprint() == wanted.lower()
