# SPDX-License-Identifier: Apache-2.0
"""How CMP messages travel, on loopback: HTTP and TCP, and what is refused."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest

from kcert._asn1.cmp import MAX_MESSAGE_SIZE
from kcert.errors import AuthorityError, UnavailableError
from kcert.lifecycle import HttpTransport, TcpTransport
from kcert.testing import Answer, LoopbackServer, clear_error

MESSAGE = b"\x30\x03\x02\x01\x02"


@pytest.fixture
def server():
    with LoopbackServer() as running:
        yield running


def test_a_message_is_posted_and_its_answer_brought_back(server):
    server.routes["/cmp"] = lambda body: b"answer to " + body

    assert HttpTransport(server.url("/cmp")).exchange(MESSAGE) == b"answer to " + MESSAGE
    assert server.requests == [("POST", "/cmp", MESSAGE)]


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (503, True)])
def test_a_status_that_is_no_success_is_told(server, status, retryable):
    server.routes["/cmp"] = Answer(b"", status)

    with clear_error(UnavailableError) as caught:
        HttpTransport(server.url("/cmp")).exchange(MESSAGE)

    assert caught.error.retryable is retryable


def test_redirects_are_not_followed(server):
    server.routes["/cmp"] = Answer(b"", 307, {"Location": server.url("/other")})
    server.routes["/other"] = b"answer"

    with clear_error(UnavailableError):
        HttpTransport(server.url("/cmp")).exchange(MESSAGE)

    assert len(server.requests) == 1


def test_an_oversized_answer_is_refused_by_http(server):
    server.routes["/cmp"] = bytes(MAX_MESSAGE_SIZE + 1)

    with clear_error(AuthorityError) as caught:
        HttpTransport(server.url("/cmp")).exchange(MESSAGE)

    assert "larger" in str(caught.error)


def test_a_truncated_answer_is_refused_by_http(server):
    server.routes["/cmp"] = Answer(b"short", headers={"Content-Length": "100"})

    with clear_error(UnavailableError):
        HttpTransport(server.url("/cmp"), deadline=5).exchange(MESSAGE)


@contextmanager
def tcp_server(answer):
    """Accepts one connection, reads one message and sends what `answer` makes of it."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection:
                size = int.from_bytes(connection.recv(4, socket.MSG_WAITALL), "big")
                received.append(connection.recv(size, socket.MSG_WAITALL))
                connection.sendall(answer(received[0]))

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], received
        thread.join(timeout=30)


def framed(content):
    return len(content).to_bytes(4, "big") + content


def test_a_message_goes_over_tcp_behind_its_length_version_flags_and_type():
    with tcp_server(lambda sent: framed(b"\x0a\x01\x05" + b"answer")) as (port, received):
        answer = TcpTransport("127.0.0.1", port).exchange(MESSAGE)

    assert answer == b"answer"
    assert received == [b"\x0a\x01\x00" + MESSAGE]


def test_a_message_goes_over_tcp_behind_its_length_and_type_alone():
    with tcp_server(lambda sent: framed(b"\x05" + b"answer")) as (port, received):
        answer = TcpTransport("127.0.0.1", port, versioned=False).exchange(MESSAGE)

    assert answer == b"answer"
    assert received == [b"\x00" + MESSAGE]


def test_the_end_of_a_transaction_has_no_answer():
    with tcp_server(lambda sent: framed(b"\x0a\x01\x03")) as (port, _):
        assert TcpTransport("127.0.0.1", port).exchange(MESSAGE) == b""


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (b"", UnavailableError, "cut"),
        (b"\x00\x00", UnavailableError, "cut"),
        (framed(b"\x0a\x01\x05answer")[:-1], UnavailableError, "cut"),
        (framed(b""), AuthorityError, "too short"),
        (framed(b"\x0a\x01"), AuthorityError, "too short"),
        (framed(b"\x0b\x01\x05answer"), AuthorityError, "another version"),
        (framed(b"\x0a\x01\x06no"), AuthorityError, "type 6"),
        (framed(b"\x0a\x01\x01" + bytes(8)), AuthorityError, "type 1"),
        ((MAX_MESSAGE_SIZE + 1).to_bytes(4, "big"), AuthorityError, "larger"),
        (b"\xff\xff\xff\xff", AuthorityError, "larger"),
    ],
)
def test_wrong_answers_over_tcp_are_refused_by_name(answer, kind, reason):
    with tcp_server(lambda sent: answer) as (port, _), clear_error(kind) as caught:
        TcpTransport("127.0.0.1", port).exchange(MESSAGE)

    assert reason in str(caught.error)


def test_who_does_not_answer_in_time_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent, clear_error(UnavailableError) as caught:
        TcpTransport("127.0.0.1", silent.getsockname()[1], deadline=0.2).exchange(MESSAGE)

    assert caught.error.retryable


def test_who_is_not_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with clear_error(UnavailableError):
        TcpTransport("127.0.0.1", port).exchange(MESSAGE)
