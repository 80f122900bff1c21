# SPDX-License-Identifier: Apache-2.0
"""`renew`: from a certificate that ends soon to its successor, without a moment between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate.validity import moment
from kcert.errors import NotFoundError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.passwords import Password
from kcert.keys.profiles import NPKI
from kcert.lifecycle.arrival import Arrival, require_other_stores
from kcert.lifecycle.refusals import require_renewable
from kcert.lifecycle.steps import Retire, Step, Steps
from kcert.lifecycle.successors import (
    certificate_of,
    entry_of,
    find_successor_of_gone,
    find_successors,
)
from kcert.store import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.keys import Limits, LockProfile
    from kcert.lifecycle.authority import CertificateAuthority, Keep
    from kcert.lifecycle.steps import OldEntry, Renewal
    from kcert.store import Entry, Store

__all__ = ["renew"]


def renew(
    store: Store,
    entry: Entry | str,
    authority: CertificateAuthority,
    password: str | bytes,
    *,
    new_password: str | bytes | None = None,
    profile: LockProfile = NPKI,
    backup_to: Store | None = None,
    old: OldEntry = Retire.KEEP,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_step: Callable[[Step], None] | None = None,
) -> Renewal:
    """Have the successor of a certificate issued (갱신), and put it in its place.

    In this order: the old credential opens with its password; its window is open and the authority
    has it in force; the authority issues to a new key, which is stored, read back and signs before
    the authority hears that it is accepted; it is copied into the backup; the old one is put away.

    Broken off anywhere, by a crash or a lost answer, run it again with the same arguments: it finds
    in the store what came of it, asks the authority whether that counts, and either finishes it
    or starts anew and removes it afterwards. The old credential is there until the new one counts.

    Args:
        store: Where the old one is, and the new one goes.
        entry: The old one, or what `Store.get` takes.
        authority: Who issued it.
        password: What opens it.
        new_password: What is to open the new one, if another. `kcert.passwords.check` knows the
            rule for it.
        profile: How the new keys are locked.
        backup_to: Where the new one is copied to.
        old: What becomes of the old one: kept, removed for good, or moved into another store.
        at: Aware datetime for which the window is looked at; default now.
        limits: Caps on the work of opening keys.
        on_step: Called after each step.

    Returns:
        The new entry, and where the old one is. Where an earlier run has finished, the same again.

    Raises:
        UnlockError: The old password is wrong, or the data are damaged. Nothing was asked.
        RenewalError: It cannot be renewed now; the message says why, and when or what instead.
        AuthorityError: The authority refuses or answers wrongly. Everything is as before.
        UnavailableError: The authority or the medium cannot be reached. Everything is as before.
        UnfinishedError: The new one is in the store, and a step after that failed. See its
            ``step``; run it again.
        NotFoundError: There is no such entry, and none that has followed it.
        ValueError: The backup, or where the old one is moved to, is the store itself.
    """
    try:
        require_other_stores(store, backup_to, old)
        before = Password(password)
        after = Password(password if new_password is None else new_password)
    finally:
        del password, new_password
    now, steps = moment(at), Steps(on_step)
    with before, after:
        arrival = Arrival(
            store, authority, after, event=EventKind.RENEWED, limits=limits, steps=steps
        )
        try:
            found = entry_of(store, entry)
        except NotFoundError as error:
            # An earlier run has put it away, or it was never there.
            new = find_successor_of_gone(store, entry, error)
            arrival.resume(new, None)
            return arrival.finish(new, None, old, backup_to=backup_to, resumed=True)
        certificate = certificate_of(found)
        with found.unlock(before.octets, limits=limits) as unlocked:
            steps(Step.OPENED)
            known = find_successors(store, certificate, authority, later=True, at=now)
            if known.confirmed is None:
                require_renewable(certificate, authority, now)
                steps(Step.CHECKED)

                def ask(keep: Keep) -> object:
                    return authority.renew(
                        unlocked, password=bytes(after.octets), profile=profile, keep=keep
                    )

                new = arrival.take(ask, certificate)
            else:
                new = known.confirmed
                arrival.resume(new, certificate)
        resumed = known.confirmed is not None
        return arrival.finish(
            new, found, old, backup_to=backup_to, stale=known.stale, resumed=resumed
        )
