# SPDX-License-Identifier: Apache-2.0
"""A vault as something to write into: where a certificate lies follows from the certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import NotFoundError
from kcert.storage import FolderListing
from kcert.store import layout, writing
from kcert.store.destination import Destination, canonical
from kcert.store.entry import Entry, id_of, read_entries
from kcert.store.sealing.locations import location_of
from kcert.store.sealing.objects import version_of

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.store.sealing.backend import SealedBackend

__all__ = ["SealedDestination"]


class SealedDestination(Destination):
    """Looks at nothing but the one place that a certificate has.

    Args:
        backend: Of the vault.
    """

    def __init__(self, backend: SealedBackend) -> None:
        self._sealed = backend
        self._planned = {}

    def has(self, certificate: Certificate) -> bool:
        """Whether the certificate is there."""
        return bool(self.entries(certificate))

    def entries(self, certificate: Certificate) -> list[Entry]:
        """The entry with this certificate as it is now."""
        planned = self._planned.get(bytes.fromhex(certificate.fingerprint())[:16])
        if planned is not None:
            return [planned]
        location = self._location(certificate)
        try:
            self._sealed.read(location)
        except NotFoundError:
            return []
        return list(writing.entries_at(self._sealed, location))

    def add(self, certificate: Certificate, files: dict[str, bytes]) -> Entry:
        """Seal NPKI files and write them; what was written has been read back and compared."""
        opened = self._sealed.create(self._location(certificate), files)
        return Entry(
            id=id_of(certificate),
            certificate=certificate,
            location=opened.header.name,
            files=tuple(opened.files),
            versions={name: version_of(data) for name, data in opened.files.items()},
            backend=self._sealed,
        )

    def add_like(self, entry: Entry, certificate: Certificate, files: dict[str, bytes]) -> Entry:
        """Seal the files of another store's entry, under the names that the NPKI layout has."""
        del entry
        ordered = layout.in_writing_order(canonical(files))
        opened = self._sealed.create(self._location(certificate), ordered)
        self._sealed.offer(opened.header.name, opened)
        # Damaged companions are copied too, and the entry says so.
        listing = FolderListing(opened.header.name, tuple(opened.files))
        return next(read_entries(self._sealed, listing))

    def _location(self, certificate: Certificate) -> str:
        not_after = certificate.validity.not_after
        return location_of(self._sealed.vault, certificate.fingerprint(), not_after)
