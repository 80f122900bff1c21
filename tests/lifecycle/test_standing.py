# SPDX-License-Identifier: Apache-2.0
"""Revoke, suspend and resume: with the key, or with an identification where the key is lost."""

from __future__ import annotations

import pytest
from tests.lifecycle.memory_authority import GOOD, REVOKED, SUSPENDED

from kcert.errors import AuthorityError, IdentityRefusedError, UnavailableError, UnlockError
from kcert.lifecycle import RevocationReason, Verb, resume, revoke, suspend
from kcert.storage import MemoryBackend
from kcert.store import History, Store

PASSWORD = "old horse 1!"
CHANGES = [(revoke, REVOKED), (suspend, SUSPENDED)]


@pytest.fixture
def credential(authority):
    return authority.holder(password=PASSWORD)


@pytest.fixture
def certificate(credential):
    return credential.certificate


@pytest.fixture
def store(credential):
    backend = MemoryBackend()
    store = Store(backend, history=History(backend))
    store.add(credential)
    return store


@pytest.fixture
def entry(store):
    (entry,) = store.entries()
    return entry


def told(store):
    return [
        (event.kind.value, event.reason)
        for event in store.history.events()
        if event.kind.value not in {"added", "unlocked"}
    ]


@pytest.mark.parametrize("reason", RevocationReason)
def test_a_revocation_says_why(store, entry, certificate, authority, reason):
    if reason in {RevocationReason.CERTIFICATE_HOLD, RevocationReason.REMOVE_FROM_CRL}:
        with pytest.raises(ValueError, match="verbs of their own"):
            revoke(store, entry, authority, password=PASSWORD, reason=reason)
        return
    revoke(store, entry, authority, password=PASSWORD, reason=reason)

    assert authority.record(certificate).state is REVOKED
    assert authority.record(certificate).reason is reason
    assert told(store) == [("revoked", reason.name.lower().replace("_", "-"))]
    assert [found.id for found in store.entries()] == [entry.id]


def test_a_certificate_is_suspended_resumed_and_revoked(store, entry, certificate, authority):
    for verb, state in (
        (suspend, SUSPENDED),
        (resume, GOOD),
        (suspend, SUSPENDED),
        (revoke, REVOKED),
    ):
        verb(store, entry.id, authority, password=PASSWORD)
        assert authority.state(certificate) is state

    assert [kind for kind, _ in told(store)] == ["suspended", "resumed", "suspended", "revoked"]


@pytest.mark.parametrize(
    ("verb", "asked"), [(revoke, Verb.REVOKE), (suspend, Verb.SUSPEND), (resume, Verb.RESUME)]
)
def test_where_the_key_is_lost_the_holder_is_identified(
    store, certificate, authority, office, verb, asked
):
    if verb is resume:
        authority.record(certificate).state = SUSPENDED
    verb(store, certificate, authority, identity=office)

    (request,) = office.requests
    assert (request.verb, request.certificate) == (asked, certificate)
    with pytest.raises(ValueError, match="closed"):
        _ = office.enrolments[0].authorization_code
    assert len(told(store)) == 1


def test_an_entry_whose_password_is_lost_is_revoked_by_identification(
    store, entry, certificate, authority, office
):
    revoke(store, entry, authority, identity=office)

    assert authority.state(certificate) is REVOKED


@pytest.mark.parametrize(("verb", "state"), CHANGES)
def test_a_lost_answer_is_made_good_by_asking(store, entry, certificate, authority, verb, state):
    authority.faults = ["answer-lost"]
    verb(store, entry, authority, password=PASSWORD)

    assert authority.state(certificate) is state
    assert len(told(store)) == 1


@pytest.mark.parametrize(("verb", "state"), CHANGES)
def test_run_again_it_finds_that_it_is_done(store, entry, certificate, authority, verb, state):
    verb(store, entry, authority, password=PASSWORD)
    verb(store, entry, authority, password=PASSWORD)

    assert authority.state(certificate) is state
    assert len(told(store)) == 1


@pytest.mark.parametrize("verb", [revoke, suspend])
def test_what_was_not_heard_is_said_and_not_entered(store, entry, certificate, authority, verb):
    authority.faults = ["not-heard"]
    with pytest.raises(UnavailableError):
        verb(store, entry, authority, password=PASSWORD)
    authority.down = True
    with pytest.raises(UnavailableError):
        verb(store, entry, authority, password=PASSWORD)

    assert authority.state(certificate) is GOOD
    assert told(store) == []


def test_what_is_revoked_is_not_resumed(store, entry, authority):
    revoke(store, entry, authority, password=PASSWORD)
    with pytest.raises(AuthorityError):
        resume(store, entry, authority, password=PASSWORD)

    assert [kind for kind, _ in told(store)] == ["revoked"]


def test_a_wrong_password_asks_nothing(store, entry, authority):
    with pytest.raises(UnlockError):
        revoke(store, entry, authority, password="wrong")

    assert authority.asked == []


def test_who_is_not_identified_asks_nothing(store, entry, authority):
    def refuse(request):
        raise IdentityRefusedError("the caller hung up")

    with pytest.raises(IdentityRefusedError):
        revoke(store, entry, authority, identity=refuse)

    assert authority.asked == []


def test_either_the_password_or_an_identification_is_given(store, entry, authority, office):
    for arguments in ({}, {"password": PASSWORD, "identity": office}):
        with pytest.raises(ValueError, match="give the password"):
            suspend(store, entry, authority, **arguments)
    with pytest.raises(ValueError, match="no key to open"):
        suspend(store, entry.certificate, authority, password=PASSWORD)
    assert authority.asked == []


def test_a_store_without_a_history_is_told_nothing(credential, certificate, authority):
    store = Store(MemoryBackend())
    revoke(store, store.add(credential), authority, password=PASSWORD)

    assert authority.state(certificate) is REVOKED
