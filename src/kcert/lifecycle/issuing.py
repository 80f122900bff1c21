# SPDX-License-Identifier: Apache-2.0
"""`issue` and `reissue`: a certificate for somebody whom an office has identified."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kcert.certificate import Certificate
from kcert.certificate.validity import moment
from kcert.errors import NotFoundError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.passwords import Password
from kcert.keys.profiles import NPKI
from kcert.lifecycle.arrival import Arrival, require_other_stores
from kcert.lifecycle.authority import CertificateState
from kcert.lifecycle.identity import Verb, identified
from kcert.lifecycle.refusals import require_reissuable, require_replacement
from kcert.lifecycle.steps import Issuance, Retire, Step, Steps
from kcert.lifecycle.successors import (
    Successors,
    certificate_of,
    entry_of,
    find_successor_of_gone,
    find_successors,
)
from kcert.store import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.credential import Credential
    from kcert.keys import Limits, LockProfile
    from kcert.lifecycle.authority import CertificateAuthority, Keep
    from kcert.lifecycle.identity import IdentityProof
    from kcert.lifecycle.steps import OldEntry, Renewal
    from kcert.store import Entry, Store

__all__ = ["issue", "reissue"]


def issue(
    store: Store,
    authority: CertificateAuthority,
    identity: IdentityProof,
    password: str | bytes,
    *,
    policy: str | None = None,
    profile: LockProfile = NPKI,
    backup_to: Store | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_step: Callable[[Step], None] | None = None,
) -> Issuance:
    """Have a certificate issued (발급) into a store.

    The key is made here; it is stored, read back and signs before the authority hears that the
    certificate is accepted. What a crash has left is found with `unfinished`, and brought to an end
    with `settle`.

    Args:
        store: Where it goes.
        authority: Who issues it.
        identity: Has the holder identified.
        password: What is to open it. `kcert.passwords.check` knows the rule for it.
        policy: Certificate policy that is wanted, dotted: told to ``identity``.
        profile: How the keys are locked.
        backup_to: Where it is copied to.
        limits: Caps on the work of opening keys.
        on_step: Called after each step.

    Raises:
        IdentityRefusedError: The holder was not identified.
        AuthorityError: The authority refuses or answers wrongly. Nothing is in the store.
        UnavailableError: The authority or the medium cannot be reached. Nothing is in the store.
        UnfinishedError: It is in the store, and a step after that failed; see `settle`.
        ValueError: The backup is the store itself.
    """
    try:
        require_other_stores(store, backup_to, Retire.KEEP)
        locking = Password(password)
    finally:
        del password
    steps = Steps(on_step)
    with locking:
        arrival = Arrival(
            store, authority, locking, event=EventKind.ISSUED, limits=limits, steps=steps
        )
        with identified(identity, Verb.ISSUE, None, policy) as enrolment:
            steps(Step.IDENTIFIED)

            def ask(keep: Keep) -> object:
                return authority.issue(
                    enrolment, password=bytes(locking.octets), profile=profile, keep=keep
                )

            entry = arrival.take(ask, None)
        done = arrival.finish(entry, None, Retire.KEEP, backup_to=backup_to, resumed=False)
    return Issuance(done.entry, done.backup, done.steps, done.resumed)


def reissue(
    store: Store,
    lost: Entry | str | Certificate,
    authority: CertificateAuthority,
    identity: IdentityProof,
    password: str | bytes,
    *,
    profile: LockProfile = NPKI,
    backup_to: Store | None = None,
    old: OldEntry = Retire.KEEP,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_step: Callable[[Step], None] | None = None,
) -> Renewal:
    """Have a certificate replaced whose file or password is lost (재발급).

    The new one has the last day of the old one, which the authority revokes. Broken off anywhere,
    run it again with the same arguments; the holder is not identified again where the authority
    has got that far.

    Args:
        store: Where the new one goes, and where the old one may still be.
        lost: The old one: its entry, what `Store.get` takes, or its certificate alone.
        authority: Who issued it.
        identity: Has the holder identified.
        password: What is to open the new one.
        profile: How the new keys are locked.
        backup_to: Where the new one is copied to.
        old: What becomes of the old one, where it is in the store: kept, removed for good, or moved
            into another store.
        at: Aware datetime; default now.
        limits: Caps on the work of opening keys.
        on_step: Called after each step.

    Raises:
        RenewalError: It has ended.
        IdentityRefusedError: The holder was not identified.
        AuthorityError: The authority refuses or answers wrongly. Everything is as before.
        UnavailableError: The authority or the medium cannot be reached. Everything is as before.
        UnfinishedError: The new one is in the store, and a step after that failed; run it again.
        NotFoundError: There is no such entry, and none that has followed it.
        ValueError: The backup, or where the old one is moved to, is the store itself.
    """
    try:
        require_other_stores(store, backup_to, old)
        locking = Password(password)
    finally:
        del password
    now, steps = moment(at), Steps(on_step)
    with locking:
        arrival = Arrival(
            store, authority, locking, event=EventKind.REISSUED, limits=limits, steps=steps
        )
        try:
            found, certificate = _lost(store, lost)
        except NotFoundError as error:
            if isinstance(lost, Certificate):
                raise
            new = find_successor_of_gone(store, lost, error)
            arrival.resume(new, None)
            return arrival.finish(new, None, old, backup_to=backup_to, resumed=True)
        require_reissuable(certificate, now)
        steps(Step.CHECKED)
        known = _replaced(store, certificate, authority, now)
        if known.confirmed is None:
            with identified(identity, Verb.REISSUE, certificate) as enrolment:
                steps(Step.IDENTIFIED)

                def ask(keep: Keep) -> object:
                    def checked(credential: Credential) -> object:
                        require_replacement(certificate, credential.certificate)
                        return keep(credential)

                    return authority.reissue(
                        enrolment, password=bytes(locking.octets), profile=profile, keep=checked
                    )

                new = arrival.take(ask, certificate)
        else:
            new = known.confirmed
            arrival.resume(new, certificate)
        resumed = known.confirmed is not None
        return arrival.finish(
            new, found, old, backup_to=backup_to, stale=known.stale, resumed=resumed
        )


def _lost(store: Store, lost: Entry | str | Certificate) -> tuple[Entry | None, Certificate]:
    """The old entry, where the store still has it, and the certificate."""
    if not isinstance(lost, Certificate):
        found = entry_of(store, lost)
        return found, certificate_of(found)
    with suppress(NotFoundError):
        return store.get(lost.fingerprint()), lost
    return None, lost


def _replaced(
    store: Store, lost: Certificate, authority: CertificateAuthority, at: datetime
) -> Successors:
    """What has come in its place; that counts only where the authority has revoked it."""
    known = find_successors(store, lost, authority, later=False, at=at)
    if known.confirmed and authority.status(lost).state is not CertificateState.REVOKED:
        return Successors(None, known.stale)
    return known
