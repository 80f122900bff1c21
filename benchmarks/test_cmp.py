# SPDX-License-Identifier: Apache-2.0
"""A renewal beside what it cannot do without: making an RSA key, and the messages themselves.

The authority is in this process and its answers are made ahead, so that neither its work nor the
network counts. Making a key takes now 30 ms and now 300: the times of both sides are medians over
the same number of keys.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from attrs import evolve

import kcert
from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse
from kcert._asn1.cmp_header import PKIHeader
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.crmf import CertReqMessages
from kcert.keys import PrivateKey
from kcert.keys.generation import generate_key
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CmpAuthority
from kcert.testing import TEST_PASSWORD, FakeAuthority
from kcert.testing.keypool import shared_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNATURE = AlgorithmIdentifier(oids.SHA256_WITH_RSA, NULL_PARAMETERS)
EXAMPLE_KEY = shared_keys.key("benchmark", 2048).pkcs8(random=bytes(20))


class Answers:
    """Signs answers as an authority does; keeps what its own work took."""

    def __init__(self, house: FakeAuthority) -> None:
        self.house = house
        self.own = 0.0

    def exchange(self, message: bytes) -> bytes:
        start = perf_counter()
        asked = PKIMessage.load(message)
        body = PKIBody(BodyType.PKICONF, encode.null())
        if asked.body.type is BodyType.KUR:
            body = PKIBody(BodyType.KUP, self._issued(asked))
        header = PKIHeader(
            message_time=NOW,
            protection_algorithm=SIGNATURE,
            transaction_id=asked.header.transaction_id,
            recipient_nonce=asked.header.sender_nonce,
        )
        answer = PKIMessage(header, body, extra_certificates=(self.house.certificate.der,))
        sealed = answer.with_protection(self.house.key.sign(answer.protected_part)).encode()
        self.own += perf_counter() - start
        return sealed

    def _issued(self, asked: PKIMessage) -> bytes:
        (request,) = CertReqMessages.load(asked.body.content).messages
        template = request.request.template
        certificate = self.house.issue(
            subject=template.subject,
            not_before=NOW,
            not_after=NOW + 386 * DAY,
            profile=CHEAPEST,
            adjust=lambda made: evolve(made, public_key_info=template.public_key or b""),
        ).certificate
        response = CertResponse(0, PKIStatusInfo("accepted"), certificate.der)
        return CertRepMessage((response,)).encode()


def test_one_renewal_beside_key_generation_and_messages(table: Table) -> None:
    house = FakeAuthority("yessign", at=NOW)
    old = house.issue(profile=CHEAPEST, not_before=NOW - 345 * DAY, not_after=NOW + 20 * DAY)
    unlocked = old.unlock(TEST_PASSWORD)
    answers = Answers(house)
    trust = kcert.TrustStore([house.root.certificate])
    making: list[float] = []

    def timed_key(key_size: int, *, random: bool) -> PrivateKey:
        start = perf_counter()
        key = generate_key(key_size, random=random)
        making.append(perf_counter() - start)
        return key

    def ready_key(key_size: int, *, random: bool) -> PrivateKey:
        del key_size, random
        return PrivateKey.load(EXAMPLE_KEY)

    def renewals(
        source: Callable[..., PrivateKey], rounds: int, profile: kcert.keys.LockProfile
    ) -> list[float]:
        authority = CmpAuthority(
            "",
            trust=trust,
            certificate=house.certificate,
            transport=answers,
            clock=lambda: NOW,
            key_source=source,
        )
        times = []
        for _ in range(rounds):
            answers.own = 0.0
            start = perf_counter()
            authority.renew(unlocked, password=TEST_PASSWORD, profile=profile)
            times.append(perf_counter() - start - answers.own)
        return times

    few = table.quick
    messages = min(renewals(ready_key, 3 if few else 50, CHEAPEST))
    whole = median(renewals(timed_key, 2 if few else 40, kcert.profiles.NPKI))
    table.seconds["messages and checks of a renewal"] = messages
    table.figure("messages and checks of a renewal", messages * 1000, " ms", at_most=20)
    table.figure("making an RSA-2048 key", median(making) * 1000, " ms", at_most=1000)
    table.figure(
        "a renewal / making its key and the messages",
        whole / (median(making) + messages),
        "x",
        at_most=1.5,
    )
