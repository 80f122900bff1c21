# SPDX-License-Identifier: Apache-2.0
"""The rules of renewing a Korean certificate: when it can be asked for, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kcert.certificate import CertificateKind
from kcert.errors import AuthorityError
from kcert.lifecycle.cmp.refusals import wrong_answer

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate

__all__ = ["check_renewable", "check_renewed"]

_YEARS: Final = {CertificateKind.JOINT: 1, CertificateKind.FINANCIAL: 3}
# The 29th of February has no anniversary.
_SLACK: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)


def check_renewable(certificate: Certificate, now: datetime) -> None:
    """Insist that a certificate can be renewed now, before the authority is bothered.

    Raises:
        AuthorityError: It is too early, or too late; the message says what to do.
    """
    validity, window = certificate.validity, certificate.renewal_window
    if now > validity.not_after:
        raise AuthorityError(
            f"the certificate ended on {validity.last_day.isoformat()} (Korean date) and cannot be "
            "renewed any more; have a new one issued",
            f"인증서가 {validity.last_day.isoformat()}에 만료되었습니다; 만료 후에는 갱신할 수 "
            "없습니다, 새로 발급(재발급)받으십시오",
        )
    if window is not None and now < window.opens:
        raise AuthorityError(
            "it is too early to renew the certificate; renewal opens 30 days before it ends, "
            f"at {window.opens.isoformat()}",
            "아직 갱신할 수 없습니다; 갱신은 만료 30일 전부터 가능합니다 "
            f"({window.opens.isoformat()}부터)",
        )


def check_renewed(old: Certificate, new: Certificate) -> None:
    """Insist that a certificate is the successor of another.

    The subject is the same, and so are kind and policies. A Korean certificate ends a year after
    the old one (금융인증서 three years), so that no day is lost.

    Raises:
        AuthorityError: It is not.
    """
    if new.subject.match_key != old.subject.match_key:
        raise wrong_answer("brings a certificate of another subject", "다른 주체의 인증서입니다")
    if new.policy_oids != old.policy_oids:
        raise wrong_answer(
            "brings a certificate under another policy", "인증서 정책이 달라졌습니다"
        )
    years = _YEARS.get(old.kind)
    if years is None:
        return
    ends, least = new.validity.not_after, old.validity.not_after + years * _YEAR - _SLACK
    if ends < least:
        raise wrong_answer(
            f"brings a certificate that ends at {ends.isoformat()}: days of the old one are lost",
            f"새 인증서의 만료일({ends.isoformat()})이 너무 이릅니다: 남은 기간이 사라집니다",
        )
