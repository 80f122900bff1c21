# SPDX-License-Identifier: Apache-2.0
"""The client against the test authority, over HTTP and TCP, in both profiles, with each fault."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from kcert.errors import AuthorityError, KcertError, TrustError, UnavailableError
from kcert.keys import PrivateKey
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CertificateState, CertificateStatus, Enrolment, RevocationReason
from kcert.lifecycle.cmp import CmpAuthority, CmpProfile, MacKind
from kcert.testing import TEST_PASSWORD, CmpServer, Fault, assert_clear_error
from kcert.testing.cmp import Kind, Standing
from kcert.testing.keypool import KeyPool
from kcert.trust import NetworkFetcher, RevocationSources, TrustStore

ID_NUMBER = "9902301234567"
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)


class Clock:
    """The same moment for both sides until it is turned."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


class Keys:
    """Different keys within a test, the same ones in every test."""

    _made: list = []  # noqa: RUF012 - shared on purpose

    def __init__(self):
        self._turn = count()

    def fill(self, number):
        while len(self._made) < number:
            self._made.append(KeyPool.fresh(2048))

    def fake(self):
        turn = next(self._turn)
        self.fill(turn + 1)
        return self._made[turn]

    def __call__(self, key_size, *, random):
        assert key_size == 2048
        pkcs8 = self.fake().pkcs8(random=secrets.token_bytes(20) if random else None)
        return PrivateKey.load(pkcs8)


class World:
    """A server, a client of it, and the steps of a life."""

    def __init__(self, server, clock, *, profile=CmpProfile.RFC4210, tcp=False, **options):
        self.server, self.clock, self.keys, self.slept = server, clock, Keys(), []
        host, port = server.tcp_address
        root, certificate = server.ca_certificates
        self.client = CmpAuthority(
            f"tcp://{host}:{port}" if tcp else server.url,
            trust=TrustStore([root]),
            certificate=certificate,
            profile=profile,
            clock=clock,
            key_source=self.keys,
            sleep=self.slept.append,
            **options,
        )

    lock = {"password": TEST_PASSWORD, "profile": CHEAPEST}  # noqa: RUF012 - never changed

    def issue(self, *, keep=None, **who):
        with self.server.enrol(**who) as enrolment:
            return self.client.issue(enrolment, keep=keep, **self.lock)

    def renew(self, credential, **how):
        with credential.unlock(TEST_PASSWORD) as unlocked:
            return self.client.renew(unlocked, **how, **self.lock)

    def reissue(self, credential, **who):
        with self.server.enrol(replaces=credential.certificate, **who) as enrolment:
            return self.client.reissue(enrolment, **self.lock)

    def window(self, credential):
        self.clock.now = credential.certificate.renewal_window.opens

    def state(self, credential):
        return self.server.status(credential.certificate).state

    def standings(self):
        return [issue.standing for issue in self.server.registry.issues.all()]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with CmpServer(clock=clock) as running:
        yield running


@pytest.fixture(params=["RFC4210", "KOREA"])
def profile(request):
    return getattr(CmpProfile, request.param)


@pytest.fixture(params=["http", "tcp"])
def world(request, server, clock, profile):
    return World(server, clock, profile=profile, tcp=request.param == "tcp")


@pytest.fixture
def plain(server, clock):
    """Over HTTP, as RFC 4210 has it."""
    return World(server, clock)


# A life


def test_a_pair_is_issued_kept_and_confirmed_in_this_order(world):
    seen = []

    def keep(credential):
        seen.append(world.state(credential))

    credential = world.issue(id_number=ID_NUMBER, key_management=True, keep=keep)
    assert seen == [CertificateState.UNKNOWN]
    assert world.state(credential) is CertificateState.GOOD
    assert credential.certificate.holder_name == "홍길동"
    with credential.unlock(TEST_PASSWORD) as unlocked:
        unlocked.verify_identity(ID_NUMBER)
        unlocked.verify(unlocked.sign(b"data"), b"data")
        assert unlocked.key_management is not None
    assert credential.ca_certificates[0] == world.server.authority.certificate


def test_a_certificate_lives_through_renewal_suspension_loss_and_revocation(world):
    first = world.issue(id_number=ID_NUMBER)
    world.window(first)
    second = world.renew(first)
    old, new = first.certificate.validity, second.certificate.validity
    assert new.not_after == old.not_after.replace(year=old.not_after.year + 1)
    with second.unlock(TEST_PASSWORD) as unlocked:
        unlocked.verify_identity(ID_NUMBER)
        world.client.suspend(unlocked)
        assert world.state(second) is CertificateState.SUSPENDED
        world.client.resume(unlocked)
        assert world.state(second) is CertificateState.GOOD
    third = world.reissue(second)
    assert third.certificate.validity.not_after == new.not_after
    assert world.state(second) is CertificateState.REVOKED
    with world.server.enrol(replaces=third.certificate) as enrolment:
        world.client.revoke(
            third.certificate, reason=RevocationReason.KEY_COMPROMISE, enrolment=enrolment
        )
    assert world.server.status(third.certificate) == CertificateStatus(
        CertificateState.REVOKED, world.clock.now, RevocationReason.KEY_COMPROMISE
    )
    kinds = [issue.kind for issue in world.server.registry.issues.all()]
    assert kinds == [Kind.ISSUE, Kind.RENEWAL, Kind.REISSUE]


def test_a_pair_is_renewed_as_a_pair(world):
    first = world.issue(key_management=True)
    world.window(first)
    with first.unlock(TEST_PASSWORD) as unlocked:
        second = world.client.renew(unlocked, **world.lock)
    assert second.key_management is not None
    km = second.key_management.certificate
    assert km.serial_number == second.certificate.serial_number + 1


def test_a_pair_is_reissued_as_a_pair(world):
    lost = world.issue(key_management=True)
    found = world.reissue(lost, key_management=True)
    assert found.key_management is not None
    km = found.key_management.certificate
    assert km.serial_number == found.certificate.serial_number + 1
    assert world.state(lost) is CertificateState.REVOKED


def test_one_more_certificate_is_issued_by_an_earlier_one(world):
    first = world.issue()
    with first.unlock(TEST_PASSWORD) as unlocked:
        second = world.client.issue_additional(unlocked, **world.lock)
    assert second.certificate.subject == first.certificate.subject
    assert world.standings() == [Standing.GOOD, Standing.GOOD]


def test_a_pkcs10_request_is_certified(world):
    key = world.keys.fake()
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    csr = builder.sign(key.private_key, hashes.SHA256()).public_bytes(Encoding.DER)
    with world.server.enrol() as enrolment:
        certificate = world.client.certify(csr, enrolment)
    assert certificate.public_key_info == key.public_key_info
    assert world.server.status(certificate).state is CertificateState.GOOD


def test_the_authority_announces_its_certificate(world):
    credential = world.issue()
    with credential.unlock(TEST_PASSWORD) as unlocked:
        told = world.client.announcements(unlocked, "1.3.6.1.5.5.7.4.1")
    assert told == {"1.3.6.1.5.5.7.4.1": world.server.authority.certificate.der}


@pytest.mark.parametrize("mac", [MacKind.PBM_SHA1, MacKind.PBMAC1], ids=lambda mac: mac.name)
def test_it_is_answered_with_the_mac_it_chose(server, clock, mac):
    world = World(server, clock, profile=evolve(CmpProfile.RFC4210, mac=mac))
    assert world.state(world.issue()) is CertificateState.GOOD


@pytest.mark.parametrize("code", ["yessign", "KICA", "TradeSign", "CrossCert", "SignKorea"])
def test_each_authority_issues_and_renews(clock, code):
    with CmpServer(code, clock=clock) as server:
        world = World(server, clock, profile=CmpProfile.KOREA, tcp=True)
        credential = world.issue(key_management=True)
        assert credential.certificate.authority.code == code
        world.window(credential)
        assert world.state(world.renew(credential)) is CertificateState.GOOD


def test_what_was_asked_of_one_server_goes_on_with_the_next_of_the_same_file(tmp_path, clock):
    file = tmp_path / "authority.sqlite"
    with CmpServer(database=file, clock=clock) as server:
        credential = World(server, clock).issue()
    with CmpServer(database=file, clock=clock) as server:
        world = World(server, clock)
        # The keys of a new client begin anew, and this one has a certificate.
        world.keys.fake()
        world.window(credential)
        assert world.state(world.renew(credential)) is CertificateState.GOOD


def test_many_clients_at_once_get_certificates_of_their_own(plain):
    plain.keys.fill(8)
    with ThreadPoolExecutor(4) as pool:
        credentials = list(pool.map(lambda _: plain.issue(), range(8)))
    assert len({one.certificate.serial_number for one in credentials}) == 8
    assert plain.standings() == [Standing.GOOD] * 8


def test_the_client_finds_the_status_where_the_certificate_says(server, clock):
    sources = RevocationSources(fetcher=NetworkFetcher(allow_private=True))
    world = World(server, clock, checker=sources)
    credential = world.issue()
    assert world.client.status(credential.certificate).state is CertificateState.GOOD
    server.registry.issues.suspend(credential.certificate.serial_number)
    assert world.client.status(credential.certificate).state is CertificateState.SUSPENDED


# Refusals


def refusal(call, *arguments, **keywords):
    with pytest.raises(AuthorityError) as caught:
        call(*arguments, **keywords)
    assert_clear_error(caught.value)
    return caught.value


def test_a_wrong_authorization_code_is_refused(world):
    with world.server.enrol() as given, Enrolment(given.reference_number, "wrong") as enrolment:
        error = refusal(world.client.issue, enrolment, **world.lock)
    assert error.failure == ("badMessageCheck",)
    assert world.standings() == []


def test_a_used_number_and_a_used_up_window_are_refused_with_the_authoritys_words(plain):
    with plain.server.enrol() as enrolment:
        plain.client.issue(enrolment, **plain.lock)
        error = refusal(plain.client.issue, enrolment, **plain.lock)
    assert "the reference number has been used" in str(error)
    assert "이미 사용한 참조번호입니다" in error.message_ko


def test_a_revoked_certificate_cannot_ask_for_anything(plain):
    credential = plain.issue()
    plain.window(credential)
    with credential.unlock(TEST_PASSWORD) as unlocked:
        plain.client.revoke(unlocked, reason=RevocationReason.KEY_COMPROMISE)
        for ask in (plain.client.suspend, plain.client.resume, plain.client.revoke):
            assert refusal(ask, unlocked).failure == ("certRevoked",)
        assert refusal(plain.client.renew, unlocked, **plain.lock).failure == ("certRevoked",)


def test_a_number_for_one_certificate_does_not_revoke_another(plain):
    first, second = plain.issue(), plain.issue()
    with plain.server.enrol(replaces=first.certificate) as enrolment:
        error = refusal(plain.client.revoke, second.certificate, enrolment=enrolment)
    assert error.failure == ("notAuthorized",)
    assert plain.state(second) is CertificateState.GOOD


def test_what_cannot_be_kept_is_taken_back(world):
    def keep(_):
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        world.issue(keep=keep)
    assert world.standings() == [Standing.REVOKED]


# Faults


WRONG_ANSWERS = {
    Fault.ALTERED_PROTECTION: AuthorityError,
    Fault.MISSING_PROTECTION: AuthorityError,
    Fault.FOREIGN_SIGNER: (AuthorityError, TrustError),
    Fault.SWAPPED_CERTIFICATE: AuthorityError,
    Fault.FOREIGN_TRANSACTION: AuthorityError,
    Fault.STALE_NONCE: AuthorityError,
    Fault.WRONG_ALGORITHM: AuthorityError,
    Fault.WRONG_BODY: AuthorityError,
    Fault.REFUSED: AuthorityError,
    Fault.CLOCK_SKEW: AuthorityError,
    Fault.OVERSIZED: AuthorityError,
    Fault.NOT_CMP: (AuthorityError, UnavailableError),
    Fault.TRUNCATED: (AuthorityError, UnavailableError),
    Fault.LOST_REQUEST: UnavailableError,
    Fault.LOST_ANSWER: UnavailableError,
    Fault.SERVER_ERROR: UnavailableError,
    Fault.UNAVAILABLE: UnavailableError,
}


@pytest.mark.parametrize("fault", WRONG_ANSWERS, ids=lambda fault: fault.name)
def test_a_wrong_answer_to_a_first_issue_is_refused_and_the_next_try_succeeds(world, fault):
    world.server.faults.next(fault, verb="ir", seconds=3600)
    with world.server.enrol(id_number=ID_NUMBER) as enrolment:
        with pytest.raises(WRONG_ANSWERS[fault]) as caught:
            world.client.issue(enrolment, **world.lock)
        code = bytes(enrolment.authorization_code.octets)
        assert_clear_error(caught.value, KcertError, canaries=[code, ID_NUMBER])
        assert world.server.faults.pending == ()
        assert Standing.GOOD not in world.standings()
        # The same number still serves: nothing was confirmed.
        credential = world.client.issue(enrolment, **world.lock)
    assert world.state(credential) is CertificateState.GOOD
    assert world.standings().count(Standing.GOOD) == 1


@pytest.mark.parametrize("fault", WRONG_ANSWERS, ids=lambda fault: fault.name)
def test_a_wrong_answer_to_a_renewal_leaves_the_old_certificate_in_force(world, fault):
    old = world.issue()
    world.window(old)
    world.server.faults.next(fault, verb="kur", seconds=3600)
    with pytest.raises(WRONG_ANSWERS[fault]):
        world.renew(old)
    assert world.state(old) is CertificateState.GOOD
    assert world.standings().count(Standing.GOOD) == 1
    assert world.state(world.renew(old)) is CertificateState.GOOD


@pytest.mark.parametrize("fault", WRONG_ANSWERS, ids=lambda fault: fault.name)
def test_a_wrong_answer_to_a_revocation_is_refused(world, fault):
    if fault is Fault.SWAPPED_CERTIFICATE:
        fault = Fault.WRONG_BODY
    credential = world.issue()
    world.server.faults.next(fault, verb="rr", seconds=3600)
    with credential.unlock(TEST_PASSWORD) as unlocked, pytest.raises(WRONG_ANSWERS[fault]):
        world.client.revoke(unlocked)
    # Whether it was carried out, the status says.
    assert world.state(credential) in (CertificateState.GOOD, CertificateState.REVOKED)


def test_a_late_answer_is_waited_for(world):
    world.server.faults.next(Fault.DELAYED, verb="ir", seconds=0.2)
    assert world.state(world.issue()) is CertificateState.GOOD


@pytest.mark.parametrize("asked", ["ir", "kur"])
def test_an_authority_that_takes_its_time_is_polled(world, asked):
    old = world.issue()
    world.window(old)
    world.server.faults.next(Fault.WAITING, verb=asked, polls=3, seconds=7)
    new = world.issue() if asked == "ir" else world.renew(old)
    assert world.state(new) is CertificateState.GOOD
    assert world.slept == [7, 7, 7]


def test_patience_ends(server, clock):
    world = World(server, clock, patience=timedelta(seconds=20))
    server.faults.next(Fault.WAITING, polls=9, seconds=7)
    with pytest.raises(UnavailableError):
        world.issue()
    assert world.standings() == []


CONFIRMATION = {
    CmpProfile.RFC4210.name: "certConf",
    CmpProfile.KOREA.name: "pkiconf",
}


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.UNAVAILABLE])
def test_a_confirmation_that_has_no_answer_is_sent_again(world, profile, fault):
    world.server.faults.next(fault, verb=CONFIRMATION[profile.name], times=2)
    credential = world.issue()
    assert world.state(credential) is CertificateState.GOOD
    assert world.server.faults.pending == ()


def test_where_no_confirmation_arrives_the_certificate_lapses(plain):
    plain.server.faults.next(Fault.LOST_REQUEST, verb="certConf", times=None)
    kept = []
    with pytest.raises(UnavailableError):
        plain.issue(keep=kept.append)
    assert plain.state(kept[0]) is CertificateState.UNKNOWN
    plain.server.faults.clear()
    plain.clock.now += timedelta(minutes=11)
    assert plain.state(kept[0]) is CertificateState.REVOKED


def test_nothing_is_lost_while_the_authority_is_down(world):
    old = world.issue()
    world.window(old)
    with world.server.down(), pytest.raises(UnavailableError):
        world.renew(old)
    assert world.state(world.renew(old)) is CertificateState.GOOD


@pytest.mark.parametrize("ahead", [timedelta(days=1), -timedelta(days=1)])
def test_a_client_whose_clock_is_wrong_is_told(server, clock, ahead):
    world = World(server, lambda: clock() + ahead)
    with pytest.raises(AuthorityError, match="clock"):
        world.issue()
    assert Standing.GOOD not in world.standings()


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("rejection", ("badAlg",)),
        ("rejection", ("badPOP", "badCertTemplate")),
        ("rejection", ("systemUnavail",)),
        ("revocationWarning", ("badRequest",)),
    ],
)
def test_any_refusal_comes_through_with_its_status_and_failures(plain, status, failure):
    plain.server.faults.next(
        Fault.REFUSED, verb="ir", status=status, failure=failure, text="오늘은 쉽니다"
    )
    error = refusal(plain.issue)
    assert (error.status, error.failure) == (status, failure)
    assert "오늘은 쉽니다" in error.message_ko
