# SPDX-License-Identifier: Apache-2.0
"""Connecting to an address that was checked, and reading from it within a deadline.

A URL in a certificate is somebody else's choice of where this computer connects to. So a name is
resolved once, every address it stands for is checked, and the connection goes to a checked address:
what the name resolves to a moment later does not matter (DNS rebinding).
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import queue
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from kcert.errors import LimitError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

__all__ = [
    "BoundedReader",
    "BoundedSocket",
    "Deadline",
    "checked_addresses",
    "connect",
    "unavailable",
]

_CHUNK: Final = 1 << 16


def unavailable(
    reason: str, reason_ko: str, *, scheme: str, retryable: bool = True
) -> UnavailableError:
    """Make the error for something that could not be fetched."""
    return UnavailableError(reason, reason_ko, backend=scheme, retryable=retryable)


class Deadline:
    """A moment by which everything must be done, however many steps it takes.

    Args:
        seconds: How long from now.
        scheme: Kind of connection, for the error.
    """

    def __init__(self, seconds: float, scheme: str) -> None:
        self._end = time.monotonic() + seconds
        self._seconds = seconds
        self.scheme = scheme

    def left(self) -> float:
        """Seconds left, always more than none.

        Raises:
            UnavailableError: It has passed.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> UnavailableError:
        """Make the error."""
        return unavailable(
            f"no complete answer within {self._seconds:g} seconds",
            f"{self._seconds:g}초 안에 응답을 모두 받지 못했습니다",
            scheme=self.scheme,
        )


def _resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """Addresses of a host. The system's resolver knows no deadline, so it is left behind."""
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        found: list[str] = []
        with contextlib.suppress(OSError, UnicodeError):
            for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(str(address[0]))
        answers.put(found)

    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=deadline.left())
    except queue.Empty:
        raise deadline.passed() from None


def _is_public(address: str) -> bool:
    """Whether an address is one of the open Internet."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        # IPv4 inside IPv6: mapped, 6to4, Teredo and NAT64 lead to that IPv4 address.
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or (None, None))[1]
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None and not _is_public(str(inner)):
            return False
        # Nothing else is handed out (RFC 4291 section 2.4): what is left is site-local, local
        # NAT64, IPv4-compatible and other special use, whatever this Python knows of it.
        if parsed not in _GLOBAL_UNICAST and parsed not in _NAT64:
            return False
    return parsed.is_global and not parsed.is_multicast


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")


def checked_addresses(
    host: str, port: int, deadline: Deadline, *, allow_private: bool
) -> list[str]:
    """The addresses of a host.

    Args:
        host: Name or address.
        port: TCP port.
        deadline: By when.
        allow_private: Whether loopback, private and other special addresses are allowed.

    Raises:
        UnavailableError: The host has no address, or one that is not allowed.
    """
    addresses = _resolve(host, port, deadline)
    if not addresses:
        raise unavailable(
            "the host's name is not known", "호스트 이름을 찾을 수 없습니다", scheme=deadline.scheme
        )
    # One forbidden address is enough: a name that stands for both is up to something.
    if not allow_private and not all(map(_is_public, addresses)):
        raise unavailable(
            "the host is on a private, loopback or other special address, which is not allowed",
            "호스트가 사설, 루프백 등 허용되지 않는 주소에 있습니다",
            scheme=deadline.scheme,
            retryable=False,
        )
    return addresses


def connect(host: str, port: int, deadline: Deadline, *, allow_private: bool) -> socket.socket:
    """Connect to a host at an address that was checked, see `checked_addresses`.

    Raises:
        UnavailableError: The host has no address, or one that is not allowed, or does not answer.
    """
    for address in checked_addresses(host, port, deadline, allow_private=allow_private):
        try:
            connection = socket.create_connection((address, port), timeout=deadline.left())
        except TimeoutError:
            raise deadline.passed() from None
        except OSError:
            continue
        return connection
    raise unavailable(
        "the host does not answer", "호스트가 응답하지 않습니다", scheme=deadline.scheme
    )


class BoundedSocket:
    """A connection whose every read counts against one deadline and one size.

    Args:
        connection: The connection; closed by `close`.
        deadline: By when everything must have been read.
        max_size: Most octets to be received.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline, max_size: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._max_size = max_size
        self._received = 0
        self.failure: UnavailableError | LimitError | None = None
        """Why reading was stopped, where it was."""

    def _bounded(self, read: Callable[[], bytes]) -> bytes:
        try:
            self._connection.settimeout(self._deadline.left())
            data = read()
        except TimeoutError:
            self.failure = self._deadline.passed()
            raise self.failure from None
        except UnavailableError as error:
            self.failure = error
            raise
        self._received += len(data)
        if self._received > self._max_size:
            self.failure = LimitError(
                "answer size", self._received, self._max_size, where=self._deadline.scheme
            )
            raise self.failure
        return data

    def recv(self, size: int = _CHUNK) -> bytes:
        """Receive up to ``size`` octets; none at the end."""
        return self._bounded(lambda: self._connection.recv(min(size, _CHUNK)))

    def sendall(self, data: bytes) -> None:
        """Send octets."""
        self._connection.settimeout(self._deadline.left())
        self._connection.sendall(data)

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """A file that reads from the connection."""
        del mode
        return io.BufferedReader(BoundedReader(self))

    def shutdown(self, how: int) -> None:
        """Stop sending or receiving."""
        self._connection.shutdown(how)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class BoundedReader(io.RawIOBase):
    """What `BoundedSocket.makefile` reads through."""

    def __init__(self, connection: BoundedSocket) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Receive into a buffer."""
        octets = memoryview(buffer).cast("B")
        data = self._connection.recv(len(octets))
        octets[: len(data)] = data
        return len(data)
