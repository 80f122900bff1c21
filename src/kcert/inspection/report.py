# SPDX-License-Identifier: Apache-2.0
"""What an inspection gives back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert.certificate import Certificate
from kcert.errors import CertificateProblem
from kcert.inspection.codes import CODES, Severity, korean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcert.credential import Credential
    from kcert.inspection.codes import FindingCode

__all__ = ["Fact", "Finding", "Report", "described"]

Fact = str | int | list[str] | datetime
"""One figure behind a finding."""

_KOREA: Final = timezone(timedelta(hours=9))


@frozen
class Finding:
    """One thing that was found out.

    Attributes:
        code: Stable name; `kcert.inspection.CODES` lists them all.
        severity: How much it matters; the same for every finding of this code.
        message: What was found, in English.
        message_ko: What was found, in Korean.
        facts: The figures behind the message: text, whole numbers, lists of text, and moments.
    """

    code: str
    severity: Severity
    message: str
    message_ko: str
    facts: Mapping[str, Fact] = field(hash=False)

    @classmethod
    def of(cls, code: str, /, **facts: Fact) -> Finding:
        """Make the finding of a code from its facts."""
        return cls.of_row(CODES[code], **facts)

    @classmethod
    def of_row(cls, row: FindingCode, /, **facts: Fact) -> Finding:
        """Make the finding of a row of any table of codes from its facts."""
        shown = {name: _shown(fact) for name, fact in facts.items()}
        return cls(
            row.code,
            row.severity,
            row.message.format_map(shown),
            row.message_ko.format_map({name: korean(text) for name, text in shown.items()}),
            facts,
        )

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON values; moments as ISO 8601 text."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "message_ko": self.message_ko,
            "facts": {
                name: fact.isoformat() if isinstance(fact, datetime) else fact
                for name, fact in self.facts.items()
            },
        }


def _shown(fact: Fact) -> str:
    """A fact as a message says it: moments in Korean time, which is what people expect."""
    if isinstance(fact, datetime):
        try:
            return f"{fact.astimezone(_KOREA):%Y-%m-%d %H:%M:%S} KST"
        except OverflowError:
            return fact.isoformat()
    return ", ".join(fact) if isinstance(fact, list) else str(fact)


def described(certificate: Certificate, *, names: bool) -> dict[str, Any]:
    """A certificate as JSON values; ``names`` adds the holder's name and the whole subject."""
    facts: dict[str, Any] = {
        "fingerprint": certificate.fingerprint(),
        "kind": certificate.kind.value,
        "authority": certificate.authority.code if certificate.authority else None,
        "policy": certificate.policy.oid if certificate.policy else None,
        "not_before": certificate.validity.not_before.isoformat(),
        "not_after": certificate.validity.not_after.isoformat(),
    }
    if names:
        facts["holder_name"] = certificate.holder_name
        facts["subject"] = certificate.subject.rfc4514()
    return facts


@frozen
class Report:
    """What `inspect` found out about one certificate or credential at one moment.

    Attributes:
        subject: What was inspected.
        at: The moment for which the findings hold.
        findings: Everything found, the worst first.
    """

    subject: Certificate | Credential
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings for which it will be refused, or must not be used."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings on which somebody should act."""
        return self._of(Severity.WARNING)

    @property
    def ok(self) -> bool:
        """Whether there are no errors."""
        return not self.errors

    @property
    def certificate(self) -> Certificate:
        """The certificate that was inspected; of a credential the signing one."""
        subject = self.subject
        return subject if isinstance(subject, Certificate) else subject.certificate

    def raise_for_problems(self) -> None:
        """Raise if there are errors.

        Raises:
            CertificateProblem: With the errors as its ``findings``.
        """
        if not self.ok:
            raise CertificateProblem(self.errors)

    def to_dict(self, *, names: bool = False) -> dict[str, Any]:
        """The report as JSON values.

        Args:
            names: Whether to tell the holder's name and the whole subject, which name a person.
        """
        return {
            "at": self.at.isoformat(),
            "ok": self.ok,
            "certificate": described(self.certificate, names=names),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is severity)
