# SPDX-License-Identifier: Apache-2.0
"""Answers that are wrong on purpose."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import evolve

from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage
from kcert._asn1.cmp_exchange import GenMsgContent
from kcert.keys.passwords import Password
from kcert.testing.authority import FakeAuthority
from kcert.testing.cmp.faults import Fault
from kcert.testing.cmp.protection import AuthoritySignature, SharedSecret
from kcert.testing.cmp.vocabulary import ANSWERS
from kcert.testing.root import FakeRoot

if TYPE_CHECKING:
    from kcert._asn1.cmp_header import PKIHeader
    from kcert.testing.cmp.faults import PlannedFault
    from kcert.testing.cmp.protection import Protection

__all__ = ["Spoiling"]

# The arc for examples: nobody has such an algorithm.
_NO_ALGORITHM: Final = AlgorithmIdentifier("2.999.1")


class Spoiling:
    """Puts what a fault asks for into an answer, and protects it.

    Args:
        authority: Whose answers they are.
    """

    def __init__(self, authority: FakeAuthority) -> None:
        self._authority = authority

    def protected(
        self, header: PKIHeader, body: PKIBody, protection: Protection, planned: PlannedFault
    ) -> PKIMessage:
        """The answer, protected, with what is wrong in it.

        Args:
            header: As it should be.
            body: As it should be.
            protection: As it should be.
            planned: What is to be wrong.
        """
        fault = planned.fault
        if fault is Fault.FOREIGN_SIGNER:
            protection = self._foreign(protection)
        message = PKIMessage(self._header(header, planned), self._body(body, fault))
        message = protection.protect(message)
        if fault is Fault.ALTERED_PROTECTION and message.protection is not None:
            flipped = message.protection[:-1] + bytes((message.protection[-1] ^ 1,))
            return evolve(message, protection=flipped)
        if fault is Fault.MISSING_PROTECTION:
            return PKIMessage(evolve(message.header, protection_algorithm=None), message.body)
        if fault is Fault.WRONG_ALGORITHM:
            wrong = evolve(message.header, protection_algorithm=_NO_ALGORITHM)
            return PKIMessage(wrong, message.body, message.protection, message.extra_certificates)
        return message

    @staticmethod
    def _header(header: PKIHeader, planned: PlannedFault) -> PKIHeader:
        if planned.fault is Fault.FOREIGN_TRANSACTION:
            return evolve(header, transaction_id=secrets.token_bytes(16))
        if planned.fault is Fault.STALE_NONCE:
            return evolve(header, recipient_nonce=secrets.token_bytes(16))
        if planned.fault is Fault.CLOCK_SKEW and header.message_time is not None:
            wrong = header.message_time + timedelta(seconds=planned.seconds)
            return evolve(header, message_time=wrong)
        return header

    def _body(self, body: PKIBody, fault: Fault) -> PKIBody:
        if fault is Fault.WRONG_BODY:
            return PKIBody(BodyType.GENP, GenMsgContent(()).encode())
        if fault is Fault.SWAPPED_CERTIFICATE and body.type in ANSWERS.values():
            return self._swapped(body)
        return body

    def _swapped(self, body: PKIBody) -> PKIBody:
        if body.type is BodyType.KRP:
            return body
        content = CertRepMessage.load(body.content)
        responses = [
            evolve(response, certificate=self._authority.issue().certificate.der)
            for response in content.responses
        ]
        return PKIBody(body.type, evolve(content, responses=tuple(responses)).encode())

    def _foreign(self, protection: Protection) -> Protection:
        if isinstance(protection, SharedSecret):
            return evolve(protection, secret=Password(secrets.token_bytes(16)))
        return AuthoritySignature(self._foreign_authority)

    @cached_property
    def _foreign_authority(self) -> FakeAuthority:
        """An authority of the same names under a root of the same name; only the keys differ."""
        root = self._authority.root
        foreign = FakeRoot(root.common_name, government=root.government, fresh_key=True)
        return FakeAuthority(self._authority.house.code, root=foreign, fresh_key=True)
