# SPDX-License-Identifier: Apache-2.0
"""What an authority issued: read from its answer, checked, and accepted or rejected."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse, KeyRecRepContent
from kcert._asn1.cmp_exchange import CertConfirmContent, CertStatus, ErrorMsgContent
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.encode import null
from kcert.certificate import Certificate
from kcert.errors import KcertError
from kcert.lifecycle.cmp.refusals import check_granted, malformed_is_wrong, wrong_answer
from kcert.lifecycle.cmp.transactions import load_content

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from kcert.lifecycle.cmp.profiles import CmpProfile
    from kcert.trust import TrustStore

__all__ = ["ANSWERS", "Issue"]

ANSWERS: Final = {
    BodyType.IR: BodyType.IP,
    BodyType.CR: BodyType.CP,
    BodyType.P10CR: BodyType.CP,
    BodyType.KUR: BodyType.KUP,
    BodyType.KRR: BodyType.KRP,
    BodyType.RR: BodyType.RP,
    BodyType.GENM: BodyType.GENP,
}
"""Which answer belongs to which request."""

_REJECTED: Final = PKIStatusInfo("rejection", failures=("incorrectData",))
# A signature algorithm without a hash of its own needs one that is named (RFC 9480 2.10).
_DEFAULT_DIGEST: Final = "sha256"
_HASHES: Final = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
_ANY_NUMBER: Final = -1


@frozen
class Issue:
    """Certificates that an authority issued, in the order of the requests.

    Attributes:
        certificates: The certificates.
        numbers: The numbers of their requests.
        others: Certificates of authorities that came along. They are not believed, only used.
    """

    certificates: tuple[Certificate, ...]
    numbers: tuple[int, ...]
    others: tuple[Certificate, ...] = field(repr=False)

    @classmethod
    def read(cls, answer: PKIMessage, count: int, *, any_number: bool = False) -> Issue:
        """Read an answer.

        Args:
            answer: ip, cp, kup or krp.
            count: How many certificates were asked for, under the numbers from 0.
            any_number: One was asked for, by PKCS#10, which has no number: -1 by RFC 9810, 0 by
                older programs.

        Raises:
            AuthorityError: A request was refused, or the answer does not fit.
        """
        responses, authorities = _responses(answer)
        numbers = tuple(response.request_id for response in responses)
        fits = numbers in ((_ANY_NUMBER,), (0,)) if any_number else numbers == tuple(range(count))
        for response in responses:
            check_granted(response.status)
        if not fits:
            raise wrong_answer(
                "is to other requests than were made", "요청하지 않은 항목의 응답입니다"
            )
        certificates = tuple(_certificate(response.certificate) for response in responses)
        return cls(certificates, numbers, _readable((*authorities, *answer.extra_certificates)))

    def check_keys(self, public_keys: tuple[bytes, ...]) -> None:
        """Insist that each certificate is for the key that it was asked for.

        Args:
            public_keys: SubjectPublicKeyInfo of each key, DER.

        Raises:
            AuthorityError: One is for another key.
        """
        for certificate, public_key in zip(self.certificates, public_keys, strict=True):
            if certificate.public_key_info != public_key:
                raise wrong_answer(
                    "brings a certificate for another key: it was swapped",
                    "요청한 키의 인증서가 아닙니다 (바꿔치기 의심)",
                )

    def believe(
        self,
        trust: TrustStore,
        now: datetime,
        tolerance: timedelta,
        known: tuple[Certificate, ...],
    ) -> tuple[Certificate, ...]:
        """Insist that each certificate leads to an authority that is believed.

        Args:
            trust: The authorities to believe.
            now: The present.
            tolerance: How far the authority's clock may be ahead.
            known: More certificates of authorities.

        Returns:
            The authorities between the first certificate and the root, the issuer first.

        Raises:
            TrustError: One does not.
        """
        chains = []
        for certificate in self.certificates:
            begins = certificate.validity.not_before
            at = begins if now < begins <= now + tolerance else now
            path = trust.verify(certificate, at, intermediates=(*self.others, *known))
            chains.append(path.certificates[1:])
        return chains[0]

    def accepted(self, profile: CmpProfile) -> PKIBody:
        """What tells the authority that the certificates are accepted."""
        if not profile.confirms:
            return PKIBody(BodyType.PKICONF, null())
        return self._confirmation(None)

    def rejected(self, profile: CmpProfile) -> PKIBody:
        """What tells the authority that the certificates are rejected."""
        if not profile.confirms:
            return PKIBody(BodyType.ERROR, ErrorMsgContent(_REJECTED).encode())
        return self._confirmation(_REJECTED)

    def _confirmation(self, status: PKIStatusInfo | None) -> PKIBody:
        statuses = []
        for certificate, number in zip(self.certificates, self.numbers, strict=True):
            digest = certificate.signature_algorithm.digest
            named = digest in _HASHES
            hashed = hashlib.new(digest if named and digest else _DEFAULT_DIGEST, certificate.der)
            algorithm = None if named else AlgorithmIdentifier(oids.SHA256)
            statuses.append(CertStatus(hashed.digest(), number, status, algorithm))
        return PKIBody(BodyType.CERT_CONF, CertConfirmContent(tuple(statuses)).encode())


def _responses(answer: PKIMessage) -> tuple[tuple[CertResponse, ...], tuple[bytes, ...]]:
    if answer.body.type is BodyType.KRP:
        found = load_content(KeyRecRepContent.load, answer)
        # krp has a place for one new certificate only: a km certificate comes as a pair of the
        # history, in the order of the requests (a guess: no source shows one).
        with malformed_is_wrong():
            certificates = (found.certificate, *found.history_certificates())
        responses = (CertResponse(n, found.status, one) for n, one in enumerate(certificates))
        return tuple(responses), found.ca_certificates
    message = load_content(CertRepMessage.load, answer)
    return message.responses, message.ca_certificates


def _certificate(encoded: bytes | None) -> Certificate:
    if encoded is None:
        raise wrong_answer("brings no certificate", "인증서가 없습니다")
    with malformed_is_wrong():
        return Certificate.load(encoded)


def _readable(encoded: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    found: dict[bytes, Certificate] = {}
    for one in encoded:
        # What cannot be read cannot be part of a path; the path will tell if it is missed.
        with suppress(KcertError):
            found[one] = Certificate.load(one)
    return tuple(found.values())
