# SPDX-License-Identifier: Apache-2.0
"""The history of a store: an append-only record in which every line is linked to the one before.

It lies beside the certificates, as lines of JSON in files of sixty-four events each
(``.kcert/history/000000000001.jsonl`` and so on), so that an event costs the same after years.
Several processes append to one chain: a file is only ever changed in the state it was read in.

Whoever can write the files can write a whole new chain. What the chain shows is that nothing was
changed, cut out or reordered behind a ``head`` that was noted elsewhere.
"""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.store.events import START, Event, EventKind, broken, digest, parse_event, read_event
from kcert.store.record_files import PER_FILE, End, RecordFiles, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kcert.certificate import Certificate
    from kcert.storage import Backend

__all__ = ["History", "Verified"]

_STORE: Final = ".kcert/store"
_ATTEMPTS: Final = 64
_LONGEST_PAUSE: Final = 0.1
_log = logging.getLogger(__name__)


@frozen
class Verified:
    """A chain without a break.

    Attributes:
        events: How many there are.
        head: Digest of the last one. Note it elsewhere, and give it to the next `History.verify`.
    """

    events: int
    head: str


class History:
    """The record of one store.

    Args:
        backend: Where it lies: the store's own, or another that its programs do not share.
        required: Whether what cannot be entered is an error. Otherwise it goes into the log of
            ``kcert.store.history``, as on a write-protected stick.
        clock: Tells the moment; default the system's clock.
        sleep: Waits some seconds, where several processes append at once.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        required: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._backend = backend
        self._required = required
        self._clock = clock
        self._sleep = sleep
        self._files = RecordFiles(backend)
        # Where this object's last event ended: while nobody else appends, the next one needs no
        # look. Whoever did makes the write a conflict, and then one looks.
        self._end: End | None = None

    def __repr__(self) -> str:
        return f"<History on {self._backend!r}>"

    def events(self) -> Iterator[Event]:
        """Yield every event, oldest first, each checked against the one before it.

        Raises:
            FormatError: At the first broken link.
        """
        for event, _ in self._chain():
            yield event

    def verify(self, *, head: str | None = None) -> Verified:
        """Check every link.

        Args:
            head: What an earlier `verify` gave: then also whether that state is still a part of
                this one, and nothing was cut off or written anew.

        Raises:
            FormatError: At the first broken link, which ``where`` names; or ``head`` is not in it.
        """
        last, count, seen = START, 0, head in {None, START}
        for event, last in self._chain():
            count = event.number
            seen = seen or last == head
        if not seen:
            raise broken(
                count + 1,
                "the state noted before is not in the record; it was cut off or written anew",
                "전에 적어 둔 상태가 기록에 없습니다; 잘렸거나 새로 쓰였습니다",
            )
        return Verified(count, last)

    def export(self) -> Iterator[str]:
        """Yield the record as lines of JSON, as they are stored, unchecked."""
        for line in self._files.all_lines():
            yield line.decode("utf-8", "replace")

    def latest(self) -> Iterator[Event]:
        """Yield the events, newest first, unchecked, as far as the record can be read."""
        for name in reversed(self._files.names()):
            for line in reversed(self._files.lines(name)):
                event = parse_event(line)
                if event is not None:
                    yield event

    def last(self, certificate: Certificate | None, *kinds: EventKind) -> Event | None:
        """The newest event of a certificate of these kinds, as far as the record can be read."""
        fingerprint = None if certificate is None else certificate.fingerprint()
        for event in self.latest():
            if event.fingerprint == fingerprint and event.kind in kinds:
                return event
        return None

    def last_backup(self, certificate: Certificate) -> Event | None:
        """When and where to a certificate was last copied, as far as the record can be read."""
        return self.last(certificate, EventKind.COPIED)

    def store_id(self) -> str:
        """Identity of the store, 32 hex digits. The first call writes what it is made of."""
        for _ in range(2):
            with suppress(NotFoundError):
                return digest(self._backend.get(_STORE).data)[:32]
            with suppress(AlreadyExistsError):  # somebody was first
                self._backend.put(_STORE, secrets.token_hex(16).encode())
        raise ConflictError("the store's identity comes and goes", backend=self._kind)

    def record(
        self,
        kind: EventKind,
        certificate: Certificate | None,
        *,
        renews: Certificate | None = None,
        medium: str | None = None,
        store: str | None = None,
        reason: str | None = None,
    ) -> Event:
        """Append an event.

        Raises:
            ConflictError: So many others append that there was no turn for this one; retryable.
            UnavailableError: The medium does not take it.
        """
        at = self._clock().astimezone(UTC)
        for attempt in range(_ATTEMPTS):
            end = self._end or self._files.end()
            self._end = None
            before = self._files.before(end)
            event = Event(
                number=end.file * PER_FILE + len(end.lines) + 1,
                at=at,
                kind=kind,
                fingerprint=None if certificate is None else certificate.fingerprint(),
                previous=START if before is None else digest(before),
                renews=None if renews is None else renews.fingerprint(),
                medium=medium,
                store=store,
                reason=reason,
            )
            with suppress(ConflictError, AlreadyExistsError):
                line = event.to_line()
                self._end = self._files.append(end, line)
                # Where nobody compares, two may have written the same state.
                if self._backend.properties.conditional or self._files.holds(end, line):
                    return event
            longest = min(_LONGEST_PAUSE, 0.001 * 2**attempt)
            self._sleep(longest * secrets.randbelow(1000) / 1000)
        raise ConflictError(
            "too many write into the history at once; try again",
            "너무 많은 프로그램이 동시에 이력을 쓰고 있습니다; 다시 시도하십시오",
            backend=self._kind,
            retryable=True,
        )

    def note(
        self,
        kind: EventKind,
        certificate: Certificate | None,
        *,
        renews: Certificate | None = None,
        to: History | None = None,
        medium: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Append an event of something that was done; where that fails, log it or raise.

        Raises:
            UnavailableError: It was done and could not be entered, and entering is required.
        """
        try:
            store = None
            if to is not None:
                with suppress(StorageError):
                    store = to.store_id()
            self.record(kind, certificate, renews=renews, medium=medium, store=store, reason=reason)
        except StorageError as error:
            if self._required:
                raise UnavailableError(
                    f"{kind.value}, but not entered in the history: {error.reason}",
                    f"처리했으나({kind.value}) 이력에 기록하지 못했습니다: "
                    f"{error.reason_ko or error.reason}",
                    backend=self._kind,
                    retryable=False,
                ) from None
            _log.warning("%s, but not entered in the history: %s", kind.value, error.code)

    def note_missing(
        self,
        kind: EventKind,
        certificate: Certificate | None,
        *,
        instead: Iterable[EventKind] = (),
        renews: Certificate | None = None,
        to: History | None = None,
        medium: str | None = None,
    ) -> None:
        """`note` what a crash may have left out, unless it is there, or one of ``instead``."""
        with suppress(StorageError):  # what cannot be read cannot be written: `note` tells
            if self.last(certificate, kind, *instead) is not None:
                return
        self.note(kind, certificate, renews=renews, to=to, medium=medium)

    # What the verbs are made of

    @property
    def _kind(self) -> str:
        return self._backend.properties.kind

    def _chain(self) -> Iterator[tuple[Event, str]]:
        """Yield every event and the digest of its line."""
        number, previous = 0, START
        for name in self._files.names():
            if name != name_of(number // PER_FILE) or number % PER_FILE:
                raise broken(number + 1, "it is missing", "기록이 없습니다")
            for line in self._files.lines(name):
                number += 1
                event = read_event(line, number, previous)
                previous = digest(line)
                yield event, previous
