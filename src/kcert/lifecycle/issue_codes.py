# SPDX-License-Identifier: Apache-2.0
"""What the checks after an issue can find, in both languages. Codes never change their meaning."""

from __future__ import annotations

from kcert.inspection.codes import FindingCode, Severity

__all__ = ["ISSUE_CODES"]

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

_TABLE = (
    # Stored?
    FindingCode(
        "stored",
        _I,
        "the store has the credential, and its files read back whole",
        "저장소에 인증서와 키가 온전하게 저장되어 있습니다",
    ),
    FindingCode(
        "not-stored",
        _E,
        "the store does not have the certificate; add it before anything else",
        "저장소에 인증서가 없습니다; 먼저 저장하십시오",
    ),
    FindingCode(
        "stored-otherwise",
        _E,
        "the store has the certificate with other keys, or locked otherwise; find out why",
        "저장소의 인증서에 다른 키가 있거나 다르게 잠겨 있습니다; 원인을 확인하십시오",
    ),
    FindingCode(
        "stored-damaged",
        _E,
        "what the store has is damaged: {reason}",
        "저장소에 있는 인증서가 손상되었습니다: {reason_ko}",
    ),
    FindingCode(
        "store-unreadable",
        _E,
        "the store cannot be read: {reason}",
        "저장소를 읽을 수 없습니다: {reason_ko}",
    ),
    FindingCode(
        "storing-not-checked",
        _W,
        "whether it is stored was not checked: no store was given",
        "저장 여부를 확인하지 않았습니다: 저장소가 주어지지 않았습니다",
    ),
    # Validity and issuer right?
    FindingCode(
        "validity-right",
        _I,
        "the certificate is valid, from {not_before} to {not_after}, {days_left} days more",
        "인증서가 유효합니다: {not_before}부터 {not_after}까지({days_left}일 남음)",
    ),
    FindingCode(
        "issuer-not-checked",
        _W,
        "the certificate says that {authority} issued it; no trust store was given to check that",
        "발급자가 {authority}라고 적혀 있으나 신뢰 저장소가 주어지지 않아 확인하지 않았습니다",
    ),
    FindingCode(
        "as-requested",
        _I,
        "the certificate is as it was requested: {fields}",
        "신청한 내용과 같습니다: {fields}",
    ),
    FindingCode(
        "not-as-requested",
        _E,
        "the certificate is not as it was requested: {fields}",
        "신청한 내용과 다릅니다: {fields}",
    ),
    # Backed up?
    FindingCode(
        "backed-up",
        _I,
        "the backup has the credential, and its files read back whole",
        "백업에 인증서와 키가 온전하게 있습니다",
    ),
    FindingCode(
        "not-backed-up",
        _W,
        "the backup does not have the certificate; copy it now",
        "백업에 인증서가 없습니다; 지금 복사하십시오",
    ),
    FindingCode(
        "backed-up-otherwise",
        _W,
        "the backup has the certificate with other keys, or under another password; replace it",
        "백업의 인증서에 다른 키가 있거나 비밀번호가 다릅니다; 다시 백업하십시오",
    ),
    FindingCode(
        "backup-damaged",
        _W,
        "what the backup has is damaged: {reason}",
        "백업에 있는 인증서가 손상되었습니다: {reason_ko}",
    ),
    FindingCode(
        "backup-unreadable",
        _W,
        "the backup cannot be read: {reason}",
        "백업을 읽을 수 없습니다: {reason_ko}",
    ),
    FindingCode(
        "backup-not-checked",
        _W,
        "whether it is backed up was not checked: no backup was given",
        "백업 여부를 확인하지 않았습니다: 백업이 주어지지 않았습니다",
    ),
    FindingCode(
        "backup-is-the-store",
        _W,
        "the backup is the store itself; keep one on another medium",
        "백업이 저장소와 같은 곳입니다; 다른 매체에 백업하십시오",
    ),
)

ISSUE_CODES = {row.code: row for row in _TABLE}
"""Every code that `verify_issue` adds to those of `kcert.inspection.CODES`."""
