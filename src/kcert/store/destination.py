# SPDX-License-Identifier: Apache-2.0
"""A store as something to write into: what is there already, and how its folders are spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from kcert.errors import AlreadyExistsError, KcertError
from kcert.formats import gpki_names, npki
from kcert.storage.names import twin_key
from kcert.storage.ordered import OrderedFolders
from kcert.store import layout, writing
from kcert.store.entry import read_entries, read_files

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.storage import FolderBackend
    from kcert.store.entry import Entry

__all__ = ["Destination", "HasDestination", "canonical", "destination_of", "same"]

_NPKI_NAMES = {
    gpki_names.SIGN_CERTIFICATE: npki.SIGN_CERTIFICATE,
    gpki_names.SIGN_KEY: npki.SIGN_KEY,
    gpki_names.KM_CERTIFICATE: npki.KM_CERTIFICATE,
    gpki_names.KM_KEY: npki.KM_KEY,
}


def canonical(files: dict[str, bytes]) -> dict[str, bytes]:
    """A credential's files, of either layout, under the names that the NPKI layout has."""
    return {
        layout.written_name(name) or _NPKI_NAMES[gpki_names.ending_of(name)]: data
        for name, data in files.items()
    }


def same(one: dict[str, bytes], other: dict[str, bytes]) -> bool:
    """Whether two sets of files, under `canonical` names, are the same credential.

    Byte for byte, or, where both are sound, in what the bytes say (a PEM file beside a DER file).
    """
    if one == other:
        return True
    try:
        first, second = read_files(one, None), read_files(other, None)
    except KcertError:
        return False
    return first == second and not (first.problems or second.problems)


class Destination:
    """What a store has, read once; kept up to date with what is written through it.

    Args:
        backend: Of the store.
    """

    def __init__(self, backend: FolderBackend) -> None:
        self._backend = backend
        self._spelled: dict[str, str] = {}
        # Sixteen octets of the fingerprint and the place: a backup of 100,000 keeps some 20 MB.
        self._there: dict[bytes, tuple[str, ...]] = {}
        self._planned: dict[bytes, Entry] = {}
        for listing in backend.folders():
            top, _, rest = listing.name.partition("/")
            self._spelled.setdefault(twin_key(top), top)
            second = f"{top}/{rest.partition('/')[0]}"
            self._spelled.setdefault(twin_key(second), second)
            for entry in read_entries(backend, listing):
                self._note(entry)

    def has(self, certificate: Certificate) -> bool:
        """Whether the certificate is there."""
        mark = _mark(certificate)
        return mark in self._there or mark in self._planned

    def plan(self, certificate: Certificate, entry: Entry) -> None:
        """Take another store's entry for one that is here, where nothing is to be written."""
        self._planned[_mark(certificate)] = entry

    def entries(self, certificate: Certificate) -> list[Entry]:
        """The entries with this certificate as they are now."""
        mark = _mark(certificate)
        planned = [self._planned[mark]] if mark in self._planned else []
        return planned + [
            entry
            for location in self._there.get(mark, ())
            for entry in writing.entries_at(self._backend, location)
            if entry.certificate == certificate
        ]

    def add(self, certificate: Certificate, files: dict[str, bytes]) -> Entry:
        """Write NPKI files, in writing order, into a folder of their own."""
        if self.has(certificate):
            raise AlreadyExistsError(
                "the certificate is in the store; replace or remove that entry",
                "이미 저장된 인증서입니다; 그 항목을 교체하거나 삭제하십시오",
                backend=self._backend.properties.kind,
                name=self._there[_mark(certificate)][0],
            )
        top = layout.authority_folder(certificate)
        top = self._spelled.get(twin_key(top), top)
        prefix = f"{top}/{layout.USER}"
        prefix = self._spelled.get(twin_key(prefix), prefix)
        try:
            return self._note(writing.write_new(self._backend, prefix, certificate, files))
        except AlreadyExistsError:
            # Somebody else has written it since this was made.
            for leaf in layout.subject_folders(certificate):
                self._look(f"{prefix}/{leaf}")
            raise

    def add_like(self, entry: Entry, certificate: Certificate, files: dict[str, bytes]) -> Entry:
        """Write the files of another store's entry: government files under the names they have.

        Where those are taken, by an older certificate of the same holder for example, government
        files too go into a folder in the NPKI layout.
        """
        if entry.name is not None and not self.has(certificate):
            ordered = layout.in_writing_order(files)
            mark = next(filter(layout.is_mark, ordered))
            location = f"{entry.folder}/{mark}".lstrip("/")
            try:
                OrderedFolders(self._backend).put_folder(entry.folder, ordered)
            except AlreadyExistsError:
                self._look(location)
                if self.has(certificate):
                    raise
            else:
                return self._note(writing.read_back(self._backend, location, entry.folder, ordered))
        return self.add(certificate, layout.in_writing_order(canonical(files)))

    def _look(self, location: str) -> None:
        for entry in writing.entries_at(self._backend, location):
            self._note(entry)

    def _note(self, entry: Entry) -> Entry:
        if entry.certificate is not None:
            mark = _mark(entry.certificate)
            locations = self._there.get(mark, ())
            if entry.location not in locations:
                self._there[mark] = (*locations, entry.location)
        return entry


@runtime_checkable
class HasDestination(Protocol):
    """A backend that knows by itself where a certificate belongs."""

    def destination(self) -> Destination:
        """The backend as something to write into."""
        ...


def destination_of(backend: FolderBackend) -> Destination:
    """A backend as something to write into."""
    return backend.destination() if isinstance(backend, HasDestination) else Destination(backend)


def _mark(certificate: Certificate) -> bytes:
    return bytes.fromhex(certificate.fingerprint())[:16]
