# SPDX-License-Identifier: Apache-2.0
"""How an answer travels, or fails to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.testing.cmp.faults import Fault
from kcert.testing.server import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

__all__ = ["CMP_TYPE", "Delivery", "endless"]

CMP_TYPE: Final = "application/pkixcmp"
_WEB_PAGE: Final = b"<!DOCTYPE html><title>503</title><p>Please try again later.</p>"
_PIECE: Final = bytes(1 << 16)
_LOST: Final = (Fault.LOST_REQUEST, Fault.LOST_ANSWER)
_STATUS: Final = {Fault.SERVER_ERROR: 500, Fault.UNAVAILABLE: 503}


@frozen
class Delivery:
    """An answer and what happens to it on the way.

    Attributes:
        octets: The CMP message, DER.
        fault: What goes wrong, where it concerns the transport.
        seconds: How late a delayed answer is.
    """

    octets: bytes = field(default=b"", repr=False)
    fault: Fault | None = None
    seconds: float = 0.0

    @property
    def is_lost(self) -> bool:
        """Whether nothing comes."""
        return self.fault in _LOST

    @property
    def content(self) -> bytes:
        """What arrives as far as the transport does not cut it."""
        return _WEB_PAGE if self.fault is Fault.NOT_CMP else self.octets

    @property
    def cut(self) -> bytes:
        """The first half."""
        return self.content[: len(self.content) // 2]

    def over_http(self, ending: Event) -> Answer | None:
        """The HTTP answer (RFC 9811), ``None`` where the connection just closes.

        Args:
            ending: Set when the server ends; waiting and sending stop then.
        """
        if self.fault is Fault.DELAYED:
            ending.wait(self.seconds)
        if self.is_lost:
            return None
        headers = {"Content-Type": CMP_TYPE}
        if self.fault in _STATUS:
            return Answer(_WEB_PAGE, _STATUS[self.fault], {"Content-Type": "text/html"})
        if self.fault is Fault.NOT_CMP:
            return Answer(self.content, headers={"Content-Type": "text/html"})
        if self.fault is Fault.TRUNCATED:
            announced = {**headers, "Content-Length": str(len(self.content))}
            return Answer([self.cut], headers=announced)
        if self.fault is Fault.OVERSIZED:
            return Answer(endless(self.content, ending), headers=headers)
        return Answer(self.content, headers=headers)


def endless(start: bytes, ending: Event) -> Iterator[bytes]:
    """A beginning, and zero octets until the other side or the server has had enough."""
    yield start
    while not ending.is_set():
        yield _PIECE
