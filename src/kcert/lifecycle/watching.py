# SPDX-License-Identifier: Apache-2.0
"""`Watcher`: tells each event of a certificate's life once, for schedulers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.certificate.validity import Validity, moment
from kcert.errors import KcertError, RevokedError, StorageError
from kcert.lifecycle import events
from kcert.lifecycle.calendars import ALARM_DAYS
from kcert.lifecycle.events import EventKind, Memory, WatchEvent
from kcert.lifecycle.listing import Listed, Stores, many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.store import Entry, Store

__all__ = ["Watcher"]

_ORDER: Final = {kind: number for number, kind in enumerate(EventKind)}


class Watcher:
    """Looks at stores again and again, and tells what has happened in between, each thing once.

    Nothing is unlocked, and nothing runs in the background: a scheduler calls `poll`. What was told
    is kept in `state`, text without names; keep it after the events were handled, and give it to
    the next watcher. A crash before that tells them again rather than never.

    Args:
        stores: A store, or several. A certificate that lies in several places is one.
        state: `state` of the watcher before; ``None`` for the first, which finds everything.
        clock: Gives the present moment, aware; default the computer's clock.
        steps: How many days before the expiry day to tell that a certificate is expiring. Who looks
            too late for one is told the last that was passed.
        revoked: Tells whether a certificate was revoked, by its answer or by raising
            `RevokedError`. Asked at each poll for certificates that have not ended.

    Raises:
        FormatError: ``state`` is something else.
        ValueError: A step is negative.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        state: str | None = None,
        clock: Callable[[], datetime] | None = None,
        steps: Iterable[int] = ALARM_DAYS,
        revoked: Callable[[Certificate], bool] | None = None,
    ) -> None:
        self._stores = many(stores)
        self._known = {} if state is None else events.load(state)
        self._clock = clock or moment
        self._steps = tuple(sorted(set(steps)))
        if any(step < 0 for step in self._steps):
            raise ValueError("steps must not be negative")
        self._revoked = revoked
        self._problems: list[KcertError] = []

    def __repr__(self) -> str:
        return f"<Watcher of {len(self._known)} certificates in {len(self._stores)} stores>"

    @property
    def state(self) -> str:
        """What was told until now, as JSON text: fingerprints and dates, no names."""
        return events.dump(self._known)

    @property
    def problems(self) -> tuple[KcertError, ...]:
        """What kept the last poll from seeing everything.

        Stores and entries that could not be read, and revocation checks without an answer. While a
        store cannot be read, nothing is told to be gone.
        """
        return tuple(self._problems)

    def poll(self) -> tuple[WatchEvent, ...]:
        """Look at every store once.

        Returns:
            What has happened since the last poll, in the order in which the certificates end.
        """
        now = moment(self._clock())
        self._problems = []
        seen: dict[str, Memory] = {}
        told: list[WatchEvent] = []
        complete = True
        for store in self._stores:
            try:
                for entry in store.entries():
                    complete &= not isinstance(entry.problem, StorageError)
                    told += self._look(store, entry, now, seen)
            except StorageError as error:
                self._problems.append(error)
                complete = False
        known = {**self._known, **seen}
        if complete:
            told += _missing(known, seen, now)
        told.sort(key=lambda event: (event.not_after, event.fingerprint, _ORDER[event.kind]))
        # Only now: whatever fails before, the next poll tells all of it.
        self._known = known
        return tuple(told)

    def _look(
        self, store: Store, entry: Entry, now: datetime, seen: dict[str, Memory]
    ) -> Iterator[WatchEvent]:
        if entry.problem is not None:
            self._problems.append(entry.problem)
        item = Listed.of(store, entry)
        if item is None or entry.certificate is None or item.fingerprint in seen:
            return
        before = self._known.get(item.fingerprint)
        marks = set(before.told) if before else set()
        kinds = [] if before and not before.gone else [EventKind.FOUND]
        kinds += self._new(item, entry.certificate, now, marks)
        not_after = item.validity.not_after
        seen[item.fingerprint] = Memory(not_after, frozenset(marks))
        if kinds:
            item = item.without_entry()
        for kind in kinds:
            days_left = item.validity.days_left(now)
            yield WatchEvent(kind, now, item.fingerprint, not_after, days_left, item)

    def _new(
        self, item: Listed, certificate: Certificate, now: datetime, marks: set[str]
    ) -> Iterator[EventKind]:
        """The events that are told once and were not yet; ``marks`` gets theirs."""

        def first(kind: EventKind, mark: str) -> Iterator[EventKind]:
            if mark not in marks:
                marks.add(mark)
                yield kind

        if now > item.validity.not_after:
            yield from first(EventKind.EXPIRED, EventKind.EXPIRED.value)
            return
        window = item.renewal_window
        if window is not None and window.contains(now):
            yield from first(EventKind.WINDOW_OPENED, EventKind.WINDOW_OPENED.value)
        days_left = item.validity.days_left(now)
        passed = [f"{EventKind.EXPIRING.value}-{step}" for step in self._steps if days_left <= step]
        if passed:
            yield from first(EventKind.EXPIRING, passed[0])
            marks.update(passed)
        if EventKind.REVOKED.value not in marks and self._is_revoked(certificate):
            yield from first(EventKind.REVOKED, EventKind.REVOKED.value)

    def _is_revoked(self, certificate: Certificate) -> bool:
        if self._revoked is None:
            return False
        try:
            return self._revoked(certificate)
        except RevokedError:
            return True
        except KcertError as error:
            self._problems.append(error)
            return False


def _missing(
    known: dict[str, Memory], seen: dict[str, Memory], now: datetime
) -> Iterator[WatchEvent]:
    """Tell what is gone, and forget what is gone and has ended."""
    for fingerprint in known.keys() - seen.keys():
        memory = known[fingerprint]
        if not memory.gone:
            days_left = Validity(memory.not_after, memory.not_after).days_left(now)
            yield WatchEvent(EventKind.GONE, now, fingerprint, memory.not_after, days_left)
        if now > memory.not_after:
            del known[fingerprint]
        else:
            known[fingerprint] = Memory(memory.not_after, memory.told, gone=True)
