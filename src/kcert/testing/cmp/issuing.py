# SPDX-License-Identifier: Apache-2.0
"""ir, cr, p10cr, kur and krr: requests for certificates, and certConf, which ends them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from attrs import evolve

from kcert._asn1 import encode, oids
from kcert._asn1.cmp import PKIBody
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse, KeyRecRepContent
from kcert._asn1.cmp_exchange import CertConfirmContent
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert.credential import UnlockedKeyPair
from kcert.errors import AuthorityError, KcertError
from kcert.keys import PrivateKey
from kcert.testing.cmp.exchange import ACCEPTED, CONFIRMED, Exchange, status_of
from kcert.testing.cmp.records import Standing
from kcert.testing.cmp.requesting import read_request
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.cmp.vocabulary import ANSWERS
from kcert.vid import open_encrypted

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.testing.cmp.records import Issue
    from kcert.testing.cmp.registry import Registry
    from kcert.testing.cmp.requesting import CertificateRequest
    from kcert.testing.cmp.transactions import Transactions
    from kcert.vid import ReceivedIdentity

__all__ = ["Issuing", "wants_implicit_confirmation"]


# What a holder may ask for with another certificate's key (RFC 4210 section 5.3.3).
_ADDITIONAL = ("cr", "p10cr")


def wants_implicit_confirmation(exchange: Exchange) -> bool:
    """Whether the client asks to be believed without a certConf."""
    return any(info.oid == oids.IMPLICIT_CONFIRM for info in exchange.message.header.general_info)


class Issuing:
    """Answers requests for certificates.

    Args:
        registry: Who may have what.
        transactions: What was begun.
    """

    def __init__(self, registry: Registry, transactions: Transactions) -> None:
        self._registry = registry
        self._transactions = transactions

    def read(self, exchange: Exchange) -> CertificateRequest:
        """What a message asks for, its proofs checked.

        Raises:
            FormatError: It is malformed.
            AuthorityError: A proof does not hold.
        """
        return read_request(exchange.message.body, exchange.requester.mac_holds)

    def answer(self, exchange: Exchange) -> PKIBody:
        """Issue, or say again what was issued; a refusal is an answer too."""
        request = self.read(exchange)
        try:
            with self._registry.database.transaction():
                return self._answer(exchange, request)
        except AuthorityError as error:
            return refusal(exchange.verb, request, status_of(error))

    def _answer(self, exchange: Exchange, request: CertificateRequest) -> PKIBody:
        begun = exchange.begun(request.digest)
        if begun is not None and begun.serial_number is not None:
            issue = self._registry.issues.get(begun.serial_number)
            if issue.standing is Standing.REVOKED:
                raise RefusedError(
                    "certRevoked",
                    "what was issued in this transaction is revoked",
                    "이 트랜잭션에서 발급한 인증서는 폐지되었습니다",
                )
            return self._granted(exchange, request, issue)
        issue = self._issue(exchange, request)
        if (
            wants_implicit_confirmation(exchange)
            and self._registry.rules.grant_implicit_confirmation
        ):
            issue = self._registry.confirm(issue.serial_number)
        record = begun or exchange.begin(request.digest)
        record = evolve(record, serial_number=issue.serial_number)
        self._transactions.put(record, self._registry.now())
        return self._granted(exchange, request, issue)

    def _issue(self, exchange: Exchange, request: CertificateRequest) -> Issue:
        requester = exchange.requester
        identity = self._identity(request.encrypted_vid)
        if exchange.verb == "kur":
            if requester.issue is None:
                raise RefusedError(
                    "notAuthorized",
                    "a renewal is asked for with the key of the old certificate",
                    "갱신은 기존 인증서의 키로 요청해야 합니다",
                )
            if request.old is not None and request.old.serial_number != (
                requester.issue.serial_number
            ):
                raise RefusedError(
                    "badCertId",
                    "the certificate to renew is not the one that signs",
                    "갱신할 인증서와 서명한 인증서가 다릅니다",
                )
            return self._registry.renew(requester.issue.serial_number, request.keys, identity)
        registration = requester.registration
        if registration is None and requester.issue is not None and exchange.verb in _ADDITIONAL:
            serial_number = requester.issue.serial_number
            return self._registry.issue_additional(serial_number, request.keys, identity)
        if registration is None:
            raise RefusedError(
                "notAuthorized",
                "the request needs a reference number and an authorization code",
                "참조번호와 인가코드가 필요합니다",
            )
        if exchange.verb == "krr" and registration.replaces is None:
            raise RefusedError(
                "notAuthorized",
                "the reference number is not for reissuing",
                "재발급용 참조번호가 아닙니다",
            )
        return self._registry.issue(registration, request.keys, identity)

    def _identity(self, encrypted_vid: bytes | None) -> ReceivedIdentity | None:
        if encrypted_vid is None:
            return None
        authority = self._registry.authority
        with PrivateKey.load(authority.key.pkcs8()) as key:
            try:
                return open_encrypted(encrypted_vid, UnlockedKeyPair(authority.certificate, key))
            except KcertError as error:
                raise RefusedError(
                    "badDataFormat",
                    "the EncryptedVID cannot be opened",
                    "EncryptedVID를 열 수 없습니다",
                ) from error

    def _granted(self, exchange: Exchange, request: CertificateRequest, issue: Issue) -> PKIBody:
        certificates = issue.certificates
        if exchange.verb == "krr":
            return PKIBody(ANSWERS["krr"], self._recovered(certificates).encode())
        # PKIStatus says where the name is not the one asked for (RFC 4210 section 5.2.3).
        status = ACCEPTED
        if any(subject not in (None, issue.subject) for subject in request.subjects):
            status = PKIStatusInfo("grantedWithMods")
        responses = tuple(
            CertResponse(request_id, status, certificate.der)
            for request_id, certificate in zip(request.request_ids, certificates, strict=True)
        )
        # A client believes these only where a shared secret vouches for them.
        known = exchange.requester.registration is not None
        authorities = tuple(one.der for one in self._registry.authority.ca_certificates)
        content = CertRepMessage(responses, authorities if known else ())
        return PKIBody(ANSWERS[exchange.verb], content.encode())

    def _recovered(self, certificates: tuple[Certificate, ...]) -> KeyRecRepContent:
        """krp: the signature certificate as the new one, the km one in the history."""
        return KeyRecRepContent(
            ACCEPTED,
            certificates[0].der,
            tuple(one.der for one in self._registry.authority.ca_certificates),
            tuple(encode.sequence(encode.context(0, one.der)) for one in certificates[1:]),
        )

    # Confirming.

    def confirm(self, exchange: Exchange) -> PKIBody:
        """CertConf (RFC 4210 section 5.3.18): accepted as a whole, or not at all."""
        content = CertConfirmContent.load(exchange.message.body.content)
        issue = self._issued(exchange)
        accepted = bool(content.statuses)
        for status in content.statuses:
            algorithm = status.hash_algorithm
            name = None if algorithm is None else oids.name_of(algorithm.oid)
            if not any(_has_hash(one, status.certificate_hash, name) for one in issue.certificates):
                raise RefusedError(
                    "badCertId",
                    "the hash is not that of an issued certificate",
                    "발급한 인증서의 해시가 아닙니다",
                )
            if status.status is not None and status.status.status == "rejection":
                accepted = False
        if not accepted:
            self._registry.issues.reject(issue.serial_number)
        elif issue.standing is Standing.PENDING:
            self._registry.confirm(issue.serial_number)
        return CONFIRMED

    def end_as_before_2005(self, exchange: Exchange, *, accepted: bool) -> PKIBody:
        """Conf of RFC 2510 (pkiconf, from a client), or an error message in its place."""
        issue = self._issued(exchange)
        if accepted:
            self._registry.confirm(issue.serial_number)
        else:
            self._registry.issues.reject(issue.serial_number)
        return CONFIRMED

    def _issued(self, exchange: Exchange) -> Issue:
        transaction = exchange.continued()
        if transaction.serial_number is None:
            raise RefusedError(
                "badRequest",
                "nothing was issued in this transaction",
                "이 트랜잭션에서 발급한 인증서가 없습니다",
            )
        return self._registry.issues.get(transaction.serial_number)


def _has_hash(certificate: Certificate, digest: bytes, name: str | None) -> bool:
    """Whether it is the hash of the certificate, by that of its signature or the one named."""
    name = name or certificate.signature_hash or "sha256"
    if name not in hashlib.algorithms_guaranteed:
        return False
    return hmac.compare_digest(hashlib.new(name, certificate.der).digest(), digest)


def refusal(verb: str, request: CertificateRequest, status: PKIStatusInfo) -> PKIBody:
    """An answer of the kind that was asked for, which says no."""
    content: CertRepMessage | KeyRecRepContent
    if verb == "krr":
        content = KeyRecRepContent(status)
    else:
        content = CertRepMessage(tuple(CertResponse(i, status) for i in request.request_ids))
    return PKIBody(ANSWERS[verb], content.encode())
