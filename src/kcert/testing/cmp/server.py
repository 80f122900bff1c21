# SPDX-License-Identifier: Apache-2.0
"""`CmpServer`: a test authority on loopback."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from kcert.testing.cmp.database import MEMORY, Database
from kcert.testing.cmp.faults import Faults
from kcert.testing.cmp.keeping import keep_port, kept_authority, kept_port
from kcert.testing.cmp.listening import TcpListener
from kcert.testing.cmp.office import enrol_answer, fault_answer
from kcert.testing.cmp.publishing import authority_list, revocation_list, status_response
from kcert.testing.cmp.registry import Registry
from kcert.testing.cmp.responder import Responder
from kcert.testing.cmp.rules import AuthorityRules
from kcert.testing.server import Answer, LoopbackServer

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from typing import Self

    from kcert.certificate import Certificate
    from kcert.lifecycle.authority import CertificateStatus, Enrolment
    from kcert.testing.authority import FakeAuthority
    from kcert.testing.cmp.delivery import Delivery
    from kcert.testing.server import Route

__all__ = ["CmpServer"]

_PARTITIONS: Final = 100
_CRL_TYPE: Final = {"Content-Type": "application/pkix-crl"}
_OCSP_TYPE: Final = {"Content-Type": "application/ocsp-response"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class CmpServer:
    """A test authority that speaks CMP over HTTP and TCP on 127.0.0.1 while it is entered.

    It issues, renews, reissues, suspends, resumes and revokes by the rules that Korean authorities
    publish, writes certificates as `FakeAuthority` does, and publishes revocation lists and OCSP at
    the addresses that its certificates name.

    Args:
        authority: One of `AUTHORITY_NAMES`.
        database: SQLite file; a server of the same file later is the same authority, at the same
            ports where they are free. The file holds private keys, authorization codes and identity
            numbers in clear: they are a test's. Default memory.
        clock: The present moment, aware; default the computer's.
        rules: By what rules it issues.
        port: Port of HTTP, 0 for one that is free.
        tcp_port: Port of CMP over TCP, 0 for one that is free.
        key_size: Bits of its own keys.

    Raises:
        ValueError: There is no such authority, or the file is another one's, or no database.
        OSError: A port is taken.
    """

    def __init__(
        self,
        authority: str = "yessign",
        *,
        database: str | os.PathLike[str] = MEMORY,
        clock: Callable[[], datetime] = _utc_now,
        rules: AuthorityRules | None = None,
        port: int = 0,
        tcp_port: int = 0,
        key_size: int = 2048,
    ) -> None:
        self.faults = Faults()
        """What is to go wrong."""
        self._database = Database(database)
        try:
            self._listen_as_before(port, tcp_port)
        except OSError:
            self._database.close()
            raise
        try:
            self.authority: FakeAuthority = kept_authority(
                self._database,
                authority,
                key_size=key_size,
                crl_url=self.crl_url("{n}"),
                ocsp_url=self.ocsp_url,
                arl_url=self.arl_url,
            )
            """Who signs."""
        except ValueError:
            self.close()
            raise
        self.registry = Registry(
            self._database, self.authority, clock=clock, rules=rules or AuthorityRules()
        )
        """Who was identified, what was issued, and where that stands."""
        self._responder = Responder(self.registry, self.faults)

    def __repr__(self) -> str:
        return f"<CmpServer {self.authority.house.code} at {self.url}>"

    # Where it is.

    @property
    def url(self) -> str:
        """URL of CMP over HTTP."""
        return self._http.url("/cmp")

    @property
    def tcp_address(self) -> tuple[str, int]:
        """Host and port of CMP over TCP."""
        return "127.0.0.1", self._tcp.port

    @property
    def ocsp_url(self) -> str:
        """URL of the responder."""
        return self._http.url("/ocsp")

    def crl_url(self, partition: int | str) -> str:
        """URL of a part of the revocation list, 0 to 99."""
        return self._http.url(f"/crl/dp{partition}.crl")

    @property
    def arl_url(self) -> str:
        """URL of the root's list of revoked authorities."""
        return self._http.url("/arl.crl")

    @property
    def office_url(self) -> str:
        """URL of the office for tests in other languages, see `kcert.testing.cmp.office`."""
        return self._http.url("/office")

    @property
    def ca_certificates(self) -> tuple[Certificate, ...]:
        """The root's certificate and the authority's."""
        return self.authority.ca_certificates

    # What an office does.

    def enrol(
        self,
        holder: str = "홍길동",
        *,
        policy: str | None = None,
        id_number: str | None = None,
        english_name: str = "",
        bank: str | None = None,
        replaces: Certificate | None = None,
        key_management: bool = False,
        key_size: int = 2048,
    ) -> Enrolment:
        """Identify somebody, and hand out a reference number and an authorization code.

        Args:
            holder: Name of the person or body.
            policy: Policy of the certificate, dotted; default a usual personal one.
            id_number: Number behind the VID; ``None`` takes the client's word for it.
            english_name: What stands in the parentheses of the CN.
            bank: Last OU: the bank or registration authority.
            replaces: A certificate of the holder whose key is lost: the enrolment is for reissuing,
                revoking, suspending or resuming that one, and the name is that certificate's.
            key_management: What the enrolment says of the km pair.
            key_size: What it says of the size of the keys.

        Returns:
            What `kcert.lifecycle.CertificateAuthority` asks for. It can be used once.

        Raises:
            AuthorityError: The certificate to replace was not issued here.
        """
        lost = None if replaces is None else self.registry.issues.get(replaces.serial_number)
        return self.registry.registrations.enrol(
            holder,
            policy=policy,
            id_number=id_number,
            english_name=english_name,
            bank=bank,
            replaces=lost,
            key_management=key_management,
            key_size=key_size,
        )

    def status(self, certificate: Certificate) -> CertificateStatus:
        """Where a certificate stands."""
        return self.registry.issues.status(certificate.serial_number)

    # Running.

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, break what is open, wait for every thread, close the database."""
        self._stop()
        self._database.close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Be away for the length of the block: connections are refused; then be back as before."""
        self._stop()
        try:
            yield
        finally:
            port, tcp_port = self._http.port, self._tcp.port
            self._listen(port, tcp_port)
            self._start()

    def _listen_as_before(self, port: int, tcp_port: int) -> None:
        """Listen at the ports given, else at those of the last time, else at any."""
        before = kept_port(self._database, "http"), kept_port(self._database, "tcp")
        try:
            self._listen(port or before[0], tcp_port or before[1])
        except OSError:
            if before == (0, 0):
                raise
            self._listen(port, tcp_port)
        keep_port(self._database, "http", self._http.port)
        keep_port(self._database, "tcp", self._tcp.port)

    def _listen(self, port: int, tcp_port: int) -> None:
        self._ending = threading.Event()
        self._http = LoopbackServer(port=port, remember=False)
        try:
            self._tcp = TcpListener(self._respond, self._ending, port=tcp_port)
        except OSError:
            self._http.close()
            raise

    def _start(self) -> None:
        self._http.routes.update(self._routes(self._ending))
        self._http.__enter__()
        self._tcp.__enter__()

    def _stop(self) -> None:
        self._ending.set()
        self._http.close()
        self._tcp.close()

    def _respond(self, request: bytes) -> Delivery:
        return self._responder.respond(request)

    def _routes(self, ending: threading.Event) -> dict[str, Route]:
        registry = self.registry

        def revocations(partition: int, _: bytes) -> Answer:
            return Answer(
                revocation_list(registry, partition, self.crl_url(partition)), headers=_CRL_TYPE
            )

        def cmp(request: bytes) -> Answer | None:
            return self._respond(request).over_http(ending)

        return {
            "/cmp": cmp,
            "/.well-known/cmp": cmp,
            "/ocsp": lambda request: Answer(status_response(registry, request), headers=_OCSP_TYPE),
            "/office/enrol": lambda request: enrol_answer(request, registry, self.enrol),
            "/office/fault": lambda request: fault_answer(request, self.faults),
            "/arl.crl": lambda _: Answer(authority_list(registry), headers=_CRL_TYPE),
            **{f"/crl/dp{n}.crl": partial(revocations, n) for n in range(_PARTITIONS)},
        }
