# SPDX-License-Identifier: Apache-2.0
"""Change the password of an entry: every key, or none, and never without a copy that opens."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kcert.errors import (
    FormatError,
    KcertError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.keys.passwords import Password as Wrapped
from kcert.storage.refusals import changed
from kcert.store import writing
from kcert.store.entry import read_files
from kcert.store.writing import BACKUP_ENDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.credential import Credential
    from kcert.credential.types import Password
    from kcert.keys import Limits, LockProfile
    from kcert.storage import FolderBackend
    from kcert.store.entry import Entry

__all__ = ["change_password"]


def change_password(
    backend: FolderBackend,
    entry: Entry,
    old: Password,
    new: Password,
    *,
    profile: LockProfile | None,
    limits: Limits,
) -> Entry:
    """See `kcert.store.Store.change_password`."""
    # Wrapped, so that no view of the frames below shows them.
    try:
        before, after = Wrapped(old), Wrapped(new)
    finally:
        del old, new
    with before, after:
        files = _as_read(backend, entry)
        credential = read_files(files, entry.name)
        _require_every_key(credential, files)
        changed = credential.change_password(before.octets, after.octets, profile, limits=limits)

        def opens(credential: Credential) -> None:
            try:
                with credential.unlock(after.octets, limits=limits):
                    return
            except KcertError:
                failure = UnavailableError(
                    "the changed keys do not open as they are read back; the medium is faulty",
                    "바뀐 키를 다시 읽었으나 열리지 않습니다; 매체에 이상이 있습니다",
                    backend=backend.properties.kind,
                    name=entry.location,
                )
            raise failure

        # Before anything is written: what was made opens with what was meant.
        opens(changed)
        changes = {
            name: data
            for name, data in writing.changes_for(entry, changed).items()
            if files.get(name) != data
        }
        if not backend.properties.atomic_folders:
            return writing.put_beside(backend, entry, changes, opens)
        return _exchange(backend, entry, files, changes, opens)


def _exchange(
    backend: FolderBackend,
    entry: Entry,
    files: dict[str, bytes],
    changes: dict[str, bytes],
    opens: Callable[[Credential], None],
) -> Entry:
    """Exchange the keys at one stroke, the old ones beside them until the new ones have opened."""
    backup = {name + BACKUP_ENDING: files[name] for name in changes}
    left = writing.backups(backend, entry)
    backend.change_folder(entry.folder, {**changes, **backup}, replace={**entry.versions, **left})
    try:
        written = writing.read_back(backend, entry.location, entry.folder, changes)
        opens(written.load())
    except KcertError as error:
        reason, reason_ko = str(error), error.message_ko
        back = _put_back(backend, entry, files, changes)
        where = "in place again" if back else f"in files that end in {BACKUP_ENDING}"
        where_ko = "제자리에" if back else f"{BACKUP_ENDING}로 끝나는 파일에"
        raise UnavailableError(
            f"{reason}; the old keys are {where}",
            f"{reason_ko}; 이전 키는 {where_ko} 있습니다",
            backend=backend.properties.kind,
            name=entry.location,
        ) from None
    # The change stands, whether or not the medium lets go of the old keys.
    with suppress(StorageError):
        stale = writing.backups(backend, entry)
        backend.change_folder(entry.folder, dict.fromkeys(stale), replace=stale)
    return written


def _put_back(
    backend: FolderBackend, entry: Entry, files: dict[str, bytes], changes: dict[str, bytes]
) -> bool:
    """Put the old keys in place again, if the medium lets one."""
    try:
        present = backend.get_folder(entry.folder, tuple(changes))
        versions = {name: blob.version for name, blob in present.items()}
        stale = writing.backups(backend, entry)
        restored: dict[str, bytes | None] = {name: files[name] for name in changes}
        backend.change_folder(
            entry.folder, {**restored, **dict.fromkeys(stale)}, replace={**versions, **stale}
        )
    except StorageError:
        return False
    return True


def _as_read(backend: FolderBackend, entry: Entry) -> dict[str, bytes]:
    """The files as they were when the entry was read."""
    if not entry.versions:
        raise entry.problem or NotFoundError("the entry is gone", backend=backend.properties.kind)
    try:
        blobs = backend.get_folder(entry.folder, entry.files)
    except NotFoundError:
        blobs = {}
    if {name: blob.version for name, blob in blobs.items()} != dict(entry.versions):
        raise changed(backend.properties.kind, entry.location)
    return {name: blob.data for name, blob in blobs.items()}


def _require_every_key(credential: Credential, files: dict[str, bytes]) -> None:
    """Refuse where a key would stay under the old password because its pair is damaged."""
    keys = sum(name.casefold().endswith(".key") for name in files)
    readable = 1 if credential.key_management is None else 2
    if keys > readable:
        raise next(iter(credential.problems), _twins())


def _twins() -> FormatError:
    return FormatError(
        "credential",
        "there are two key files whose names differ in case only; keep one",
        reason_ko="대소문자만 다른 키 파일이 둘입니다; 하나만 남기십시오",
    )
