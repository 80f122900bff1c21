# SPDX-License-Identifier: Apache-2.0
"""What ends soon in the places that a command looks at, each certificate once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from kcert import lifecycle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from kcert import Certificate
    from kcert.cli.places import PlaceStore
    from kcert.lifecycle import DueState

__all__ = ["Reminder", "reminders"]


@frozen
class Reminder:
    """A certificate that ends.

    Attributes:
        id: As `kcert list` shows it.
        certificate: The certificate.
        state: What can be done about it.
        days_left: Days to the expiry day.
        locations: Everywhere that it lies.
    """

    id: str
    certificate: Certificate
    state: DueState
    days_left: int
    locations: tuple[str, ...]

    def is_due(self, days: int, *, expired: bool) -> bool:
        """Whether it ends within so many days; one that has ended counts where that is asked."""
        if self.state is lifecycle.DueState.EXPIRED:
            return expired
        return self.days_left <= days


def reminders(
    places: Sequence[PlaceStore], within: timedelta, at: datetime, *, expired: bool
) -> list[Reminder]:
    """Find what ends, the first to end first; equal ends by holder."""
    of_store = {id(place.store): place for place in places}
    found: dict[str, Reminder] = {}
    stores = [place.store for place in places]
    for due in lifecycle.due(stores, within, at=at, expired=expired):
        entry, certificate = due.entry, due.entry.certificate
        if certificate is None:
            continue  # `due` leaves those out
        location = of_store[id(due.store)].locate(entry)
        if (before := found.get(due.fingerprint)) is not None:
            found[due.fingerprint] = evolve(before, locations=(*before.locations, location))
            continue
        found[due.fingerprint] = Reminder(
            entry.id, certificate, due.state, due.days_left, (location,)
        )
    return sorted(found.values(), key=_order)


def _order(one: Reminder) -> tuple[datetime, str]:
    return one.certificate.validity.not_after, one.certificate.holder_name or ""
