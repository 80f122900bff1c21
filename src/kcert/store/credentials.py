# SPDX-License-Identifier: Apache-2.0
"""`Store`: the credentials on one backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from kcert.keys.limits import DEFAULT_LIMITS
from kcert.storage.ordered import with_folders
from kcert.store import moving, relocking, writing
from kcert.store.destination import destination_of
from kcert.store.entry import Entry, read_entries
from kcert.store.events import EventKind
from kcert.store.lookup import find_one
from kcert.store.query import Query
from kcert.store.transfer import Removal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from kcert.certificate import Authority, Certificate, CertificateKind, Policy
    from kcert.credential import Credential
    from kcert.credential.types import Password
    from kcert.keys import Limits, LockProfile
    from kcert.storage import Backend, FolderBackend
    from kcert.store.history import History
    from kcert.store.transfer import Progress, Summary

__all__ = ["Store"]


class Store:
    """The credentials on one backend. It keeps no password and no open key.

    New ones are written in the NPKI layout. Government files (`kcert.formats.gpki`) are listed,
    loaded, changed and removed where they lie.

    Args:
        backend: Where they lie. Where it cannot write several files at once, a credential is
            written file by file, its signing certificate last.
        history: Where to enter what is done with them; default nowhere (`open_store` keeps one).
    """

    def __init__(self, backend: Backend, *, history: History | None = None) -> None:
        self._backend = with_folders(backend)
        self._history = history

    def __repr__(self) -> str:
        return f"<Store on {self._backend!r}>"

    @property
    def backend(self) -> FolderBackend:
        """Where they lie."""
        return self._backend

    @property
    def history(self) -> History | None:
        """The record of what was done, where one is kept."""
        return self._history

    def entries(self) -> Iterator[Entry]:
        """Yield every credential, one at a time; damaged ones carry ``problem`` and stop nothing.

        No password is needed. Nothing is kept, so memory does not grow with the store.
        """
        for listing in self._backend.folders():
            yield from map(self._own, read_entries(self._backend, listing))

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
        """Yield the entries whose certificate answers to everything that is asked.

        Args:
            holder: The holder's whole name, as `Certificate.holder_name` gives it.
            kind: Kind of the certificate.
            authority: The authority or its code (``"yessign"``, in any case).
            policy: A certificate policy or its dotted OID.
            expiring_within: Valid until between ``at`` and that much later: certificates that
                have expired already are not expiring.
            at: Aware datetime; default now.
        """
        query = Query.of(
            holder=holder,
            kind=kind,
            authority=authority,
            policy=policy,
            expiring_within=expiring_within,
            at=at,
        )
        for entry in self.entries():
            if entry.certificate is not None and query.matches(entry.certificate):
                yield entry

    def get(self, id: str) -> Entry:
        """Return one entry.

        Args:
            id: `Entry.id`, `Entry.location`, or a certificate's SHA-256 fingerprint in hex.

        Raises:
            NotFoundError: If there is none.
            UnavailableError: If it is not in what the medium gives just now; retryable.
            AmbiguousError: If the certificate is there more than once; ask by location then.
        """
        return self._own(find_one(self._backend, id))

    def add(
        self,
        credential: Credential,
        *,
        renews: Certificate | None = None,
        event: EventKind | None = None,
    ) -> Entry:
        """Write a credential into a folder of its own. What is there is never overwritten.

        When this returns, the files are flushed to the medium, have been read back and compared.

        Args:
            credential: What to write.
            renews: The certificate it renews, for the history.
            event: How it came in, for the history; default added or, with ``renews``, renewed.

        Raises:
            AlreadyExistsError: If the same certificate is in the store.
            UnavailableError: If the medium does not take it, or gives back something else.
            TypeError: If it is not a locked `Credential`.
        """
        files = writing.files_of(credential)
        entry = destination_of(self._backend).add(credential.certificate, files)
        event = event or (EventKind.RENEWED if renews else EventKind.ADDED)
        return self._note(event, entry, renews)

    def replace(self, entry: Entry, credential: Credential) -> Entry:
        """Put the same certificate's credential in the place of one that was read before.

        Every key of it is replaced, or none. Files that it has nothing for stay as they are.

        Args:
            entry: The entry as it was read: `get` it, `Entry.load` it, change it, replace it.
            credential: What takes its place.

        Raises:
            ConflictError: If the files have changed since ``entry`` was read.
            ValueError: If ``credential`` is of another certificate.
        """
        replaced = writing.replace(self._backend, entry, credential)
        return self._note(EventKind.REPLACED, replaced)

    def change_password(
        self,
        entry: Entry | str,
        old: Password,
        new: Password,
        *,
        profile: LockProfile | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Entry:
        """Put every key of an entry under a new password: all of them, or none.

        The changed keys are opened with the new password before anything is written, and again
        after they have been read back from the medium. Until then the old ones are kept beside
        them, in files whose names end in ``.kcert-old``; a crash can leave these behind, and the
        next change of the password removes them. Where the medium cannot write several files at
        once, the changed credential is written beside the old one, which goes last.

        Args:
            entry: The entry as it was read, or what `get` takes.
            old: The password that opens it now.
            new: The password that is to open it. `kcert.passwords.check` knows the rule for it.
            profile: How to lock; default as each key is locked now.
            limits: Caps on the work of opening it.

        Returns:
            The entry as it is now.

        Raises:
            UnlockError: The old password is wrong or the data are damaged; nothing was changed.
            ConflictError: The files have changed since they were read; nothing was changed.
            FormatError: The key-management pair is damaged, so that not all keys can be changed.
            UnavailableError: The medium does not take it, or gives back something else; the old
                keys are in place again, if the medium takes them.
        """
        try:
            found = self.get(entry) if isinstance(entry, str) else entry
            changed = relocking.change_password(
                self._backend, found, old, new, profile=profile, limits=limits
            )
        finally:
            del old, new
        return self._note(EventKind.REPLACED, changed)

    def copy(self, id: str, *, to: Store) -> Entry:
        """Copy one entry into another store, its files byte for byte.

        When this returns, the copy is flushed to the medium, has been read back and compared. A
        copy that is there already is found to be the same, so a copy may be run again.

        Args:
            id: What `get` takes.
            to: Any store, on any kind of medium.

        Returns:
            The entry in the other store.

        Raises:
            AlreadyExistsError: The other has it with other keys or another password, and keeps it.
            KcertError: The entry is damaged, as `Entry.problem` says.
            UnavailableError: The other medium does not take it, or gives back something else.
        """
        arrivals = moving.Arrivals(self._history, to.history, to.backend)
        _, there = moving.copy(self._backend, self.get(id), to.backend, arrivals=arrivals)
        return evolve(there, history=to.history)

    def move(self, id: str, *, to: Store) -> Entry:
        """Copy one entry into another store, then remove it from this one. See `copy`.

        Removed is just what was read back there. After a crash both stores have it: run it again.

        Raises:
            ConflictError: The entry was changed here meanwhile; both stores have one now.
            StorageError: Both stores are one place, reached in two ways; nothing was removed.
        """
        arrivals = moving.Arrivals(self._history, to.history, to.backend)
        here, there = moving.move(self._backend, self.get(id), to.backend, arrivals=arrivals)
        self._note(EventKind.REMOVED, here)
        return evolve(there, history=to.history)

    def backup(
        self,
        *,
        to: Store,
        progress: Callable[[Progress], None] | None = None,
        dry_run: bool = False,
    ) -> Summary:
        """Copy every entry that the other store does not have. Nothing is overwritten.

        Each is written, read back and compared before the next; run it again after a crash or
        a pulled stick, and it goes on where it was. Damaged entries are told and stop nothing.

        Args:
            to: Any store, on any kind of medium.
            progress: Called after each entry.
            dry_run: Only look and compare.

        Raises:
            UnavailableError: One of the media is gone or does not take more.
        """
        arrivals = moving.Arrivals(self._history, to.history, to.backend)
        return moving.backup(
            self._backend, to.backend, progress=progress, dry_run=dry_run, arrivals=arrivals
        )

    def restore(
        self,
        *,
        to: Store,
        progress: Callable[[Progress], None] | None = None,
        dry_run: bool = False,
    ) -> Summary:
        """Copy every entry of this backup that the other store lacks: `backup`, read backwards."""
        return self.backup(to=to, progress=progress, dry_run=dry_run)

    def remove(self, id: str) -> Removal:
        """Remove an entry, for good: there is no way back. Other files in its folder stay.

        Returns:
            What was removed, and its last backup where the history knows of one.

        Raises:
            StorageError: As `get` does.
            ConflictError: If somebody changes it at the same time.
        """
        entry = self.get(id)
        removal = Removal.of(entry)
        writing.remove(self._backend, entry)
        self._note(EventKind.REMOVED, entry)
        return removal

    # What the verbs are made of

    def _own(self, entry: Entry) -> Entry:
        return entry if self._history is None else evolve(entry, history=self._history)

    def _note(self, kind: EventKind, entry: Entry, renews: Certificate | None = None) -> Entry:
        if self._history is not None:
            self._history.note(kind, entry.certificate, renews=renews)
        return self._own(entry)
