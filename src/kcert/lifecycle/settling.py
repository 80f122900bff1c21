# SPDX-License-Identifier: Apache-2.0
"""`unfinished` and `settle`: what a crash between a store and an authority has left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import AuthorityError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.passwords import Password
from kcert.lifecycle.arrival import Arrival, require_other_stores
from kcert.lifecycle.authority import CertificateState
from kcert.lifecycle.steps import Issuance, Retire, Steps
from kcert.lifecycle.successors import certificate_of, entry_of, never_counted
from kcert.store import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.keys import Limits
    from kcert.lifecycle.authority import CertificateAuthority
    from kcert.lifecycle.steps import Step
    from kcert.store import Entry, Store

__all__ = ["settle", "unfinished"]


def unfinished(store: Store) -> Iterator[Entry]:
    """Yield what came from an authority and, as the history tells, is not known to count.

    Without a history nothing is yielded. `renew` and `reissue` find what they have left by
    themselves; this is for `issue`, and for looking after a crash.
    """
    if store.history is None:
        return
    open_ends: set[str] = set()
    for event in store.history.events():
        if event.fingerprint is not None:
            if event.kind is EventKind.OFFERED:
                open_ends.add(event.fingerprint)
            elif event.kind in {EventKind.CONFIRMED, EventKind.REMOVED}:
                open_ends.discard(event.fingerprint)
    if not open_ends:
        return
    for entry in store.entries():
        if entry.certificate is not None and entry.certificate.fingerprint() in open_ends:
            yield entry


def settle(
    store: Store,
    entry: Entry | str,
    authority: CertificateAuthority,
    password: str | bytes,
    *,
    backup_to: Store | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_step: Callable[[Step], None] | None = None,
) -> Issuance | None:
    """Bring an issue to its end that was broken off: finish it, or put it back.

    Where the authority has the certificate in force, its key is tried and it is copied into the
    backup. Where the authority has never put it into force, it is removed.

    Args:
        store: Where it is.
        entry: The new one, or what `Store.get` takes.
        authority: Who issued it.
        password: What opens it.
        backup_to: Where it is copied to.
        limits: Caps on the work of opening keys.
        on_step: Called after each step.

    Returns:
        The certificate that counts; ``None`` where it was put back.

    Raises:
        NotFoundError: There is no such entry.
        AuthorityError: It is suspended or revoked, or was confirmed before and is not known any
            more: nothing is left to finish, and nothing was removed.
        UnfinishedError: It counts, and its key does not open, or it could not be backed up.
        UnavailableError: The authority cannot be reached.
    """
    try:
        require_other_stores(store, backup_to, Retire.KEEP)
        locking = Password(password)
    finally:
        del password
    steps = Steps(on_step)
    with locking:
        found = entry_of(store, entry)
        certificate = certificate_of(found)
        state = authority.status(certificate).state
        if never_counted(store, certificate, state):
            store.remove(found.location)
            return None
        if state is not CertificateState.GOOD:
            raise AuthorityError(
                f"nothing is left to finish: the certificate is {state.value}",
                f"마무리할 것이 없습니다: 인증서 상태가 {state.value}입니다",
            )
        arrival = Arrival(
            store, authority, locking, event=EventKind.ISSUED, limits=limits, steps=steps
        )
        arrival.resume(found, None)
        done = arrival.finish(found, None, Retire.KEEP, backup_to=backup_to, resumed=True)
    return Issuance(done.entry, done.backup, done.steps, done.resumed)
