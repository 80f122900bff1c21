# SPDX-License-Identifier: Apache-2.0
"""How certificates and findings look in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert import CertificateKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert import Certificate, Finding, Report
    from kcert.cli.voice import Voice

__all__ = ["show_certificates", "show_findings"]

_KINDS = {
    CertificateKind.JOINT: ("joint", "공동인증서"),
    CertificateKind.FINANCIAL: ("financial", "금융인증서"),
    CertificateKind.GOVERNMENT: ("government", "행정전자서명"),
    CertificateKind.OTHER: ("other", "기타"),
}
_SEVERITIES = {
    Severity.ERROR: ("error", "오류"),
    Severity.WARNING: ("warning", "주의"),
    Severity.INFO: ("note", "참고"),
}


def show_certificates(
    voice: Voice, rows: Iterable[tuple[Certificate | None, str]], at: datetime
) -> None:
    """List certificates, numbered from 1, each with a remark."""
    headers = [
        "#",
        voice.pick("holder", "이름"),
        voice.pick("kind", "종류"),
        voice.pick("authority", "발급기관"),
        voice.pick("policy", "용도"),
        voice.pick("last day", "만료일"),
        voice.pick("days", "남은 날"),
        voice.pick("remark", "비고"),
    ]
    voice.table(
        headers,
        [
            [str(number), *_facts(voice, certificate, at), remark]
            for number, (certificate, remark) in enumerate(rows, 1)
        ],
    )


def _facts(voice: Voice, certificate: Certificate | None, at: datetime) -> list[str]:
    if certificate is None:
        return ["-"] * 6
    validity = certificate.validity
    return [
        certificate.holder_name or "-",
        voice.pick(*_KINDS[certificate.kind]),
        _authority(voice, certificate),
        _policy(voice, certificate),
        validity.last_day.isoformat(),
        str(validity.days_left(at)),
    ]


def _authority(voice: Voice, certificate: Certificate) -> str:
    authority = certificate.authority
    if authority is None:
        return certificate.issuer.common_name or "-"
    return voice.pick(authority.code, authority.name_ko)


def _policy(voice: Voice, certificate: Certificate) -> str:
    policy = certificate.policy
    return "-" if policy is None else voice.pick(policy.name_en, policy.name_ko)


def show_findings(voice: Voice, reports: Iterable[tuple[int, Report]]) -> None:
    """List what inspections found, the worst first, with the numbers of the certificates."""
    numbers: dict[Finding, list[str]] = {}
    for number, report in reports:
        for finding in report.findings:
            numbers.setdefault(finding, []).append(str(number))
    order = list(_SEVERITIES)
    rows = [
        [
            voice.pick(*_SEVERITIES[finding.severity]),
            finding.code,
            " ".join(numbers[finding]),
            voice.pick(finding.message, finding.message_ko),
        ]
        for finding in sorted(numbers, key=lambda finding: order.index(finding.severity))
    ]
    headers = [
        voice.pick("severity", "심각도"),
        voice.pick("code", "코드"),
        "#",
        voice.pick("finding", "내용"),
    ]
    voice.table(headers, rows)
