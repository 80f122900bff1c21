# SPDX-License-Identifier: Apache-2.0
"""One transaction: messages to an authority and its answers, each of which is checked."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import frozen

from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage
from kcert._asn1.cmp_exchange import ErrorMsgContent, PollRepContent, PollReqContent
from kcert._asn1.cmp_header import PKIHeader
from kcert._asn1.general_name import NULL_DN, directory_name
from kcert.errors import AuthorityError, FormatError, KcertError, LimitError, UnavailableError
from kcert.lifecycle.cmp.refusals import refused, wrong_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.lifecycle.cmp.guards import Guard
    from kcert.lifecycle.cmp.profiles import CmpProfile
    from kcert.lifecycle.cmp.transports import Transport

__all__ = ["Line", "Transaction", "load_content"]

_NONCE_SIZE: Final = 16
_LEAST_WAIT: Final = 1
_CERTIFICATES: Final = frozenset({BodyType.IP, BodyType.CP, BodyType.KUP})
_Content = TypeVar("_Content")


@frozen
class Line:
    """The way to an authority, for as many transactions as one likes.

    Attributes:
        transport: Carries messages.
        profile: How the authority speaks.
        certificate: The authority's certificate, where it is known: it is the recipient.
        clock: The present moment.
        sleep: Waits so many seconds.
        tolerance: How far the authority's clock may differ from this one.
        patience: How long to wait in all while the authority makes up its mind.
        retries: How often a confirmation is sent again that had no answer.
    """

    transport: Transport
    profile: CmpProfile
    certificate: Certificate | None
    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    tolerance: timedelta
    patience: timedelta
    retries: int


class Transaction:
    """A transaction under one identifier.

    Args:
        line: The way to the authority.
        guard: What protects it.
    """

    def __init__(self, line: Line, guard: Guard) -> None:
        self._line = line
        self._guard = guard
        self._id = secrets.token_bytes(_NONCE_SIZE)
        self._their_nonce: bytes | None = None
        self._proven = False
        self._recipient = NULL_DN
        self._recipient_key_id: bytes | None = None
        if line.certificate is not None:
            self._recipient = directory_name(line.certificate.subject.der)
            self._recipient_key_id = line.certificate.subject_key_identifier

    def ask(self, body: PKIBody, expected: BodyType) -> PKIMessage:
        """Send a request, wait while the authority asks for it, and return the answer.

        Raises:
            AuthorityError: It refuses, or answers wrongly.
            TrustError: The answer is signed by somebody who is not believed.
            UnavailableError: It cannot be reached, or keeps one waiting for too long.
        """
        began, waited = self._line.clock(), timedelta()
        answer = self._exchange(self._message(body))
        while pending := _pending(answer):
            content = PollReqContent(pending).encode()
            answer = self._exchange(self._message(PKIBody(BodyType.POLL_REQ, content)))
            if not _pending(answer):
                break
            wait = _LEAST_WAIT
            if answer.body.type is BodyType.POLL_REP:
                reply = load_content(PollRepContent.load, answer)
                wait = max(wait, *(one.check_after for one in reply.answers))
            waited += timedelta(seconds=wait)
            # Slow answers count as well, and a clock that is set back gains nobody time.
            if max(waited, self._line.clock() - began) > self._line.patience:
                raise UnavailableError(
                    "the authority has not decided yet; ask again later",
                    "인증기관이 아직 처리하지 못했습니다; 나중에 다시 시도하십시오",
                    backend="cmp",
                    retryable=True,
                )
            self._line.sleep(wait)
        return _of_type(answer, expected)

    def confirm(self, body: PKIBody, *, retries: int) -> None:
        """Send what ends the transaction, again where its answer is lost.

        Args:
            body: Accepts or rejects certificates.
            retries: How often to send it again.

        Raises:
            AuthorityError: The authority does not take it, or answers wrongly.
            UnavailableError: It is not known whether it arrived.
        """
        message = self._message(body)
        sent = 0
        while True:
            try:
                encoded = self._line.transport.exchange(message.encode())
                if encoded or self._line.profile.confirms:
                    _of_type(self._accept(message, encoded), BodyType.PKICONF)
            except UnavailableError:
                sent += 1
                if sent > retries:
                    raise
                self._line.sleep(_LEAST_WAIT)
            except AuthorityError as error:
                # What came first did arrive, and only its answer was lost.
                if sent and self._proven and "certConfirmed" in error.failure:
                    return
                raise
            else:
                return

    def _message(self, body: PKIBody) -> PKIMessage:
        guard = self._guard
        algorithm = guard.algorithm()
        header = PKIHeader(
            version=self._line.profile.version,
            sender=guard.sender,
            recipient=self._recipient,
            message_time=self._line.clock(),
            protection_algorithm=algorithm,
            sender_key_id=guard.key_id,
            recipient_key_id=self._recipient_key_id,
            transaction_id=self._id,
            sender_nonce=secrets.token_bytes(_NONCE_SIZE),
            recipient_nonce=self._their_nonce,
        )
        message = PKIMessage(header, body, extra_certificates=guard.certificates)
        return message.with_protection(guard.protect(algorithm, message.protected_part))

    def _exchange(self, message: PKIMessage) -> PKIMessage:
        return self._accept(message, self._line.transport.exchange(message.encode()))

    def _accept(self, asked: PKIMessage, encoded: bytes) -> PKIMessage:
        """Read an answer and check everything but what it says."""
        try:
            answer = PKIMessage.load(encoded)
        except LimitError as error:
            raise wrong_answer("asks for more work than it may", "허용 한도를 넘습니다") from error
        except FormatError as error:
            raise wrong_answer("is no CMP message", "CMP 메시지가 아닙니다") from error
        self._proven = answer.protection is not None
        is_error = answer.body.type is BodyType.ERROR
        if self._proven or not is_error:
            self._check(asked.header, answer)
        if is_error:
            content = load_content(ErrorMsgContent.load, answer)
            raise refused(content.status, content.details, proven=self._proven)
        return answer

    def _check(self, asked: PKIHeader, answer: PKIMessage) -> None:
        header, now = answer.header, self._line.clock()
        self._guard.check(answer, now)
        if header.transaction_id != asked.transaction_id:
            raise wrong_answer("belongs to another transaction", "다른 거래의 응답입니다")
        if header.recipient_nonce != asked.sender_nonce:
            raise wrong_answer(
                "answers another message: it is stale or was replayed",
                "다른 메시지에 대한 응답입니다 (재전송 의심)",
            )
        sent = header.message_time
        if sent is not None and abs(sent - now) > self._line.tolerance:
            raise wrong_answer(
                f"was made at {sent.isoformat()}, while it is {now.isoformat()} here; "
                "set the clock of this computer",
                "시각이 이 컴퓨터의 시계와 너무 다릅니다; 시계를 맞추십시오",
            )
        self._their_nonce = header.sender_nonce


def _pending(answer: PKIMessage) -> tuple[int, ...]:
    """Numbers of the requests on which the authority has not decided yet."""
    if answer.body.type is BodyType.POLL_REP:
        reply = load_content(PollRepContent.load, answer)
        return tuple(one.request_id for one in reply.answers)
    if answer.body.type in _CERTIFICATES:
        message = load_content(CertRepMessage.load, answer)
        return tuple(one.request_id for one in message.responses if one.status.status == "waiting")
    return ()


def _of_type(answer: PKIMessage, expected: BodyType) -> PKIMessage:
    if answer.body.type is not expected:
        raise wrong_answer(
            f"is {answer.body.type.name}, where {expected.name} was expected",
            f"{expected.name} 대신 {answer.body.type.name} 메시지가 왔습니다",
        )
    return answer


def load_content(load: Callable[[bytes], _Content], answer: PKIMessage) -> _Content:
    """Read the body of an answer.

    Raises:
        AuthorityError: It is malformed.
    """
    try:
        return load(answer.body.content)
    except KcertError as error:
        raise wrong_answer("has a malformed body", "본문이 잘못되었습니다") from error
