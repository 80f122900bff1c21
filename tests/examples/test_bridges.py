# SPDX-License-Identifier: Apache-2.0
"""The bridges in examples/bridges/: other libraries sign and connect with kcert's keys."""

from __future__ import annotations

import importlib.util
import os
import socket
import ssl
import tempfile
import threading
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kcert import pem
from kcert.certificate import Certificate
from kcert.errors import UnlockError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

BRIDGES = Path(__file__).parents[2] / "examples" / "bridges"


def bridge(name: str):
    spec = importlib.util.spec_from_file_location(name, BRIDGES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def unlocked(authority):
    credential = authority.issue("홍길동", password="x", chain=True, profile=CHEAPEST)
    with credential.unlock("x") as opened:
        yield opened


def test_signxml_signs_xml(unlocked):
    signxml = pytest.importorskip("signxml", reason="signxml is not installed")
    signed = bridge("xml_signxml").sign_xml(b"<a><b>1</b></a>", unlocked)
    certificate = unlocked.certificate.to_cryptography()
    verifier = signxml.XMLVerifier()
    assert verifier.verify(signed, x509_cert=certificate).signed_xml.find("b").text == "1"
    with pytest.raises(signxml.exceptions.InvalidDigest):
        verifier.verify(signed.replace(b"<b>1", b"<b>2"), x509_cert=certificate)


def test_pyjwt_signs_a_token(unlocked):
    jwt = pytest.importorskip("jwt", reason="PyJWT is not installed")
    token = bridge("jwt_pyjwt").sign_token({"name": "홍길동"}, unlocked)
    chain = [Certificate.load(b64decode(one)) for one in jwt.get_unverified_header(token)["x5c"]]
    assert chain[0] == unlocked.certificate
    assert set(chain[1:]) == set(unlocked.ca_certificates)
    assert jwt.decode(token, chain[0].public_key(), ["RS256"]) == {"name": "홍길동"}


def server_pair() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kcert test server")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


@pytest.fixture
def server():
    """A server that looks at what it is shown, once: its root, its address, what it saw."""
    openssl = pytest.importorskip("OpenSSL", reason="pyOpenSSL is not installed")
    certificate, key = server_pair()
    seen = []
    context = openssl.SSL.Context(openssl.SSL.TLS_SERVER_METHOD)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    # The server only looks; whom it believes is not the question here.
    context.set_verify(openssl.SSL.VERIFY_PEER, lambda *_: True)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)

    def serve() -> None:
        plain, _ = listener.accept()
        connection = openssl.SSL.Connection(context, plain)
        connection.set_accept_state()
        connection.do_handshake()
        connection.recv(4096)
        shown = [
            connection.get_peer_certificate(as_cryptography=True),
            *connection.get_peer_cert_chain(as_cryptography=True),
        ]
        seen.extend(one.public_bytes(serialization.Encoding.DER) for one in shown)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        connection.shutdown()
        plain.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield certificate, f"https://127.0.0.1:{listener.getsockname()[1]}/", seen
    finally:
        thread.join(timeout=30)
        listener.close()


def is_shown(unlocked, seen) -> bool:
    """The certificate, and in any order the chain."""
    chain = {one.der for one in (unlocked.certificate, *unlocked.ca_certificates)}
    return seen[0] == unlocked.certificate.der and set(seen) == chain


def test_requests_shows_the_certificate_to_a_server(unlocked, server):
    requests = pytest.importorskip("requests", reason="requests is not installed")
    root, url, seen = server
    adapter = bridge("tls_requests").CertificateAdapter(unlocked, [root])
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", adapter)
        assert session.get(url, timeout=30).text == "ok"
    assert is_shown(unlocked, seen)


@pytest.mark.parametrize("memory", [True, False], ids=["memory file", "temporary file"])
def test_httpx_shows_the_certificate_to_a_server(unlocked, server, memory, monkeypatch, tmp_path):
    httpx = pytest.importorskip("httpx", reason="httpx is not installed")
    if not memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root, url, seen = server
    roots = [Certificate.load(root.public_bytes(serialization.Encoding.DER))]
    context = bridge("tls_httpx").client_context(unlocked, roots)
    assert not list(tmp_path.iterdir())
    with httpx.Client(verify=context, trust_env=False) as client:
        assert client.get(url, timeout=30).text == "ok"
    assert is_shown(unlocked, seen)


@pytest.mark.parametrize("memory", [True, False], ids=["memory file", "temporary file"])
def test_the_key_reaches_ssl_locked_and_nothing_stays_behind(
    unlocked, memory, monkeypatch, tmp_path
):
    if not memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    elif not hasattr(os, "memfd_create"):
        pytest.skip("there are no files in memory on this system")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    given = []

    class Spy(ssl.SSLContext):
        def load_cert_chain(self, path, *, password):
            given.append((Path(path).read_bytes(), Path(path).stat().st_mode & 0o077, password))
            super().load_cert_chain(path, password=password)
            raise KeyboardInterrupt

    monkeypatch.setattr(ssl, "SSLContext", Spy)
    with pytest.raises(KeyboardInterrupt):
        bridge("tls_httpx").client_context(unlocked, [unlocked.ca_certificates[-1]])
    ((text, others, password),) = given
    assert not list(tmp_path.iterdir())
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in text
    assert b"BEGIN PRIVATE KEY" not in text
    assert memory or os.name != "posix" or others == 0
    with pem.load(text).unlock(password) as again:
        assert again.certificate == unlocked.certificate
    with pytest.raises(UnlockError):
        pem.load(text).unlock("x")
