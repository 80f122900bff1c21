# SPDX-License-Identifier: Apache-2.0
"""One credential in a store, as far as it can be known without a password."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import field, frozen

from kcert.certificate import Certificate
from kcert.errors import KcertError, NotFoundError
from kcert.formats import npki
from kcert.store.layout import credential_files, written_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcert.credential import Credential
    from kcert.storage import FolderBackend, FolderListing, Version

__all__ = ["Entry", "read_entry"]

_ID_LENGTH = 16


@frozen
class Entry:
    """One credential in a store, or what is left of one.

    Attributes:
        id: Opaque and stable: what the store's `get` and `remove` take.
        certificate: The signing certificate, where it can be read.
        location: Name of its folder within the store. Contains the holder's name by convention.
        problem: What is wrong with it, ``None`` if nothing seems to be. Where it is not the
            signing pair that is at fault, `load` works all the same.
        files: Names of its files, as they are written in the store.
    """

    id: str
    certificate: Certificate | None
    location: str = field(repr=False)
    problem: KcertError | None = field(default=None, eq=False)
    files: tuple[str, ...] = ()
    versions: Mapping[str, Version] = field(factory=dict, repr=False, eq=False)
    backend: FolderBackend | None = field(default=None, repr=False, eq=False)

    def load(self) -> Credential:
        """Return the credential as it is in the store now, locked.

        Raises:
            NotFoundError: If it is no longer there.
            KcertError: As `problem` says, where the signing pair is damaged.
        """
        if self.backend is None or not self.files:
            raise self.problem or NotFoundError("there are no files", backend="store")
        files = self.backend.get_folder(self.location, self.files)
        return npki.load({name: blob.data for name, blob in files.items()})


def read_entry(backend: FolderBackend, listing: FolderListing) -> Entry | None:
    """Read what a folder holds; ``None`` where that is no credential, or is gone meanwhile.

    A folder that cannot be read is an entry with a problem.
    """
    names = credential_files(listing.files)
    if not names:
        if listing.problem is None:
            return None
        return _broken(listing.name, listing.problem)
    certificate: Certificate | None = None
    problem: KcertError | None = listing.problem
    versions: dict[str, Version] = {}
    try:
        blobs = backend.get_folder(listing.name, names)
        if not blobs:
            return None
        versions = {name: blob.version for name, blob in blobs.items()}
        credential = npki.load({name: blob.data for name, blob in blobs.items()})
        certificate = credential.certificate
        problem = next(iter(credential.problems), problem)
    except NotFoundError:
        return None
    except KcertError as error:
        problem = error
        certificate = _certificate_alone(backend, listing.name, names)
    if certificate is None:
        return _broken(listing.name, problem, names, versions, backend)
    return Entry(
        id=certificate.fingerprint()[:_ID_LENGTH],
        certificate=certificate,
        location=listing.name,
        problem=problem,
        files=names,
        versions=versions,
        backend=backend,
    )


def _broken(
    location: str,
    problem: KcertError | None,
    files: tuple[str, ...] = (),
    versions: Mapping[str, Version] | None = None,
    backend: FolderBackend | None = None,
) -> Entry:
    return Entry(
        id=hashlib.sha256(location.encode()).hexdigest()[:_ID_LENGTH],
        certificate=None,
        location=location,
        problem=problem,
        files=files,
        versions=versions or {},
        backend=backend,
    )


def _certificate_alone(
    backend: FolderBackend, folder: str, names: tuple[str, ...]
) -> Certificate | None:
    """The signing certificate of a folder in which something else is damaged."""
    for name in names:
        if written_name(name) == npki.SIGN_CERTIFICATE:
            try:
                return Certificate.load(backend.get_folder(folder, [name])[name].data)
            except (KcertError, KeyError):
                return None
    return None
