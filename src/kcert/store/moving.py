# SPDX-License-Identifier: Apache-2.0
"""Copy and move credentials between stores, file by file as they are.

Each is written, read back and compared before the next step is taken, and nothing is overwritten.
So every verb here can be run again after a crash: what arrived is found to be there.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from attrs import evolve

from kcert.errors import (
    AlreadyExistsError,
    KcertError,
    NotFoundError,
    StorageError,
)
from kcert.formats import gpki
from kcert.store import layout, writing
from kcert.store.destination import Destination, canonical, destination_of, same
from kcert.store.entry import read_entries, read_files
from kcert.store.events import ARRIVALS, EventKind
from kcert.store.transfer import Outcome, Progress, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.storage import FolderBackend
    from kcert.store.entry import Entry
    from kcert.store.history import History

__all__ = ["Arrivals", "backup", "copy", "move"]


class Arrivals:
    """Enters copies in the histories of both stores.

    Args:
        here: History of the store that is copied from, where it keeps one.
        there: History of the store that is copied to, where it keeps one.
        target: Backend of that store.
    """

    def __init__(self, here: History | None, there: History | None, target: FolderBackend) -> None:
        self._here = here
        self._there = there
        self._medium = target.properties.kind

    def enter(self, read: Entry, written: Entry) -> None:
        """A copy has arrived."""
        if self._there is not None:
            self._there.note(EventKind.ADDED, written.certificate)
        if self._here is not None:
            self._here.note(EventKind.COPIED, read.certificate, to=self._there, medium=self._medium)

    def complete(self, read: Entry, written: Entry) -> None:
        """A copy was there already: enter what a crash between copying and entering left out."""
        if self._there is not None:
            self._there.note_missing(EventKind.ADDED, written.certificate, instead=ARRIVALS)
        if self._here is not None:
            self._here.note_missing(
                EventKind.COPIED, read.certificate, to=self._there, medium=self._medium
            )


def copy(
    source: FolderBackend,
    entry: Entry,
    target: FolderBackend,
    *,
    arrivals: Arrivals,
) -> tuple[Entry, Entry]:
    """Copy one entry, and enter it in the histories.

    Returns:
        The entry as it was read, and as it is in the target.

    Raises:
        AlreadyExistsError: The target has the certificate with other files.
    """
    read, files = _read(source, entry)
    outcome, there = _transfer(read, files, destination_of(target), dry_run=False)
    if there is None or outcome is Outcome.DIFFERENT:
        raise AlreadyExistsError(
            "the certificate is there with other keys or another password; nothing was overwritten",
            "같은 인증서가 다른 키나 다른 비밀번호로 이미 있습니다; 덮어쓰지 않았습니다",
            backend=target.properties.kind,
            name=entry.location,
        )
    if outcome is Outcome.COPIED:
        arrivals.enter(read, there)
    else:
        arrivals.complete(read, there)
    return read, there


def move(
    source: FolderBackend,
    entry: Entry,
    target: FolderBackend,
    *,
    arrivals: Arrivals,
) -> tuple[Entry, Entry]:
    """Copy one entry, then remove it where it was, if it is still what was copied."""
    read, there = copy(source, entry, target, arrivals=arrivals)
    _refuse_one_place(source, read, target, there)
    writing.remove(source, read)
    return read, there


def backup(
    source: FolderBackend,
    target: FolderBackend,
    *,
    progress: Callable[[Progress], None] | None,
    dry_run: bool,
    arrivals: Arrivals,
) -> Summary:
    """Copy every entry that the target does not have; see `kcert.store.Store.backup`."""
    destination = destination_of(target)
    total = sum(_entries_in(listing.files) for listing in source.folders())
    steps: list[tuple[str, Outcome]] = []
    for entry in _entries(source):
        try:
            read, files = _read(source, entry)
        except KcertError as error:
            if isinstance(error, StorageError) and error.retryable:
                raise  # the medium is gone; the entry may be sound
            if isinstance(error, NotFoundError):
                continue  # gone since it was listed
            outcome = Outcome.BROKEN
        else:
            outcome, there = _transfer(read, files, destination, dry_run=dry_run)
            if outcome is Outcome.COPIED and there is not None:
                arrivals.enter(read, there)
        steps.append((entry.id, outcome))
        if progress is not None:
            progress(Progress(len(steps), max(total, len(steps)), entry.id, outcome))
    return Summary.of(steps, dry_run=dry_run)


def _entries_in(files: tuple[str, ...]) -> int:
    return bool(layout.credential_files(files)) + len(gpki.names(files))


def _entries(source: FolderBackend) -> Iterator[Entry]:
    for listing in source.folders():
        yield from read_entries(source, listing)


def _read(source: FolderBackend, entry: Entry) -> tuple[Entry, dict[str, bytes]]:
    """The files of an entry as they are now, and the entry with just these versions."""
    if not entry.files or entry.certificate is None:
        raise entry.problem or NotFoundError(
            "there are no files", "파일이 없습니다", backend=source.properties.kind
        )
    blobs = source.get_folder(entry.folder, entry.files)
    if not blobs:
        raise NotFoundError("the entry is gone", backend=source.properties.kind)
    files = {name: blob.data for name, blob in blobs.items()}
    certificate = read_files(files, entry.name).certificate
    versions = {name: blob.version for name, blob in blobs.items()}
    return evolve(entry, certificate=certificate, versions=versions, files=tuple(files)), files


def _transfer(
    entry: Entry, files: dict[str, bytes], destination: Destination, *, dry_run: bool
) -> tuple[Outcome, Entry | None]:
    certificate = entry.certificate
    if certificate is None:  # `_read` gives none without
        raise TypeError("an entry without a certificate cannot be copied")
    if not destination.has(certificate):
        if dry_run:
            destination.plan(certificate, entry)
            return Outcome.COPIED, None
        try:
            return Outcome.COPIED, destination.add_like(entry, certificate, files)
        except AlreadyExistsError:
            if not destination.has(certificate):
                raise
    for there in destination.entries(certificate):
        if same(canonical(_contents(there)), canonical(files)):
            return Outcome.ALREADY_THERE, there
    return Outcome.DIFFERENT, None


def _contents(entry: Entry) -> dict[str, bytes]:
    if entry.backend is None:
        return {}
    blobs = entry.backend.get_folder(entry.folder, entry.files)
    return {name: blob.data for name, blob in blobs.items()}


def _refuse_one_place(
    source: FolderBackend, entry: Entry, target: FolderBackend, there: Entry
) -> None:
    """Refuse where both stores are one place, reached in two ways: removing would lose it.

    Paths and addresses do not tell (links, mounts, network shares), so a mark is set here and
    looked for there.
    """
    leaf = f"kcert-{secrets.token_hex(16)}.probe"
    mark = f"{entry.folder}/{leaf}".lstrip("/")
    source.put(mark, b"")
    try:
        seen = bool(target.get_folder(there.folder, [leaf]))
    finally:
        source.delete(mark)
    if seen:
        raise StorageError(
            "both stores are one place; nothing was removed",
            "두 저장소가 같은 곳입니다; 아무것도 삭제하지 않았습니다",
            backend=source.properties.kind,
            name=entry.location,
        )
