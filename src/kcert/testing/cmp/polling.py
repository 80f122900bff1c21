# SPDX-License-Identifier: Apache-2.0
"""Having a client wait for its certificate (RFC 4210 section 5.3.22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_exchange import PollRep, PollRepContent, PollReqContent
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert.testing.cmp.exchange import Exchange
from kcert.testing.cmp.issuing import refusal

if TYPE_CHECKING:
    from kcert.testing.cmp.faults import PlannedFault
    from kcert.testing.cmp.issuing import Issuing
    from kcert.testing.cmp.registry import Registry
    from kcert.testing.cmp.transactions import Transactions

__all__ = ["Polling"]


class Polling:
    """Puts requests off, and answers them in the end.

    Args:
        registry: Whose clock it is.
        transactions: What was begun.
        issuing: Answers in the end.
    """

    def __init__(self, registry: Registry, transactions: Transactions, issuing: Issuing) -> None:
        self._registry = registry
        self._transactions = transactions
        self._issuing = issuing

    def put_off(self, exchange: Exchange, fault: PlannedFault) -> PKIBody:
        """Say that the answer takes its time."""
        request = self._issuing.read(exchange)
        record = evolve(
            exchange.begin(request.digest),
            polls=fault.polls,
            check_after=int(fault.seconds),
            request=exchange.message.encode(),
        )
        self._transactions.put(record, self._registry.now())
        return refusal(exchange.verb, request, PKIStatusInfo("waiting"))

    def answer(self, exchange: Exchange) -> PKIBody:
        """pollReq: wait on, or here it is."""
        asked = PollReqContent.load(exchange.message.body.content)
        transaction = exchange.continued()
        if transaction.polls > 0:
            record = evolve(transaction, polls=transaction.polls - 1)
            self._transactions.put(record, self._registry.now())
            answers = (PollRep(number, record.check_after) for number in asked.request_ids)
            return PKIBody(BodyType.POLL_REP, PollRepContent(tuple(answers)).encode())
        request = PKIMessage.load(transaction.request or b"")
        waiting = Exchange(request, transaction.verb, exchange.requester, transaction)
        return self._issuing.answer(waiting)
