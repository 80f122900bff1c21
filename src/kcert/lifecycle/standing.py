# SPDX-License-Identifier: Apache-2.0
"""`revoke`, `suspend` and `resume`: what is asked of the authority about a certificate's standing.

Who has the key signs the request with it. Where the key or its password is lost, the holder is
identified, and an enrolment stands in for the key.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from kcert.certificate import Certificate
from kcert.errors import AuthorityError, KcertError, StorageError, UnavailableError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.passwords import Password
from kcert.lifecycle.authority import CertificateState, RevocationReason
from kcert.lifecycle.identity import Verb, identified
from kcert.lifecycle.successors import certificate_of, entry_of
from kcert.store import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.keys import Limits
    from kcert.lifecycle.authority import CertificateAuthority
    from kcert.lifecycle.identity import IdentityProof
    from kcert.store import Entry, Store

__all__ = ["resume", "revoke", "suspend"]


@frozen
class _Change:
    """A change of standing: its verb, what it leads to, and how the history calls it."""

    verb: Verb
    state: CertificateState
    event: EventKind


_REVOKE = _Change(Verb.REVOKE, CertificateState.REVOKED, EventKind.REVOKED)
_SUSPEND = _Change(Verb.SUSPEND, CertificateState.SUSPENDED, EventKind.SUSPENDED)
_RESUME = _Change(Verb.RESUME, CertificateState.GOOD, EventKind.RESUMED)
_EVENTS = frozenset(change.event for change in (_REVOKE, _SUSPEND, _RESUME))


def revoke(
    store: Store,
    subject: Entry | str | Certificate,
    authority: CertificateAuthority,
    *,
    password: str | bytes | None = None,
    identity: IdentityProof | None = None,
    reason: RevocationReason = RevocationReason.UNSPECIFIED,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Have a certificate revoked (폐지), for good. Its files stay in the store.

    Where the answer is lost, the authority is asked whether it has done so. Run again, it finds
    that it is done.

    Args:
        store: Where it is; its history is told.
        subject: Its entry, what `Store.get` takes, or the certificate alone.
        authority: Who issued it.
        password: What opens it, to sign the request with its key.
        identity: Has the holder identified, where the key or the password is lost.
        reason: Why. Suspending and resuming are verbs of their own.
        limits: Caps on the work of opening keys.

    Raises:
        UnlockError: The password is wrong. Nothing was asked.
        IdentityRefusedError: The holder was not identified. Nothing was asked.
        AuthorityError: The authority refuses.
        UnavailableError: The authority cannot be reached, and may not have heard it.
        NotFoundError: There is no such entry.
        ValueError: Not one of ``password`` and ``identity`` is given, or a password for a
            certificate alone, or a reason that is not one of revocation.
    """
    try:
        opening = _opening(subject, password, identity)
    finally:
        del password
    if reason in {RevocationReason.CERTIFICATE_HOLD, RevocationReason.REMOVE_FROM_CRL}:
        raise ValueError("to suspend and to resume are verbs of their own")
    ask = partial(authority.revoke, reason=reason)
    _change(
        store,
        subject,
        authority,
        _REVOKE,
        ask=ask,
        opening=opening,
        identity=identity,
        limits=limits,
        reason=reason,
    )


def suspend(
    store: Store,
    subject: Entry | str | Certificate,
    authority: CertificateAuthority,
    *,
    password: str | bytes | None = None,
    identity: IdentityProof | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Have a certificate suspended (효력정지) until it is resumed.

    Arguments and errors are those of `revoke`, but for the reason.
    """
    try:
        opening = _opening(subject, password, identity)
    finally:
        del password
    _change(
        store,
        subject,
        authority,
        _SUSPEND,
        ask=authority.suspend,
        opening=opening,
        identity=identity,
        limits=limits,
    )


def resume(
    store: Store,
    subject: Entry | str | Certificate,
    authority: CertificateAuthority,
    *,
    password: str | bytes | None = None,
    identity: IdentityProof | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Have a suspended certificate take effect again (효력회복).

    Arguments and errors are those of `revoke`, but for the reason.
    """
    try:
        opening = _opening(subject, password, identity)
    finally:
        del password
    _change(
        store,
        subject,
        authority,
        _RESUME,
        ask=authority.resume,
        opening=opening,
        identity=identity,
        limits=limits,
    )


def _opening(
    subject: Entry | str | Certificate,
    password: str | bytes | None,
    identity: IdentityProof | None,
) -> Password | None:
    """The password, wrapped; ``None`` where the holder is identified instead."""
    try:
        if (password is None) is (identity is None):
            raise ValueError("give the password, or a proof of identity where it is lost")
        if password is not None and isinstance(subject, Certificate):
            raise ValueError("a certificate alone has no key to open: give its entry")
        return None if password is None else Password(password)
    finally:
        del password


def _change(
    store: Store,
    subject: Entry | str | Certificate,
    authority: CertificateAuthority,
    change: _Change,
    *,
    ask: Callable[..., None],
    opening: Password | None,
    identity: IdentityProof | None,
    limits: Limits,
    reason: RevocationReason | None = None,
) -> None:
    """Ask with the key or with an enrolment; where the answer is lost, ask where it stands."""
    with opening or nullcontext():
        found = None
        if isinstance(subject, Certificate):
            certificate = subject
        else:
            found = entry_of(store, subject)
            certificate = certificate_of(found)
        try:
            if found is not None and opening is not None:
                with found.unlock(opening.octets, limits=limits) as unlocked:
                    ask(unlocked)
            elif identity is not None:
                with identified(identity, change.verb, certificate) as enrolment:
                    ask(certificate, enrolment=enrolment)
        except (AuthorityError, UnavailableError):
            if not _stands(certificate, authority, change):
                raise
    _tell(store, certificate, change, reason)


def _stands(certificate: Certificate, authority: CertificateAuthority, change: _Change) -> bool:
    """Whether the authority says that it has been done."""
    try:
        return authority.status(certificate).state is change.state
    except KcertError:
        return False


def _tell(
    store: Store, certificate: Certificate, change: _Change, reason: RevocationReason | None
) -> None:
    """Enter it in the history, unless it is the last that was entered of the kind."""
    history = store.history
    if history is None:
        return
    with suppress(StorageError):  # what cannot be read cannot be written: `note` tells
        last = history.last(certificate, *_EVENTS)
        if last is not None and last.kind is change.event:
            return
    word = None if reason is None else reason.name.lower().replace("_", "-")
    history.note(change.event, certificate, reason=word)
