# SPDX-License-Identifier: Apache-2.0
"""Each step of a renewal, by name: what it asks for, and what is left where it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from tests.lifecycle.memory_authority import GOOD, NOW, REVOKED, SUSPENDED, UNKNOWN, MemoryAuthority

from kcert.errors import (
    AlreadyExistsError,
    AuthorityError,
    NotFoundError,
    RenewalError,
    UnavailableError,
    UnfinishedError,
    UnlockError,
)
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import Retire, RevocationReason, Step, renew, resume, revoke, suspend
from kcert.storage import MemoryBackend
from kcert.storage.wrappers import ReadOnlyBackend
from kcert.store import EventKind, History, Store
from kcert.testing import FakeAuthority, assert_clear_error

OLD, NEW = "old horse 1!", "new horse 1!"
DAY = timedelta(days=1)


def store_of(*credentials):
    backend = MemoryBackend()
    store = Store(backend, history=History(backend))
    for credential in credentials:
        store.add(credential)
    return store


@pytest.fixture
def credential(authority):
    return authority.holder(password=OLD)


@pytest.fixture
def store(credential):
    return store_of(credential)


@pytest.fixture
def entry(store):
    (entry,) = store.entries()
    return entry


def kinds(store):
    return [event.kind.value for event in store.history.events()]


def opens(entry, password):
    try:
        with entry.load().unlock(password):
            return True
    except UnlockError:
        return False


def new_ones(store, credential):
    return [entry for entry in store.entries() if entry.certificate != credential.certificate]


# The way it goes


def test_a_renewal_is_stored_tried_confirmed_backed_up_and_the_old_one_kept(
    store, entry, credential, authority
):
    stick = store_of()
    renewal = renew(store, entry.id, authority, OLD, backup_to=stick, at=NOW)

    new = renewal.entry.certificate
    assert renewal.steps == (
        Step.OPENED,
        Step.CHECKED,
        Step.STORED,
        Step.SIGNED,
        Step.CONFIRMED,
        Step.BACKED_UP,
        Step.RETIRED,
    )
    assert authority.state(new) is GOOD
    assert new.validity.not_after == credential.certificate.validity.not_after + 365 * DAY
    assert opens(renewal.entry, OLD)
    assert renewal.backup.load() == renewal.entry.load()
    assert renewal.old.certificate == credential.certificate
    assert not renewal.resumed
    assert {found.certificate for found in store.entries()} == {new, credential.certificate}


def test_the_history_tells_the_story_of_a_renewal(store, entry, credential, authority):
    renewal = renew(store, entry, authority, OLD, backup_to=store_of(), old=Retire.REMOVE, at=NOW)

    assert kinds(store) == [
        "added",
        "unlocked",
        "offered",
        "renewed",
        "unlocked",
        "confirmed",
        "copied",
        "removed",
    ]
    events = list(store.history.events())
    old, new = (item.fingerprint() for item in (credential.certificate, renewal.entry.certificate))
    assert [event.fingerprint for event in events] == [old, old, new, new, new, new, new, old]
    assert events[2].renews == events[3].renews == old


def test_every_step_is_told_as_it_is_taken(store, entry, authority):
    told = []
    renewal = renew(store, entry, authority, OLD, at=NOW, on_step=told.append)

    assert tuple(told) == renewal.steps


def test_the_new_one_opens_with_the_new_password_and_not_with_the_old(store, entry, authority):
    renewal = renew(store, entry, authority, OLD, new_password=NEW, at=NOW)

    assert opens(renewal.entry, NEW)
    assert not opens(renewal.entry, OLD)
    assert opens(renewal.old, OLD)


def test_passwords_are_taken_as_octets_too(store, entry, authority):
    renewal = renew(store, entry, authority, OLD.encode(), new_password=NEW.encode(), at=NOW)

    assert opens(renewal.entry, NEW)


def test_the_key_management_pair_is_renewed_along_with_it(authority):
    store = store_of(authority.holder(password=OLD, km=True))
    (entry,) = store.entries()
    renewal = renew(store, entry, authority, OLD, at=NOW)

    assert renewal.entry.load().key_management is not None


def test_the_old_one_is_removed_where_that_is_asked(store, entry, authority):
    renewal = renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert renewal.old is None
    assert [found.id for found in store.entries()] == [renewal.entry.id]


def test_the_old_one_is_moved_where_that_is_asked(store, entry, credential, authority):
    archive = store_of()
    renewal = renew(store, entry, authority, OLD, old=archive, at=NOW)

    assert [found.id for found in store.entries()] == [renewal.entry.id]
    assert [found.certificate for found in archive.entries()] == [credential.certificate]
    assert opens(renewal.old, OLD)


def test_a_store_without_a_history_renews(credential, authority):
    store = Store(MemoryBackend())
    entry = store.add(credential)
    renewal = renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert [found.id for found in store.entries()] == [renewal.entry.id]


# Refusals: nothing was asked of the authority, and nothing has changed


def refused(store, authority, *, at=NOW, password=OLD):
    (entry,) = store.entries()
    with pytest.raises(RenewalError) as raised:
        renew(store, entry, authority, password, at=at)
    assert_clear_error(raised.value, RenewalError)
    assert authority.asked == []
    assert [found.id for found in store.entries()] == [entry.id]
    return raised.value


def test_a_wrong_password_comes_before_everything_else(store, entry, authority):
    authority.down = True
    with pytest.raises(UnlockError):
        renew(store, entry, authority, "wrong", at=NOW)

    assert authority.asked == []


def test_too_early_says_when_renewal_opens(authority):
    ends = datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC)
    error = refused(store_of(authority.holder(password=OLD, ends=ends)), authority)

    assert error.why == "too-early"
    assert error.opens == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert "갱신은 만료 30일 전부터" in error.message_ko
    assert "2026-12-01부터 2026-12-31까지" in error.message_ko
    assert "2026-12-01" in str(error)


def test_the_window_is_open_from_its_first_moment_to_the_last(authority):
    ends = datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC)
    opens_at = datetime(2026, 11, 30, 15, tzinfo=UTC)
    for at in (opens_at, ends):
        store = store_of(authority.holder(password=OLD, ends=ends))
        (entry,) = store.entries()
        assert renew(store, entry, authority, OLD, at=at).entry

    authority.asked.clear()
    for at, why in ((opens_at - DAY / 86400, "too-early"), (ends + DAY / 86400, "expired")):
        store = store_of(authority.holder(password=OLD, ends=ends))
        assert refused(store, authority, at=at).why == why


def test_expired_says_that_only_a_new_one_helps(authority):
    store = store_of(authority.holder(password=OLD, ends=NOW - DAY))
    error = refused(store, authority)

    assert error.why == "expired"
    assert "만료 후에는 갱신할 수 없습니다" in error.message_ko
    assert "발급" in error.message_ko
    assert "2026-05-31" in error.message_ko


def test_suspended_says_to_resume_it_first(store, credential, authority):
    authority.record(credential.certificate).state = SUSPENDED
    error = refused(store, authority)

    assert error.why == "suspended"
    assert "효력" in error.message_ko


def test_revoked_says_that_it_is_final(store, credential, authority):
    authority.record(credential.certificate).state = REVOKED
    authority.record(credential.certificate).since = NOW - DAY
    error = refused(store, authority)

    assert (error.why, error.since) == ("revoked", NOW - DAY)
    assert "폐지" in error.message_ko


def test_a_certificate_that_its_holder_cannot_renew_is_refused(authority):
    government = FakeAuthority("GPKI").issue(password=OLD, profile=CHEAPEST)
    assert refused(store_of(government), authority).why == "not-offered"


def test_a_certificate_the_authority_does_not_know_is_its_own_to_refuse(authority):
    stranger = MemoryAuthority().holder(password=OLD)
    store = store_of(stranger)
    (entry,) = store.entries()
    with pytest.raises(AuthorityError, match="refused"):
        renew(store, entry, authority, OLD, at=NOW)


def test_what_could_only_fail_later_is_refused_at_once(store, entry, authority):
    for wrong in ({"backup_to": store}, {"old": store}):
        with pytest.raises(ValueError, match="other stores"):
            renew(store, entry, authority, OLD, at=NOW, **wrong)
    with pytest.raises(TypeError, match=r"Retire\.KEEP"):
        renew(store, entry, authority, OLD, at=NOW, old="keep")
    with pytest.raises(ValueError, match="time zone"):
        renew(store, entry, authority, OLD, at=datetime(2026, 6, 1))  # noqa: DTZ001 - that is the mistake
    assert authority.asked == []


def test_an_entry_that_is_nowhere_is_not_found(store, authority):
    with pytest.raises(NotFoundError):
        renew(store, "0" * 16, authority, OLD, at=NOW)


# Failures: the old one works, and it is said what is the case


@pytest.mark.parametrize("fault", ["refuse", "not-heard", "answer-lost"])
def test_where_nothing_was_issued_everything_is_as_before(
    store, entry, credential, authority, fault
):
    authority.faults = [fault]
    with pytest.raises((AuthorityError, UnavailableError)):
        renew(store, entry, authority, OLD, at=NOW)

    assert [found.certificate for found in store.entries()] == [credential.certificate]
    assert authority.state(credential.certificate) is GOOD
    assert renew(store, entry, authority, OLD, at=NOW).entry


def test_an_authority_that_is_down_changes_nothing(store, entry, credential, authority):
    authority.down = True
    with pytest.raises(UnavailableError):
        renew(store, entry, authority, OLD, at=NOW)

    assert [found.certificate for found in store.entries()] == [credential.certificate]


def test_a_lost_confirmation_that_was_heard_is_found_out_by_asking(store, entry, authority):
    authority.faults = ["confirmation-lost"]
    renewal = renew(store, entry, authority, OLD, at=NOW)

    assert authority.state(renewal.entry.certificate) is GOOD
    assert Step.CONFIRMED in renewal.steps
    assert authority.asked == ["renew"]


@pytest.mark.parametrize("fault", ["confirmation-not-heard", "confirmation-refused"])
def test_a_confirmation_that_was_not_heard_is_unfinished_and_the_next_run_starts_anew(
    store, entry, credential, authority, fault
):
    authority.faults = [fault]
    with pytest.raises(UnfinishedError) as raised:
        renew(store, entry, authority, OLD, at=NOW)

    (left,) = new_ones(store, credential)
    assert_clear_error(raised.value, UnfinishedError)
    assert raised.value.step == "confirmed"
    assert raised.value.fingerprint == left.certificate.fingerprint()
    assert "다시 실행" in raised.value.message_ko
    assert authority.state(left.certificate) is UNKNOWN
    assert opens(store.get(entry.id), OLD)

    renewal = renew(store, entry, authority, OLD, at=NOW)
    assert Step.CLEARED in renewal.steps
    assert [found.id for found in new_ones(store, credential)] == [renewal.entry.id]
    assert renewal.entry.certificate != left.certificate


def test_what_the_authority_has_revoked_unconfirmed_is_removed_too(
    store, entry, credential, authority
):
    authority.faults = ["confirmation-not-heard"]
    with pytest.raises(UnfinishedError):
        renew(store, entry, authority, OLD, at=NOW)
    (left,) = new_ones(store, credential)
    authority.record(left.certificate).state = REVOKED
    renewal = renew(store, entry, authority, OLD, at=NOW)

    assert [found.id for found in new_ones(store, credential)] == [renewal.entry.id]


def test_what_counted_once_is_not_removed_where_the_authority_forgets_it(
    store, entry, credential, authority
):
    first = renew(store, entry, authority, OLD, at=NOW)
    authority.record(first.entry.certificate).state = UNKNOWN
    renew(store, entry, authority, OLD, at=NOW)

    assert first.entry in new_ones(store, credential)


def test_what_never_counted_is_removed_only_after_something_else_counts(store, entry, authority):
    authority.faults = ["confirmation-not-heard", "refuse"]
    for error in (UnfinishedError, AuthorityError):
        with pytest.raises(error):
            renew(store, entry, authority, OLD, at=NOW)

    assert len(list(store.entries())) == 2


def test_a_medium_that_takes_nothing_makes_the_authority_reject(credential, authority):
    inside = MemoryBackend()
    Store(inside).add(credential)
    store = Store(ReadOnlyBackend(inside))
    (entry,) = store.entries()
    with pytest.raises(UnavailableError):
        renew(store, entry, authority, OLD, at=NOW)

    assert [record.state for record in authority.records.values()] == [GOOD, UNKNOWN]


def test_a_new_key_that_does_not_open_is_taken_back_and_rejected(store, entry, authority):
    issue = authority.fake.issue
    authority.fake.issue = lambda *args, **facts: issue(*args, **{**facts, "password": "other"})
    with pytest.raises(UnlockError):
        renew(store, entry, authority, OLD, at=NOW)

    assert [found.id for found in store.entries()] == [entry.id]
    assert UNKNOWN in {record.state for record in authority.records.values()}


def test_a_crash_of_the_caller_in_between_rejects_and_takes_back(store, entry, authority):
    def stop(step):
        if step is Step.SIGNED:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renew(store, entry, authority, OLD, at=NOW, on_step=stop)

    assert [found.id for found in store.entries()] == [entry.id]
    assert UNKNOWN in {record.state for record in authority.records.values()}


def test_a_backup_that_fails_is_unfinished_and_the_next_run_makes_it(store, entry, authority):
    broken = Store(ReadOnlyBackend(MemoryBackend()))
    with pytest.raises(UnfinishedError) as raised:
        renew(store, entry, authority, OLD, backup_to=broken, old=Retire.REMOVE, at=NOW)

    assert raised.value.step == "backed-up"
    assert isinstance(raised.value.__cause__, UnavailableError)
    assert opens(store.get(entry.id), OLD)
    stick = store_of()
    renewal = renew(store, entry, authority, OLD, backup_to=stick, old=Retire.REMOVE, at=NOW)
    assert renewal.resumed
    assert renewal.entry.certificate.fingerprint() == raised.value.fingerprint
    assert authority.asked == ["renew"]
    assert len(list(store.entries())) == len(list(stick.entries())) == 1


def test_an_old_one_that_cannot_be_moved_stays_and_is_said(store, entry, credential, authority):
    archive = store_of(credential.change_password(OLD, "a third one"))
    with pytest.raises(UnfinishedError) as raised:
        renew(store, entry, authority, OLD, old=archive, at=NOW)

    assert raised.value.step == "retired"
    assert isinstance(raised.value.__cause__, AlreadyExistsError)
    assert len(list(store.entries())) == 2


def test_a_resumed_renewal_with_another_password_says_that_the_key_does_not_open(
    store, entry, authority
):
    renew(store, entry, authority, OLD, new_password=NEW, at=NOW)
    with pytest.raises(UnfinishedError) as raised:
        renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert raised.value.step == "signed"
    assert isinstance(raised.value.__cause__, UnlockError)
    assert len(list(store.entries())) == 2


# Run again


def test_run_again_it_finds_that_all_is_done(store, entry, authority):
    first = renew(store, entry, authority, OLD, at=NOW)
    again = renew(store, entry, authority, OLD, at=NOW + 100 * DAY)

    assert again.entry == first.entry
    assert again.resumed
    assert authority.asked == ["renew"]
    assert [kind for kind in kinds(store) if kind != "unlocked"] == [
        "added",
        "offered",
        "renewed",
        "confirmed",
    ]


@pytest.mark.parametrize("name", ["id", "fingerprint", "entry"])
def test_run_again_after_the_old_one_is_gone_it_finds_the_new_one(store, entry, authority, name):
    first = renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)
    asked = {"id": entry.id, "fingerprint": entry.certificate.fingerprint(), "entry": entry}
    stick = store_of()
    again = renew(store, asked[name], authority, OLD, backup_to=stick, at=NOW)

    assert again.entry == first.entry
    assert again.old is None
    assert len(list(stick.entries())) == 1


def test_a_successor_is_known_by_itself_and_not_by_the_history(credential, authority):
    store = Store(MemoryBackend())
    entry = store.add(credential)
    first = renew(store, entry, authority, OLD, at=NOW)
    again = renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert again.entry == first.entry
    assert authority.asked == ["renew"]


def test_certificates_of_others_are_no_successors(authority):
    mine = authority.holder(password=OLD)
    others = [
        authority.holder(password=OLD, ends=NOW + 300 * DAY, name="홍길남"),
        authority.holder(password=OLD, ends=NOW + 5 * DAY),
    ]
    store = store_of(mine, *others)
    renewal = renew(store, store.get(mine.certificate.fingerprint()), authority, OLD, at=NOW)

    assert not renewal.resumed
    assert len(list(store.entries())) == 4


def test_a_damaged_certificate_of_the_holder_is_no_successor(store, entry, credential, authority):
    def damage(made):
        return evolve(
            made,
            extensions=tuple(
                evolve(one, value=b"\x30\x03\x02\x01") if one.oid == "2.5.29.32" else one
                for one in made.extensions
            ),
        )

    subject = credential.certificate.subject.der
    store.add(authority.fake.issue(password=OLD, subject=subject, valid_days=900, adjust=damage))

    assert not renew(store, entry, authority, OLD, at=NOW).resumed


def test_a_suspended_successor_is_said(store, entry, credential, authority):
    first = renew(store, entry, authority, OLD, at=NOW)
    authority.record(first.entry.certificate).state = SUSPENDED
    with pytest.raises(RenewalError, match="new certificate is suspended"):
        renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert len(list(store.entries())) == 2


def test_a_revoked_successor_does_not_count_and_stays(store, entry, authority):
    first = renew(store, entry, authority, OLD, at=NOW)
    record = authority.record(first.entry.certificate)
    record.state, record.reason = REVOKED, RevocationReason.KEY_COMPROMISE
    again = renew(store, entry, authority, OLD, at=NOW)

    assert again.entry.certificate != first.entry.certificate
    assert len(list(store.entries())) == 3


def test_a_successor_that_never_counted_does_not_stand_for_an_old_one_removed_by_hand(
    store, entry, credential, authority
):
    authority.faults = ["confirmation-not-heard"]
    with pytest.raises(UnfinishedError):
        renew(store, entry, authority, OLD, at=NOW)
    store.remove(entry.id)
    with pytest.raises(NotFoundError):
        renew(store, entry.id, authority, OLD, at=NOW)

    (left,) = new_ones(store, credential)
    assert store.history.last(left.certificate, EventKind.CONFIRMED) is None


@pytest.mark.parametrize("verb", [revoke, suspend])
def test_while_nobody_can_be_asked_no_old_one_is_put_away_for_one_that_was_stopped(
    store, entry, authority, verb
):
    first = renew(store, entry, authority, OLD, at=NOW)
    verb(store, first.entry, authority, password=OLD)
    authority.down = True
    with pytest.raises(UnavailableError):
        renew(store, entry, authority, OLD, old=Retire.REMOVE, at=NOW)

    assert opens(store.get(entry.id), OLD)


def test_while_nobody_can_be_asked_one_that_was_resumed_counts(store, entry, authority):
    first = renew(store, entry, authority, OLD, at=NOW)
    suspend(store, first.entry, authority, password=OLD)
    resume(store, first.entry, authority, password=OLD)
    authority.down = True

    assert renew(store, entry, authority, OLD, at=NOW).entry == first.entry


def test_what_came_from_elsewhere_is_not_removed_where_the_authority_does_not_know_it_yet(
    store, entry, credential, authority
):
    subject = credential.certificate.subject.der
    brought = authority.fake.issue(
        password=NEW, profile=CHEAPEST, subject=subject, not_before=NOW, not_after=NOW + 400 * DAY
    )
    store.add(brought)
    renewal = renew(store, entry, authority, OLD, at=NOW)

    assert not renewal.resumed
    assert Step.CLEARED not in renewal.steps
    assert store.get(brought.certificate.fingerprint()).load() == brought


def test_a_history_that_a_crash_has_left_short_is_completed(credential, authority):
    backend = MemoryBackend()
    silent = Store(backend)
    entry = silent.add(credential)
    renew(silent, entry, authority, OLD, at=NOW)
    store = Store(backend, history=History(backend))
    renewal = renew(store, entry.id, authority, OLD, at=NOW)

    told = [event for event in store.history.events() if event.kind is not EventKind.UNLOCKED]
    assert [event.kind for event in told] == [EventKind.RENEWED, EventKind.CONFIRMED]
    assert {event.fingerprint for event in told} == {renewal.entry.certificate.fingerprint()}
    assert told[0].renews == credential.certificate.fingerprint()
