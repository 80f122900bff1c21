# SPDX-License-Identifier: Apache-2.0
"""CMP over TCP."""

from __future__ import annotations

import socketserver
from typing import TYPE_CHECKING, Final

from kcert._asn1.cmp import MAX_MESSAGE_SIZE
from kcert.testing.cmp.delivery import endless
from kcert.testing.cmp.faults import Fault
from kcert.testing.connections import EndingServer, Serving

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from kcert.testing.cmp.delivery import Delivery

__all__ = ["TcpListener"]

_LENGTH_SIZE: Final = 4
_DRAFT_VERSION: Final = b"\x0a"
_REQUEST: Final = b"\x00"
_ANSWER: Final = b"\x05"
_LONGEST: Final = b"\xff\xff\xff\xff"
_ENDS: Final = (Fault.NOT_CMP, Fault.TRUNCATED, Fault.OVERSIZED)
_CLOSED: Final = (Fault.SERVER_ERROR, Fault.UNAVAILABLE)


class _Server(EndingServer, socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(
        self, respond: Callable[[bytes], Delivery], ending: threading.Event, port: int
    ) -> None:
        self.respond = respond
        self.ending = ending
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    before = b""
    """Version and flags, as the client sent them."""

    def handle(self) -> None:
        while (request := self._read()) is not None:
            if not self._write(self.server.respond(request)):
                return

    def _read(self) -> bytes | None:
        """The next message; ``None`` at the end, or where it is not one."""
        length = self.rfile.read(_LENGTH_SIZE)
        size = int.from_bytes(length, "big")
        if len(length) < _LENGTH_SIZE or not 0 < size <= MAX_MESSAGE_SIZE:
            return None
        content = self.rfile.read(size)
        self.before = content[:2] if content[:1] == _DRAFT_VERSION else b""
        kind, request = content[len(self.before) :][:1], content[len(self.before) + 1 :]
        return request if len(content) == size and kind == _REQUEST else None

    def _write(self, delivery: Delivery) -> bool:
        """Send an answer; whether the connection is to stay."""
        fault, content = delivery.fault, delivery.content
        if fault is Fault.DELAYED:
            self.server.ending.wait(delivery.seconds)
        if delivery.is_lost or fault in _CLOSED:
            return False
        start = self.before + _ANSWER
        header = (len(start) + len(content)).to_bytes(_LENGTH_SIZE, "big") + start
        if fault is Fault.OVERSIZED:
            for piece in endless(_LONGEST + start + content, self.server.ending):
                self.wfile.write(piece)
        if fault is Fault.NOT_CMP:
            header = b""
        self.wfile.write(header + (delivery.cut if fault is Fault.TRUNCATED else content))
        return fault not in _ENDS


class TcpListener(Serving):
    """Answers CMP messages on 127.0.0.1 while it is entered.

    Each message is preceded by the length of all that follows, four octets, and by a flag that
    says what it is, one octet (RFC 2510 section 5.2); or, where the client does so, with version 10
    and flags between them (draft-ietf-pkix-cmp-transport-protocols).

    Args:
        respond: Answers a message.
        ending: Set when the server ends.
        port: TCP port, 0 for any that is free.
    """

    def __init__(
        self, respond: Callable[[bytes], Delivery], ending: threading.Event, *, port: int = 0
    ) -> None:
        super().__init__(_Server(respond, ending, port))
