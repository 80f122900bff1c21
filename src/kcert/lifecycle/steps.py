# SPDX-License-Identifier: Apache-2.0
"""The steps of an issue, a renewal or a reissue, and what is told of them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from kcert.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.store import Entry

__all__ = ["Issuance", "OldEntry", "Renewal", "Retire", "Step", "Steps"]


class Step(enum.Enum):
    """What has been done. They come in this order; a run that goes on where one broke off skips."""

    OPENED = "opened"
    """The old credential has opened with its password."""
    CHECKED = "checked"
    """It can be renewed: the window is open, and its authority has it in force."""
    IDENTIFIED = "identified"
    """The holder was identified, and an enrolment is at hand."""
    STORED = "stored"
    """The new credential is in the store, flushed, read back and compared."""
    SIGNED = "signed"
    """Its key, as it was read back, has opened and signed."""
    CONFIRMED = "confirmed"
    """The authority has the new certificate in force."""
    BACKED_UP = "backed-up"
    """A copy is in the backup, read back and compared."""
    CLEARED = "cleared"
    """What an earlier run left, and the authority never put into force, was removed."""
    RETIRED = "retired"
    """The old credential was kept, moved or removed, as was asked."""


class Retire(enum.Enum):
    """What becomes of the old credential in its store."""

    KEEP = "keep"
    """It stays where it is. What was encrypted to it can be read with nothing else."""
    REMOVE = "remove"
    """It is removed, for good."""


OldEntry: TypeAlias = Retire | Store
"""What becomes of the old credential: kept, removed, or moved into another store."""


@frozen
class Issuance:
    """A new certificate that counts.

    Attributes:
        entry: Its entry in the store.
        backup: Its entry in the backup; ``None`` where none was asked for.
        steps: What this run has done, in order.
        resumed: Whether an earlier run had got as far as the authority, and this one finished it.
    """

    entry: Entry
    backup: Entry | None
    steps: tuple[Step, ...]
    resumed: bool


@frozen
class Renewal(Issuance):
    """A new certificate in the place of another.

    Attributes:
        old: Entry of the old one where it is now; ``None`` where it was removed, or is in no store.
    """

    old: Entry | None


class Steps:
    """Notes each step, and tells it.

    Args:
        told: Called after each step.
    """

    def __init__(self, told: Callable[[Step], None] | None) -> None:
        self._told = told
        self._done: list[Step] = []

    def __call__(self, step: Step) -> None:
        """A step was taken."""
        self._done.append(step)
        if self._told is not None:
            self._told(step)

    @property
    def done(self) -> tuple[Step, ...]:
        """The steps until now."""
        return tuple(self._done)
