# SPDX-License-Identifier: Apache-2.0
"""`Desk`: how an authority is reached, and what can be asked of it about certificates there are."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_revocation import RevRepContent
from kcert.certificate.validity import moment
from kcert.credential import UnlockedCredential
from kcert.keys.generation import generate_key
from kcert.lifecycle.authority import RevocationReason
from kcert.lifecycle.cmp.announced import announcements
from kcert.lifecycle.cmp.guards import AuthorityKeys, Guard, KeyGuard, SecretGuard
from kcert.lifecycle.cmp.issues import ANSWERS
from kcert.lifecycle.cmp.orders import Orders
from kcert.lifecycle.cmp.profiles import CmpProfile
from kcert.lifecycle.cmp.requests import revocation_request
from kcert.lifecycle.cmp.revocations import check_revoked
from kcert.lifecycle.cmp.transactions import Line, Transaction, load_content
from kcert.lifecycle.cmp.transports import transport_for
from kcert.lifecycle.statuses import status_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.lifecycle.authority import CertificateStatus, Enrolment
    from kcert.lifecycle.cmp.orders import KeySource
    from kcert.lifecycle.cmp.transports import Transport
    from kcert.trust import RevocationChecker, TrustStore

__all__ = ["Desk"]

_TOLERANCE: Final = timedelta(minutes=10)
_PATIENCE: Final = timedelta(minutes=5)


class Desk:
    """An authority that is reached by CMP, short of having it issue anything.

    Its arguments are described at `CmpAuthority`.
    """

    def __init__(
        self,
        address: str,
        *,
        trust: TrustStore,
        certificate: Certificate | None = None,
        profile: CmpProfile = CmpProfile.RFC4210,
        transport: Transport | None = None,
        checker: RevocationChecker | None = None,
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        tolerance: timedelta = _TOLERANCE,
        patience: timedelta = _PATIENCE,
        retries: int = 3,
        key_source: KeySource = generate_key,
    ) -> None:
        self._trust = trust
        self._certificate = certificate
        self._checker = checker
        self._key_source = key_source
        self._keys = AuthorityKeys(trust, certificate)
        self._line = Line(
            transport=transport or transport_for(address),
            profile=profile,
            certificate=certificate,
            clock=moment if clock is None else lambda: moment(clock()),
            sleep=sleep,
            tolerance=tolerance,
            patience=patience,
            retries=retries,
        )
        self._orders = Orders(self._line, trust)

    def __repr__(self) -> str:
        return f"<CmpAuthority {self._line.transport!r}, {self._line.profile.name}>"

    def announcements(
        self, by: UnlockedCredential | Enrolment, *types: str
    ) -> dict[str, bytes | None]:
        """Ask what the authority announces of itself (``genm``).

        Args:
            by: Who asks.
            types: Dotted types, ``"1.3.6.1.5.5.7.4.1"`` (caProtEncCert) for the certificate to
                encrypt to; none asks for whatever there is.

        Returns:
            By type: the value, DER, or ``None`` where there is none.
        """
        return announcements(self._line, self._guard(by), types)

    def revoke(
        self,
        subject: UnlockedCredential | Certificate,
        *,
        reason: RevocationReason = RevocationReason.UNSPECIFIED,
        enrolment: Enrolment | None = None,
    ) -> None:
        """Have a certificate revoked (폐지), see `CertificateAuthority.revoke`.

        The request names the signature certificate; its km certificate goes with it by the
        authority's own rules.

        Raises:
            AuthorityError: The authority refuses, or answers wrongly.
            ValueError: The reason is that of `suspend` or `resume`; or neither a key nor an
                enrolment is given.
        """
        if reason in (RevocationReason.CERTIFICATE_HOLD, RevocationReason.REMOVE_FROM_CRL):
            raise ValueError("use suspend or resume for this reason")
        self._revoke(subject, reason, enrolment)

    def suspend(
        self, subject: UnlockedCredential | Certificate, *, enrolment: Enrolment | None = None
    ) -> None:
        """Have a certificate suspended (효력정지). Raises as `revoke`."""
        self._revoke(subject, RevocationReason.CERTIFICATE_HOLD, enrolment)

    def resume(
        self, subject: UnlockedCredential | Certificate, *, enrolment: Enrolment | None = None
    ) -> None:
        """Have a suspended certificate take effect again (효력회복). Raises as `revoke`."""
        self._revoke(subject, RevocationReason.REMOVE_FROM_CRL, enrolment)

    def status(self, certificate: Certificate) -> CertificateStatus:
        """Find out where a certificate stands, by OCSP or CRL: CMP has no question for it.

        That it is unknown is said by a responder. A list does not tell a certificate that counts
        from one whose issue was never confirmed; it is believed of older ones only.

        Raises:
            UnavailableError: Nothing at hand can tell, as without a checker here or in the trust
                store.
            TrustError: It is not to be believed for another reason, such as having ended.
        """
        known = () if self._certificate is None else (self._certificate,)
        return status_of(
            certificate,
            self._trust,
            checker=self._checker,
            at=self._line.clock(),
            intermediates=known,
        )

    def _guard(self, by: UnlockedCredential | Enrolment) -> Guard:
        if isinstance(by, UnlockedCredential):
            return KeyGuard(by, self._keys)
        return SecretGuard(by, self._line.profile, self._keys)

    def _revoke(
        self,
        subject: UnlockedCredential | Certificate,
        reason: RevocationReason,
        enrolment: Enrolment | None,
    ) -> None:
        if isinstance(subject, UnlockedCredential):
            guard, certificate = self._guard(subject), subject.certificate
        elif enrolment is not None:
            guard, certificate = self._guard(enrolment), subject
        else:
            raise ValueError("give the unlocked credential, or an enrolment in place of its key")
        content = revocation_request(certificate, reason)
        transaction = Transaction(self._line, guard)
        answer = transaction.ask(PKIBody(BodyType.RR, content), ANSWERS[BodyType.RR])
        check_revoked(load_content(RevRepContent.load, answer), certificate)
