# SPDX-License-Identifier: Apache-2.0
"""Issue, reissue and what is left of them: identity first, then the authority, then the store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.lifecycle.memory_authority import GOOD, NOW, REVOKED, UNKNOWN, Office

from kcert.errors import (
    AuthorityError,
    IdentityRefusedError,
    NotFoundError,
    RenewalError,
    UnavailableError,
    UnfinishedError,
)
from kcert.lifecycle import (
    Enrolment,
    IdentityRequest,
    Retire,
    Step,
    Verb,
    issue,
    reissue,
    settle,
    unfinished,
)
from kcert.storage import MemoryBackend
from kcert.storage.wrappers import ReadOnlyBackend
from kcert.store import History, Store
from kcert.testing import assert_clear_error

OLD, NEW = "old horse 1!", "new horse 1!"
POLICY = "1.2.410.200005.1.1.4"
DAY = timedelta(days=1)


def store_of(*credentials):
    backend = MemoryBackend()
    store = Store(backend, history=History(backend))
    for credential in credentials:
        store.add(credential)
    return store


def kinds(store):
    return [event.kind.value for event in store.history.events()]


def refuse(request):
    raise IdentityRefusedError("the call was not answered", "전화를 받지 않았습니다")


@pytest.fixture
def credential(authority):
    return authority.holder(password=OLD)


@pytest.fixture
def store(credential):
    return store_of(credential)


@pytest.fixture
def lost(store):
    (entry,) = store.entries()
    return entry


# Issue


def test_an_issue_identifies_stores_tries_confirms_and_backs_up(authority, office):
    store, stick = store_of(), store_of()
    issued = issue(store, authority, office, NEW, policy=POLICY, backup_to=stick)

    assert issued.steps == (
        Step.IDENTIFIED,
        Step.STORED,
        Step.SIGNED,
        Step.CONFIRMED,
        Step.BACKED_UP,
    )
    assert office.requests == [IdentityRequest(Verb.ISSUE, None, POLICY)]
    assert authority.state(issued.entry.certificate) is GOOD
    assert issued.backup.load() == issued.entry.load()
    with issued.entry.unlock(NEW) as unlocked:
        assert unlocked.sign(b"data")
    assert kinds(store)[:5] == ["offered", "issued", "unlocked", "confirmed", "copied"]


def test_the_enrolment_is_closed_after_use(authority, office):
    issue(store_of(), authority, office, NEW)

    (enrolment,) = office.enrolments
    with pytest.raises(ValueError, match="closed"):
        _ = enrolment.authorization_code


def test_the_enrolment_is_closed_after_a_refusal_too(authority):
    office = Office("wrong")
    with pytest.raises(AuthorityError, match="wrong code"):
        issue(store_of(), authority, office, NEW)

    (enrolment,) = office.enrolments
    with pytest.raises(ValueError, match="closed"):
        _ = enrolment.authorization_code


def test_who_is_not_identified_asks_the_authority_nothing(authority):
    store = store_of()
    with pytest.raises(IdentityRefusedError) as raised:
        issue(store, authority, refuse, NEW)

    assert_clear_error(raised.value, IdentityRefusedError)
    assert authority.asked == []
    assert list(store.entries()) == []


def test_a_proof_of_identity_returns_an_enrolment(authority):
    with pytest.raises(TypeError, match="Enrolment"):
        issue(store_of(), authority, lambda request: "12345", NEW)

    assert authority.asked == []


@pytest.mark.parametrize("fault", ["refuse", "not-heard", "answer-lost"])
def test_where_nothing_was_issued_nothing_is_stored(authority, office, fault):
    store = store_of()
    authority.faults = [fault]
    with pytest.raises((AuthorityError, UnavailableError)):
        issue(store, authority, office, NEW)

    assert list(store.entries()) == []
    assert list(unfinished(store)) == []


def test_a_lost_confirmation_that_was_heard_is_found_out_by_asking(authority, office):
    authority.faults = ["confirmation-lost"]
    issued = issue(store_of(), authority, office, NEW)

    assert authority.state(issued.entry.certificate) is GOOD


def test_a_backup_is_another_store(authority, office):
    store = store_of()
    with pytest.raises(ValueError, match="other stores"):
        issue(store, authority, office, NEW, backup_to=store)

    assert office.requests == []


# Settle what is left


def test_an_issue_without_an_answer_is_left_unfinished_and_settled_later(authority, office):
    store = store_of()
    authority.faults = ["confirmation-not-heard"]
    with pytest.raises(UnfinishedError):
        issue(store, authority, office, NEW)
    (left,) = unfinished(store)
    assert authority.state(left.certificate) is UNKNOWN

    assert settle(store, left, authority, NEW) is None
    assert list(store.entries()) == list(unfinished(store)) == []
    assert kinds(store)[-1] == "removed"


def test_an_issue_that_counts_is_finished(authority, office):
    store, stick = store_of(), store_of()
    authority.faults = ["confirmation-not-heard"]
    with pytest.raises(UnfinishedError):
        issue(store, authority, office, NEW)
    (left,) = unfinished(store)
    authority.record(left.certificate).state = GOOD

    settled = settle(store, left.id, authority, NEW, backup_to=stick)
    assert settled.resumed
    assert settled.steps == (Step.SIGNED, Step.CONFIRMED, Step.BACKED_UP)
    assert settled.backup.load() == left.load()
    assert list(unfinished(store)) == []


def test_nothing_is_removed_that_counted_once(authority, office):
    store = store_of()
    issued = issue(store, authority, office, NEW)
    authority.record(issued.entry.certificate).state = UNKNOWN
    with pytest.raises(AuthorityError, match="nothing is left to finish"):
        settle(store, issued.entry, authority, NEW)

    assert len(list(store.entries())) == 1


def test_what_is_revoked_is_nothing_to_finish(store, lost, credential, authority):
    authority.record(credential.certificate).state = REVOKED
    with pytest.raises(AuthorityError, match="revoked"):
        settle(store, lost, authority, OLD)

    assert len(list(store.entries())) == 1


def test_a_finished_issue_that_cannot_be_backed_up_says_so(authority, office):
    store = store_of()
    issued = issue(store, authority, office, NEW)
    broken = Store(ReadOnlyBackend(MemoryBackend()))
    with pytest.raises(UnfinishedError) as raised:
        settle(store, issued.entry, authority, NEW, backup_to=broken)

    assert raised.value.step == "backed-up"


def test_without_a_history_nothing_is_known_to_be_unfinished(credential):
    store = Store(MemoryBackend())
    store.add(credential)

    assert list(unfinished(store)) == []


# Reissue


def test_a_reissue_replaces_a_lost_one_and_keeps_its_last_day(
    store, lost, credential, authority, office
):
    stick = store_of()
    renewal = reissue(
        store, lost, authority, office, NEW, backup_to=stick, old=Retire.REMOVE, at=NOW
    )

    new = renewal.entry.certificate
    assert renewal.steps == (
        Step.CHECKED,
        Step.IDENTIFIED,
        Step.STORED,
        Step.SIGNED,
        Step.CONFIRMED,
        Step.BACKED_UP,
        Step.RETIRED,
    )
    assert new.validity.not_after == credential.certificate.validity.not_after
    assert authority.state(credential.certificate) is REVOKED
    assert [entry.certificate for entry in store.entries()] == [new]
    (request,) = office.requests
    assert request == IdentityRequest(
        Verb.REISSUE, credential.certificate, credential.certificate.policy_oids[0]
    )
    reissued = next(event for event in store.history.events() if event.kind.value == "reissued")
    assert reissued.renews == credential.certificate.fingerprint()


def test_a_reissue_needs_only_the_certificate(credential, authority, office):
    store = store_of()
    renewal = reissue(store, credential.certificate, authority, office, NEW, at=NOW)

    assert renewal.old is None
    assert [entry.id for entry in store.entries()] == [renewal.entry.id]


def test_the_old_one_is_found_by_its_certificate(store, lost, credential, authority, office):
    renewal = reissue(
        store, credential.certificate, authority, office, NEW, old=Retire.REMOVE, at=NOW
    )

    assert [entry.id for entry in store.entries()] == [renewal.entry.id]


@pytest.mark.parametrize("mistake", [{"subject": None}, {"policy": "1.2.410.200005.1.1.5"}])
def test_a_reissue_for_another_subject_or_policy_is_rejected_and_nothing_is_retired(
    store, lost, authority, office, mistake, monkeypatch
):
    right = authority.fake.issue
    monkeypatch.setattr(
        authority.fake, "issue", lambda **how: right("길동상사", **{**how, **mistake})
    )

    with pytest.raises(AuthorityError, match="subject and policy"):
        reissue(store, lost, authority, office, NEW, old=Retire.REMOVE, at=NOW)

    assert [entry.certificate for entry in store.entries()] == [lost.certificate]
    assert authority.state(lost.certificate) is GOOD


def test_after_its_end_there_is_no_reissue(authority, office):
    gone = authority.holder(password=OLD, ends=NOW - DAY)
    with pytest.raises(RenewalError) as raised:
        reissue(store_of(), gone.certificate, authority, office, NEW, at=NOW)

    assert_clear_error(raised.value, RenewalError)
    assert raised.value.why == "expired"
    assert "만료 후에는 재발급받을 수 없습니다" in raised.value.message_ko
    assert office.requests == []


def test_run_again_a_reissue_identifies_nobody(store, lost, authority, office):
    first = reissue(store, lost, authority, office, NEW, at=NOW)
    again = reissue(store, lost, authority, office, NEW, old=Retire.REMOVE, at=NOW)

    assert again.entry == first.entry
    assert again.resumed
    assert len(office.requests) == 1
    assert reissue(store, lost.id, authority, office, NEW, at=NOW).entry == first.entry


def test_a_renewed_certificate_that_is_lost_as_well_is_reissued_by_itself(
    store, lost, credential, authority, office
):
    # Another certificate of the holder counts, but did not come in the place of this one.
    other = authority.fake.issue(
        password=OLD,
        subject=credential.certificate.subject.der,
        not_before=NOW,
        not_after=NOW + 370 * DAY,
    )
    authority.records[other.certificate.fingerprint()] = type(
        authority.record(credential.certificate)
    )(other.certificate, GOOD)
    store.add(other)
    renewal = reissue(store, lost, authority, office, NEW, at=NOW)

    assert not renewal.resumed
    assert len(office.requests) == 1


def test_a_lost_one_that_is_nowhere_is_not_found(authority, office):
    with pytest.raises(NotFoundError):
        reissue(store_of(), "0" * 16, authority, office, NEW, at=NOW)


def test_requests_and_enrolments_show_nothing_secret():
    enrolment = Enrolment("12345", "인가코드", id_number="1234561234567")

    assert "인가코드" not in repr(enrolment)
    assert "1234561234567" not in repr(enrolment)
    assert "12345" not in repr(IdentityRequest(Verb.ISSUE, None, POLICY)).replace(POLICY, "")


def test_a_closed_enrolment_is_overwritten_and_refuses_to_be_used():
    enrolment = Enrolment("12345", "인가코드", id_number="1234561234567")
    code = enrolment.authorization_code
    enrolment.close()
    enrolment.close()

    assert len(code.octets) == 12
    assert not any(code.octets)
    with pytest.raises(ValueError, match="closed"):
        _ = enrolment.authorization_code
    with pytest.raises(ValueError, match="closed"):
        _ = enrolment.id_number
