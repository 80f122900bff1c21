# SPDX-License-Identifier: Apache-2.0
"""A relying party: registers a customer's certificate, and lets its owner log in with it.

    python examples/relying_party/app.py [--port 8000]

Needs ``pip install fastapi uvicorn``. `demo.py` runs it with a test certificate, `client.py` is a
customer's side of it. Put it behind TLS: R and the identity number travel in the first step.

인증서를 등록하고(타행 등록) 그 인증서로 로그인하게 하는 서버입니다. 반드시 TLS 뒤에서 쓰십시오.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import socket
import sys
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from threading import Lock
from typing import TYPE_CHECKING, Annotated

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, PlainValidator, SecretBytes, SecretStr

import kcert
from kcert import cms
from kcert.certificate import CertificateKind, Holder, Usage
from kcert.trust import (
    MemoryChallengeStore,
    NetworkFetcher,
    PolicySet,
    Proof,
    Refusal,
    RevocationSources,
    register,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.responses import Response

    from kcert.trust import RevocationChecker

MAX_BODY = 256 << 10
LOGIN = "길동은행 로그인 "

ACCEPTED = PolicySet.of(
    kinds={CertificateKind.JOINT, CertificateKind.FINANCIAL},
    holders={Holder.INDIVIDUAL},
    usages={Usage.UNIVERSAL, Usage.BANKING},
)
"""Personal certificates, universal or for banks, joint or financial."""


def _octets(value: object) -> bytes:
    """base64url, with or without padding."""
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - pydantic makes answers of ValueErrors only
    try:
        return b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except Base64Error:
        raise ValueError("not base64url") from None


def text_of(octets: bytes) -> str:
    """Octets as base64url without padding."""
    return urlsafe_b64encode(octets).decode().rstrip("=")


Octets = Annotated[bytes, PlainValidator(_octets)]
SecretOctets = Annotated[SecretBytes, PlainValidator(lambda value: SecretBytes(_octets(value)))]


class Registering(BaseModel):
    """What a customer sends to have a certificate registered."""

    certificate: Octets
    intermediates: list[Octets] = Field(default=[], max_length=8)
    challenge: Octets
    signature: Octets
    random: SecretOctets
    id_number: SecretStr


class LoggingIn(BaseModel):
    """A signed message (CMS) over the text that was asked for."""

    message: Octets


class Customers:
    """Who has registered which certificate. A real service keeps this in its database."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lock = Lock()

    def add(self, certificate: kcert.Certificate) -> int:
        """Number of the customer of a certificate; a new one, where nobody has it."""
        with self._lock:
            return self._numbers.setdefault(certificate.fingerprint(), len(self._numbers) + 1)

    def get(self, certificate: kcert.Certificate) -> int | None:
        """Number of the customer of a certificate."""
        return self._numbers.get(certificate.fingerprint())


def _guard(app: FastAPI) -> None:
    """Cap what is read, and answer errors without repeating what was sent."""

    @app.middleware("http")
    async def _cap(
        request: Request, following: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        size = request.headers.get("content-length", "0")
        if not size.isdecimal() or int(size) > MAX_BODY or "transfer-encoding" in request.headers:
            return JSONResponse({"code": "limit"}, status_code=413)
        return await following(request)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, error: RequestValidationError) -> Response:
        # Where, not what: the values may be an identity number or R.
        places = [".".join(str(step) for step in one["loc"]) for one in error.errors()]
        return JSONResponse({"code": "malformed", "where": places}, status_code=422)

    @app.exception_handler(kcert.KcertError)
    async def _refused(_request: Request, error: kcert.KcertError) -> Response:
        facts = {"code": error.code, "message": str(error), "message_ko": error.message_ko}
        return JSONResponse(facts, status_code=403)


def create_app(trust: kcert.TrustStore, checker: RevocationChecker) -> FastAPI:
    """The service.

    Args:
        trust: The authorities that are believed.
        checker: Who is asked about revocation.
    """
    app = FastAPI(title="kcert relying party", openapi_url=None)
    _guard(app)
    challenges, logins = MemoryChallengeStore(), MemoryChallengeStore()
    customers = Customers()

    @app.post("/challenge")
    def challenge() -> dict[str, str]:
        return {"challenge": text_of(challenges.issue())}

    @app.post("/register", status_code=201)
    def register_certificate(sent: Registering) -> dict[str, int]:
        certificate = kcert.Certificate.load(sent.certificate)
        outcome = register(
            Proof(
                certificate=certificate,
                challenge=sent.challenge,
                signature=sent.signature,
                random=sent.random.get_secret_value(),
                intermediates=tuple(map(kcert.Certificate.load, sent.intermediates)),
            ),
            sent.id_number.get_secret_value(),
            trust=trust,
            challenges=challenges,
            policies=ACCEPTED,
            checker=checker,
        )
        if isinstance(outcome, Refusal):
            raise outcome.error
        # A real service keeps `outcome` too: it shows later on what grounds this was done.
        return {"customer": customers.add(certificate)}

    @app.post("/login/text")
    def login_text() -> dict[str, str]:
        return {"text": LOGIN + text_of(logins.issue())}

    @app.post("/login")
    def log_in(sent: LoggingIn) -> dict[str, str | int]:
        message = cms.verify(
            sent.message,
            trust=trust.checking(checker),
            revocation=kcert.Revocation.REQUIRE,
            policies=ACCEPTED,
        )
        nonce = message.text.removeprefix(LOGIN)
        if not message.text.startswith(LOGIN) or not _taken(logins, nonce):
            raise HTTPException(403, "the signed text is not one that was asked for, or was used")
        customer = customers.get(message.signers[0].certificate)
        if customer is None or len(message.signers) != 1:
            raise HTTPException(403, "this certificate is not registered")
        return {"customer": customer, "session": secrets.token_urlsafe()}

    return app


def _taken(logins: MemoryChallengeStore, nonce: str) -> bool:
    try:
        return logins.take(_octets(nonce))
    except ValueError:
        return False


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve on a free port of loopback, for trying things out; gives the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def main(arguments: list[str]) -> int:
    """Serve on loopback, for Korea's authorities, asking them about revocation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    checker = RevocationSources(fetcher=NetworkFetcher())
    app = create_app(kcert.TrustStore.korea(), checker)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
