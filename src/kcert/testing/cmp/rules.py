# SPDX-License-Identifier: Apache-2.0
"""By what rules a test authority issues, and how it says no."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from kcert.certificate.validity import RENEWAL_DAYS, RenewalWindow
from kcert.errors import AuthorityError
from kcert.testing.dates import KOREA, years_later
from kcert.testing.subjects import term

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate

__all__ = ["AuthorityRules", "RefusedError", "months_earlier", "renewed_until"]


@frozen(kw_only=True)
class AuthorityRules:
    """The authority's rules. What stands here by default is what Korean authorities publish.

    Attributes:
        renewal_days: Days before the expiry day from which a certificate can be renewed.
        suspension_months: After how many months a suspended certificate is revoked.
        confirm_within: How long an issue waits for its certConf before it is revoked.
        enrolment_valid: How long a reference number can be used.
        revoke_renewed: Revoke a certificate once its successor is confirmed. No Korean authority
            was found to say so; by default it lasts to its own last day.
        grant_implicit_confirmation: Take a certificate as accepted at once where the client asks
            for that (implicitConfirm, RFC 4210 section 5.1.1.1).
        key_bits: Fewest bits of a subscriber's RSA key.
    """

    renewal_days: int = RENEWAL_DAYS
    suspension_months: int = 6
    confirm_within: timedelta = timedelta(minutes=10)
    enrolment_valid: timedelta = timedelta(days=14)
    revoke_renewed: bool = False
    grant_implicit_confirmation: bool = True
    key_bits: int = 2048

    def check_renewable(self, certificate: Certificate, now: datetime) -> None:
        """Insist that a certificate may be renewed now.

        Raises:
            AuthorityError: Too early, or too late.
        """
        window = RenewalWindow.of(certificate.validity, self.renewal_days)
        if window is None or now > window.closes:
            raise RefusedError(
                "badRequest",
                "an expired certificate is not renewed; have a new one issued",
                "만료 후에는 갱신할 수 없습니다; 새로 발급받으십시오",
            )
        if now < window.opens:
            raise RefusedError(
                "badRequest",
                f"renewal opens {self.renewal_days} days before the expiry day",
                f"갱신은 만료일 {self.renewal_days}일 전부터 할 수 있습니다",
            )


def renewed_until(certificate: Certificate, policy: str) -> datetime:
    """The last second of the successor: the old one's, and a term more, to the second."""
    return years_later(certificate.validity.not_after.astimezone(KOREA), term(policy))


def months_earlier(moment: datetime, months: int) -> datetime:
    """The same day so many months ago, or the last day of that month."""
    local = moment.astimezone(KOREA)
    whole = local.year * 12 + local.month - 1 - months
    first = local.replace(year=whole // 12, month=whole % 12 + 1, day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(local.day, last.day))


class RefusedError(AuthorityError):
    """What the authority answers to a request that it does not grant.

    Attributes:
        texts: Why, as the answer says it.

    Args:
        failure: PKIFailureInfo name (RFC 4210 section 5.2.3).
        message: Why, in English.
        message_ko: The same in Korean.
    """

    texts: tuple[str, ...]

    def __init__(self, failure: str, message: str, message_ko: str) -> None:
        super().__init__(message, message_ko, status="rejection", failure=(failure,))
        self.texts = (message, message_ko)

    @classmethod
    def on_demand(cls, status: str, failures: tuple[str, ...], text: str) -> RefusedError:
        """A refusal with any status, failures and text."""
        error = cls("", text, text)
        error.status, error.failure, error.texts = status, failures, (text,)
        return error
