# SPDX-License-Identifier: Apache-2.0
"""Fetching CRLs and asking OCSP responders: http, https and ldap, and nothing else.

Nothing is fetched unless a `Fetcher` is given to `RevocationSources`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast
from urllib.parse import quote, urljoin, urlsplit

from attrs import frozen

from kcert._asn1.crl import MAX_CRL_SIZE
from kcert._asn1.ocsp import MAX_OCSP_SIZE
from kcert.errors import KcertError, LimitError
from kcert.trust.addresses import BoundedSocket, Deadline, connect, unavailable
from kcert.trust.points import LdapUrl

if TYPE_CHECKING:
    import socket

__all__ = ["Fetcher", "NetworkFetcher"]

_DEADLINE: Final = 10.0
_MAX_REDIRECTS: Final = 3
_OK: Final = 200
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_PORTS: Final = {"http": 80, "https": 443}
_MAX_URL: Final = 4096
# Response headers beyond the body; http.client itself stops at 100 headers.
_HEADERS: Final = 1 << 18
# RFC 3986: what may stand in a request target as it is.
_TARGET: Final = "/%?:@!$&'()*+,;=-._~"


class Fetcher(Protocol):
    """Brings what lies at a URL. Raises a `KcertError` where it cannot."""

    def get(self, url: str) -> tuple[bytes, ...]:
        """What lies at a URL.

        Args:
            url: http, https or ldap; an LDAP one names the attribute.

        Returns:
            The body; or all values of the attribute.
        """
        ...

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        """Send octets to a URL and return the answer.

        Args:
            url: http or https.
            body: What to send.
            content_type: Media type of ``body``.
        """
        ...


@frozen
class _Request:
    """What is sent, wherever redirects lead, and how much may come back."""

    method: str
    max_size: int
    body: bytes | None = None
    content_type: str = ""

    def encode(self, host: str, port: int, target: str) -> bytes:
        """The octets of the request (RFC 9112)."""
        place = f"[{host}]" if ":" in host else host
        lines = [
            f"{self.method} {target} HTTP/1.1",
            f"Host: {place}:{port}",
            "Accept: */*",
            "Connection: close",
        ]
        if self.body is not None:
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + (self.body or b"")


class NetworkFetcher:
    """Fetches over the network, with one deadline and one size limit for each call.

    Args:
        deadline: Seconds for one call: resolving, connecting, redirects, reading.
        max_size: Most octets of an answer.
        allow_private: Also connect to loopback, private and other special addresses. For tests and
            for responders inside one's own network; URLs in certificates are others' choice.
        max_redirects: How many redirects to follow, each under the same rules.

    Raises:
        ValueError: A limit is not positive.
    """

    def __init__(
        self,
        *,
        deadline: float = _DEADLINE,
        max_size: int = MAX_CRL_SIZE,
        allow_private: bool = False,
        max_redirects: int = _MAX_REDIRECTS,
    ) -> None:
        if deadline <= 0 or max_size <= 0 or max_redirects < 0:
            raise ValueError("deadline and sizes must be positive")
        self._deadline = deadline
        self._max_size = max_size
        self._allow_private = allow_private
        self._max_redirects = max_redirects

    def __repr__(self) -> str:
        return f"<NetworkFetcher of {self._deadline:g} seconds and {self._max_size} octets>"

    def get(self, url: str) -> tuple[bytes, ...]:
        """What lies at a URL, see `Fetcher.get`.

        Raises:
            UnavailableError: It could not be fetched, or the address is not allowed.
            LimitError: It is larger than the limit.
            FormatError: An LDAP URL that asks for more than one entry.
            MissingExtraError: An LDAP URL, and ``kcert[ldap]`` is not installed.
        """
        if url[:7].lower() == "ldap://":
            from kcert.trust.ldap import read_attribute

            deadline = Deadline(self._deadline, "ldap")
            target = LdapUrl.read(url)
            return read_attribute(target, deadline, self._max_size, self._allow_private)
        return (self._http(_Request("GET", self._max_size), url),)

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        """Send octets and return the answer, see `Fetcher.post`. Raises as `get`."""
        max_size = min(MAX_OCSP_SIZE, self._max_size)
        return self._http(_Request("POST", max_size, body, content_type), url)

    def _http(self, request: _Request, url: str) -> bytes:
        deadline = Deadline(self._deadline, "http")
        for _ in range(self._max_redirects + 1):
            answer = self._once(request, url, deadline)
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
        raise unavailable("there are too many redirects", "리디렉션이 너무 많습니다", scheme="http")

    def _once(self, request: _Request, url: str, deadline: Deadline) -> bytes | str:
        """One request: the body of the answer, or where it redirects to."""
        import http.client

        scheme, host, port, target = _http_parts(url)
        connection = connect(host, port, deadline, allow_private=self._allow_private)
        try:
            if scheme == "https":
                import ssl

                connection.settimeout(deadline.left())
                context = ssl.create_default_context()
                connection = context.wrap_socket(connection, server_hostname=host)
            bounded = BoundedSocket(connection, deadline, request.max_size + _HEADERS)
            bounded.sendall(request.encode(host, port, target))
            return _answer(bounded, request)
        except KcertError:
            raise
        except TimeoutError:
            raise deadline.passed() from None
        except (OSError, http.client.HTTPException, ValueError):
            raise unavailable(
                "the connection failed, or the answer is no HTTP",
                "연결이 끊어졌거나 HTTP 응답이 아닙니다",
                scheme="http",
            ) from None
        finally:
            connection.close()


def _http_parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and request target of an URL."""
    refused = unavailable(
        "the URL is not one of http, https or ldap",
        "http, https, ldap 주소가 아닙니다",
        scheme="http",
        retryable=False,
    )
    if len(url) > _MAX_URL or not url.isprintable():
        raise refused
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refused from None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise refused
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise refused from None
    if any(c in ascii_host for c in " \t\r\n/\\@"):
        raise refused
    target = quote(parts.path or "/", safe=_TARGET)
    if parts.query:
        target += "?" + quote(parts.query, safe=_TARGET)
    return parts.scheme, ascii_host, port or _PORTS[parts.scheme], target


def _answer(connection: BoundedSocket, request: _Request) -> bytes | str:
    """Read an answer: its body, or the URL it redirects to."""
    import http.client

    # HTTPResponse asks no more of a socket than a file to read from.
    max_size = request.max_size
    response = http.client.HTTPResponse(cast("socket.socket", connection), method=request.method)
    try:
        response.begin()
        location = response.headers.get("Location")
        if response.status in _REDIRECTS and location:
            return location
        if response.status != _OK:
            raise unavailable(
                f"the server answered {response.status}",
                f"서버가 {response.status}(으)로 응답했습니다",
                scheme="http",
                retryable=response.status >= 500,
            )
        declared = response.length
        if declared is not None and declared > max_size:
            raise LimitError("answer size", declared, max_size, where="http")
        body = response.read(max_size + 1)
        if len(body) > max_size:
            raise LimitError("answer size", len(body), max_size, where="http")
        if response.length:
            raise http.client.IncompleteRead(body, response.length)
        return body
    finally:
        response.close()
