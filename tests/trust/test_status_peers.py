# SPDX-License-Identifier: Apache-2.0
"""Other people's responders and directories on loopback: openssl ocsp, slapd, certomancer."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from kcert import RevocationUnknownError, RevokedError, TrustStore, UnavailableError
from kcert.certificate import Certificate
from kcert.testing import FakeAuthority
from kcert.testing.keypool import shared_keys
from kcert.trust import (
    EvidenceKind,
    NetworkFetcher,
    ResponderRule,
    Revocation,
    RevocationSources,
)

DAY = timedelta(days=1)
FETCHER = NetworkFetcher(allow_private=True, deadline=8)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextlib.contextmanager
def running(port: int, *command: object, cwd: Path, ready: str = ""):
    """A server of another project, from when it listens until the test is done with it."""
    log = cwd / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    try:
        for _ in range(300):
            # OpenSSL's responder does not get over a connection that says nothing.
            if ready and ready in log.read_text("utf-8", "replace"):
                break
            with contextlib.suppress(OSError):
                if not ready:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
            assert process.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.05)
        else:
            raise AssertionError(log.read_text("utf-8", "replace"))
        yield
    finally:
        process.terminate()
        process.wait(10)


def key_pem(key) -> bytes:
    return key.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def evidence(authority, certificate, **options):
    at = datetime.now(UTC)
    sources = RevocationSources(
        crls=[authority.root.crl(at=at - DAY)], **{"fetcher": FETCHER, **options}
    )
    path = TrustStore([authority.root.certificate]).verify(
        certificate,
        at,
        intermediates=[authority.certificate],
        revocation=Revocation.REQUIRE,
        checker=sources,
    )
    return path.revocation[0].evidence


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("certified_by", ["authority", "root"])
def test_openssls_responder_says_good_revoked_held_and_unknown(tmp_path, certified_by):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    authority = FakeAuthority(ocsp_url=url, crl_url="http://127.0.0.1:1/none")
    good, revoked, held, unknown = (authority.issue().certificate for _ in range(4))
    signer = authority if certified_by == "authority" else authority.root
    responder = signer.ocsp_responder()
    expires = f"{datetime.now(UTC) + 900 * DAY:%y%m%d%H%M%SZ}"
    since = datetime.now(UTC).replace(microsecond=0) - DAY
    rows = [f"V\t{expires}\t\t{good.serial_number:X}\tunknown\t/CN=good"]
    for certificate, reason in ((revoked, "keyCompromise"), (held, "certificateHold")):
        rows.append(
            f"R\t{expires}\t{since:%y%m%d%H%M%SZ},{reason}\t"
            f"{certificate.serial_number:X}\tunknown\t/CN={reason}"
        )
    # OpenSSL wants whole octets in its index.
    rows = [
        "\t".join("0" * (len(f) % 2) + f if n == 3 else f for n, f in enumerate(row.split("\t")))
        for row in rows
    ]
    (tmp_path / "index.txt").write_text("\n".join(rows) + "\n", "ascii")
    (tmp_path / "ca.pem").write_text(authority.certificate.to_pem())
    (tmp_path / "responder.pem").write_text(responder.certificate.to_pem())
    (tmp_path / "responder.key").write_bytes(key_pem(responder.key))
    command = ["openssl", "ocsp", "-port", port, "-index", "index.txt", "-CA", "ca.pem"]
    command += ["-rsigner", "responder.pem", "-rkey", "responder.key", "-ndays", "1"]
    options = {"responder_rule": ResponderRule.ROOT} if certified_by == "root" else {}
    with running(port, *command, cwd=tmp_path, ready="waiting for OCSP"):
        found = evidence(authority, good, require_nonce=True, **options)
        assert (found.kind, found.location) == (EvidenceKind.OCSP, url)
        for certificate, reason in ((revoked, "keyCompromise"), (held, "certificateHold")):
            with pytest.raises(RevokedError) as caught:
                evidence(authority, certificate, **options)
            assert caught.value.revocation_reason == reason
            assert caught.value.since == since
        with pytest.raises(RevocationUnknownError, match="does not know"):
            evidence(authority, unknown, **options)
        if certified_by == "root":
            with pytest.raises(RevocationUnknownError, match="may not speak"):
                evidence(authority, good)


LDAP_CONFIG = """\
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_ldif
pidfile {folder}/slapd.pid
database ldif
suffix "c=KR"
directory {folder}/data
"""


def entry(name: str, *lines: str) -> str:
    return "\n".join([f"dn: {name}", *lines, "", ""])


@pytest.mark.peer("slapd")
def test_slapd_serves_lists_by_the_urls_of_korean_certificates(tmp_path):
    pytest.importorskip("ldap3")
    port = free_port()
    place = f"ldap://127.0.0.1:{port}"
    point = "ou=dp5p22874,ou=AccreditedCA,o=yessign,c=kr"
    authority = FakeAuthority(crl_url=f"{place}/{point}?certificateRevocationList")
    good, revoked = (authority.issue().certificate for _ in range(2))
    crl = authority.crl([revoked], at=datetime.now(UTC) - DAY)
    second = authority.crl(at=datetime.now(UTC) - 2 * DAY)
    encoded = base64.b64encode(crl).decode()
    (tmp_path / "data").mkdir()
    (tmp_path / "slapd.conf").write_text(LDAP_CONFIG.format(folder=tmp_path))
    unit = ("objectClass: organizationalUnit", "objectClass: pkiCA")
    (tmp_path / "lists.ldif").write_text(
        entry("c=KR", "objectClass: country", "c: KR")
        + entry("o=yessign,c=KR", "objectClass: organization", "o: yessign")
        + entry("ou=AccreditedCA,o=yessign,c=KR", *unit[:1], "ou: AccreditedCA")
        + entry(point, *unit, "ou: dp5p22874", f"certificateRevocationList;binary:: {encoded}")
        + entry(
            "ou=시험 부서,o=yessign,c=KR".encode().decode(),
            *unit,
            f"ou:: {base64.b64encode('시험 부서'.encode()).decode()}",
            f"authorityRevocationList;binary:: {encoded}",
            f"authorityRevocationList;binary:: {base64.b64encode(second).decode()}",
        ).replace(
            "dn: ou=시험 부서,o=yessign,c=KR",
            "dn:: " + base64.b64encode("ou=시험 부서,o=yessign,c=KR".encode()).decode(),
        ),
        "utf-8",
    )
    subprocess.run(
        ["slapadd", "-f", "slapd.conf", "-l", "lists.ldif"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    command = ["slapd", "-f", tmp_path / "slapd.conf", "-h", place + "/", "-d", "0"]
    with running(port, *command, cwd=tmp_path):
        found = evidence(authority, good)
        assert (found.kind, found.der) == (EvidenceKind.CRL, crl)
        with pytest.raises(RevokedError):
            evidence(authority, revoked)
        # Raw blanks and Hangul, no attribute, options, other case; several values.
        for url in (
            f"{place}/{point}?certificateRevocationList;binary",
            f"{place}/{point.upper()}?certificaterevocationlist",
            f"{place}/{point.replace(',', ', ')}?certificateRevocationList?base",
        ):
            assert FETCHER.get(url) == (crl,), url
        for name in ("ou=시험 부서,o=yessign,c=KR", "ou=%EC%8B%9C%ED%97%98%20부서,o=yessign,c=KR"):
            values = FETCHER.get(f"{place}/{name}?authorityRevocationList")
            assert set(values) == {crl, second}
        for url in (f"{place}/ou=none,c=KR?certificateRevocationList", f"{place}/{point}?cn"):
            with pytest.raises(UnavailableError, match="no such"):
                FETCHER.get(url)
        with pytest.raises(UnavailableError, match="not allowed"):
            NetworkFetcher().get(f"{place}/{point}?certificateRevocationList")


def test_a_directory_that_says_nothing_or_too_much_ends_at_the_limits():
    pytest.importorskip("ldap3")
    import threading

    for speak in (False, True):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]

            def answer(speak=speak, listening=listening):
                connection, _ = listening.accept()
                with contextlib.suppress(OSError), connection:
                    connection.recv(1000)
                    # One endless message, or silence.
                    connection.sendall(b"\x30\x84\x7f\xff\xff\xff" if speak else b"")
                    while connection.recv(1) if not speak else True:
                        connection.sendall(bytes(1 << 16))

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            fetcher = NetworkFetcher(allow_private=True, deadline=0.5, max_size=1 << 20)
            with pytest.raises(Exception, match=r"answer size|no complete answer"):
                fetcher.get(f"ldap://127.0.0.1:{port}/c=KR?certificateRevocationList")
            thread.join(5)


CERTOMANCER = """\
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  testing:
    path-prefix: .
    keys:
      root: {{path: root.pem}}
      ca: {{path: ca.pem}}
      ocsp: {{path: ocsp.pem}}
      user: {{path: user.pem}}
pki-architectures:
  test:
    keyset: testing
    entity-defaults: {{country-name: KR, organization-name: kcert Test}}
    entities:
      root: {{common-name: Root}}
      ca: {{common-name: CA}}
      ocsp: {{common-name: OCSP}}
      user: {{common-name: User}}
      user2: {{common-name: User2}}
    certs:
      root:
        issuer: root
        validity: &validity
          valid-from: "2020-01-01T00:00:00+0000"
          valid-to: "2045-01-01T00:00:00+0000"
        profiles: [{{id: simple-ca, params: {{max-path-len: 1}}}}]
      ca:
        issuer: root
        validity: *validity
        profiles: [{{id: simple-ca, params: {{max-path-len: 0}}}}]
        extensions: [{root_lists}]
      ocsp:
        issuer: ca
        validity: *validity
        profiles: [ocsp-responder]
      user:
        issuer: ca
        validity: *validity
        profiles: [digsig-commitment]
        extensions: [{service}]
      user2:
        subject-key: user
        issuer: ca
        validity: *validity
        profiles: [digsig-commitment]
        extensions: [{service}]
        revocation: {{revoked-since: "2024-01-01T00:00:00+0000", reason: key_compromise}}
    services:
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: P90D}}
        ca: {{for-issuer: ca, signing-key: ca, simulated-update-schedule: P90D}}
      ocsp:
        ca: {{for-issuer: ca, responder-cert: ocsp, signing-key: ocsp}}
"""


LISTS = (
    "{id: crl_distribution_points, "
    "smart-value: {schema: crl-dist-url, params: {crl-repo-names: [%s]}}}"
)
SERVICES = {
    "crl": LISTS % "ca",
    "ocsp": (
        "{id: authority_information_access, "
        "smart-value: {schema: aia-urls, params: {ocsp-responder-names: [ca]}}}"
    ),
}


@pytest.mark.parametrize("service", SERVICES)
def test_certomancer_says_good_and_revoked(tmp_path, service):
    program = Path(sys.executable).with_name("certomancer")
    if not program.exists() and shutil.which("certomancer") is None:
        pytest.skip("peer 'certomancer' is not installed")
    port = free_port()
    for label in ("root", "ca", "ocsp", "user"):
        key = shared_keys.key(f"certomancer {label}", 2048, ring=1)
        (tmp_path / f"{label}.pem").write_bytes(key_pem(key))
    text = CERTOMANCER.format(port=port, root_lists=LISTS % "root", service=SERVICES[service])
    (tmp_path / "certomancer.yml").write_text(text)
    base = [program, "--no-external-config", "--config", "certomancer.yml"]
    subprocess.run(
        [*base, "mass-summon", "test", "out", "--flat", "--no-pfx"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip

    def load(label: str) -> Certificate:
        return Certificate.load((tmp_path / "out" / f"{label}.cert.pem").read_bytes())

    at = datetime.now(UTC)
    with running(port, *base, "animate", "--port", port, "--no-web-ui", cwd=tmp_path):

        def verify(label: str):
            return TrustStore([load("root")]).verify(
                load(label),
                at,
                intermediates=[load("ca")],
                revocation=Revocation.REQUIRE,
                checker=RevocationSources(fetcher=FETCHER),
            )

        kinds = [status.evidence.kind for status in verify("user").revocation]
        assert kinds == [EvidenceKind(service), EvidenceKind.CRL]
        with pytest.raises(RevokedError) as caught:
            verify("user2")
        assert caught.value.revocation_reason == "keyCompromise"
