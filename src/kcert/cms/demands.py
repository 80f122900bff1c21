# SPDX-License-Identifier: Apache-2.0
"""What is asked of a signed message beyond signatures that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from kcert._asn1 import oids
from kcert._asn1.signed_data import FORMAT
from kcert.cms.certificates import Certificates
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from kcert._asn1.signed_data import RawSignedData, RawSignerInfo
    from kcert.certificate import Certificate
    from kcert.cms.models import SignedMessage, TimeStamp

__all__ = ["Demands", "Trust"]

# A time stamp may be stamped again before its authority's certificate runs out.
_MAX_TIME_STAMPS: Final = 4


class Trust(Protocol):
    """What validates certificates: a `TrustStore`, or anything with this method."""

    def verify(
        self,
        certificate: Certificate,
        *,
        at: datetime | None = None,
        intermediates: Iterable[Certificate] = (),
    ) -> object:
        """Return the path to a trusted root, or raise `TrustError`."""
        ...


class Demands:
    """What is asked of a message beyond signatures that hold; see `verify` for the arguments.

    Args:
        depth: How many messages this one is a time stamp within.
    """

    __slots__ = (
        "_at",
        "_certificates",
        "_depth",
        "_id_number",
        "_options",
        "_random",
        "_required",
        "_trust",
    )

    def __init__(
        self,
        *,
        trust: Trust | None = None,
        at: datetime | None = None,
        revocation: object = None,
        policies: Collection[str] | None = None,
        certificates: Iterable[Certificate] = (),
        require_signers: Iterable[Certificate] = (),
        id_number: str | None = None,
        random: bytes | None = None,
        depth: int = 0,
    ) -> None:
        self._depth = depth
        self._trust = trust
        self._at = at
        self._options: dict[str, object] = {}
        if revocation is not None:
            self._options["revocation"] = revocation
        if policies is not None:
            self._options["policies"] = policies
        self._certificates = tuple(certificates)
        self._required = tuple(require_signers)
        self._id_number = id_number
        self._random = random

    def candidates(self, message: RawSignedData) -> Certificates:
        """Where the certificates of the signers may be."""
        return Certificates(message.certificates, self._certificates)

    def path_of(self, certificate: Certificate, found: Certificates) -> object:
        """Path of a signer's certificate, or ``None`` where no trust store was given."""
        if self._trust is None:
            return None
        others = [*found.of_message, *self._certificates]
        # The protocol names what every trust store has; these are a TrustStore's.
        verify: Any = self._trust.verify
        return verify(
            certificate,
            at=self._at,
            intermediates=tuple(one for one in others if one != certificate),
            **self._options,
        )

    def time_stamp_of(self, signer: RawSignerInfo) -> TimeStamp | None:
        """The time stamp over a signature, checked; ``None`` where it has none.

        Raises:
            LimitError: It is within a time stamp within a time stamp, and so on.
        """
        if not any(oid == oids.TIME_STAMP_ATTRIBUTE for oid, _ in signer.unsigned_attributes):
            return None
        depth = self._depth + 1
        if depth > _MAX_TIME_STAMPS:
            raise LimitError("time stamp nesting", depth, _MAX_TIME_STAMPS, where=FORMAT)
        # Late: few messages have one, and a time stamp is a signed message itself.
        from kcert.cms.time_stamps import check_embedded

        # What is asked of the signer's certificate (policies) is not asked of the authority's.
        return check_embedded(
            signer,
            Demands(
                trust=self._trust,
                at=self._at,
                revocation=self._options.get("revocation"),
                depth=depth,
            ),
        )

    def judge(self, message: SignedMessage) -> None:
        """Whether the right ones signed.

        Raises:
            SignatureError: A required signer did not.
            IdentityMismatchError: The identity number is not the signer's.
            FormatError: The identity check needs exactly one signer, and R.
        """
        for one in self._required:
            message.signer(one)
        if self._id_number is not None:
            if len(message.signers) != 1:
                raise FormatError(
                    FORMAT,
                    f"has {len(message.signers)} signers; check each with its verify_identity",
                    reason_ko="서명자가 여럿입니다; 서명자마다 verify_identity로 확인하십시오",
                )
            message.signers[0].verify_identity(self._id_number, self._random)
