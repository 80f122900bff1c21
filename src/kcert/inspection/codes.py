# SPDX-License-Identifier: Apache-2.0
"""The table of everything an inspection can find, in both languages.

A code never changes its meaning or its severity; new findings get new codes. The words in braces
are facts of the finding, which programs read from `Finding.facts`.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

__all__ = ["CODES", "FindingCode", "Severity", "korean"]


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """It will be refused, or must not be used."""
    WARNING = "warning"
    """It works now, and somebody should act."""
    INFO = "info"
    """Good to know."""


@frozen
class FindingCode:
    """One thing that can be found.

    Attributes:
        code: Stable name, such as ``"expired"``.
        severity: How much it matters.
        message: English text with the facts in braces.
        message_ko: Korean text with the facts in braces.
    """

    code: str
    severity: Severity
    message: str
    message_ko: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

_TABLE = (
    # Time
    FindingCode(
        "not-yet-valid",
        _E,
        "the certificate is not valid before {not_before}",
        "인증서는 {not_before}부터 유효합니다",
    ),
    FindingCode(
        "expired",
        _E,
        "the certificate expired at {not_after}; a new one must be issued",
        "인증서가 {not_after}에 만료되었습니다; 새로 발급받아야 합니다",
    ),
    FindingCode(
        "renewal-window",
        _W,
        "the certificate can be renewed now; it expires at {not_after}, in {days_left} days",
        "지금 갱신할 수 있습니다; {not_after}에 만료됩니다({days_left}일 남음)",
    ),
    FindingCode(
        "expiring-soon",
        _W,
        "the certificate expires at {not_after}, in {days_left} days, and cannot be renewed",
        "인증서가 {not_after}에 만료되며({days_left}일 남음) 갱신할 수 없습니다",
    ),
    # Algorithms of the certificate
    FindingCode(
        "weak-key",
        _E,
        "the key is {key_type} of {key_size} bits, below the {minimum} bits that are safe",
        "키가 {key_type} {key_size}비트로, 안전한 최소 크기 {minimum}비트보다 작습니다",
    ),
    FindingCode(
        "unsupported-key",
        _W,
        "the key is of type {key_type}, with which kcert does not sign",
        "kcert로 서명할 수 없는 {key_type} 키입니다",
    ),
    FindingCode(
        "weak-digest",
        _E,
        "the certificate is signed over {digest}, which can be forged",
        "인증서의 서명에 위조될 수 있는 해시 {digest}를 썼습니다",
    ),
    # What the certificate is for
    FindingCode(
        "ca-certificate",
        _E,
        "this is an authority's certificate (CA) where a person's or a company's is needed",
        "개인이나 법인의 인증서가 아니라 인증기관(CA)의 인증서입니다",
    ),
    FindingCode(
        "no-key-usage",
        _I,
        "the certificate does not say what its key is for (no keyUsage)",
        "인증서에 키 용도(keyUsage)가 없습니다",
    ),
    FindingCode(
        "no-signing-usage",
        _E,
        "the certificate is not for signing: neither digitalSignature nor nonRepudiation",
        "서명용 인증서가 아닙니다: digitalSignature와 nonRepudiation이 모두 없습니다",
    ),
    FindingCode(
        "no-non-repudiation",
        _I,
        "the certificate lacks nonRepudiation, which services ask for in contracts and payments",
        "계약이나 결제에서 요구하는 nonRepudiation 용도가 없습니다",
    ),
    FindingCode(
        "unknown-critical-extension",
        _E,
        "critical extension {oid} is unknown; who checks the certificate must refuse it",
        "알 수 없는 필수(critical) 확장 {oid}이 있어 검증에서 거부됩니다",
    ),
    FindingCode(
        "malformed-part",
        _E,
        "part of the certificate is malformed: {reason}",
        "인증서의 일부가 형식에 맞지 않습니다: {reason_ko}",
    ),
    # Policy, authority, identity
    FindingCode(
        "no-policy",
        _I,
        "the certificate names no certificate policy",
        "인증서에 인증서 정책이 없습니다",
    ),
    FindingCode(
        "unknown-policy",
        _W,
        "the certificate policy {oids} is not in the table of Korean policies",
        "국내 정책 목록에 없는 인증서 정책입니다({oids})",
    ),
    FindingCode(
        "uncertain-policy",
        _I,
        "what is known of policy {oid} rests on weak sources ({certainty})",
        "정책 {oid}에 관한 정보의 근거가 충분하지 않습니다({certainty})",
    ),
    FindingCode(
        "test-authority",
        _W,
        "the certificate was issued by a test authority; real services refuse it",
        "시험용 인증기관이 발급한 인증서로 실제 서비스에서 쓸 수 없습니다",
    ),
    FindingCode(
        "no-vid",
        _I,
        "the certificate carries no VID; identity checks by number are not possible with it",
        "인증서에 VID가 없어 식별번호를 이용한 본인확인을 할 수 없습니다",
    ),
    # Whether to believe it: only where a trust store was given
    FindingCode(
        "revoked",
        _E,
        "the certificate or one above it was revoked ({revocation_reason}) at {since}",
        "인증서 또는 상위 인증서가 {since}에 폐지되었습니다({revocation_reason})",
    ),
    FindingCode(
        "not-trusted",
        _E,
        "the certificate is not to be believed: {reason}",
        "신뢰할 수 없는 인증서입니다: {reason_ko}",
    ),
    FindingCode(
        "revocation-unknown",
        _W,
        "whether the certificate was revoked is not known: {reason}",
        "인증서의 폐지 여부를 알 수 없습니다: {reason}",
    ),
    FindingCode(
        "trusted",
        _I,
        "the certificate was issued under {root} and holds at the moment in question",
        "{root} 아래에서 발급된 인증서이며 해당 시점에 유효합니다",
    ),
    # The locks
    FindingCode(
        "weak-lock",
        _I,
        "the {pair} key is locked with {scheme}, weaker than today's profile; lock it again",
        "{pair} 키의 잠금({scheme})이 현재 기준보다 약합니다; 다시 잠그십시오",
    ),
    FindingCode(
        "unsupported-lock",
        _W,
        "the {pair} key is locked with {scheme}, which kcert cannot open",
        "kcert는 {pair} 키의 잠금 방식({scheme})을 열 수 없습니다",
    ),
    FindingCode(
        "low-iterations",
        _W,
        "the {pair} key's lock takes {iterations} rounds, fewer than {minimum}; lock it again",
        "{pair} 키 잠금의 반복 횟수가 {iterations}회로 {minimum}회보다 적습니다; 다시 잠그십시오",
    ),
    # What comes with the signing pair
    FindingCode(
        "damaged-part",
        _W,
        "part of the credential was left out because it is damaged: {reason}",
        "손상되어 제외한 부분이 있습니다: {reason_ko}",
    ),
    FindingCode(
        "unsupported-part",
        _W,
        "part of the file was left out because kcert does not have its kind: {reason}",
        "지원하지 않는 종류여서 제외한 부분이 있습니다: {reason_ko}",
    ),
    FindingCode(
        "no-integrity",
        _W,
        "the {format} has no MAC, so nothing tells whether somebody changed it; export it again",
        "{format}에 MAC이 없어 변경 여부를 알 수 없습니다; 다시 내보내십시오",
    ),
    FindingCode(
        "weak-integrity",
        _I,
        "the MAC of the {format} ({mac}, {iterations} rounds) is weak by today's measure",
        "{format}의 MAC({mac}, {iterations}회)이 현재 기준보다 약합니다",
    ),
    FindingCode(
        "no-km-pair",
        _I,
        "there is no key-management pair (kmCert, kmPri); nothing can be decrypted with this",
        "키 관리용 쌍(kmCert, kmPri)이 없어 복호화에 쓸 수 없습니다",
    ),
    FindingCode(
        "no-encryption-usage",
        _W,
        "the key-management certificate is not for encryption: no keyEncipherment",
        "키 관리용 인증서에 keyEncipherment 용도가 없습니다",
    ),
    FindingCode(
        "km-mismatch",
        _W,
        "the key-management certificate differs from the signing one in: {fields}",
        "키 관리용 인증서와 서명용 인증서의 항목이 서로 다릅니다: {fields}",
    ),
    FindingCode(
        "incomplete-chain",
        _W,
        "the CA certificates that come with it do not lead to a root; {links} of them fit",
        "함께 있는 CA 인증서가 최상위 인증기관까지 이어지지 않습니다; {links}개만 이어집니다",
    ),
)

CODES = {row.code: row for row in _TABLE}
"""Every code and what it means, in the order of the table."""

# Facts that are words rather than names or figures.
_KOREAN = {"signing": "서명용", "key-management": "키 관리용", "PKCS#12 file": "PKCS#12 파일"}


def korean(word: str) -> str:
    """A fact as the Korean message says it."""
    return _KOREAN.get(word, word)
