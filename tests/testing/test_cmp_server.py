# SPDX-License-Identifier: Apache-2.0
"""The test authority as a server: what it publishes, keeps, withstands, and leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given

from kcert._asn1.cmp import BodyType, PKIMessage
from kcert._asn1.cmp_exchange import ErrorMsgContent
from kcert.lifecycle import RevocationReason
from kcert.testing import CmpServer, FakeAuthority, Fault, forms_of
from kcert.testing.cmp import Standing
from kcert.testing.cmp.certifying import SubmittedKeys
from kcert.testing.strategies import mutations
from kcert.trust import TrustStore

ID_NUMBER = "9902301234567"


@pytest.fixture
def server(clock):
    with CmpServer(clock=clock) as running:
        yield running


def issued(server, keys, *, km=False, confirm=True, **who):
    """A certificate, by the short way."""
    registry = server.registry
    with server.enrol(**who) as enrolment:
        registration = registry.registrations.find(enrolment.reference_number)
    submitted = SubmittedKeys(keys().public_key_info, keys().public_key_info if km else None)
    issue = registry.issue(registration, submitted)
    return registry.confirm(issue.serial_number) if confirm else issue


def post(url, body, kind="application/octet-stream"):
    with urlopen(Request(url, body, {"Content-Type": kind}), timeout=20) as answer:
        return answer.read()


def get(url):
    with urlopen(url, timeout=20) as answer:
        return answer.read()


# Publishing


def asked(server, certificate, issuer=None):
    loaded = x509.load_der_x509_certificate
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        loaded(certificate.der),
        loaded((issuer or server.authority.certificate).der),
        SHA1(),
    )
    request = builder.build().public_bytes(Encoding.DER)
    return ocsp.load_der_ocsp_response(post(server.ocsp_url, request))


def test_the_responder_knows_what_the_registry_knows(server, keys):
    issue = issued(server, keys, km=True)
    good, revoked = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED
    assert {asked(server, one).certificate_status for one in issue.certificates} == {good}
    server.registry.issues.revoke(issue.serial_number, RevocationReason.KEY_COMPROMISE)
    for certificate in issue.certificates:
        answer = asked(server, certificate)
        assert answer.certificate_status is revoked
        assert answer.revocation_reason is x509.ReasonFlags.key_compromise
        assert answer.revocation_time_utc == server.registry.now()


def test_the_responder_does_not_know_what_was_not_confirmed_or_not_issued(server, keys):
    pending = issued(server, keys, confirm=False).certificate
    stranger = FakeAuthority("yessign").issue().certificate
    for certificate in (pending, stranger):
        assert asked(server, certificate).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_the_responder_speaks_for_its_own_authority_only(server):
    other = FakeAuthority("KICA")
    answer = asked(server, other.issue().certificate, other.certificate)
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    malformed = ocsp.load_der_ocsp_response(post(server.ocsp_url, b"\x30\x03\x02\x01\x00"))
    assert malformed.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_each_certificate_names_the_part_of_the_list_that_it_would_be_in(server, keys):
    first, second = issued(server, keys, km=True), issued(server, keys)
    server.registry.issues.suspend(first.serial_number)
    for issue in (first, second):
        for certificate in issue.certificates:
            (url,) = certificate.crl_distribution_points
            assert url == server.crl_url(issue.partition)
            listed = x509.load_der_x509_crl(get(url))
            entry = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
            assert (entry is not None) == (issue is first)
            if entry is not None:
                reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
                assert reason is x509.ReasonFlags.certificate_hold


def test_the_number_of_the_list_grows_with_the_clock(server):
    def number():
        listed = x509.load_der_x509_crl(get(server.crl_url(0)))
        return listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    first = number()
    server.registry._clock.now += timedelta(seconds=1)
    assert number() > first
    assert not list(x509.load_der_x509_crl(get(server.arl_url)))


def test_a_store_that_believes_its_root_believes_what_it_issues(server, keys):
    root, authority = server.ca_certificates
    path = TrustStore([root]).verify(
        issued(server, keys).certificate, server.registry.now(), intermediates=[authority]
    )
    assert path.certificates[1:] == (authority,)
    assert path.anchor.certificate == root


# Keeping


def test_a_restart_with_the_same_file_is_the_same_authority(tmp_path, clock, keys):
    file = tmp_path / "authority.sqlite"
    with CmpServer(database=file, clock=clock) as first:
        kept, pending = issued(first, keys, km=True), issued(first, keys, confirm=False)
        with first.enrol(id_number=ID_NUMBER) as enrolment:
            code = bytes(enrolment.authorization_code.octets).decode()
            reference = enrolment.reference_number
        places = first.url, first.tcp_address, first.ca_certificates
    clock.now += timedelta(minutes=5)
    with CmpServer(database=file, clock=clock) as second:
        assert (second.url, second.tcp_address, second.ca_certificates) == places
        assert second.registry.issues.all() == [kept, pending]
        assert second.registry.confirm(pending.serial_number).standing is Standing.GOOD
        registration = second.registry.registrations.find(reference)
        assert registration.authorization_code == code
        assert registration.id_number == ID_NUMBER
        # What the first one issued is still answered for at the addresses in it.
        (url,) = kept.certificate.crl_distribution_points
        assert x509.load_der_x509_crl(get(url)).is_signature_valid(
            second.authority.key.private_key.public_key()
        )


def test_a_restart_finds_other_ports_where_its_own_are_taken(tmp_path):
    file = tmp_path / "authority.sqlite"
    with CmpServer(database=file) as first:
        port = first.tcp_address[1]
    with socket.create_server(("127.0.0.1", port)), CmpServer(database=file) as second:
        assert second.tcp_address[1] != port


def test_a_port_that_was_asked_for_and_is_taken_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        CmpServer(tcp_port=taken.getsockname()[1])


def test_the_file_of_another_authority_is_refused(tmp_path):
    file = tmp_path / "authority.sqlite"
    CmpServer("KICA", database=file).close()
    with pytest.raises(ValueError, match="the database is that of KICA"):
        CmpServer("yessign", database=file)
    (tmp_path / "letter.txt").write_text("홍길동에게" * 100)
    with pytest.raises(ValueError, match="no database"):
        CmpServer(database=tmp_path / "letter.txt")
    with pytest.raises(ValueError, match="no authority 'nobody'"):
        CmpServer("nobody")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")
def test_the_file_is_its_users_own(tmp_path):
    file = tmp_path / "authority.sqlite"
    CmpServer(database=file).close()
    assert file.stat().st_mode & 0o077 == 0


# Withstanding


def test_while_it_is_down_nobody_answers_and_afterwards_all_is_as_before(server, keys):
    issue = issued(server, keys)
    url = server.url
    with server.down():
        for port in (server._http.port, server.tcp_address[1]):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5)
    assert server.url == url
    assert asked(server, issue.certificate).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_it_ends_with_every_thread_also_when_somebody_hangs_on():
    before = set(threading.enumerate())
    with CmpServer() as server:
        silent = [
            socket.create_connection(address, timeout=5)
            for address in (server.tcp_address, ("127.0.0.1", server._http.port))
        ]
        silent[0].sendall(b"\0\0")
    assert set(threading.enumerate()) == before
    for connection in silent:
        connection.close()


def failure_of(answer):
    message = PKIMessage.load(answer)
    assert message.body.type is BodyType.ERROR
    assert message.protection
    return ErrorMsgContent.load(message.body.content).status.failures


def test_what_is_no_message_is_answered_with_a_signed_error(server):
    assert failure_of(post(server.url, b"")) == ("badDataFormat",)
    assert failure_of(post(server.url, b"\x30\x80" * 100)) == ("badDataFormat",)


@pytest.mark.parametrize(("size", "status"), [("5000000", "413"), ("-1", "411"), ("9" * 99, "413")])
def test_a_request_is_only_as_long_as_one_may_be(server, size, status):
    with socket.create_connection(("127.0.0.1", server._http.port), timeout=20) as connection:
        connection.sendall(f"POST /cmp HTTP/1.0\r\nContent-Length: {size}\r\n\r\n".encode())
        assert status in connection.recv(100).decode().splitlines()[0]


def over_tcp(server, request, *, before=b""):
    with socket.create_connection(server.tcp_address, timeout=20) as connection:
        content = before + b"\0" + request
        connection.sendall(len(content).to_bytes(4, "big") + content)
        stream = connection.makefile("rb")
        size = int.from_bytes(stream.read(4), "big")
        answer = stream.read(size)
        stream.close()
    assert answer[: len(before)] == before
    assert answer[len(before)] == 5
    return answer[len(before) + 1 :]


@pytest.mark.parametrize("before", [b"", b"\x0a\x00", b"\x0a\x01"])
def test_over_tcp_it_answers_in_the_framing_it_is_asked_in(server, before):
    assert failure_of(over_tcp(server, b"nonsense", before=before)) == ("badDataFormat",)


@pytest.mark.parametrize("octets", [b"\xff\xff\xff\xff\0", b"\0\0\0\0", b"\0\0\0\2\7x"])
def test_over_tcp_what_is_no_request_ends_the_connection(server, octets):
    with socket.create_connection(server.tcp_address, timeout=20) as connection:
        connection.sendall(octets)
        assert connection.recv(1) == b""


@pytest.fixture(scope="module")
def standing_server():
    with CmpServer() as running:
        yield running


@given(request=mutations(FakeAuthority().issue().certificate.der))
def test_whatever_comes_is_answered_by_a_message(standing_server, request):
    assert failure_of(standing_server._respond(request).octets)


# The office


def ask(server, what, **facts):
    answer = post(f"{server.office_url}/{what}", json.dumps(facts).encode(), "application/json")
    return json.loads(answer)


def test_an_office_hands_out_numbers_to_programs_in_other_languages(server, keys):
    given = ask(server, "enrol", holder="홍길동", id_number=ID_NUMBER)
    registration = server.registry.registrations.find(given["reference_number"])
    assert registration.authorization_code == given["authorization_code"]
    assert (registration.holder, registration.id_number) == ("홍길동", ID_NUMBER)
    lost = issued(server, keys)
    given = ask(server, "enrol", replaces=f"{lost.serial_number:x}")
    registration = server.registry.registrations.find(given["reference_number"])
    assert registration.replaces == lost.serial_number


def test_an_office_puts_faults(server):
    ask(server, "fault", fault="REFUSED", verb="ir", failure=["badAlg"], times=2)
    (planned,) = server.faults.pending
    assert (planned.fault, planned.verb, planned.times) == (Fault.REFUSED, "ir", 2)
    assert planned.failure == ("badAlg",)


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("enrol", {"holder": 1}),
        ("enrol", {"nobody": "knows"}),
        ("enrol", {"replaces": "not hexadecimal"}),
        ("enrol", {"replaces": "1"}),
        ("fault", {"fault": "NO_SUCH"}),
        ("fault", {"fault": "REFUSED", "failure": ["noSuch"]}),
        ("fault", {"fault": "REFUSED", "failure": [[]]}),
    ],
)
def test_an_office_says_what_will_not_do(server, what, facts):
    with pytest.raises(HTTPError, match="400") as caught:
        ask(server, what, **facts)
    assert json.loads(caught.value.read())["error"]


# Saying nothing


def test_codes_and_numbers_are_in_no_representation_log_or_stream(server, keys, capfd, caplog):
    caplog.set_level(0)
    with server.enrol("홍길동", id_number=ID_NUMBER) as enrolment:
        code = bytes(enrolment.authorization_code.octets)
        registration = server.registry.registrations.find(enrolment.reference_number)
        issue = issued(server, keys, id_number=ID_NUMBER)
        post(server.url, code)
        shown = [repr(server), repr(enrolment), repr(registration), repr(issue), caplog.text]
        shown += [
            repr(server.registry),
            repr(server.faults),
            repr(server.status(issue.certificate)),
        ]
    shown += capfd.readouterr()
    for text in shown:
        for secret in (code, ID_NUMBER):
            assert not any(form in text.encode() for form in forms_of(secret))
        assert "홍길동" not in text


# As a program


def test_as_a_program_it_tells_where_it_is_and_ends_when_interrupted(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "kcert.testing.authority", "--authority", "KICA"),
            *("--enrol", "홍길동", "--days", "30", "--database", str(tmp_path / "a.sqlite")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        started, enrolment = (json.loads(program.stdout.readline()) for _ in range(2))
        assert started["authority"] == "KICA"
        assert enrolment["holder"] == "홍길동"
        assert len(enrolment["authorization_code"]) == 32
        assert failure_of(post(started["cmp"], b"nonsense")) == ("badDataFormat",)
        assert x509.load_pem_x509_certificate(started["root"].encode()).subject
    finally:
        program.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        rest, errors = program.communicate(timeout=30)
    assert program.returncode == 0
    assert json.loads(rest) == {"event": "ended"}
    assert not errors


def test_the_clock_of_the_program_can_be_ahead(capsys):
    from kcert.testing.authority.__main__ import main

    ended = threading.Event()
    ended.set()
    assert main(["--days", "400"], ended=ended) == 0
    started, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert started["cmp"].endswith("/cmp")
    assert last == {"event": "ended"}
