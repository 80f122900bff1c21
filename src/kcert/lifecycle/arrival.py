# SPDX-License-Identifier: Apache-2.0
"""A new credential on its way from the authority into a store, until it counts.

The order makes it safe to break off anywhere. The credential is stored, read back and has signed
before the authority hears that it is accepted; and nothing that may have come into force is removed
before something else has.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from kcert.errors import AlreadyExistsError, KcertError, UnfinishedError
from kcert.lifecycle.authority import CertificateState
from kcert.lifecycle.steps import OldEntry, Renewal, Retire, Step
from kcert.store import EventKind
from kcert.store.events import ARRIVALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcert.certificate import Certificate
    from kcert.credential import Credential
    from kcert.keys import Limits
    from kcert.keys.passwords import Password
    from kcert.lifecycle.authority import CertificateAuthority, Keep
    from kcert.lifecycle.steps import Steps
    from kcert.store import Entry, Store

__all__ = ["Arrival", "require_other_stores"]

T = TypeVar("T")

_CHALLENGE_OCTETS: Final = 32

# What is the case when a step fails, before the words "run it again".
_STATE: Final = {
    Step.SIGNED: (
        "the new certificate is in force, but its key does not sign; nothing was removed",
        "새 인증서가 유효하나 그 키로 서명할 수 없습니다; 아무것도 삭제하지 않았습니다",
    ),
    Step.CONFIRMED: (
        "stored, but whether the authority has it in force is not known; nothing was removed",
        "저장했으나 인증기관이 확정했는지 알 수 없습니다; 아무것도 삭제하지 않았습니다",
    ),
    Step.BACKED_UP: (
        "the new certificate is in force and stored, but not backed up; nothing was removed",
        "새 인증서가 유효하고 저장되었으나 백업하지 못했습니다; 아무것도 삭제하지 않았습니다",
    ),
    Step.CLEARED: (
        "the new certificate is in force and stored, but what an earlier run left is still there",
        "새 인증서가 유효하고 저장되었으나 이전 시도에서 남은 것을 지우지 못했습니다",
    ),
    Step.RETIRED: (
        "the new certificate is in force and stored, but the old one was not put away",
        "새 인증서가 유효하고 저장되었으나 이전 인증서를 정리하지 못했습니다",
    ),
}


class Arrival:
    """What is done with one new credential.

    Args:
        store: Where it goes.
        authority: Where it comes from.
        password: What its keys are locked with.
        event: How it comes in, for the history.
        limits: Caps on the work of opening it.
        steps: Where each step is noted.
    """

    def __init__(
        self,
        store: Store,
        authority: CertificateAuthority,
        password: Password,
        *,
        event: EventKind,
        limits: Limits,
        steps: Steps,
    ) -> None:
        self._store = store
        self._authority = authority
        self._password = password
        self._event = event
        self._replaces: Certificate | None = None
        self._limits = limits
        self._steps = steps
        self._kept: Entry | None = None

    def take(self, request: Callable[[Keep], object], replaces: Certificate | None) -> Entry:
        """Have it issued, stored, tried and confirmed.

        Args:
            request: Asks the authority; given what to do with the credential before confirming it.
            replaces: The certificate it renews or is reissued for.

        Raises:
            UnfinishedError: It is stored, and whether it is in force could not be found out.
            KcertError: What the authority or the store objects to; there is no new credential.
        """
        self._replaces = replaces
        lost: KcertError | None = None
        try:
            request(self._keep)
        except KcertError as error:
            lost = error
        entry = self._kept
        if entry is None or entry.certificate is None:
            raise lost or TypeError("the authority has not handed over what it issued")
        if lost is not None and not self._in_force(entry.certificate):
            raise _unfinished(Step.CONFIRMED, lost, entry) from lost
        self._confirmed(entry)
        return entry

    def resume(self, entry: Entry, replaces: Certificate | None) -> None:
        """Go on with one that an earlier run had confirmed: try its key, complete the history."""
        self._replaces = replaces
        self._guarded(Step.SIGNED, entry, partial(self._try_key, entry))
        self._confirmed(entry)

    def finish(
        self,
        entry: Entry,
        old: Entry | None,
        how: OldEntry,
        *,
        backup_to: Store | None,
        stale: Iterable[Entry] = (),
        resumed: bool,
    ) -> Renewal:
        """Back the new one up, remove what never counted, and put the old one away, in this order.

        Args:
            entry: The new one.
            old: The old one, where it is in the store.
            how: What becomes of it.
            backup_to: Where the new one is copied to.
            stale: What earlier runs left and the authority never put into force.
            resumed: Whether an earlier run had it confirmed.

        Raises:
            UnfinishedError: A step failed; the new one counts.
        """
        backup, kept = None, None
        if backup_to is not None:
            copying = partial(self._store.copy, entry.location, to=backup_to)
            backup = self._guarded(Step.BACKED_UP, entry, copying)
            self._steps(Step.BACKED_UP)
        for left in stale:
            self._guarded(Step.CLEARED, entry, partial(self._store.remove, left.location))
            self._steps(Step.CLEARED)
        if old is not None:
            kept = self._guarded(Step.RETIRED, entry, partial(self._put_away, old, how))
            self._steps(Step.RETIRED)
        return Renewal(entry, backup, self._steps.done, resumed, kept)

    # What the steps are made of

    def _keep(self, credential: Credential) -> None:
        """Put it where it outlives the process, and see that it signs; else take it back."""
        if self._store.history is not None:
            # Before it is there: a crash right after that must not leave it unheard of.
            self._store.history.note(
                EventKind.OFFERED, credential.certificate, renews=self._replaces
            )
        try:
            entry = self._store.add(credential, renews=self._replaces, event=self._event)
            self._steps(Step.STORED)
            self._try_key(entry)
        except AlreadyExistsError:
            raise  # not ours to remove
        except BaseException:
            with suppress(KcertError):
                self._store.remove(credential.certificate.fingerprint())
            raise
        self._kept = entry

    def _try_key(self, entry: Entry) -> None:
        challenge = secrets.token_bytes(_CHALLENGE_OCTETS)
        with entry.unlock(self._password.octets, limits=self._limits) as unlocked:
            unlocked.verify(unlocked.sign(challenge), challenge)
        self._steps(Step.SIGNED)

    def _in_force(self, certificate: Certificate) -> bool:
        try:
            return self._authority.status(certificate).state is CertificateState.GOOD
        except KcertError:
            return False

    def _confirmed(self, entry: Entry) -> None:
        self._guarded(Step.CONFIRMED, entry, partial(self._complete_history, entry))
        self._steps(Step.CONFIRMED)

    def _complete_history(self, entry: Entry) -> None:
        """Enter how it came in and that it counts, as far as a run that broke off has not."""
        history, certificate = self._store.history, entry.certificate
        if history is None or certificate is None:
            return
        history.note_missing(self._event, certificate, instead=ARRIVALS, renews=self._replaces)
        history.note_missing(EventKind.CONFIRMED, certificate)

    def _put_away(self, old: Entry, how: OldEntry) -> Entry | None:
        if how is Retire.KEEP:
            return old
        if how is Retire.REMOVE:
            self._store.remove(old.location)
            return None
        return self._store.move(old.location, to=how)

    @staticmethod
    def _guarded(step: Step, entry: Entry, action: Callable[[], T]) -> T:
        try:
            return action()
        except KcertError as error:
            raise _unfinished(step, error, entry) from error


def require_other_stores(store: Store, backup_to: Store | None, old: OldEntry) -> None:
    """Refuse what could only fail after the authority was asked.

    Raises:
        ValueError: The backup, or where the old one is moved to, is the store itself.
        TypeError: ``old`` is something else.
    """
    if not isinstance(old, OldEntry):
        raise TypeError("old is Retire.KEEP, Retire.REMOVE or a Store to move it to")
    if backup_to is store or old is store:
        raise ValueError("a backup, and where the old one is moved to, are other stores")


def _unfinished(step: Step, cause: KcertError, entry: Entry) -> UnfinishedError:
    certificate = entry.certificate
    fingerprint = "" if certificate is None else certificate.fingerprint()
    return UnfinishedError(step.value, *_STATE[step], cause=cause, fingerprint=fingerprint)
