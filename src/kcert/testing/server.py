# SPDX-License-Identifier: Apache-2.0
"""A small HTTP server on loopback, for tests of what fetches: CRLs, OCSP, CMP."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from kcert.testing.connections import EndingServer, Serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Answer", "LoopbackServer"]

_MAX_REQUEST: Final = 4 << 20


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


Route: TypeAlias = "bytes | Answer | Callable[[bytes], bytes | Answer | None]"


class _Server(EndingServer, HTTPServer):
    pass


class LoopbackServer(Serving):
    """Serves on 127.0.0.1 while it is entered.

    Args:
        routes: By path: the answer, or a function that makes it of the request's body; where that
            makes ``None``, the connection is closed without an answer.
        port: TCP port, 0 for any that is free.
        remember: Whether to keep `requests`.
    """

    def __init__(
        self, routes: Mapping[str, Route] | None = None, *, port: int = 0, remember: bool = True
    ) -> None:
        self.routes = dict(routes or {})
        """May be changed while it serves."""
        self.requests: list[tuple[str, str, bytes]] = []
        """Method, path and body of every request so far."""
        self._remember = remember
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._serve(self, b"")

            def do_POST(self) -> None:
                size = self.headers["Content-Length"] or ""
                if not (size.isascii() and size.isdigit()):
                    self.send_error(411)
                elif len(size) > len(str(_MAX_REQUEST)) or int(size) > _MAX_REQUEST:
                    self.send_error(413)
                else:
                    server._serve(self, self.rfile.read(int(size)))

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        super().__init__(_Server(("127.0.0.1", port), Handler))

    def url(self, path: str = "/") -> str:
        """URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self._remember:
            self.requests.append((handler.command, handler.path, body))
        route = self.routes.get(handler.path, Answer(status=404))
        made = route(body) if callable(route) else route
        if made is None:
            handler.close_connection = True
            return
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
