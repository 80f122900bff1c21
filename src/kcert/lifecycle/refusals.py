# SPDX-License-Identifier: Apache-2.0
"""Why a certificate cannot be renewed or reissued now, said before the authority is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.certificate.validity import RENEWAL_DAYS, korean_date
from kcert.errors import AuthorityError, KcertError, RenewalError
from kcert.lifecycle.authority import CertificateState

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.lifecycle.authority import CertificateAuthority

__all__ = ["require_reissuable", "require_renewable", "require_replacement"]


def require_renewable(
    certificate: Certificate, authority: CertificateAuthority, at: datetime
) -> None:
    """Refuse what the authority would refuse.

    Raises:
        RenewalError: Its holder cannot renew it, it is too early or too late, or the authority
            does not have it in force.
    """
    window = certificate.renewal_window
    if window is None:
        raise RenewalError(
            "not-offered",
            "a certificate of this kind is not renewed by its holder; have a new one issued",
            "이 종류의 인증서는 직접 갱신할 수 없습니다; 새로 발급받으십시오",
        )
    if at > window.closes:
        _refuse_expired(certificate, "갱신할", "renewed")
    if at < window.opens:
        first, last = korean_date(window.opens), korean_date(window.closes)
        raise RenewalError(
            "too-early",
            f"renewal opens {RENEWAL_DAYS} days before the end, on {first} (until {last})",
            f"갱신은 만료 {RENEWAL_DAYS}일 전부터 할 수 있습니다: {first}부터 {last}까지",
            opens=window.opens,
            closes=window.closes,
        )
    try:
        status = authority.status(certificate)
    except KcertError:
        return  # the authority itself will say
    if status.state is CertificateState.SUSPENDED:
        raise RenewalError(
            "suspended",
            "it is suspended; have it resumed first, then renew it",
            "효력정지된 인증서입니다; 먼저 효력을 회복한 뒤 갱신하십시오",
            opens=window.opens,
            closes=window.closes,
            since=status.since,
        )
    if status.state is CertificateState.REVOKED:
        raise RenewalError(
            "revoked",
            "it was revoked, which is final; have a new one issued",
            "폐지된 인증서입니다; 폐지는 되돌릴 수 없으니 새로 발급받으십시오",
            closes=window.closes,
            since=status.since,
        )


def require_reissuable(certificate: Certificate, at: datetime) -> None:
    """Refuse a certificate that has ended: a reissue keeps the last day of the old one.

    Raises:
        RenewalError: It has ended.
    """
    if at > certificate.validity.not_after:
        _refuse_expired(certificate, "재발급받을", "reissued")


def require_replacement(lost: Certificate, new: Certificate) -> None:
    """Refuse a reissue that is of another holder or kind, before it is kept and confirmed.

    Raises:
        AuthorityError: Subject or policies are not those of the lost one.
    """
    if new.subject.match_key != lost.subject.match_key or new.policy_oids != lost.policy_oids:
        raise AuthorityError(
            "what was reissued is not for the subject and policy of the lost certificate",
            "재발급된 인증서의 주체나 정책이 이전 인증서와 다릅니다",
        )


def _refuse_expired(certificate: Certificate, verb_ko: str, verb: str) -> None:
    validity = certificate.validity
    raise RenewalError(
        "expired",
        f"it ended on {validity.last_day}, and cannot be {verb} after that; "
        "have a new one issued where you are registered",
        f"{validity.last_day}에 만료되었습니다. 만료 후에는 {verb_ko} 수 없습니다; "
        "등록한 은행이나 기관에서 새로 발급받으십시오",
        closes=validity.not_after,
    )
