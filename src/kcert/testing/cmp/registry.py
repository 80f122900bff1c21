# SPDX-License-Identifier: Apache-2.0
"""Issuing, renewing and reissuing by the rules of a Korean authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.lifecycle.authority import RevocationReason
from kcert.testing.cmp.certifying import certify, identity_extension
from kcert.testing.cmp.issues import Issues
from kcert.testing.cmp.records import Issue, Kind, Registration, Standing
from kcert.testing.cmp.registrations import Registrations
from kcert.testing.cmp.rules import AuthorityRules, RefusedError, renewed_until
from kcert.testing.dates import aware, validity
from kcert.testing.subjects import term
from kcert.testing.subscriptions import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.testing.authority import FakeAuthority
    from kcert.testing.cmp.certifying import SubmittedKeys
    from kcert.testing.cmp.database import Database
    from kcert.vid import ReceivedIdentity

__all__ = ["Registry"]

_BY_OFFICE = (Kind.ISSUE, Kind.REISSUE)


class Registry:
    """Registrations and issues of one authority. Threads may share it.

    What it refuses is a `kcert.AuthorityError` with the PKIStatus and PKIFailureInfo of the answer.

    Args:
        database: Where it keeps them.
        authority: Who signs.
        clock: The present moment, aware.
        rules: By what rules.
    """

    def __init__(
        self,
        database: Database,
        authority: FakeAuthority,
        *,
        clock: Callable[[], datetime],
        rules: AuthorityRules,
    ) -> None:
        self.database = database
        self.authority = authority
        self.rules = rules
        self._clock = clock
        self.registrations = Registrations(database, authority, rules, self.now)
        self.issues = Issues(database, rules, self.now)

    def now(self) -> datetime:
        """The present moment by the authority's clock."""
        return aware(self._clock())

    def issue(
        self,
        registration: Registration,
        keys: SubmittedKeys,
        identity: ReceivedIdentity | None = None,
    ) -> Issue:
        """Issue to somebody who was identified; pending until it is confirmed.

        What replaces a lost certificate keeps its last second.

        Args:
            registration: Who.
            keys: The keys to certify.
            identity: VID and R, where they came along.

        Raises:
            AuthorityError: The registration was used, its time is over, what it replaces has ended,
                or the keys or the VID will not do.
        """
        with self.database.transaction():
            self.registrations.check_usable(registration)
            self._check_keys(keys)
            self._withdraw_pending(registration.reference_number)
            if registration.replaces is None:
                return self._certify(registration, keys, identity, kind=Kind.ISSUE)
            old = self.issues.get(registration.replaces)
            until = old.certificate.validity.not_after
            if until < self.now():
                raise RefusedError(
                    "badRequest",
                    "an expired certificate is not reissued; have a new one issued",
                    "만료된 인증서는 재발급할 수 없습니다; 새로 발급받으십시오",
                )
            return self._certify(
                registration, keys, identity, kind=Kind.REISSUE, old=old, until=until
            )

    def renew(
        self, serial_number: int, keys: SubmittedKeys, identity: ReceivedIdentity | None = None
    ) -> Issue:
        """Issue the successor of a certificate; pending until it is confirmed.

        Args:
            serial_number: Of the certificate to renew.
            keys: The keys to certify.
            identity: VID and R, where they came along; otherwise the VID stays.

        Raises:
            AuthorityError: Too early, too late, not in force, renewed already, or the keys or the
                VID will not do.
        """
        with self.database.transaction():
            old = self.issues.get(serial_number)
            self._check_keys(keys)
            if old.standing is Standing.REVOKED:
                raise RefusedError("certRevoked", "it is revoked", "폐지된 인증서입니다")
            if old.standing is not Standing.GOOD:
                raise RefusedError(
                    "badRequest",
                    "a suspended or unconfirmed certificate is not renewed",
                    "효력정지되었거나 확인되지 않은 인증서는 갱신할 수 없습니다",
                )
            self.rules.check_renewable(old.certificate, self.now())
            for successor in self.issues.successors(old.serial_number):
                if successor.standing is not Standing.PENDING:
                    raise RefusedError(
                        "badRequest", "it has been renewed already", "이미 갱신한 인증서입니다"
                    )
                self.issues.reject(successor.serial_number)
            until = renewed_until(old.certificate, old.policy)
            return self._certify(old, keys, identity, kind=Kind.RENEWAL, old=old, until=until)

    def issue_additional(
        self, serial_number: int, keys: SubmittedKeys, identity: ReceivedIdentity | None = None
    ) -> Issue:
        """Issue one more certificate to the holder of another; pending until it is confirmed.

        Args:
            serial_number: Of the certificate there is.
            keys: The keys to certify.
            identity: VID and R, where they came along; otherwise the VID is the same.

        Raises:
            AuthorityError: That certificate is not in force, or the keys or the VID will not do.
        """
        with self.database.transaction():
            known = self.issues.get(serial_number)
            self._check_keys(keys)
            ended = known.certificate.validity.not_after < self.now()
            if known.standing is not Standing.GOOD or ended:
                raise RefusedError(
                    "notAuthorized", "the certificate is not in force", "유효한 인증서가 아닙니다"
                )
            return self._certify(known, keys, identity, kind=Kind.ADDITIONAL, old=known)

    def confirm(self, serial_number: int) -> Issue:
        """Take an issue as accepted: it is good, and what it replaces is revoked.

        Raises:
            AuthorityError: It was not confirmed in time.
        """
        with self.database.transaction():
            pending = self.issues.get(serial_number)
            issue = self.issues.confirm(serial_number)
            if pending.standing is Standing.PENDING:
                self._settle_what_came_before(issue)
            return issue

    def _settle_what_came_before(self, issue: Issue) -> None:
        if issue.reference_number is not None:
            self.registrations.use(issue.reference_number)
        renewed = issue.kind is Kind.RENEWAL and self.rules.revoke_renewed
        ends = issue.kind is Kind.REISSUE or renewed
        if issue.predecessor is not None and ends:
            old = self.issues.get(issue.predecessor)
            if old.standing in (Standing.GOOD, Standing.SUSPENDED):
                self.issues.revoke(old.serial_number, RevocationReason.SUPERSEDED)

    def _check_keys(self, keys: SubmittedKeys) -> None:
        keys.check(self.rules.key_bits)
        if self.issues.has_key(keys.signature):
            raise RefusedError(
                "duplicateCertReq",
                "this key has a certificate already; make a new one",
                "이미 인증서가 있는 키입니다; 새 키를 만드십시오",
            )

    def _withdraw_pending(self, reference_number: str) -> None:
        for row in self.database.rows(
            "SELECT serial_number FROM issues WHERE reference_number = ? AND standing = 'pending'",
            reference_number,
        ):
            self.issues.reject(int(row["serial_number"], 16))

    def _certify(
        self,
        person: Registration | Issue,
        keys: SubmittedKeys,
        identity: ReceivedIdentity | None,
        *,
        kind: Kind,
        old: Issue | None = None,
        until: datetime | None = None,
    ) -> Issue:
        now, policy = self.now(), person.policy
        start, end = validity(self.authority.house, now, years=term(policy))
        subscription = Subscription(
            subject=person.subject,
            policy=policy,
            serial_number=self._free_serial_number(),
            not_before=start,
            not_after=until or end,
            identity=identity_extension(
                self.authority,
                person.holder,
                id_number=person.id_number,
                received=identity,
                old=None if old is None else old.certificate,
            ),
        )
        certificate, km_certificate = certify(self.authority, subscription, keys)
        issue = Issue(
            certificate=certificate,
            km_certificate=km_certificate,
            holder=person.holder,
            id_number=person.id_number,
            policy=policy,
            kind=kind,
            predecessor=None if old is None or kind is Kind.ADDITIONAL else old.serial_number,
            reference_number=person.reference_number if kind in _BY_OFFICE else None,
            partition=subscription.partition,
            standing=Standing.PENDING,
            since=now,
            reason=None,
        )
        self.issues.put(issue)
        return issue

    def _free_serial_number(self) -> int:
        """A number that neither it nor the one after it is taken."""
        while True:
            number = self.authority.next_serial_number()
            if not (self.issues.has_serial(number) or self.issues.has_serial(number + 1)):
                return number
