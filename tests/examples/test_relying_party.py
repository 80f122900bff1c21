# SPDX-License-Identifier: Apache-2.0
"""examples/relying_party: who may register and log in, and who may not."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import ExitStack

import pytest

import kcert
from kcert import cms
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority, Revoked
from kcert.trust import RevocationSources

pytest.importorskip("fastapi", reason="FastAPI is not installed")
httpx = pytest.importorskip("httpx", reason="httpx is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")

ID_NUMBER = "1234561234567"


def text(octets):
    return urlsafe_b64encode(octets).decode().rstrip("=")


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def customer(authority):
    credential = authority.issue(
        "홍길동", password="x", id_number=ID_NUMBER, chain=True, profile=CHEAPEST
    )
    with credential.unlock("x") as unlocked:
        yield unlocked


@pytest.fixture(scope="module")
def client(example):
    return example("relying_party/client.py")


@pytest.fixture
def serve(example, authority):
    app = example("relying_party/app.py")
    with ExitStack() as running:

        def made(*revoked):
            checker = RevocationSources(crls=[authority.crl(revoked), authority.root.crl()])
            trust = kcert.TrustStore([authority.root.certificate])
            address = running.enter_context(app.serving(app.create_app(trust, checker)))
            client = httpx.Client(base_url=address, trust_env=False, timeout=60)
            return running.enter_context(client)

        yield made


@pytest.fixture
def server(serve):
    return serve()


def registering(server, unlocked, **changes):
    challenge = server.post("/challenge").json()["challenge"]
    octets = urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))
    return {
        "certificate": text(unlocked.certificate.der),
        "intermediates": [text(one.der) for one in unlocked.ca_certificates],
        "challenge": challenge,
        "signature": text(unlocked.sign(octets)),
        "random": text(unlocked.random.reveal()),
        "id_number": ID_NUMBER,
        **changes,
    }


def test_a_customer_registers_and_logs_in(server, client, customer):
    number = client.register(server, customer, ID_NUMBER)

    assert number == 1
    assert client.register(server, customer, ID_NUMBER) == number
    assert len(client.log_in(server, customer)) > 20


def test_who_is_not_registered_cannot_log_in(server, client, customer):
    with pytest.raises(SystemExit, match="not registered"):
        client.log_in(server, customer)


def test_another_persons_number_is_refused(server, customer):
    answer = server.post("/register", json=registering(server, customer, id_number="9999999999999"))

    assert (answer.status_code, answer.json()["code"]) == (403, "identity-mismatch")
    assert "9999999999999" not in answer.text


def test_a_challenge_counts_once(server, customer):
    body = registering(server, customer)
    assert server.post("/register", json=body).status_code == 201

    again = server.post("/register", json=body)

    assert (again.status_code, again.json()["code"]) == (403, "signature")


def test_a_signed_log_in_counts_once(server, client, customer):
    client.register(server, customer, ID_NUMBER)
    asked = server.post("/login/text").json()["text"]
    body = {"message": text(cms.sign(asked, customer, chain=True))}
    assert server.post("/login", json=body).status_code == 200

    assert server.post("/login", json=body).status_code == 403


def test_a_text_that_nobody_asked_for_is_refused(server, client, customer):
    client.register(server, customer, ID_NUMBER)
    for signed in ("송금 100원", "길동은행 로그인 ", "길동은행 로그인 !!!", "길동은행 로그인 abc"):
        body = {"message": text(cms.sign(signed, customer, chain=True))}
        assert server.post("/login", json=body).status_code == 403, signed


def test_a_revoked_certificate_is_refused(serve, authority, customer):
    server = serve(Revoked(customer.certificate.serial_number))

    answer = server.post("/register", json=registering(server, customer))

    assert (answer.status_code, answer.json()["code"]) == (403, "revoked")


def test_a_business_certificate_is_not_taken(server, authority):
    company = authority.issue(
        "길동상사", policy="1.2.410.200005.1.1.5", password="x", id_number=ID_NUMBER,
        chain=True, profile=CHEAPEST,
    )  # fmt: skip
    with company.unlock("x") as unlocked:
        answer = server.post("/register", json=registering(server, unlocked))

    assert (answer.status_code, answer.json()["code"]) == (403, "policy")


@pytest.mark.parametrize(
    "change",
    [{"certificate": "!"}, {"random": 5}, {"intermediates": ["AA"] * 9}, {"signature": None}],
)
def test_what_is_malformed_is_refused_without_being_repeated(server, customer, change):
    body = registering(server, customer, **change)

    answer = server.post("/register", json=body)

    assert answer.status_code == 422
    assert body["id_number"] not in answer.text
    assert text(customer.random.reveal()) not in answer.text


def test_a_certificate_that_is_none_is_a_clear_refusal(server, customer):
    answer = server.post("/register", json=registering(server, customer, certificate="AAAA"))

    assert (answer.status_code, answer.json()["code"]) == (403, "format")


def test_a_large_body_is_refused_before_it_is_read(server):
    answer = server.post("/login", content=b"x" * (300 << 10))

    assert answer.status_code == 413


def test_a_body_of_unknown_size_is_refused(server):
    answer = server.post("/login", content=iter([b"x"]))

    assert answer.status_code == 413


def test_nothing_personal_is_logged(server, client, customer, caplog):
    caplog.set_level(logging.DEBUG)

    client.register(server, customer, ID_NUMBER)
    client.log_in(server, customer)

    for secret in (ID_NUMBER, text(customer.random.reveal()), "홍길동"):
        assert secret not in caplog.text


def test_the_demo_runs(run):
    done = run("relying_party/demo.py")

    assert (done.returncode, done.stderr) == (0, "")
    assert "customer: 1" in done.stdout
    assert "session: " in done.stdout
    assert "refused: 본인확인 실패" in done.stdout
