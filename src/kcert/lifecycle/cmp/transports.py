# SPDX-License-Identifier: Apache-2.0
"""How CMP messages travel: HTTP (RFC 6712, RFC 9811), and TCP as Korean authorities use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from kcert._asn1.cmp import MAX_MESSAGE_SIZE
from kcert.errors import AuthorityError, KcertError, LimitError
from kcert.trust.addresses import BoundedSocket, Deadline, connect, unavailable
from kcert.trust.fetching import NetworkFetcher

if TYPE_CHECKING:
    import socket

__all__ = ["HttpTransport", "TcpTransport", "Transport", "transport_for"]

_DEADLINE: Final = 30.0
_MEDIA_TYPE: Final = "application/pkixcmp"
_DRAFT_VERSION: Final = 10
_LENGTH_SIZE: Final = 4
_CLOSE: Final = 1
_PKI_REQUEST: Final = 0
_FINISHED: Final = 3
_PKI_ANSWERS: Final = frozenset({0, 5})


class Transport(Protocol):
    """Carries a message to the authority and its answer back."""

    def exchange(self, message: bytes) -> bytes:
        """Send a PKIMessage (DER) and return the answer, empty where the authority has none.

        Raises:
            UnavailableError: The authority cannot be reached.
            AuthorityError: What came back is no answer.
        """
        ...


class HttpTransport:
    """POST of ``application/pkixcmp``. Redirects are not followed.

    Args:
        url: http or https. It may be on loopback or in one's own network.
        deadline: Seconds for one exchange.

    Raises:
        ValueError: It is another address, or holds a user name: that does not belong into one.
    """

    def __init__(self, url: str, *, deadline: float = _DEADLINE) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("an address is http://host/… or https://host/…, without a user name")
        self._url = url
        self._fetcher = NetworkFetcher(
            deadline=deadline, max_size=MAX_MESSAGE_SIZE, allow_private=True, max_redirects=0
        )

    def __repr__(self) -> str:
        return f"<HttpTransport {self._url}>"

    def exchange(self, message: bytes) -> bytes:
        """Send a message, see `Transport.exchange`."""
        try:
            return self._fetcher.post(self._url, message, content_type=_MEDIA_TYPE)
        except LimitError as error:
            raise _too_large() from error


class TcpTransport:
    """A connection for each message, with a length before it.

    Args:
        host: Name or address. It may be on loopback or in one's own network.
        port: TCP port.
        versioned: Length, version 10, flags and type before the message, as later drafts of the
            protocol have it (draft-ietf-pkix-cmp-transport-protocols); otherwise length and type
            alone (RFC 2510 section 5.2). Which of them an authority speaks is not known here.
        deadline: Seconds for one exchange.
    """

    def __init__(
        self, host: str, port: int, *, versioned: bool = True, deadline: float = _DEADLINE
    ) -> None:
        self._host = host
        self._port = port
        self._versioned = versioned
        self._seconds = deadline

    def __repr__(self) -> str:
        return f"<TcpTransport {self._host}:{self._port}>"

    def exchange(self, message: bytes) -> bytes:
        """Send a message, see `Transport.exchange`."""
        deadline = Deadline(self._seconds, "tcp")
        connection = connect(self._host, self._port, deadline, allow_private=True)
        try:
            return self._exchange(connection, deadline, message)
        except LimitError as error:
            raise _too_large() from error
        except KcertError:
            raise
        except TimeoutError:
            raise deadline.passed() from None
        except OSError:
            raise unavailable(
                "the connection failed", "연결이 끊어졌습니다", scheme="tcp"
            ) from None
        finally:
            connection.close()

    def _exchange(self, connection: socket.socket, deadline: Deadline, message: bytes) -> bytes:
        bounded = BoundedSocket(connection, deadline, MAX_MESSAGE_SIZE + 16)
        before = bytes((_DRAFT_VERSION, _CLOSE)) if self._versioned else b""
        content = before + bytes((_PKI_REQUEST,)) + message
        bounded.sendall(len(content).to_bytes(_LENGTH_SIZE, "big") + content)
        size = int.from_bytes(_receive(bounded, _LENGTH_SIZE), "big")
        if size > MAX_MESSAGE_SIZE:
            raise LimitError("answer size", size, MAX_MESSAGE_SIZE, where="tcp")
        if size < len(before) + 1:
            raise _no_answer("is too short to be one")
        answer = _receive(bounded, size)
        if before and answer[0] != _DRAFT_VERSION:
            raise _no_answer("is of another version of the transport")
        kind, content = answer[len(before)], answer[len(before) + 1 :]
        if self._versioned and kind == _FINISHED:
            return b""
        if kind not in _PKI_ANSWERS:
            raise _no_answer(f"is of type {kind}, which holds no message")
        return content


def _receive(connection: BoundedSocket, size: int) -> bytes:
    octets = bytearray()
    while len(octets) < size:
        more = connection.recv(size - len(octets))
        if not more:
            raise unavailable("the answer is cut", "응답이 중간에서 끊겼습니다", scheme="tcp")
        octets += more
    return bytes(octets)


def _too_large() -> AuthorityError:
    """Make the error for an answer over the limit."""
    return AuthorityError("the answer is larger than any should be", "응답이 너무 큽니다")


def _no_answer(reason: str) -> AuthorityError:
    """Make the error for what came back and is no CMP message."""
    return AuthorityError(f"the answer {reason}", "응답이 CMP 메시지가 아닙니다")


def transport_for(address: str) -> Transport:
    """The transport for an address.

    Args:
        address: ``http://…``, ``https://…`` or ``tcp://host:port``.

    Raises:
        ValueError: It is none of these.
    """
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        return HttpTransport(address)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return TcpTransport(parts.hostname, parts.port)
    raise ValueError("an authority's address is http://…, https://… or tcp://host:port")
