# SPDX-License-Identifier: Apache-2.0
"""Whether a statement about revocation holds for the moment in question."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.certificate import Validity
from kcert.errors import RevokedError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.trust.revocation import Revocable

__all__ = ["CLOCK_SKEW", "Timing", "not_after"]

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far the clock of who made a statement that was fetched just now may be ahead."""

_HOLD: Final = "certificateHold"


@frozen
class Timing:
    """The moment in question, and how statements that were made around it count.

    Attributes:
        at: The moment, UTC.
        accept_later: Whether statements made after it count too.
    """

    at: datetime
    accept_later: bool = False

    def problem(
        self,
        this_update: datetime,
        next_update: datetime | None,
        not_after: datetime | None,
        *,
        fetched: bool = False,
    ) -> str | None:
        """Why a statement that a certificate is good does not hold at the moment; else ``None``.

        Args:
            this_update: When the statement was true.
            next_update: By when a newer one was promised.
            not_after: End of the certificate's validity, where known. A later statement need not
                mention a certificate that had expired by then.
            fetched: Whether it was fetched just now, so that another clock than ours may be ahead.
        """
        # The moment counts in whole seconds, and so does who writes fractions of one.
        whole = this_update.replace(microsecond=0)
        if whole > self.at + (CLOCK_SKEW if fetched else timedelta()):
            if not self.accept_later:
                return f"is from {this_update.isoformat()}, after the moment in question"
            if not_after is not None and not_after < this_update:
                return "was made when the certificate had already expired"
            return None
        if next_update is None:
            return "does not say until when it holds"
        if next_update < self.at:
            return f"is out of date since {next_update.isoformat()}"
        return None

    def raise_if_revoked(
        self,
        reason: str,
        revocation_date: datetime,
        invalidity_date: datetime | None,
        this_update: datetime,
        *,
        fresh: bool,
        fingerprint: str,
    ) -> None:
        """Raise where a statement that a certificate is revoked counts at the moment.

        It counts from the earliest of its dates on, and for good, so also when the statement itself
        is out of date; only a suspension can have been lifted since.

        Args:
            reason: Name of the CRLReason.
            revocation_date: Since when it is revoked.
            invalidity_date: When the key is thought to have been compromised, where that is said.
            this_update: When the statement was true.
            fresh: Whether `problem` found nothing against it.
            fingerprint: Of the certificate.

        Raises:
            RevokedError: It was revoked or suspended at the moment.
        """
        since = min(filter(None, (revocation_date, invalidity_date, this_update)))
        if since <= self.at and (fresh or reason != _HOLD):
            raise RevokedError(reason, revocation_date, fingerprint=fingerprint)


def not_after(certificate: Revocable) -> datetime | None:
    """End of a certificate's validity; ``None`` where it is not known."""
    validity = getattr(certificate, "validity", None)
    return validity.not_after if isinstance(validity, Validity) else None
