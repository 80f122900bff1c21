# SPDX-License-Identifier: Apache-2.0
"""What an earlier run of a renewal or reissue has left in a store.

It is read from the certificates themselves, so that it is found where no history is kept: the same
holder, authority and policy, and an end that is later (or, after a reissue, not earlier).
Which of them counts only the authority can say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.errors import KcertError, NotFoundError, RenewalError
from kcert.lifecycle.authority import CertificateState, CertificateStatus
from kcert.store import EventKind

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.lifecycle.authority import CertificateAuthority
    from kcert.store import Entry, Store

__all__ = [
    "Successors",
    "certificate_of",
    "entry_of",
    "find_successor_of_gone",
    "find_successors",
    "never_counted",
]

_ID: Final = re.compile(r"[0-9a-f]{16,64}")
_IN_FORCE: Final = frozenset({EventKind.CONFIRMED, EventKind.RESUMED})
_STANDINGS: Final = _IN_FORCE | {EventKind.SUSPENDED, EventKind.REVOKED}


@frozen
class Successors:
    """Entries that came in the place of a certificate.

    Attributes:
        confirmed: The one that the authority has in force, the newest of them.
        stale: Those it has never put into force.
    """

    confirmed: Entry | None = None
    stale: tuple[Entry, ...] = ()


def find_successors(
    store: Store,
    old: Certificate,
    authority: CertificateAuthority,
    *,
    later: bool,
    at: datetime,
) -> Successors:
    """Look through a store, and ask the authority about what is found.

    Args:
        store: Where to look.
        old: The certificate in question.
        authority: The one to ask.
        later: Whether a successor has to end later, as after a renewal.
        at: The moment: what has ended by then counts for nothing.

    Raises:
        RenewalError: The successor is suspended.
        KcertError: The authority cannot be asked.
    """
    found: list[tuple[Certificate, Entry]] = []
    for entry in store.entries():
        certificate = entry.certificate
        if (
            certificate is not None
            and _follows(certificate, old, later=later)
            and at <= certificate.validity.not_after
        ):
            found.append((certificate, entry))
    found.sort(key=lambda pair: pair[0].validity.not_before, reverse=True)
    confirmed, stale = None, []
    for certificate, entry in found:
        status = _status(store, certificate, authority)
        if status.state is CertificateState.GOOD:
            confirmed = confirmed or entry
        elif never_counted(store, certificate, status.state):
            stale.append(entry)
        elif status.state is CertificateState.SUSPENDED and confirmed is None:
            raise RenewalError(
                "suspended",
                "it was renewed, and the new certificate is suspended; resume that one first",
                "이미 갱신되었고 새 인증서가 효력정지 상태입니다; 먼저 효력을 회복하십시오",
                since=status.since,
            )
    return Successors(confirmed, tuple(stale))


def find_successor_of_gone(store: Store, gone: Entry | str, error: NotFoundError) -> Entry:
    """The successor of an entry that an earlier run has put away, as the history tells.

    A run puts the old one away after its successor counts: one that was never confirmed is none,
    and the old one was removed by somebody else.

    Args:
        store: Where the entry was.
        gone: The entry as it was read, its id, or the fingerprint of its certificate.
        error: What was raised when it was not found.

    Raises:
        NotFoundError: The history, if there is one, knows of no successor.
    """
    wanted = (gone if isinstance(gone, str) else gone.id).lower()
    if store.history is not None and _ID.fullmatch(wanted):
        counted: set[str | None] = set()
        for event in store.history.latest():
            if event.kind is EventKind.CONFIRMED:
                counted.add(event.fingerprint)
            elif (
                event.kind in {EventKind.RENEWED, EventKind.REISSUED}
                and event.fingerprint is not None
                and event.fingerprint in counted
                and (event.renews or "").startswith(wanted)
            ):
                return store.get(event.fingerprint)
    raise error


def entry_of(store: Store, entry: Entry | str) -> Entry:
    """The entry as it is in the store now.

    Raises:
        NotFoundError: It is not there.
        AmbiguousError: Its certificate is there more than once, and only the id was given.
    """
    return store.get(entry if isinstance(entry, str) else entry.location)


def never_counted(store: Store, certificate: Certificate, state: CertificateState) -> bool:
    """Whether a certificate was made out, and its authority has never put it into force.

    An authority does not know it, or has revoked it because nobody confirmed it. A certificate that
    counted once, or came into the store in another way, is never among them, as far as the history
    tells: a responder may not know yet what was issued elsewhere.
    """
    history = store.history
    if history is None:
        return state is CertificateState.UNKNOWN
    last = history.last(certificate, EventKind.OFFERED, EventKind.CONFIRMED)
    gone = state in {CertificateState.UNKNOWN, CertificateState.REVOKED}
    return gone and last is not None and last.kind is EventKind.OFFERED


def certificate_of(entry: Entry) -> Certificate:
    """The certificate of an entry.

    Raises:
        KcertError: It cannot be read.
    """
    if entry.certificate is None:
        raise entry.problem or NotFoundError("the entry has no certificate", backend="store")
    return entry.certificate


def _status(
    store: Store, certificate: Certificate, authority: CertificateAuthority
) -> CertificateStatus:
    """Where it stands; where nobody can be asked, what the history has last of it, if that counts.

    Only that it was confirmed, or resumed, is taken for an answer: nothing is put away because of
    one that was revoked or suspended since.
    """
    try:
        return authority.status(certificate)
    except KcertError:
        history = store.history
        last = None if history is None else history.last(certificate, *_STANDINGS)
        if last is None or last.kind not in _IN_FORCE:
            raise
        return CertificateStatus(CertificateState.GOOD)


def _follows(new: Certificate, old: Certificate, *, later: bool) -> bool:
    one, other = new.validity, old.validity
    try:
        return (
            new != old
            and new.subject.matches(old.subject)
            and (new.authority == old.authority if old.authority else new.issuer == old.issuer)
            and new.policy_oids == old.policy_oids
            and one.not_before >= other.not_before
            and (one.not_after > other.not_after if later else one.not_after >= other.not_after)
        )
    except KcertError:
        return False  # a damaged one somewhere in the store is nobody's successor
