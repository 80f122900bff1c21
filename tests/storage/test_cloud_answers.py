# SPDX-License-Identifier: Apache-2.0
"""What a service can answer but the thing asked for: refusals, stalls, other addresses."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kcert.errors import NotFoundError, StorageError, UnavailableError

pytest.importorskip("opendal", reason="kcert[cloud] is not installed")

from kcert.storage.cloud import CloudBackend

KEYS = {"access_key_id": "AK", "secret_access_key": "SK-canary"}
NO_BUCKET = b"<Error><Code>NoSuchBucket</Code><Message>bucket-canary</Message></Error>"


class Answering:
    """A service on loopback that gives one answer to everything."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                outer.asked.append((self.command, dict(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.handle_any
                raise AttributeError(name)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def backend(self, **options):
        address = f"s3://bucket/p?endpoint={self.url}&region=us-east-1"
        return CloudBackend(address, credentials=KEYS, **options)


@pytest.fixture
def answering():
    made = []

    def make(answer):
        made.append(Answering(answer))
        return made[-1]

    yield make
    for each in made:
        each.close()


def status(code, body=b"<Error><Code>X</Code></Error>", **headers):
    def answer(handler):
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return answer


REFUSALS = [
    (400, b"", StorageError, "not understood", "이해할 수 없"),
    (401, b"", StorageError, "does not know these credentials", "자격 증명"),
    (403, b"", StorageError, "may not do this", "권한"),
    (404, NO_BUCKET, NotFoundError, "no such bucket", "버킷"),
    (413, b"", StorageError, "no object of this size", "크기"),
    (507, b"", UnavailableError, "space at the service is used up", "가득"),
]


@pytest.mark.parametrize(("code", "body", "kind", "english", "korean"), REFUSALS)
def test_each_refusal_has_its_own_message_and_is_not_tried_again(
    answering, code, body, kind, english, korean
):
    service = answering(status(code, body or b"<Error><Code>X</Code></Error>"))
    with pytest.raises(kind, match=english) as caught:
        service.backend().put("a", b"data")
    assert korean in caught.value.message_ko
    assert not caught.value.retryable
    assert len(service.asked) == 1
    assert "canary" not in str(caught.value) + caught.value.message_ko


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_credentials_are_not_carried_to_another_host(answering, code):
    other = answering(status(200, b"theirs"))
    elsewhere = other.url.replace("127.0.0.1", "localhost")
    service = answering(status(code, Location=f"{elsewhere}/bucket/p/a"))
    with pytest.raises(StorageError):
        service.backend(timeout=2).put("a", b"data")
    assert other.asked == []
    with contextlib.suppress(StorageError):
        service.backend(timeout=2).get("a")
    for _, headers in other.asked:
        assert "authorization" not in {name.lower() for name in headers}


@pytest.mark.parametrize("body", [b"", b"x" * 500], ids=["no byte", "half"])
def test_a_body_that_stalls_is_given_up(answering, body):
    stop = threading.Event()

    def stalling(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        stop.wait(30)

    service = answering(stalling)
    try:
        with pytest.raises(UnavailableError) as caught:
            service.backend(timeout=0.5).get("a")
    finally:
        stop.set()
    assert caught.value.retryable


def test_a_body_without_end_is_cut_at_the_cap(answering):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            pass
        handler.close_connection = True

    service = answering(endless)
    with pytest.raises(StorageError):
        service.backend(timeout=5, max_size=1 << 20).get("a")
