# SPDX-License-Identifier: Apache-2.0
"""Servers on loopback whose threads end with them."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

__all__ = ["EndingServer", "Serving"]


class EndingServer(socketserver.ThreadingMixIn):
    """A threading server that closes what is open before it waits for its threads."""

    # So that `server_close` waits for them.
    daemon_threads = False
    block_on_close = True

    def __init__(self, *arguments: Any, **keywords: Any) -> None:  # noqa: ANN401 - the other base's
        self._open: set[socket.socket] = set()
        self._mutex = threading.Lock()
        super().__init__(*arguments, **keywords)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as typed above
        """Remember the connection, and serve it in a thread."""
        with self._mutex:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as typed above
        """Forget the connection, and close it."""
        with self._mutex:
            self._open.discard(request)
        super().shutdown_request(request)  # type: ignore[misc]  # the other base has it

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as typed above
        """Say nothing of connections that broke; anything else is a fault of the server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[misc]  # as above

    def close_connections(self) -> None:
        """Break every open connection."""
        with self._mutex:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Serving:
    """Serves in a thread of its own while it is entered.

    Args:
        server: A server with `EndingServer` among its bases, listening already.
    """

    def __init__(self, server: socketserver.BaseServer) -> None:
        self._server = server
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """TCP port."""
        return int(self._server.server_address[1])  # type: ignore[index]  # an IPv4 address

    def __enter__(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, break what is open, and wait for every thread."""
        if self._thread is not None:
            self._server.shutdown()
        if isinstance(self._server, EndingServer):
            self._server.close_connections()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
