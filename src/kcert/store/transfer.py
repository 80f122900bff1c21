# SPDX-License-Identifier: Apache-2.0
"""What moving credentials between stores tells its caller: each step, and the sum of them."""

from __future__ import annotations

import enum
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from kcert.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.store.entry import Entry
    from kcert.store.events import Event

__all__ = ["Outcome", "Progress", "Removal", "Summary"]


class Outcome(enum.Enum):
    """What became of one entry."""

    COPIED = "copied"
    """It was written, read back and compared; in a dry run: it would be."""
    ALREADY_THERE = "already-there"
    """The other store has it, and every byte is the same."""
    DIFFERENT = "different"
    """The other store has this certificate with other keys, or another password. It was left."""
    BROKEN = "broken"
    """It cannot be read as a credential here, so it was not copied."""


@frozen
class Progress:
    """One step of `Store.backup` or `Store.restore`.

    Attributes:
        done: How many entries are done, this one included.
        total: How many there are, as counted at the start.
        id: `Entry.id` of this one, in the store it is copied from.
        outcome: What became of it.
    """

    done: int
    total: int
    id: str
    outcome: Outcome


@frozen
class Summary:
    """What a backup or restore did, by `Entry.id` in the store that was copied.

    Attributes:
        copied: Written, read back and compared; in a dry run: to be written.
        already_there: The other store has the same.
        different: The other store has the certificate with other files; nothing was overwritten.
        broken: Not readable as a credential, and so not copied.
        dry_run: Whether nothing was to be written.
    """

    copied: tuple[str, ...] = ()
    already_there: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    dry_run: bool = False

    @classmethod
    def of(cls, steps: Iterable[tuple[str, Outcome]], *, dry_run: bool) -> Summary:
        """Sum up steps of id and outcome."""
        ids: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
        for name, outcome in steps:
            ids[outcome].append(name)
        return cls(
            copied=tuple(ids[Outcome.COPIED]),
            already_there=tuple(ids[Outcome.ALREADY_THERE]),
            different=tuple(ids[Outcome.DIFFERENT]),
            broken=tuple(ids[Outcome.BROKEN]),
            dry_run=dry_run,
        )

    @property
    def complete(self) -> bool:
        """Whether the other store has all of it now (after a dry run: would have)."""
        return not (self.different or self.broken)


@frozen
class Removal:
    """What `Store.remove` removed, for good.

    Attributes:
        id: `Entry.id` it had.
        fingerprint: SHA-256 fingerprint of its certificate, where that could be read.
        last_backup: When, and to which kind of storage and which store, it was last copied;
            ``None`` where the store's history knows of no copy.
    """

    id: str
    fingerprint: str | None
    last_backup: Event | None = None

    @classmethod
    def of(cls, entry: Entry) -> Removal:
        """What is to be known of an entry before it goes."""
        certificate, backup = entry.certificate, None
        if entry.history is not None and certificate is not None:
            with suppress(StorageError):
                backup = entry.history.last_backup(certificate)
        return cls(entry.id, certificate.fingerprint() if certificate else None, backup)
