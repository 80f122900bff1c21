# SPDX-License-Identifier: Apache-2.0
"""rr: revoking, suspending, resuming (RFC 4210 section 5.3.9)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_revocation import RevRepContent, RevReqContent
from kcert._asn1.crmf import CertId
from kcert.errors import AuthorityError
from kcert.lifecycle.authority import RevocationReason
from kcert.testing.cmp.exchange import ACCEPTED, status_of
from kcert.testing.cmp.records import Standing
from kcert.testing.cmp.rules import RefusedError

if TYPE_CHECKING:
    from kcert._asn1.cmp_revocation import RevDetails
    from kcert._asn1.cmp_status import PKIStatusInfo
    from kcert.testing.cmp.exchange import Exchange
    from kcert.testing.cmp.records import Issue
    from kcert.testing.cmp.registry import Registry
    from kcert.testing.cmp.transactions import Transactions

__all__ = ["Revoking"]


class Revoking:
    """Answers requests to revoke.

    Args:
        registry: What was issued.
        transactions: What was begun.
    """

    def __init__(self, registry: Registry, transactions: Transactions) -> None:
        self._registry = registry
        self._transactions = transactions

    def answer(self, exchange: Exchange) -> PKIBody:
        """Do what is asked for each certificate, or repeat that it was done."""
        content = RevReqContent.load(exchange.message.body.content)
        digest = hashlib.sha256(exchange.message.body.content).digest()
        if exchange.begun(digest) is not None:
            return _answered(content, [ACCEPTED] * len(content.details))
        statuses = [self._change(exchange, details) for details in content.details]
        if all(status is ACCEPTED for status in statuses):
            self._transactions.put(exchange.begin(digest), self._registry.now())
            if exchange.requester.registration is not None:
                self._registry.registrations.use(exchange.requester.registration.reference_number)
        return _answered(content, statuses)

    def _change(self, exchange: Exchange, details: RevDetails) -> PKIStatusInfo:
        try:
            with self._registry.database.transaction():
                issue = self._meant(details)
                self._check_allowed(exchange, issue)
                self._registry.issues.change(issue.serial_number, _reason(details))
        except AuthorityError as error:
            return status_of(error)
        return ACCEPTED

    def _meant(self, details: RevDetails) -> Issue:
        template = details.template
        if template.issuer != self._registry.authority.certificate.subject.der:
            raise RefusedError(
                "wrongAuthority",
                "the certificate is not of this authority",
                "이 인증기관이 발급한 인증서가 아닙니다",
            )
        if template.serial_number is None:
            raise RefusedError("badCertId", "there is no serial number", "일련번호가 없습니다")
        return self._registry.issues.get(template.serial_number)

    def _check_allowed(self, exchange: Exchange, issue: Issue) -> None:
        """Insist that it is the requester's own, by its key or by an office's leave."""
        requester = exchange.requester
        if requester.registration is not None:
            self._registry.registrations.check_usable(requester.registration)
            allowed = requester.registration.replaces == issue.serial_number
        else:
            allowed = (
                requester.issue is not None
                and requester.issue.serial_number == issue.serial_number
                and (
                    issue.standing is Standing.REVOKED
                    or issue.certificate.validity.not_after >= self._registry.now()
                )
            )
        if not allowed:
            raise RefusedError(
                "notAuthorized",
                "who asks is not the holder of the certificate, or it has expired",
                "인증서 소유자의 요청이 아니거나 만료된 인증서입니다",
            )


def _reason(details: RevDetails) -> RevocationReason:
    if details.reason is None:
        return RevocationReason.UNSPECIFIED
    try:
        return RevocationReason(details.reason)
    except ValueError:
        raise RefusedError(
            "badDataFormat", "there is no such reason", "폐지 사유를 알 수 없습니다"
        ) from None


def _answered(content: RevReqContent, statuses: list[PKIStatusInfo]) -> PKIBody:
    named = tuple(
        CertId(details.template.issuer, details.template.serial_number)
        for details in content.details
        if details.template.issuer is not None and details.template.serial_number is not None
    )
    whole = named if len(named) == len(statuses) else ()
    return PKIBody(BodyType.RP, RevRepContent(tuple(statuses), whole).encode())
