# SPDX-License-Identifier: Apache-2.0
"""What `verify_issue` is given to compare with, and what it gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from kcert.inspection.report import described

if TYPE_CHECKING:
    from datetime import date, datetime

    from kcert.certificate import Certificate
    from kcert.inspection import Finding

__all__ = ["IssueReport", "Requested"]


@frozen(kw_only=True)
class Requested:
    """What was asked of the authority; ``None`` is not compared.

    Attributes:
        holder_name: Name of the holder, as `Certificate.holder_name` gives it.
        authority: Code of the authority, ``"yessign"``.
        policy: Certificate policy, dotted.
        last_day: Expiry day by the Korean calendar. After a renewal it is a year after the old one.
        public_key_info: The key that the certificate was asked for (SubjectPublicKeyInfo, DER).
    """

    holder_name: str | None = None
    authority: str | None = None
    policy: str | None = None
    last_day: date | None = None
    public_key_info: bytes | None = None

    def compare(self, certificate: Certificate) -> tuple[list[str], list[str]]:
        """Names of what is as it was requested, and of what is not."""
        authority = certificate.authority
        facts = {
            "holder_name": certificate.holder_name,
            "authority": authority.code if authority else None,
            "policy": certificate.policy_oids if self.policy is not None else (),
            "last_day": certificate.validity.last_day,
            "public_key_info": certificate.public_key_info,
        }
        right: list[str] = []
        wrong: list[str] = []
        for name, fact in facts.items():
            wanted = getattr(self, name)
            if wanted is not None:
                same = wanted in fact if isinstance(fact, tuple) else wanted == fact
                (right if same else wrong).append(name)
        return right, wrong


@frozen
class IssueReport:
    """What `verify_issue` found out.

    Attributes:
        certificate: The certificate in question.
        at: The moment for which the findings hold.
        stored: Whether the store has it, whole; ``None`` where that was not checked.
        right: Whether validity and issuer are right; ``None`` where the issuer was not checked
            and nothing else is wrong.
        backed_up: Whether the backup has it, whole; ``None`` where that was not checked.
        findings: Everything found, check by check.
    """

    certificate: Certificate
    at: datetime
    stored: bool | None
    right: bool | None
    backed_up: bool | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether all three were checked and are in order."""
        return self.stored is True and self.right is True and self.backed_up is True

    def to_dict(self, *, names: bool = False) -> dict[str, Any]:
        """The report as JSON values, moments as ISO 8601 text.

        Args:
            names: Add the holder's name and the whole subject.
        """
        return {
            "at": self.at.isoformat(),
            "ok": self.ok,
            "stored": self.stored,
            "right": self.right,
            "backed_up": self.backed_up,
            "certificate": described(self.certificate, names=names),
            "findings": [finding.to_dict() for finding in self.findings],
        }
