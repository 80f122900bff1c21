# SPDX-License-Identifier: Apache-2.0
"""A small HTTP server on loopback, for tests of what fetches: CRLs, OCSP, CMP."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self

__all__ = ["Answer", "LoopbackServer"]


@frozen
class Answer:
    """What the server sends.

    Attributes:
        body: The body: octets, or pieces that are sent one by one without announcing a size.
        status: HTTP status.
        headers: More headers.
    """

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)


class LoopbackServer:
    """Serves on 127.0.0.1 while it is entered.

    Args:
        routes: By path: the answer, or a function that makes it of the request's body.
    """

    def __init__(
        self, routes: Mapping[str, bytes | Answer | Callable[[bytes], bytes | Answer]] | None = None
    ) -> None:
        self.routes = dict(routes or {})
        """May be changed while it serves."""
        self.requests: list[tuple[str, str, bytes]] = []
        """Method, path and body of every request so far."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._serve(self, b"")

            def do_POST(self) -> None:
                server._serve(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def port(self) -> int:
        """TCP port."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/") -> str:
        """URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.requests.append((handler.command, handler.path, body))
        route = self.routes.get(handler.path, Answer(status=404))
        made = route(body) if callable(route) else route
        answer = made if isinstance(made, Answer) else Answer(made)
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        try:
            if isinstance(answer.body, bytes):
                handler.send_header("Content-Length", str(len(answer.body)))
                handler.end_headers()
                handler.wfile.write(answer.body)
            else:
                handler.end_headers()
                for piece in answer.body:
                    handler.wfile.write(piece)
        except OSError:
            # Who asked has heard enough.
            handler.close_connection = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
