# SPDX-License-Identifier: Apache-2.0
"""`CertificateAuthority`: what the life cycle asks of the other side, and the words for it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from kcert.credential import Credential
from kcert.keys.passwords import Password
from kcert.keys.profiles import NPKI
from kcert.keys.secret import Secret

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.credential import UnlockedCredential
    from kcert.keys.profiles import LockProfile

__all__ = [
    "CertificateAuthority",
    "CertificateState",
    "CertificateStatus",
    "Enrolment",
    "Keep",
    "RevocationReason",
]

Keep: TypeAlias = Callable[[Credential], object]
"""What is done with a new credential before its issue is confirmed to the authority.

It is given the locked credential and puts it where it outlives the process. Once it has returned,
the authority is told that the certificate is accepted; if it raises, that it is rejected, and the
exception goes on to the caller.
"""


class RevocationReason(enum.Enum):
    """Why a certificate is revoked: CRLReason (RFC 5280 section 5.3.1)."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    """효력정지: suspended until it is resumed or revoked."""
    REMOVE_FROM_CRL = 8
    """효력회복: resumed."""
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


class CertificateState(enum.Enum):
    """Where a certificate stands with its authority."""

    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """The authority does not know it, or its issue was never confirmed."""


@frozen
class CertificateStatus:
    """What an authority says of a certificate.

    Attributes:
        state: Where it stands.
        since: When it was suspended or revoked.
        reason: Why.
    """

    state: CertificateState
    since: datetime | None = None
    reason: RevocationReason | None = None


class Enrolment(Secret):
    """Leave to have a certificate issued: what a bank or broker hands out once it knows the person.

    Args:
        reference_number: 참조번호: which request this is. Not secret.
        authorization_code: 인가코드: the secret that goes with it, text (as UTF-8) or octets.
        id_number: The number behind the VID (resident, foreigner, business number); ``None`` where
            the authority knows it from the identification.
        key_management: Ask for the key-management pair (km) too.
        key_size: Bits of the RSA keys.
        subject: Name to ask for, DER; ``None`` leaves it to the authority.

    Raises:
        FormatError: The authorization code is text that UTF-8 cannot encode.
        LimitError: It is over 1 MiB.
    """

    __slots__ = (
        "_authorization_code",
        "_id_number",
        "key_management",
        "key_size",
        "reference_number",
        "subject",
    )

    def __init__(
        self,
        reference_number: str,
        authorization_code: str | bytes,
        *,
        id_number: str | None = None,
        key_management: bool = False,
        key_size: int = 2048,
        subject: bytes | None = None,
    ) -> None:
        try:
            self._authorization_code: Password | None = Password(authorization_code)
            self._id_number = id_number
        finally:
            del authorization_code, id_number
        self.reference_number = reference_number
        self.key_management = key_management
        self.key_size = key_size
        self.subject = subject

    def _open_code(self) -> Password:
        if self._authorization_code is None:
            raise ValueError("the enrolment is closed; ask for a new one")
        return self._authorization_code

    @property
    def authorization_code(self) -> Password:
        """The authorization code, overwritten when the enrolment is closed.

        Raises:
            ValueError: The enrolment was closed.
        """
        return self._open_code()

    @property
    def id_number(self) -> str | None:
        """The number behind the VID.

        Raises:
            ValueError: The enrolment was closed.
        """
        self._open_code()
        return self._id_number

    def close(self) -> None:
        """Overwrite the authorization code and forget the identity number."""
        if self._authorization_code is not None:
            self._authorization_code.close()
        self._authorization_code = self._id_number = None


class CertificateAuthority(Protocol):
    """The other side of issuing, renewing, reissuing and revoking.

    Key pairs and R are made on this side, and the password never leaves it. Each verb that issues
    hands the locked credential to ``keep`` before it confirms the issue, so that a crash at any
    point leaves either no new certificate in force or one whose keys are safe.

    What asks for a change in a certificate's state is signed for with its key; where that is lost,
    an `Enrolment` from the office that identified the holder stands in for it.

    Every verb raises `kcert.AuthorityError` where the authority refuses or answers wrongly,
    `kcert.TrustError` where what it issued does not lead to an authority that is believed, and
    `kcert.UnavailableError` where it cannot be reached.
    """

    def issue(
        self,
        enrolment: Enrolment,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have a certificate issued (발급)."""
        ...

    def renew(
        self,
        unlocked: UnlockedCredential,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have the successor of a valid certificate issued (갱신), its km pair along with it.

        Args:
            unlocked: The credential to renew, with its km pair open where it has one.
            password: What locks the new keys.
            profile: How they are locked.
            keep: See `Keep`.
        """
        ...

    def reissue(
        self,
        enrolment: Enrolment,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have a lost certificate replaced (재발급): same last day, and the old one is revoked."""
        ...

    def revoke(
        self,
        subject: UnlockedCredential | Certificate,
        *,
        reason: RevocationReason = RevocationReason.UNSPECIFIED,
        enrolment: Enrolment | None = None,
    ) -> None:
        """Have a certificate revoked (폐지), for good, its km certificate along with it.

        Args:
            subject: The credential, or only its certificate where the key is lost.
            reason: Why.
            enrolment: What stands in for a lost key.
        """
        ...

    def suspend(
        self, subject: UnlockedCredential | Certificate, *, enrolment: Enrolment | None = None
    ) -> None:
        """Have a certificate suspended (효력정지)."""
        ...

    def resume(
        self, subject: UnlockedCredential | Certificate, *, enrolment: Enrolment | None = None
    ) -> None:
        """Have a suspended certificate take effect again (효력회복)."""
        ...

    def status(self, certificate: Certificate) -> CertificateStatus:
        """Ask where a certificate stands."""
        ...
