# SPDX-License-Identifier: Apache-2.0
"""One message and what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert._asn1 import encode
from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_exchange import ErrorMsgContent
from kcert._asn1.cmp_status import FAILURES, PKIStatusInfo
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.cmp.transactions import Transaction

if TYPE_CHECKING:
    from kcert._asn1.cmp import PKIMessage
    from kcert.errors import AuthorityError
    from kcert.testing.cmp.requesters import Requester

__all__ = ["ACCEPTED", "CONFIRMED", "Exchange", "error_body", "status_of"]

ACCEPTED = PKIStatusInfo("accepted")
CONFIRMED = PKIBody(BodyType.PKICONF, encode.null())


@frozen
class Exchange:
    """A message, who sent it, and the transaction it is part of.

    Attributes:
        message: The message.
        verb: Its name in RFC 4210.
        requester: Who sent it.
        transaction: What was begun under its transactionID before.
    """

    message: PKIMessage
    verb: str
    requester: Requester
    transaction: Transaction | None = None

    @property
    def transaction_id(self) -> bytes:
        """Its transactionID; where it has none, as at signGATE, its requester stands for it."""
        return self.message.header.transaction_id or self.requester.name.encode()

    def begun(self, digest: bytes) -> Transaction | None:
        """The transaction, where this is a message of it that comes again.

        Args:
            digest: What the message asks for.

        Raises:
            AuthorityError: The transactionID belongs to something else.
        """
        known = self.transaction
        if known is None:
            return None
        if (known.requester, known.verb, known.digest) == (self.requester.name, self.verb, digest):
            return known
        if self.message.header.transaction_id is None:
            return None
        raise RefusedError(
            "transactionIdInUse",
            "the transaction is another one",
            "이미 사용 중인 트랜잭션 번호입니다",
        )

    def begin(self, digest: bytes) -> Transaction:
        """The record of a transaction that begins with this message."""
        return Transaction(self.transaction_id, self.verb, self.requester.name, digest)

    def continued(self) -> Transaction:
        """The transaction that a certConf or pollReq goes on with.

        Raises:
            AuthorityError: There is none, it is another's, or our last nonce is not repeated.
        """
        known = self.transaction
        if known is None or known.requester != self.requester.name:
            raise RefusedError(
                "badRequest", "there is no such transaction", "해당하는 트랜잭션이 없습니다"
            )
        repeated = self.message.header.recipient_nonce
        if repeated is not None and repeated not in known.nonces:
            raise RefusedError(
                "badRecipientNonce",
                "the nonce is not that of an answer in this transaction",
                "이 트랜잭션의 응답에 쓰인 난수가 아닙니다",
            )
        return known


def status_of(error: AuthorityError) -> PKIStatusInfo:
    """What the answer says of a refusal: in English and in Korean."""
    texts = error.texts if isinstance(error, RefusedError) else (str(error), error.message_ko)
    failures = tuple(name for name in error.failure if name in FAILURES)
    return PKIStatusInfo(error.status or "rejection", texts, failures)


def error_body(error: AuthorityError) -> PKIBody:
    """An error message."""
    return PKIBody(BodyType.ERROR, ErrorMsgContent(status_of(error)).encode())
