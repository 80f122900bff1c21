# SPDX-License-Identifier: Apache-2.0
"""From a request to its answer: who asks, what is done, what is said."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from attrs import evolve

from kcert._asn1 import encode, oids
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_header import InfoTypeAndValue, PKIHeader
from kcert._asn1.general_name import directory_name
from kcert.errors import AuthorityError, KcertError
from kcert.testing.cmp.delivery import Delivery
from kcert.testing.cmp.exchange import Exchange, error_body
from kcert.testing.cmp.faults import Fault
from kcert.testing.cmp.informing import inform
from kcert.testing.cmp.issuing import Issuing, wants_implicit_confirmation
from kcert.testing.cmp.polling import Polling
from kcert.testing.cmp.protection import AuthoritySignature
from kcert.testing.cmp.requesters import Requester, identify
from kcert.testing.cmp.revoking import Revoking
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.cmp.spoiling import Spoiling
from kcert.testing.cmp.transactions import NONCE_SIZE, Transactions
from kcert.testing.cmp.vocabulary import ANSWERS, VERBS

if TYPE_CHECKING:
    from kcert.testing.cmp.faults import Faults, PlannedFault
    from kcert.testing.cmp.registry import Registry

__all__ = ["Responder"]

_NEWEST: Final = 3
# After these the client has something to say yet.
_GO_ON: Final = (*ANSWERS, "pollReq")
_BEFORE: Final = (Fault.LOST_REQUEST, Fault.SERVER_ERROR, Fault.UNAVAILABLE)
_ON_THE_WAY: Final = (
    *_BEFORE,
    Fault.LOST_ANSWER,
    Fault.DELAYED,
    Fault.TRUNCATED,
    Fault.OVERSIZED,
    Fault.NOT_CMP,
)


class Responder:
    """Answers CMP messages, whatever carries them.

    Args:
        registry: The authority's rules and records.
        faults: What is to go wrong.
    """

    def __init__(self, registry: Registry, faults: Faults) -> None:
        self._registry = registry
        self._faults = faults
        self._transactions = Transactions(registry.database)
        self._issuing = Issuing(registry, self._transactions)
        self._revoking = Revoking(registry, self._transactions)
        self._polling = Polling(registry, self._transactions, self._issuing)
        self._spoiling = Spoiling(registry.authority)

    def respond(self, request: bytes) -> Delivery:
        """Answer a message.

        Args:
            request: A PKIMessage, DER, or whatever came.

        Returns:
            The answer, and what is to happen to it on the way.
        """
        message = malformed = None
        try:
            message = PKIMessage.load(request)
        except KcertError as error:
            malformed = RefusedError("badDataFormat", str(error), error.message_ko)
        verb = None if message is None else VERBS.get(message.body.type)
        planned = self._faults.take(verb)
        if planned.fault in _BEFORE:
            return Delivery(fault=planned.fault)
        if message is None or malformed is not None:
            message = PKIMessage(PKIHeader(), PKIBody(BodyType.ERROR, b""))
        answer = self._answer(message, verb, planned, malformed).encode()
        fault = planned.fault if planned.fault in _ON_THE_WAY else None
        return Delivery(answer, fault, planned.seconds)

    def _answer(
        self,
        message: PKIMessage,
        verb: str | None,
        planned: PlannedFault,
        malformed: AuthorityError | None,
    ) -> PKIMessage:
        requester = Requester(AuthoritySignature(self._registry.authority))
        exchange = None
        try:
            if malformed is not None:
                raise malformed
            with self._registry.database.transaction():
                _check_version(message)
                requester = identify(message, self._registry)
                exchange = self._exchange(message, verb, requester)
                body = self._carry_out(exchange, planned)
        except AuthorityError as error:
            body = error_body(error)
        except KcertError as error:
            body = error_body(RefusedError("badDataFormat", str(error), error.message_ko))
        header = self._header(message, requester, exchange)
        if exchange is not None and exchange.verb in _GO_ON:
            self._transactions.add_nonce(exchange.transaction_id, header.sender_nonce or b"")
        return self._spoiling.protected(header, body, requester.protection, planned)

    def _exchange(self, message: PKIMessage, verb: str | None, requester: Requester) -> Exchange:
        if verb is None:
            raise RefusedError(
                "badRequest", "this is no request to an authority", "인증기관에 할 요청이 아닙니다"
            )
        exchange = Exchange(message, verb, requester)
        return evolve(exchange, transaction=self._transactions.find(exchange.transaction_id))

    def _carry_out(self, exchange: Exchange, planned: PlannedFault) -> PKIBody:
        verb = exchange.verb
        if planned.fault is Fault.REFUSED:
            raise RefusedError.on_demand(planned.status, planned.failure, planned.text)
        if verb == "genm":
            return inform(exchange, self._registry.authority)
        if exchange.requester.is_anybody:
            raise RefusedError(
                "wrongIntegrity", "the message is not protected", "보호되지 않은 메시지입니다"
            )
        if verb in ANSWERS:
            if planned.fault is Fault.WAITING:
                return self._polling.put_off(exchange, planned)
            return self._issuing.answer(exchange)
        if verb == "rr":
            return self._revoking.answer(exchange)
        if verb == "pollReq":
            return self._polling.answer(exchange)
        if verb == "certConf":
            return self._issuing.confirm(exchange)
        return self._issuing.end_as_before_2005(exchange, accepted=verb == "pkiconf")

    def _header(
        self, message: PKIMessage, requester: Requester, exchange: Exchange | None
    ) -> PKIHeader:
        """The header of an answer; its protection belongs to it (RFC 4210 section 5.1.1)."""
        asked = message.header
        # Said back to whoever asked to be believed without a certConf.
        implicit = (
            exchange is not None
            and exchange.verb in ANSWERS
            and wants_implicit_confirmation(exchange)
            and self._registry.rules.grant_implicit_confirmation
        )
        granted = (InfoTypeAndValue(oids.IMPLICIT_CONFIRM, encode.null()),)
        return PKIHeader(
            version=min(asked.version, _NEWEST),
            sender=directory_name(self._registry.authority.certificate.subject.der),
            recipient=asked.sender,
            message_time=self._registry.now(),
            protection_algorithm=requester.protection.algorithm(),
            sender_key_id=requester.protection.key_id,
            transaction_id=asked.transaction_id,
            sender_nonce=secrets.token_bytes(NONCE_SIZE),
            recipient_nonce=asked.sender_nonce,
            general_info=granted if implicit else (),
        )


def _check_version(message: PKIMessage) -> None:
    """Insist on a version that is known: 1 of RFC 2510 (0 at signGATE), 2, 3 of RFC 9480."""
    if message.header.version > _NEWEST:
        raise RefusedError(
            "unsupportedVersion", "the version is not known here", "지원하지 않는 CMP 버전입니다"
        )
