# SPDX-License-Identifier: Apache-2.0
"""Messages to the test authority that come twice, late, changed, or from somebody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve
from hypothesis import given, settings

from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage
from kcert._asn1.cmp_exchange import CertConfirmContent, CertStatus, ErrorMsgContent
from kcert._asn1.cmp_revocation import RevRepContent
from kcert.errors import AuthorityError, UnavailableError
from kcert.keys.passwords import Password
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CertificateState, RevocationReason
from kcert.lifecycle.cmp import CmpAuthority, HttpTransport
from kcert.lifecycle.cmp.macs import compute_mac
from kcert.lifecycle.cmp.requests import revocation_request
from kcert.testing import TEST_PASSWORD, CmpServer, FakeAuthority, Fault
from kcert.testing.cmp import Standing
from kcert.testing.strategies import mutations
from kcert.trust import TrustStore

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
LOCK = {"password": TEST_PASSWORD, "profile": CHEAPEST}


class Tap:
    """A transport that keeps what it carries."""

    def __init__(self, url):
        self._inner = HttpTransport(url)
        self.sent, self.came = [], []

    def exchange(self, message):
        self.sent.append(message)
        answer = self._inner.exchange(message)
        self.came.append(answer)
        return answer


@pytest.fixture
def server():
    with CmpServer(clock=lambda: NOON) as running:
        yield running


@pytest.fixture
def tap(server):
    return Tap(server.url)


@pytest.fixture
def client(server, tap):
    root, certificate = server.ca_certificates
    return CmpAuthority(
        server.url,
        trust=TrustStore([root]),
        certificate=certificate,
        transport=tap,
        clock=lambda: NOON,
        sleep=lambda _: None,
        retries=0,
    )


def issue(server, client):
    with server.enrol() as enrolment:
        return client.issue(enrolment, **LOCK)


def body(answer, kind):
    message = PKIMessage.load(answer)
    assert message.body.type is kind
    return message.body.content


def failure(answer):
    return ErrorMsgContent.load(body(answer, BodyType.ERROR)).status.failures


def certificate_in(answer):
    (response,) = CertRepMessage.load(body(answer, BodyType.IP)).responses
    return response.certificate


def standings(server):
    return [found.standing for found in server.registry.issues.all()]


def test_a_request_that_comes_again_gets_the_same_certificate(server, client, tap):
    server.faults.next(Fault.LOST_ANSWER, verb="ir")
    with pytest.raises(UnavailableError):
        issue(server, client)
    (request,) = tap.sent
    answers = [tap.exchange(request) for _ in range(2)]
    assert len({certificate_in(answer) for answer in answers}) == 1
    assert standings(server) == [Standing.PENDING]
    # Each answer has a nonce of its own and repeats the request's.
    first, second = (PKIMessage.load(answer).header for answer in answers)
    assert first.sender_nonce != second.sender_nonce
    assert first.recipient_nonce == second.recipient_nonce


def test_after_the_confirmation_too_and_a_confirmation_can_come_twice(server, client, tap):
    issue(server, client)
    request, confirmation = tap.sent
    assert body(tap.exchange(confirmation), BodyType.PKICONF)
    assert certificate_in(tap.exchange(request)) == certificate_in(tap.came[0])
    assert standings(server) == [Standing.GOOD]


def test_a_request_for_what_was_rejected_is_refused_when_it_comes_again(server, client, tap):
    def keep(_):
        raise RuntimeError

    with server.enrol() as enrolment, pytest.raises(RuntimeError):
        client.issue(enrolment, keep=keep, **LOCK)
    (response,) = CertRepMessage.load(body(tap.exchange(tap.sent[0]), BodyType.IP)).responses
    assert response.status.failures == ("certRevoked",)
    assert response.certificate is None


def test_a_revocation_that_is_replayed_changes_nothing(server, client, tap):
    credential = issue(server, client)
    with credential.unlock(TEST_PASSWORD) as unlocked:
        client.suspend(unlocked)
        suspension = tap.sent[-1]
        client.resume(unlocked)
    (status,) = RevRepContent.load(body(tap.exchange(suspension), BodyType.RP)).statuses
    assert status.status == "accepted"
    assert server.status(credential.certificate).state is CertificateState.GOOD


def signed_again(server, message, enrolment_code, **header):
    """The message with another header, protected anew by who knows the code."""
    changed = PKIMessage(evolve(message.header, **header), message.body)
    mac = compute_mac(
        changed.header.protection_algorithm, Password(enrolment_code), changed.protected_part
    )
    return changed.with_protection(mac).encode()


@pytest.fixture
def begun(server, client, tap):
    """A request that was answered, the code it was made with, and its certConf, not sent."""
    server.faults.next(Fault.LOST_REQUEST, verb="certConf")
    with server.enrol() as enrolment:
        code = bytes(enrolment.authorization_code.octets)
        with pytest.raises(UnavailableError):
            client.issue(enrolment, **LOCK)
    request, confirmation = map(PKIMessage.load, tap.sent)
    assert standings(server) == [Standing.PENDING]
    return request, code, confirmation


def test_a_poll_whose_answer_was_lost_can_come_again(server, client, tap):
    server.faults.next(Fault.WAITING, verb="ir", polls=0)
    credential = issue(server, client)
    poll = tap.sent[1]
    assert PKIMessage.load(poll).body.type is BodyType.POLL_REQ
    assert certificate_in(tap.exchange(poll)) == credential.certificate.der


def test_a_message_may_pass_before_the_next_has_a_fault(server, client):
    server.faults.next(Fault.NONE, verb="ir", times=2)
    server.faults.next(Fault.REFUSED, verb="ir")
    for _ in range(2):
        issue(server, client)
    with pytest.raises(AuthorityError):
        issue(server, client)


def test_a_transaction_belongs_to_one_request(server, tap, begun):
    request, code, _ = begun
    content = revocation_request(server.authority.certificate, RevocationReason.UNSPECIFIED)
    other = PKIMessage(request.header, PKIBody(BodyType.RR, content))
    assert failure(tap.exchange(signed_again(server, other, code))) == ("transactionIdInUse",)


def test_a_confirmation_has_to_repeat_a_nonce_of_the_transaction(server, tap, begun):
    _, code, confirmation = begun
    stale = signed_again(server, confirmation, code, recipient_nonce=bytes(16))
    assert failure(tap.exchange(stale)) == ("badRecipientNonce",)
    assert standings(server) == [Standing.PENDING]


def test_a_confirmation_of_another_certificate_is_refused(server, tap, begun):
    _, code, confirmation = begun
    content = CertConfirmContent((CertStatus(bytes(32), 0),))
    wrong = PKIMessage(confirmation.header, PKIBody(BodyType.CERT_CONF, content.encode()))
    assert failure(tap.exchange(signed_again(server, wrong, code))) == ("badCertId",)
    assert standings(server) == [Standing.PENDING]


def test_a_confirmation_of_nothing_rejects(server, tap, begun):
    _, code, confirmation = begun
    nothing = PKIBody(BodyType.CERT_CONF, CertConfirmContent(()).encode())
    answer = tap.exchange(signed_again(server, PKIMessage(confirmation.header, nothing), code))
    assert body(answer, BodyType.PKICONF)
    assert standings(server) == [Standing.REVOKED]


def test_a_transaction_that_was_not_begun_cannot_go_on(server, tap, begun):
    _, code, confirmation = begun
    unknown = signed_again(server, confirmation, code, transaction_id=bytes(16))
    assert failure(tap.exchange(unknown)) == ("badRequest",)


def test_a_version_of_the_future_is_refused(server, tap, begun):
    request, code, _ = begun
    assert failure(tap.exchange(signed_again(server, request, code, version=9))) == (
        "unsupportedVersion",
    )


def test_a_request_without_protection_is_refused(server, tap, begun):
    request, _, _ = begun
    bare = PKIMessage(evolve(request.header, protection_algorithm=None), request.body)
    assert failure(tap.exchange(bare.encode())) == ("wrongIntegrity",)


def test_an_answer_is_no_request(server, client, tap):
    issue(server, client)
    assert failure(tap.exchange(tap.came[0])) == ("badRequest",)


def test_a_stranger_of_the_same_name_is_not_known(client):
    stranger = FakeAuthority("yessign").issue(**LOCK)
    with stranger.unlock(TEST_PASSWORD) as unlocked, pytest.raises(AuthorityError) as caught:
        client.suspend(unlocked)
    assert caught.value.failure == ("signerNotTrusted",)


@pytest.fixture(scope="module")
def recorded():
    """Every request of a short life, and a server that has seen none of them."""
    with CmpServer(clock=lambda: NOON) as first:
        tap = Tap(first.url)
        root, certificate = first.ca_certificates
        client = CmpAuthority(
            first.url,
            trust=TrustStore([root]),
            certificate=certificate,
            transport=tap,
            clock=lambda: NOON,
        )
        with issue(first, client).unlock(TEST_PASSWORD) as unlocked:
            client.suspend(unlocked)
            client.announcements(unlocked)
    with CmpServer(clock=lambda: NOON) as second:
        yield second, tap.sent


@pytest.mark.parametrize("number", range(4))
def test_a_damaged_request_is_answered_and_has_no_effect(recorded, number):
    server, requests = recorded

    @settings(max_examples=60)
    @given(request=mutations(requests[number]))
    def check(request):
        answer = PKIMessage.load(server._respond(request).octets)
        assert answer.body.type in (BodyType.ERROR, BodyType.GENP)

    check()
    assert server.registry.issues.all() == []
