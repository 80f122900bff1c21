# SPDX-License-Identifier: Apache-2.0
"""How certificates and findings look in a table."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from kcert import CertificateKind, Credential, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from kcert import Certificate, Finding, Report
    from kcert.cli.voice import Colour, Text, Voice

__all__ = [
    "HEADERS",
    "ID_LENGTH",
    "SOON",
    "authority_name",
    "kind_name",
    "korean_date",
    "korean_day",
    "policy_name",
    "show_certificate",
    "show_certificates",
    "show_findings",
    "show_list",
    "show_report",
]

ID_LENGTH = 8
"""How much of an id is shown."""
SOON = 30
"""Fewer days left than this are shown in yellow."""

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

_COLOURS: dict[Severity, Colour] = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_KOREA = timezone(timedelta(hours=9))
HEADERS: tuple[Text, ...] = (
    ("holder", "이름"),
    ("kind", "종류"),
    ("authority", "발급기관"),
    ("policy", "용도"),
    ("last day", "만료일"),
    ("days", "남은 날"),
)


def show_list(voice: Voice, rows: Sequence[tuple[str, Certificate | None]], at: datetime) -> None:
    """List certificates by their ids; red what has expired, yellow what is about to."""

    def colour_of(row: int) -> Colour | None:
        certificate = rows[row][1]
        if certificate is None or not certificate.validity.contains(at):
            return "red"
        return "yellow" if certificate.validity.days_left(at) <= SOON else None

    voice.table(
        ["id", *(voice.pick(*header) for header in HEADERS)],
        [[name[:ID_LENGTH], *_facts(voice, certificate, at)] for name, certificate in rows],
        colour_of=colour_of,
    )


def show_certificate(voice: Voice, subject: Certificate | Credential, at: datetime) -> None:
    """Everything about one certificate, and about its keys where there are any."""
    certificate = subject.certificate if isinstance(subject, Credential) else subject
    validity, window = certificate.validity, certificate.renewal_window
    days = validity.days_left(at)
    rows: list[tuple[Text, str]] = [
        (("holder", "이름"), certificate.holder_name or "-"),
        (("kind", "종류"), kind_name(voice, certificate)),
        (("authority", "발급기관"), authority_name(voice, certificate)),
        (("policy", "용도"), policy_name(voice, certificate)),
        (("first day", "시작일"), korean_day(validity.not_before)),
        (
            ("last day", "만료일"),
            voice.pick(
                f"{validity.last_day.isoformat()} ({days} days)",
                f"{validity.last_day.isoformat()} ({days}일)",
            ),
        ),
    ]
    if window is not None:
        rows.append((("renewable from", "갱신 시작"), korean_day(window.opens)))
    size = "" if certificate.key_size is None else f" {certificate.key_size}"
    rows += [
        (("key", "키"), f"{certificate.key_type}{size}"),
        (("signed with", "서명 방식"), certificate.signature_algorithm.name or "-"),
        (("serial number", "일련번호"), str(certificate.serial_number)),
        (("subject", "주체"), certificate.subject.rfc4514()),
        (("issuer", "발급자"), certificate.issuer.rfc4514()),
        (("SHA-256", "SHA-256"), certificate.fingerprint()),
    ]
    if isinstance(subject, Credential):
        key = subject.key
        there = voice.pick("there", "있음")
        missing = voice.pick("missing", "없음")
        rows += [
            (
                ("key lock", "키 잠금"),
                ", ".join(str(each) for each in (key.scheme, key.cipher, key.iterations) if each),
            ),
            (("km pair", "암호용 쌍"), missing if subject.key_management is None else there),
            (("authorities", "CA 인증서"), str(len(subject.ca_certificates))),
        ]
    voice.facts(rows)


def korean_date(moment: datetime) -> date:
    """The day of a moment, in Korea."""
    try:
        return moment.astimezone(_KOREA).date()
    except OverflowError:
        return moment.date()


def korean_day(moment: datetime) -> str:
    """The day of a moment, in Korea, as text."""
    return korean_date(moment).isoformat()


def show_report(voice: Voice, report: Report) -> None:
    """List the findings of one report, the worst first."""
    for finding in report.findings:
        label = voice.pick(*_SEVERITIES[finding.severity])
        message = voice.pick(finding.message, finding.message_ko)
        voice.marked(label, message, colour=_COLOURS.get(finding.severity))


def show_certificates(
    voice: Voice, rows: Iterable[tuple[Certificate | None, str]], at: datetime
) -> None:
    """List certificates, numbered from 1, each with a remark."""
    voice.table(
        ["#", *(voice.pick(*header) for header in HEADERS), voice.pick("remark", "비고")],
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
        kind_name(voice, certificate),
        authority_name(voice, certificate),
        policy_name(voice, certificate),
        validity.last_day.isoformat(),
        str(validity.days_left(at)),
    ]


def authority_name(voice: Voice, certificate: Certificate) -> str:
    """Who issued a certificate, as people say it."""
    authority = certificate.authority
    if authority is None:
        return certificate.issuer.common_name or "-"
    return voice.pick(authority.code, authority.name_ko)


def kind_name(voice: Voice, certificate: Certificate) -> str:
    """What kind of certificate it is, as people say it."""
    return voice.pick(*_KINDS[certificate.kind])


def policy_name(voice: Voice, certificate: Certificate) -> str:
    """What a certificate is good for, by its policy."""
    policy = certificate.policy
    return "-" if policy is None else voice.pick(policy.name_en, policy.name_ko)


def show_findings(voice: Voice, reports: Iterable[tuple[int | str, Report]]) -> None:
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
    voice.table(headers, rows, whole=len(headers) - 1)
