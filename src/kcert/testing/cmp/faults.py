# SPDX-License-Identifier: Apache-2.0
"""Faults on demand: what a network and an authority may do to a client."""

from __future__ import annotations

from enum import Enum
from threading import Lock
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from kcert._asn1.cmp_status import FAILURES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NOTHING", "Fault", "Faults", "PlannedFault"]


class Fault(Enum):
    """What goes wrong with one answer."""

    NONE = "nothing: a message that fits passes, and the next fault waits for the one after"

    LOST_REQUEST = "the connection closes before the request is looked at"
    LOST_ANSWER = "the request is carried out, and its answer is lost"
    DELAYED = "the answer comes late"
    TRUNCATED = "the answer is cut in the middle"
    OVERSIZED = "the answer never seems to end"
    SERVER_ERROR = "HTTP 500; over TCP the connection closes"
    UNAVAILABLE = "HTTP 503; over TCP the connection closes"
    NOT_CMP = "the answer is no CMP message but a web page"
    ALTERED_PROTECTION = "a bit of the protection is flipped"
    MISSING_PROTECTION = "the answer is not protected"
    FOREIGN_SIGNER = "the answer is signed by another authority of the same name"
    SWAPPED_CERTIFICATE = "the certificate is for another key"
    FOREIGN_TRANSACTION = "the answer is of another transaction"
    STALE_NONCE = "the answer does not repeat the nonce of the request"
    WRONG_ALGORITHM = "the protection says an algorithm that nobody has"
    WRONG_BODY = "the answer is of another kind than the request asks for"
    REFUSED = "the authority refuses"
    WAITING = "the authority asks to poll for the answer"
    CLOCK_SKEW = "the answer is dated by a clock that is wrong"


@frozen
class PlannedFault:
    """A fault that waits for its message.

    Attributes:
        fault: What goes wrong.
        verb: Name of the request it waits for: ``"ir"``, ``"certConf"`` …; ``None`` for any.
        times: How many more times; ``None`` for always.
        seconds: Of `Fault.DELAYED`, and how far the clock of `Fault.CLOCK_SKEW` is ahead; how long
            the client is told to wait before it polls.
        status: PKIStatus name of `Fault.REFUSED`.
        failure: PKIFailureInfo names of `Fault.REFUSED`.
        text: What it says.
        polls: How often `Fault.WAITING` has the client poll.
    """

    fault: Fault
    verb: str | None = None
    times: int | None = 1
    seconds: float = 1.0
    status: str = "rejection"
    failure: tuple[str, ...] = ("badRequest",)
    text: str = "refused on demand"
    polls: int = 1


NOTHING: Final = PlannedFault(Fault.NONE)
"""What happens where no fault was asked for."""


class Faults:
    """The faults that are to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: list[PlannedFault] = []
        self._lock = Lock()

    def next(
        self,
        fault: Fault,
        *,
        verb: str | None = None,
        times: int | None = 1,
        seconds: float = 1.0,
        status: str = "rejection",
        failure: Sequence[str] = ("badRequest",),
        text: str = "refused on demand",
        polls: int = 1,
    ) -> None:
        """Have a fault happen to the next message that fits.

        Args:
            fault: What goes wrong.
            verb: Request it waits for, by its name in RFC 4210: ``"ir"``, ``"kur"``,
                ``"certConf"`` …; ``None`` for any.
            times: How many times; ``None`` until `clear`.
            seconds: How late a delayed answer is, how far ahead the wrong clock, how long the
                client is told to wait before it polls.
            status: PKIStatus name of a refusal.
            failure: PKIFailureInfo names of a refusal.
            text: What a refusal says.
            polls: How often the client is made to poll.

        Raises:
            ValueError: RFC 4210 has no such status or failure.
        """
        if status not in STATUSES or not set(failure) <= set(FAILURES):
            raise ValueError(f"RFC 4210 has no such status or failure: {status}, {failure}")
        planned = PlannedFault(
            fault,
            verb=verb,
            times=times,
            seconds=seconds,
            status=status,
            failure=tuple(failure),
            text=text,
            polls=polls,
        )
        with self._lock:
            self._planned.append(planned)

    def clear(self) -> None:
        """Have nothing more go wrong."""
        with self._lock:
            self._planned.clear()

    @property
    def pending(self) -> tuple[PlannedFault, ...]:
        """What still waits for its message."""
        with self._lock:
            return tuple(self._planned)

    def take(self, verb: str | None) -> PlannedFault:
        """The fault that is due for a request, which has one less to come then.

        Args:
            verb: Name of the request; ``None`` for one that could not be read.
        """
        with self._lock:
            for place, planned in enumerate(self._planned):
                if planned.verb in (None, verb):
                    if planned.times is not None and planned.times <= 1:
                        del self._planned[place]
                    elif planned.times is not None:
                        self._planned[place] = evolve(planned, times=planned.times - 1)
                    return planned
        return NOTHING
