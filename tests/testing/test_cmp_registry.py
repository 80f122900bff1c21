# SPDX-License-Identifier: Apache-2.0
"""The rules of the test authority, without a network: section by section of what is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kcert.credential import UnlockedKeyPair
from kcert.errors import AuthorityError
from kcert.keys import PrivateKey
from kcert.lifecycle import CertificateState, CertificateStatus, RevocationReason
from kcert.testing import TEST_ID_NUMBER, AuthorityRules, FakeAuthority, assert_clear_error
from kcert.testing.cmp import Kind, Standing
from kcert.testing.cmp.certifying import SubmittedKeys
from kcert.testing.cmp.database import Database
from kcert.testing.cmp.registry import Registry
from kcert.testing.cmp.rules import months_earlier
from kcert.vid import build_encrypted, open_encrypted, verify

FINANCIAL = "1.2.410.200005.1.1.1.10"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
R = bytes(range(20))


class Office:
    """A registry, and the steps of its everyday work."""

    def __init__(self, clock, keys, rules=None, code="yessign"):
        self.clock, self.keys = clock, keys
        self.registry = Registry(
            Database(), FakeAuthority(code), clock=clock, rules=rules or AuthorityRules()
        )
        self.issues = self.registry.issues

    def enrol(self, holder="홍길동", *, lost=None, policy=None, id_number=None):
        with self.registry.registrations.enrol(
            holder,
            policy=policy,
            id_number=id_number,
            english_name="",
            bank=None,
            replaces=lost,
            key_management=False,
            key_size=2048,
        ) as enrolment:
            return self.registry.registrations.find(enrolment.reference_number)

    def submitted(self, *, km=False):
        return SubmittedKeys(
            self.keys().public_key_info, self.keys().public_key_info if km else None
        )

    def pending(self, *, km=False, identity=None, **who):
        return self.registry.issue(self.enrol(**who), self.submitted(km=km), identity)

    def issued(self, **what):
        return self.registry.confirm(self.pending(**what).serial_number)

    def renewed(self, issue, *, km=False):
        return self.registry.renew(issue.serial_number, self.submitted(km=km))

    def window(self, issue):
        """Turn the clock to the first moment of the window."""
        self.clock.now = issue.certificate.renewal_window.opens

    def state(self, issue):
        return self.issues.status(issue.serial_number).state


@pytest.fixture
def make_office(clock, keys):
    made = []

    def make(*arguments, **keywords):
        made.append(Office(clock, keys, *arguments, **keywords))
        return made[-1]

    yield make
    for office in made:
        office.registry.database.close()


@pytest.fixture
def office(make_office):
    return make_office()


def refusal(call, *arguments, **keywords):
    with pytest.raises(AuthorityError) as caught:
        call(*arguments, **keywords)
    assert_clear_error(caught.value)
    assert caught.value.status == "rejection"
    (failure,) = caught.value.failure
    return failure


# Issuing


def test_an_issue_is_unknown_to_others_until_it_is_confirmed(office):
    pending = office.pending()
    assert pending.standing is Standing.PENDING
    assert office.state(pending) is CertificateState.UNKNOWN
    office.registry.confirm(pending.serial_number)
    assert office.state(pending) is CertificateState.GOOD


def test_a_pair_has_one_name_the_next_serial_number_and_the_same_dates(office):
    issue = office.issued(km=True)
    signature, km = issue.certificates
    assert km.subject == signature.subject
    assert km.serial_number == signature.serial_number + 1
    assert km.validity == signature.validity
    assert office.issues.find(km.serial_number) == issue


@pytest.mark.parametrize(("policy", "years"), [(None, 1), (FINANCIAL, 3)])
def test_the_policy_decides_the_term(office, policy, years):
    validity = office.issued(policy=policy).certificate.validity
    assert validity.last_day.year - office.clock.now.year == years


def test_a_reference_number_is_good_for_one_confirmed_issue(office):
    registration = office.enrol()
    first = office.registry.issue(registration, office.submitted())
    # Lost before it was confirmed: the number still serves, and the lost one does not.
    second = office.registry.issue(registration, office.submitted())
    assert office.issues.get(first.serial_number).standing is Standing.REVOKED
    office.registry.confirm(second.serial_number)
    used = office.registry.registrations.find(registration.reference_number)
    assert refusal(office.registry.issue, used, office.submitted()) == "badRequest"


def test_a_reference_number_expires(office):
    registration = office.enrol()
    office.clock.now += timedelta(days=14, seconds=1)
    assert refusal(office.registry.issue, registration, office.submitted()) == "badRequest"


def test_an_issue_that_nobody_confirms_is_revoked(office):
    pending = office.pending()
    due = office.clock.now + timedelta(minutes=10)
    office.clock.now = due + timedelta(hours=3)
    assert office.issues.status(pending.serial_number) == CertificateStatus(
        CertificateState.REVOKED, due, None
    )
    assert refusal(office.registry.confirm, pending.serial_number) == "certRevoked"


def test_a_rejected_issue_is_revoked_and_its_key_may_be_tried_again(office):
    registration, keys = office.enrol(), office.submitted()
    rejected = office.registry.issue(registration, keys)
    office.issues.reject(rejected.serial_number)
    assert office.state(rejected) is CertificateState.REVOKED
    again = office.registry.issue(registration, keys)
    assert again.serial_number != rejected.serial_number


def test_a_key_is_certified_once(office):
    keys = office.submitted()
    office.registry.confirm(office.registry.issue(office.enrol(), keys).serial_number)
    assert refusal(office.registry.issue, office.enrol(), keys) == "duplicateCertReq"


def test_keys_that_are_short_or_the_same_or_none_are_refused(office):
    short = FakeAuthority().issue(key_size=1024).certificate.public_key_info
    own = office.keys().public_key_info
    for keys in (SubmittedKeys(short), SubmittedKeys(own, own), SubmittedKeys(b"\x30\x00")):
        assert refusal(office.registry.issue, office.enrol(), keys) == "badCertTemplate"


# The identity


def received(authority, id_number, random=R):
    """An EncryptedVID as the authority opens it."""
    encrypted = build_encrypted(authority.certificate, id_number, random)
    with PrivateKey.load(authority.key.pkcs8()) as key:
        return open_encrypted(encrypted, UnlockedKeyPair(authority.certificate, key))


@pytest.mark.parametrize("sent", ["9902301234567", TEST_ID_NUMBER])
def test_the_number_on_record_decides_the_vid_also_where_the_client_sends_the_dummy(office, sent):
    identity = received(office.registry.authority, sent)
    issue = office.issued(id_number="990230-1234567", identity=identity)
    assert issue.certificate.identity.real_name == "홍길동"
    verify(issue.certificate, "9902301234567", R)


def test_a_vid_of_somebody_else_is_refused(office):
    identity = received(office.registry.authority, "9902301234568")
    registration = office.enrol(id_number="9902301234567")
    failure = refusal(office.registry.issue, registration, office.submitted(), identity)
    assert failure == "incorrectData"


def test_a_renewal_without_a_new_r_keeps_the_vid(office):
    issue = office.issued(identity=received(office.registry.authority, "9902301234567"))
    office.window(issue)
    assert office.renewed(issue).certificate.identity == issue.certificate.identity


# Renewing


@pytest.mark.parametrize(
    ("code", "policy", "years"),
    [("yessign", None, 1), ("yessign", FINANCIAL, 3), ("TradeSign", None, 1)],
)
def test_a_renewed_certificate_ends_a_term_after_the_old_one_to_the_second(
    make_office, code, policy, years
):
    office = make_office(code=code)
    issue = office.issued(policy=policy)
    office.window(issue)
    office.clock.now += 5 * DAY
    old, new = issue.certificate.validity, office.renewed(issue).certificate.validity
    assert new.not_after == old.not_after.replace(year=old.not_after.year + years)
    assert new.not_before <= office.clock.now


def test_a_certificate_that_ends_on_29_february_is_renewed_to_the_28th(office):
    office.clock.now = datetime(2027, 2, 28, 3, tzinfo=UTC)
    issue = office.issued()
    assert issue.certificate.validity.last_day.isoformat() == "2028-02-28"
    office.clock.now = datetime(2028, 2, 28, 3, tzinfo=UTC)
    assert office.renewed(issue).certificate.validity.last_day.isoformat() == "2029-02-28"


def test_the_window_opens_thirty_days_before_the_last_day_and_closes_with_it(office):
    issue = office.issued()
    validity = issue.certificate.validity
    office.window(issue)
    opens = office.clock.now
    for moment, allowed in (
        (opens - SECOND, False),
        (opens, True),
        (validity.not_after, True),
        (validity.not_after + SECOND, False),
    ):
        office.clock.now = moment
        if allowed:
            assert office.renewed(issue).kind is Kind.RENEWAL
        else:
            assert refusal(office.renewed, issue) == "badRequest"


def test_a_late_renewal_says_what_to_do_in_korean(office):
    issue = office.issued()
    office.clock.now = issue.certificate.validity.not_after + DAY
    with pytest.raises(AuthorityError) as caught:
        office.renewed(issue)
    assert "만료 후에는 갱신할 수 없습니다" in caught.value.message_ko


def test_renewing_keeps_the_name_and_takes_the_km_pair_along(office):
    issue = office.issued(km=True)
    office.window(issue)
    renewed = office.renewed(issue, km=True)
    assert renewed.certificate.subject == issue.certificate.subject
    assert renewed.km_certificate is not None
    assert renewed.predecessor == issue.serial_number


def test_the_old_certificate_stays_until_its_last_day_unless_the_rules_say_otherwise(
    clock, make_office
):
    for revoke, expected in ((False, CertificateState.GOOD), (True, CertificateState.REVOKED)):
        office = make_office(AuthorityRules(revoke_renewed=revoke))
        issue = office.issued()
        office.window(issue)
        renewed = office.renewed(issue)
        assert office.state(issue) is CertificateState.GOOD
        office.registry.confirm(renewed.serial_number)
        assert office.state(issue) is expected
        clock.now = datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_an_unconfirmed_renewal_gives_way_to_the_next_and_a_confirmed_one_does_not(office):
    issue = office.issued()
    office.window(issue)
    lost = office.renewed(issue)
    kept = office.renewed(issue)
    assert office.issues.get(lost.serial_number).standing is Standing.REVOKED
    office.registry.confirm(kept.serial_number)
    assert refusal(office.renewed, issue) == "badRequest"


@pytest.mark.parametrize(
    ("change", "failure"),
    [(RevocationReason.CERTIFICATE_HOLD, "badRequest"), (RevocationReason(1), "certRevoked")],
)
def test_only_a_certificate_in_force_is_renewed(office, change, failure):
    issue = office.issued()
    office.window(issue)
    office.issues.change(issue.serial_number, change)
    assert refusal(office.renewed, issue) == failure


def test_revoking_takes_an_unconfirmed_successor_along(office):
    issue = office.issued()
    office.window(issue)
    renewed = office.renewed(issue)
    office.issues.revoke(issue.serial_number, RevocationReason.KEY_COMPROMISE)
    assert refusal(office.registry.confirm, renewed.serial_number) == "certRevoked"


# Reissuing


def test_a_reissued_certificate_keeps_the_last_second_and_the_old_one_is_revoked(office):
    lost = office.issued(km=True)
    office.clock.now += 100 * DAY
    pending = office.pending(lost=lost, km=True)
    assert office.state(lost) is CertificateState.GOOD
    office.registry.confirm(pending.serial_number)
    assert pending.kind is Kind.REISSUE
    assert pending.certificate.validity.not_after == lost.certificate.validity.not_after
    assert pending.certificate.subject == lost.certificate.subject
    assert office.issues.status(lost.serial_number) == CertificateStatus(
        CertificateState.REVOKED, office.clock.now, RevocationReason.SUPERSEDED
    )


def test_after_a_revocation_the_rest_of_the_term_can_be_reissued(office):
    revoked = office.issued()
    office.issues.revoke(revoked.serial_number, RevocationReason.KEY_COMPROMISE)
    again = office.issued(lost=revoked)
    assert again.certificate.validity.not_after == revoked.certificate.validity.not_after
    # The first reason stands.
    assert office.issues.get(revoked.serial_number).reason is RevocationReason.KEY_COMPROMISE


def test_an_expired_certificate_is_not_reissued(office):
    lost = office.issued()
    office.clock.now = lost.certificate.validity.not_after + DAY
    assert refusal(office.pending, lost=lost) == "badRequest"


# Revoking and suspending


def test_revocation_is_final(office):
    issue = office.issued(km=True)
    office.issues.revoke(issue.km_certificate.serial_number, RevocationReason.KEY_COMPROMISE)
    for certificate in issue.certificates:
        status = office.issues.status(certificate.serial_number)
        assert status.state is CertificateState.REVOKED
    for change in (office.issues.suspend, office.issues.resume):
        assert refusal(change, issue.serial_number) == "certRevoked"


def test_a_suspended_certificate_can_be_resumed(office):
    issue = office.issued()
    office.issues.suspend(issue.serial_number)
    assert office.issues.status(issue.serial_number) == CertificateStatus(
        CertificateState.SUSPENDED, office.clock.now, RevocationReason.CERTIFICATE_HOLD
    )
    assert refusal(office.issues.suspend, issue.serial_number) == "badRequest"
    office.issues.resume(issue.serial_number)
    assert office.state(issue) is CertificateState.GOOD
    assert refusal(office.issues.resume, issue.serial_number) == "badRequest"


def test_a_suspension_of_six_months_ends_in_revocation(office):
    issue = office.issued()
    office.clock.now = datetime(2026, 8, 31, 3, tzinfo=UTC)
    office.issues.suspend(issue.serial_number)
    # There is no 31 February.
    ends = datetime(2027, 2, 28, 3, tzinfo=UTC)
    office.clock.now = ends - SECOND
    assert office.state(issue) is CertificateState.SUSPENDED
    office.clock.now = ends + DAY
    status = office.issues.status(issue.serial_number)
    assert (status.state, status.since) == (CertificateState.REVOKED, ends)


def test_months_are_counted_by_the_korean_calendar():
    # Already 1 March in Seoul.
    moment = datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert months_earlier(moment, 6) == datetime(2026, 8, 31, 16, tzinfo=UTC)


def test_what_was_never_issued_is_unknown(office):
    assert office.issues.status(1).state is CertificateState.UNKNOWN
    assert refusal(office.issues.revoke, 1, RevocationReason.UNSPECIFIED) == "badCertId"


# All or nothing


def test_a_refused_request_changes_nothing(office):
    registration, keys = office.enrol(), office.submitted()
    pending = office.registry.issue(registration, keys)
    short = FakeAuthority().issue(key_size=1024).certificate.public_key_info
    assert refusal(office.registry.issue, registration, SubmittedKeys(short)) == "badCertTemplate"
    assert office.issues.get(pending.serial_number).standing is Standing.PENDING


def test_a_refusal_inside_of_something_larger_undoes_its_own_part_only(office):
    database = office.registry.database

    def revoke_and_fail(issue):
        with database.transaction():
            office.issues.revoke(issue.serial_number, RevocationReason.KEY_COMPROMISE)
            raise ZeroDivisionError

    with database.transaction():
        issue = office.issued()
        with pytest.raises(ZeroDivisionError):
            revoke_and_fail(issue)
    assert office.state(issue) is CertificateState.GOOD


def test_records_show_no_name_no_number_and_no_code(office):
    registration = office.enrol("홍길동", id_number="9902301234567")
    issue = office.issued(id_number="9902301234567")
    for shown in (repr(registration), repr(issue), repr(issue.certificate)):
        for secret in ("홍길동", "9902301234567", registration.authorization_code):
            assert secret not in shown
