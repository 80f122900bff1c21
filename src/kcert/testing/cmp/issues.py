# SPDX-License-Identifier: Apache-2.0
"""What was issued and where it stands: pending, good, suspended, revoked."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kcert.lifecycle.authority import CertificateState, CertificateStatus, RevocationReason
from kcert.testing.cmp.database import moment_of, seconds
from kcert.testing.cmp.records import Issue, Standing, stored_serial
from kcert.testing.cmp.rules import RefusedError, months_earlier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.testing.cmp.database import Database
    from kcert.testing.cmp.rules import AuthorityRules

__all__ = ["Issues"]


class Issues:
    """The certificates of one authority by serial number, pairs as one.

    Args:
        database: Where they are kept.
        rules: By what rules.
        now: The present moment.
    """

    def __init__(
        self, database: Database, rules: AuthorityRules, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._rules = rules
        self._now = now

    # Looking.

    def find(self, serial_number: int) -> Issue | None:
        """The issue with a certificate of this serial number, of either pair."""
        self.settle()
        stored = stored_serial(serial_number)
        row = self._database.row(
            "SELECT * FROM issues WHERE ? IN (serial_number, km_serial_number)", stored
        )
        return None if row is None else Issue.of(row)

    def get(self, serial_number: int) -> Issue:
        """The same, insisting that there is one.

        Raises:
            AuthorityError: There is none.
        """
        found = self.find(serial_number)
        if found is None:
            raise RefusedError(
                "badCertId",
                "no certificate of this serial number was issued",
                "발급한 적이 없는 인증서입니다",
            )
        return found

    def all(self) -> list[Issue]:
        """Every issue, the oldest first."""
        self.settle()
        return [Issue.of(row) for row in self._database.rows("SELECT * FROM issues ORDER BY rowid")]

    def listed(self, partition: int) -> list[Issue]:
        """What a part of the revocation list has: the suspended and the revoked."""
        self.settle()
        rows = self._database.rows(
            "SELECT * FROM issues WHERE partition = ? AND standing IN ('suspended', 'revoked')"
            " ORDER BY since, rowid",
            partition,
        )
        return [Issue.of(row) for row in rows]

    def successors(self, serial_number: int) -> list[Issue]:
        """What renewed or replaced a certificate and is not revoked."""
        rows = self._database.rows(
            "SELECT * FROM issues WHERE predecessor = ? AND standing != 'revoked'",
            stored_serial(serial_number),
        )
        return [Issue.of(row) for row in rows]

    def status(self, serial_number: int) -> CertificateStatus:
        """What the authority says of a certificate to anybody."""
        found = self.find(serial_number)
        return CertificateStatus(CertificateState.UNKNOWN) if found is None else found.status

    def has_serial(self, serial_number: int) -> bool:
        """Whether a serial number is taken."""
        return self.find(serial_number) is not None

    def has_key(self, public_key_info: bytes) -> bool:
        """Whether a key was certified before, other than by an issue that came to nothing."""
        row = self._database.row(
            "SELECT 1 FROM issues WHERE key_hash = ? AND standing != 'pending'"
            " AND NOT (standing = 'revoked' AND reason IS NULL)",
            _key_hash(public_key_info),
        )
        return row is not None

    # Changing.

    def put(self, issue: Issue) -> None:
        """Record a new issue."""
        km = issue.km_certificate
        predecessor = issue.predecessor
        self._database.insert(
            "issues",
            serial_number=stored_serial(issue.serial_number),
            km_serial_number=None if km is None else stored_serial(km.serial_number),
            certificate=issue.certificate.der,
            km_certificate=None if km is None else km.der,
            key_hash=_key_hash(issue.certificate.public_key_info),
            holder=issue.holder,
            id_number=issue.id_number,
            policy=issue.policy,
            kind=issue.kind.value,
            predecessor=None if predecessor is None else stored_serial(predecessor),
            reference_number=issue.reference_number,
            partition=issue.partition,
            standing=issue.standing.value,
            since=seconds(issue.since),
            reason=None,
        )

    def settle(self) -> None:
        """Do what is due: unconfirmed issues lapse, long suspensions end in revocation."""
        now = self._now()
        with self._database.transaction():
            waited = int(self._rules.confirm_within.total_seconds())
            self._database.change(
                "UPDATE issues SET standing = 'revoked', since = since + ?"
                " WHERE standing = 'pending' AND since <= ?",
                waited,
                seconds(now) - waited,
            )
            months = self._rules.suspension_months
            for row in self._database.rows(
                "SELECT serial_number, since FROM issues WHERE standing = 'suspended'"
                " AND since <= ?",
                seconds(months_earlier(now, months)),
            ):
                self._set(
                    int(row["serial_number"], 16),
                    Standing.REVOKED,
                    RevocationReason.CESSATION_OF_OPERATION,
                    since=months_earlier(moment_of(row["since"]), -months),
                )

    def confirm(self, serial_number: int) -> Issue:
        """Take a pending issue as accepted by its holder."""
        issue = self.get(serial_number)
        if issue.standing is Standing.REVOKED:
            raise RefusedError(
                "certRevoked",
                "the certificate was not confirmed in time and is revoked",
                "제때 확인하지 않아 폐지된 인증서입니다",
            )
        if issue.standing is Standing.PENDING:
            self._set(serial_number, Standing.GOOD, None)
        return self.get(serial_number)

    def reject(self, serial_number: int) -> None:
        """Take a pending issue back; anything else stays as it is."""
        if self.get(serial_number).standing is Standing.PENDING:
            self._set(serial_number, Standing.REVOKED, None)

    def revoke(self, serial_number: int, reason: RevocationReason) -> None:
        """Revoke for good, with every successor that is not confirmed yet.

        Raises:
            AuthorityError: It is revoked already, or was never confirmed.
        """
        self._in_force(serial_number)
        self._set(serial_number, Standing.REVOKED, reason)
        for successor in self.successors(serial_number):
            self.reject(successor.serial_number)

    def suspend(self, serial_number: int) -> None:
        """Suspend until it is resumed or revoked.

        Raises:
            AuthorityError: It is not good.
        """
        if self._in_force(serial_number).standing is Standing.SUSPENDED:
            raise RefusedError(
                "badRequest", "it is suspended already", "이미 효력정지된 인증서입니다"
            )
        self._set(serial_number, Standing.SUSPENDED, RevocationReason.CERTIFICATE_HOLD)

    def resume(self, serial_number: int) -> None:
        """Let a suspended certificate take effect again.

        Raises:
            AuthorityError: It is not suspended.
        """
        if self._in_force(serial_number).standing is not Standing.SUSPENDED:
            raise RefusedError("badRequest", "it is not suspended", "효력정지된 인증서가 아닙니다")
        self._set(serial_number, Standing.GOOD, None)

    def change(self, serial_number: int, reason: RevocationReason) -> None:
        """Revoke, suspend or resume, as the reason says (RFC 5280 section 5.3.1)."""
        if reason is RevocationReason.CERTIFICATE_HOLD:
            self.suspend(serial_number)
        elif reason is RevocationReason.REMOVE_FROM_CRL:
            self.resume(serial_number)
        else:
            self.revoke(serial_number, reason)

    def _in_force(self, serial_number: int) -> Issue:
        issue = self.get(serial_number)
        if issue.standing is Standing.REVOKED:
            raise RefusedError("certRevoked", "it is revoked already", "이미 폐지된 인증서입니다")
        if issue.standing is Standing.PENDING:
            raise RefusedError(
                "badCertId", "its issue was not confirmed", "발급이 확인되지 않은 인증서입니다"
            )
        return issue

    def _set(
        self,
        serial_number: int,
        standing: Standing,
        reason: RevocationReason | None,
        *,
        since: datetime | None = None,
    ) -> None:
        self._database.change(
            "UPDATE issues SET standing = ?, reason = ?, since = ?"
            " WHERE ? IN (serial_number, km_serial_number)",
            standing.value,
            None if reason is None else reason.value,
            seconds(since or self._now()),
            stored_serial(serial_number),
        )


def _key_hash(public_key_info: bytes) -> bytes:
    return hashlib.sha256(public_key_info).digest()
