# SPDX-License-Identifier: Apache-2.0
"""What a test authority has on record."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from attrs import field, frozen

from kcert.certificate import Certificate
from kcert.lifecycle.authority import CertificateState, CertificateStatus, RevocationReason
from kcert.testing.cmp.database import moment_of

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["Issue", "Kind", "Registration", "Standing", "stored_serial"]


class Standing(Enum):
    """Where an issue stands."""

    PENDING = "pending"
    """Handed out, but not confirmed yet."""
    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Kind(Enum):
    """What led to an issue."""

    ISSUE = "issue"
    RENEWAL = "renewal"
    REISSUE = "reissue"
    ADDITIONAL = "additional"
    """One more certificate of the same holder."""


_STATES = {
    Standing.PENDING: CertificateState.UNKNOWN,
    Standing.GOOD: CertificateState.GOOD,
    Standing.SUSPENDED: CertificateState.SUSPENDED,
    Standing.REVOKED: CertificateState.REVOKED,
}


def stored_serial(serial_number: int) -> str:
    """A serial number as it is stored: SQLite's integers are too short for it."""
    return f"{serial_number:x}"


def _serial(stored: str | None) -> int | None:
    return None if stored is None else int(stored, 16)


@frozen
class Registration:
    """A person or body that was identified, and may have one request granted.

    Attributes:
        reference_number: 참조번호.
        authorization_code: 인가코드.
        holder: Name.
        id_number: Number behind the VID, where it is known.
        policy: Policy of the certificate to be issued, dotted.
        subject: Its subject, a Name in DER.
        replaces: Serial number of the lost certificate that this is about.
        expires: Until when it can be used.
        used: Whether it was used.
    """

    reference_number: str
    authorization_code: str = field(repr=False)
    holder: str = field(repr=False)
    id_number: str | None = field(repr=False)
    policy: str
    subject: bytes = field(repr=False)
    replaces: int | None
    expires: datetime
    used: bool

    @classmethod
    def of(cls, row: sqlite3.Row) -> Registration:
        """From its row."""
        return cls(
            reference_number=row["reference_number"],
            authorization_code=row["authorization_code"],
            holder=row["holder"],
            id_number=row["id_number"],
            policy=row["policy"],
            subject=row["subject"],
            replaces=_serial(row["replaces"]),
            expires=moment_of(row["expires"]),
            used=bool(row["used"]),
        )


@frozen
class Issue:
    """One issue: a signature certificate, and its km certificate where there is one.

    Attributes:
        certificate: The signature certificate.
        km_certificate: The key-management certificate.
        holder: Name.
        id_number: Number behind the VID, where it is known.
        policy: Policy of the signature certificate, dotted.
        kind: What led to it.
        predecessor: Serial number of the certificate it renews or replaces.
        reference_number: With which it was requested, unless by signature.
        partition: Part of the revocation list.
        standing: Where it stands.
        since: Since when.
        reason: Why it was suspended or revoked.
    """

    certificate: Certificate
    km_certificate: Certificate | None
    holder: str = field(repr=False)
    id_number: str | None = field(repr=False)
    policy: str
    kind: Kind
    predecessor: int | None
    reference_number: str | None
    partition: int
    standing: Standing
    since: datetime
    reason: RevocationReason | None

    @classmethod
    def of(cls, row: sqlite3.Row) -> Issue:
        """From its row."""
        km = row["km_certificate"]
        return cls(
            certificate=Certificate.load(row["certificate"]),
            km_certificate=None if km is None else Certificate.load(km),
            holder=row["holder"],
            id_number=row["id_number"],
            policy=row["policy"],
            kind=Kind(row["kind"]),
            predecessor=_serial(row["predecessor"]),
            reference_number=row["reference_number"],
            partition=row["partition"],
            standing=Standing(row["standing"]),
            since=moment_of(row["since"]),
            reason=None if row["reason"] is None else RevocationReason(row["reason"]),
        )

    @property
    def serial_number(self) -> int:
        """Of the signature certificate."""
        return self.certificate.serial_number

    @property
    def subject(self) -> bytes:
        """Name of the holder, DER."""
        return self.certificate.subject.der

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Both, or the one there is."""
        km = self.km_certificate
        return (self.certificate,) if km is None else (self.certificate, km)

    @property
    def status(self) -> CertificateStatus:
        """What the authority says of it to others."""
        state = _STATES[self.standing]
        if state in (CertificateState.GOOD, CertificateState.UNKNOWN):
            return CertificateStatus(state)
        return CertificateStatus(state, self.since, self.reason)
