# SPDX-License-Identifier: Apache-2.0
"""`SealedStore`: the credentials in a vault."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING, Final

from kcert.certificate.validity import moment
from kcert.errors import FormatError, NotFoundError, TamperedError
from kcert.store import writing
from kcert.store.credentials import Store
from kcert.store.entry import Entry, read_entries
from kcert.store.query import Query
from kcert.store.sealing.locations import location_of, months_between
from kcert.store.sealing.secrets import VaultWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from kcert.certificate import Authority, CertificateKind, Policy
    from kcert.store.history import History
    from kcert.store.sealing.memory import VaultMemory
    from kcert.store.sealing.secrets import Passphrase, VaultIdentity
    from kcert.store.sealing.vaults import OpenVault

__all__ = ["SealedStore"]

_ID: Final = re.compile(r"[0-9a-fA-F]{16}([0-9a-fA-F]{48})?")


class SealedStore(Store):
    """A `Store` of which the medium sees nothing but opaque names and sealed bytes.

    `kcert.open_store` makes it where ``sealing=`` is given. What comes back altered, swapped with
    another entry or older than what was seen before is an entry with a `TamperedError`.

    Entries have NPKI names for their files, government ones too. An `Entry.location` is the
    opaque name.
    """

    def __init__(self, vault: OpenVault, *, history: History | None = None) -> None:
        super().__init__(vault.sealed, history=history)
        self._open = vault
        self._sealed = vault.sealed

    def __repr__(self) -> str:
        return f"<SealedStore on {self._sealed.properties.kind}>"

    @property
    def vault_id(self) -> str:
        """Identifier of the vault, hexadecimal."""
        return self._sealed.vault.id

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody whom new entries are sealed to, the vault's own recipient first."""
        return self._sealed.vault.recipients

    @property
    def memory(self) -> VaultMemory:
        """What this computer has seen of the vault."""
        return self._open.memory

    def get(self, id: str) -> Entry:
        """Return one entry; see `Store.get`. Opens nothing else."""
        for location in self._locations(id):
            for entry in self._entries_at(location):
                certificate = entry.certificate
                if entry.location == id or certificate is None:
                    return self._own(entry)
                if certificate.fingerprint().startswith(id.lower()):
                    return self._own(entry)
        raise NotFoundError(
            "there is no such entry",
            "그런 항목이 없습니다",
            backend=self._sealed.properties.kind,
            name=id,
        )

    def _locations(self, id: str) -> Iterator[str]:
        if "/" in id:
            yield id
        elif _ID.fullmatch(id):
            location = location_of(self._sealed.vault, id, None)
            if not self._sealed.vault.months:
                yield location
                return
            for name in self._sealed.names():
                if name.endswith(f"/{location}"):
                    yield name

    def _entries_at(self, location: str) -> Iterator[Entry]:
        with suppress(FormatError):  # what is no name is nowhere
            yield from writing.entries_at(self._sealed, location)

    def find(
        self,
        *,
        holder: str | None = None,
        kind: CertificateKind | None = None,
        authority: str | Authority | None = None,
        policy: str | Policy | None = None,
        expiring_within: timedelta | None = None,
        at: datetime | None = None,
    ) -> Iterator[Entry]:
        """Yield the entries that answer; see `Store.find`.

        In a vault with months in its names ``expiring_within`` lists and opens only those months.
        """
        if expiring_within is None or not self._sealed.vault.months:
            yield from super().find(
                holder=holder,
                kind=kind,
                authority=authority,
                policy=policy,
                expiring_within=expiring_within,
                at=at,
            )
            return
        now = moment(at)
        query = Query.of(
            holder=holder,
            kind=kind,
            authority=authority,
            policy=policy,
            expiring_within=expiring_within,
            at=now,
        )
        for month in months_between(now.astimezone(UTC), (now + expiring_within).astimezone(UTC)):
            for listing in self._sealed.entries_below(month):
                for entry in read_entries(self._sealed, listing):
                    if entry.certificate is not None and query.matches(entry.certificate):
                        yield self._own(entry)

    def missing(self) -> Iterator[str]:
        """Yield the locations that were seen before and are not there any more.

        Somebody else has removed them, or the service withholds them; it cannot be told which.
        `accept` those that one knows to be removed.
        """
        for name in self._open.known():
            try:
                self._sealed.read(name)
            except NotFoundError:
                yield name
            except TamperedError:
                continue  # it is there

    def accept(self, location: str) -> None:
        """Forget what was seen of an entry: its next state is taken as it is.

        For an entry that is `missing`, or older than before because a backup was restored.
        """
        self._open.memory.forget(self.vault_id, location)

    # Who may open it

    def writer(self) -> VaultWriter:
        """A token for those who add and cannot read: ``open_store(…, sealing=VaultWriter(…))``."""
        return VaultWriter.of(self._sealed.vault.writer_facts)

    def change_passphrase(self, new: Passphrase) -> None:
        """Put the vault's identity under another passphrase. No entry is touched.

        Whoever knew the old passphrase and has a copy of the sealed identity can open it still;
        `rotate` shuts them out of what is written from then on.

        Raises:
            ConflictError: Somebody else did so at the same time.
        """
        self._open.change_passphrase(new)

    def add_recipient(self, recipient: str) -> None:
        """Seal new entries to one more recipient (``age1…``) of the age format.

        `rotate` seals the older ones to it as well.

        Raises:
            FormatError: If it is no X25519 recipient.
            ConflictError: Somebody else changed the settings at the same time.
        """
        self._open.add_recipient(recipient)

    def remove_recipient(
        self,
        recipient: str,
        sealing: Passphrase | VaultIdentity,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Take a recipient out and `rotate`. What was read before stays read.

        Raises:
            NotFoundError: If it is none of the recipients.
        """
        return self._open.rotate(sealing, without=recipient, progress=progress)

    def rotate(
        self,
        sealing: Passphrase | VaultIdentity,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Draw a new identity and keys, and seal every entry anew. Names stay.

        It may be run again after a crash and goes on where it was. Tokens of writers have to be
        made anew.

        Args:
            sealing: What the new identity is under: a passphrase, or a `VaultIdentity` of the
                caller's.
            progress: Called after each entry: how many are done, and how many there are, as
                counted at the start.

        Returns:
            How many entries were sealed anew.
        """
        return self._open.rotate(sealing, progress=progress)
