# SPDX-License-Identifier: Apache-2.0
"""One credential in a store, as far as it can be known without a password."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from kcert.certificate import Certificate
from kcert.errors import KcertError, NotFoundError
from kcert.formats import gpki, npki
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.store.events import EventKind
from kcert.store.layout import credential_files, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kcert.credential import Credential, UnlockedCredential
    from kcert.credential.types import Password
    from kcert.keys.limits import Limits
    from kcert.storage import FolderBackend, FolderListing, Version
    from kcert.store.history import History

__all__ = ["Entry", "id_of", "read_entries", "read_files"]

_ID_LENGTH = 16


@frozen
class Entry:
    """One credential in a store, or what is left of one.

    Attributes:
        id: Opaque and stable: what the store's `get` and `remove` take.
        certificate: The signing certificate, where it can be read.
        location: Name of its folder within the store, or of its ``_sig.cer`` where it is in
            government files. Contains the holder's name by convention.
        problem: What is wrong with it, ``None`` if nothing seems to be. Where it is not the
            signing pair that is at fault, `load` works all the same.
        files: Names of its files, as they are written in the store.
        name: What the names of government files begin with; ``None`` in an NPKI folder.
        history: The store's record, where it keeps one.
    """

    id: str
    certificate: Certificate | None
    location: str = field(repr=False)
    problem: KcertError | None = field(default=None, eq=False)
    files: tuple[str, ...] = ()
    versions: Mapping[str, Version] = field(factory=dict, repr=False, eq=False)
    backend: FolderBackend | None = field(default=None, repr=False, eq=False)
    name: str | None = field(default=None, repr=False)
    history: History | None = field(default=None, repr=False, eq=False)

    @property
    def folder(self) -> str:
        """Name of the folder that its files are in."""
        return self.location if self.name is None else self.location.rpartition("/")[0]

    def load(self) -> Credential:
        """Return the credential as it is in the store now, locked.

        Raises:
            NotFoundError: If it is no longer there.
            KcertError: As `problem` says, where the signing pair is damaged.
        """
        if self.backend is None or not self.files:
            raise self.problem or NotFoundError("there are no files", backend="store")
        blobs = self.backend.get_folder(self.folder, self.files)
        if not blobs:
            raise NotFoundError("the entry is gone", "항목이 없어졌습니다", backend="store")
        return read_files({file: blob.data for file, blob in blobs.items()}, self.name)

    def unlock(
        self,
        password: Password,
        *,
        key_management: bool = True,
        full_check: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> UnlockedCredential:
        """Load the credential, open its keys, and enter that in the store's history.

        The arguments and errors are those of `Credential.unlock` and `load`. Where the history is
        required and cannot be written, the keys are closed again.
        """
        try:
            unlocked = self.load().unlock(
                password, key_management=key_management, full_check=full_check, limits=limits
            )
        finally:
            del password
        if self.history is not None:
            try:
                self.history.note(EventKind.UNLOCKED, unlocked.certificate)
            except BaseException:
                unlocked.close()
                raise
        return unlocked


def id_of(certificate: Certificate) -> str:
    """`Entry.id` of an entry whose certificate can be read."""
    return certificate.fingerprint()[:_ID_LENGTH]


def read_files(files: Mapping[str, bytes], name: str | None) -> Credential:
    """Make a credential of its files; ``name`` as in `Entry`."""
    return npki.load(files) if name is None else gpki.load(files, name)


def read_entries(backend: FolderBackend, listing: FolderListing) -> Iterator[Entry]:
    """Yield what a folder holds: an NPKI credential, any number of government ones, or nothing.

    A folder that cannot be read is an entry with a problem.
    """
    location, problem = listing.name, listing.problem
    files = credential_files(listing.files)
    if files or problem is not None:
        entry = _read(backend, location, files, problem)
        if entry is not None:
            yield entry
    for name in gpki.names(listing.files):
        files = gpki.files_of(listing.files, name)
        mark = next(filter(is_mark, files), files[0])
        entry = _read(backend, f"{location}/{mark}".lstrip("/"), files, None, name)
        if entry is not None:
            yield entry


def _read(
    backend: FolderBackend,
    location: str,
    files: tuple[str, ...],
    problem: KcertError | None,
    name: str | None = None,
) -> Entry | None:
    """Read one credential; ``None`` where it is gone meanwhile."""
    entry = Entry(
        id=hashlib.sha256(location.encode()).hexdigest()[:_ID_LENGTH],
        certificate=None,
        location=location,
        problem=problem,
        files=files,
        backend=backend,
        name=name,
    )
    if not files:
        return entry
    certificate: Certificate | None = None
    versions: dict[str, Version] = {}
    try:
        blobs = backend.get_folder(entry.folder, files)
        if not blobs:
            return None
        versions = {file: blob.version for file, blob in blobs.items()}
        credential = read_files({file: blob.data for file, blob in blobs.items()}, name)
        certificate = credential.certificate
        problem = next(iter(credential.problems), problem)
    except NotFoundError:
        return None
    except KcertError as error:
        # A listing can miss a file that is being replaced at that moment.
        missed = _missed(backend, location, files) if name is None else ()
        if missed:
            return _read(backend, location, (*files, *missed), problem, name)
        problem = error
        certificate = _certificate_alone(backend, entry.folder, files)
    if certificate is not None:
        entry = evolve(entry, id=id_of(certificate), certificate=certificate)
    return evolve(entry, problem=problem, versions=versions)


def _missed(backend: FolderBackend, folder: str, files: tuple[str, ...]) -> tuple[str, ...]:
    """Files of a credential that are there and not among those listed."""
    listed = {file.casefold() for file in files}
    others = [file for file in npki.FILES if file.casefold() not in listed]
    try:
        return tuple(backend.get_folder(folder, others)) if others else ()
    except KcertError:
        return ()


def _certificate_alone(
    backend: FolderBackend, folder: str, files: tuple[str, ...]
) -> Certificate | None:
    """The signing certificate of a folder in which something else is damaged."""
    for file in filter(is_mark, files):
        try:
            return Certificate.load(backend.get_folder(folder, [file])[file].data)
        except (KcertError, KeyError):
            return None
    return None
