# SPDX-License-Identifier: Apache-2.0
"""How credentials get into a backend, are exchanged there, and go."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from kcert.credential import Credential
from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    KcertError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.formats import gpki, npki
from kcert.storage.names import twin_key
from kcert.store import layout
from kcert.store.entry import Entry, read_entries, read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.certificate import Certificate
    from kcert.storage import FolderBackend, Version

__all__ = [
    "BACKUP_ENDING",
    "backups",
    "changes_for",
    "entries_at",
    "files_of",
    "put_beside",
    "read_back",
    "remove",
    "replace",
    "write_new",
]

#: What names of files with the old keys end in while a password is changed.
BACKUP_ENDING = ".kcert-old"

_LOOKS = 10
_PAUSE = 0.01


def files_of(credential: Credential) -> dict[str, bytes]:
    """The NPKI files of a credential, in the order in which they are to be written."""
    if not isinstance(credential, Credential):
        raise TypeError("a store keeps locked credentials only: lock it first")
    return layout.in_writing_order(npki.dump(credential))


def entries_at(backend: FolderBackend, location: str) -> Iterator[Entry]:
    """Yield the entries at and below a folder, or those that lie in the folder of a file."""
    above, _, leaf = location.rpartition("/")
    is_file = bool(gpki.names([leaf]))
    for listing in backend.folders(above if is_file else location):
        if not is_file or listing.name == above:
            yield from read_entries(backend, listing)


def write_new(
    backend: FolderBackend,
    prefix: str,
    certificate: Certificate,
    files: dict[str, bytes],
    *,
    beside: str = "",
) -> Entry:
    """Write into the first free of the folders a certificate can have.

    ``beside`` is where the same certificate may be already.
    """
    for leaf in layout.subject_folders(certificate):
        location = f"{prefix}/{leaf}" if prefix else leaf
        if not _put(backend, location, certificate, files, beside):
            continue
        try:
            return read_back(backend, location, location, files)
        except UnavailableError:
            _take_back(backend, location, files)
            raise
    raise AlreadyExistsError(
        "every folder this certificate could have is taken by something else",
        "이 인증서를 저장할 폴더 이름이 모두 사용 중입니다",
        backend=backend.properties.kind,
    )


def _put(
    backend: FolderBackend,
    location: str,
    certificate: Certificate,
    files: dict[str, bytes],
    beside: str,
) -> bool:
    """Write a folder; ``False`` where something else has its name.

    A folder that was in the way and is gone when one looks belonged to somebody who has just
    removed it. It is tried again: the next name would make room for the same certificate twice.
    """
    for _ in range(_LOOKS):
        try:
            backend.put_folder(location, files)
        except AlreadyExistsError:
            there = list(entries_at(backend, location))
            others = (entry for entry in there if entry.location != beside)
            if any(entry.certificate == certificate for entry in others):
                raise
            if there or next(backend.list(location), None) is not None:
                return False
            time.sleep(_PAUSE)
        else:
            return True
    return False


def _take_back(backend: FolderBackend, location: str, files: dict[str, bytes]) -> None:
    """Remove what was written and did not come back, as far as the medium lets one."""
    with suppress(StorageError):
        blobs = backend.get_folder(location, tuple(files))
        versions = {name: blob.version for name, blob in blobs.items()}
        backend.change_folder(location, dict.fromkeys(reversed(versions)), replace=versions)


def read_back(backend: FolderBackend, location: str, folder: str, files: dict[str, bytes]) -> Entry:
    """Compare what the medium gives back with what was written, and return the entry."""
    blobs = backend.get_folder(folder, tuple(files))
    there = {name: blob.data for name, blob in blobs.items()}
    if there != files:
        # Where several files cannot be exchanged in place, nobody does so.
        in_place = backend.properties.atomic_folders
        if not there or (in_place and _is_changed(there, files)):
            # Somebody else has removed or replaced it already: theirs is not taken back.
            raise ConflictError(
                "it was changed or removed as soon as it was written, or the medium is faulty",
                "쓰자마자 바뀌었거나 삭제되었습니다; 아니면 매체에 이상이 있습니다",
                backend=backend.properties.kind,
                name=location,
            )
        raise UnavailableError(
            "what was read back is not what was written; the medium is faulty, use another",
            "다시 읽은 내용이 기록한 것과 다릅니다; 매체에 이상이 있으니 다른 매체를 쓰십시오",
            backend=backend.properties.kind,
            name=location,
        )
    for entry in entries_at(backend, location):
        if entry.location == location:
            return entry
    raise NotFoundError("the entry is gone", backend=backend.properties.kind, name=location)


def _is_changed(there: dict[str, bytes], files: dict[str, bytes]) -> bool:
    """Whether it is a sound credential of the same certificate, only another one."""
    try:
        return read_files(there, None).certificate == read_files(files, None).certificate
    except KcertError:
        return False


def changes_for(entry: Entry, credential: Credential) -> dict[str, bytes]:
    """The credential's files under the names that the entry has for them."""
    certificate = entry.certificate
    files = files_of(credential)
    if certificate is None or certificate != credential.certificate:
        raise ValueError("an entry is replaced by a credential of the same certificate")
    if entry.name is not None:
        files = gpki.dump(credential, entry.name)
    present = {twin_key(name): name for name in entry.files}
    return {present.get(twin_key(name), name): data for name, data in files.items()}


def replace(backend: FolderBackend, entry: Entry, credential: Credential) -> Entry:
    """Put a credential in the place of an entry; see `Store.replace`."""
    changes = changes_for(entry, credential)
    if not backend.properties.atomic_folders:
        return put_beside(backend, entry, changes, lambda _credential: None)
    backend.change_folder(entry.folder, changes, replace=entry.versions)
    return read_back(backend, entry.location, entry.folder, changes)


def put_beside(
    backend: FolderBackend,
    entry: Entry,
    changes: dict[str, bytes],
    check: Callable[[Credential], None],
) -> Entry:
    """Write the new state beside the old one, check it, then remove the old: at worst both stay."""
    certificate = entry.certificate
    if entry.name is not None or certificate is None:
        raise StorageError(
            "this medium cannot replace several government files at once; copy them elsewhere",
            "이 매체에서는 GPKI 파일 여러 개를 한 번에 바꿀 수 없습니다; 다른 매체로 복사하십시오",
            backend=backend.properties.kind,
            name=entry.location,
        )
    present = backend.get_folder(entry.folder, entry.files)
    files = {name: blob.data for name, blob in present.items()}
    files = layout.in_writing_order({**files, **changes})
    prefix, _, _ = entry.location.rpartition("/")
    new = write_new(backend, prefix, certificate, files, beside=entry.location)
    try:
        check(new.load())
    except KcertError:
        with suppress(StorageError):
            remove(backend, new)
        raise
    remove(backend, entry)
    return new


def backups(backend: FolderBackend, entry: Entry) -> dict[str, Version]:
    """Names and versions of old keys that a crash has left beside the entry's files."""
    names = [file + BACKUP_ENDING for file in entry.files]
    return {name: blob.version for name, blob in backend.get_folder(entry.folder, names).items()}


def remove(backend: FolderBackend, entry: Entry) -> None:
    """Remove the entry's files, the signing certificate first."""
    if not entry.versions:
        raise entry.problem or NotFoundError("the entry is gone", backend=backend.properties.kind)
    left = backups(backend, entry)
    mark_first = sorted(entry.versions, key=lambda name: not layout.is_mark(name))
    gone = dict.fromkeys([*mark_first, *left])
    backend.change_folder(entry.folder, gone, replace={**entry.versions, **left})
