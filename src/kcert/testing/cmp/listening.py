# SPDX-License-Identifier: Apache-2.0
"""CMP over TCP, as Korean authorities speak it (RFC 2510 section 5.2)."""

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

_HEADER: Final = 5
_REQUEST: Final = 0
_FINAL_ANSWER: Final = 5
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

    def handle(self) -> None:
        while (request := self._read()) is not None:
            if not self._write(self.server.respond(request)):
                return

    def _read(self) -> bytes | None:
        """The next message; ``None`` at the end, or where it is not one."""
        header = self.rfile.read(_HEADER)
        size = int.from_bytes(header[:4], "big") - 1
        if len(header) < _HEADER or header[4] != _REQUEST or not 0 <= size <= MAX_MESSAGE_SIZE:
            return None
        request = self.rfile.read(size)
        return request if len(request) == size else None

    def _write(self, delivery: Delivery) -> bool:
        """Send an answer; whether the connection is to stay."""
        fault, content = delivery.fault, delivery.content
        if fault is Fault.DELAYED:
            self.server.ending.wait(delivery.seconds)
        if delivery.is_lost or fault in _CLOSED:
            return False
        header = (len(content) + 1).to_bytes(4, "big") + bytes((_FINAL_ANSWER,))
        if fault is Fault.OVERSIZED:
            for piece in endless(_LONGEST + header[4:] + content, self.server.ending):
                self.wfile.write(piece)
        if fault is Fault.NOT_CMP:
            header = b""
        self.wfile.write(header + (delivery.cut if fault is Fault.TRUNCATED else content))
        return fault not in _ENDS


class TcpListener(Serving):
    """Answers CMP messages on 127.0.0.1 while it is entered.

    Each message is preceded by its length and a flag that says what it is: four octets, the length
    of what follows them, and one octet.

    Args:
        respond: Answers a message.
        ending: Set when the server ends.
        port: TCP port, 0 for any that is free.
    """

    def __init__(
        self, respond: Callable[[bytes], Delivery], ending: threading.Event, *, port: int = 0
    ) -> None:
        super().__init__(_Server(respond, ending, port))
