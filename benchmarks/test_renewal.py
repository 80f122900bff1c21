# SPDX-License-Identifier: Apache-2.0
"""A whole renewal, from a store into a store, beside making its key and the messages.

What `benchmarks/test_cmp.py` measures at the authority's client, with everything around it: the old
password, the successors looked for, the new credential stored, read back and tried, and the backup.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.test_cmp import DAY, EXAMPLE_KEY, NOW, Answers

import kcert
from kcert.keys import PrivateKey
from kcert.keys.generation import generate_key
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CmpAuthority, renew
from kcert.storage import MemoryBackend
from kcert.store import History, Store
from kcert.testing import TEST_PASSWORD, FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table


def test_one_renewal_with_everything_around_it(table: Table) -> None:
    house = FakeAuthority("yessign", at=NOW)
    answers = Answers(house)
    making: list[float] = []

    def timed_key(key_size: int, *, random: bool) -> PrivateKey:
        start = perf_counter()
        key = generate_key(key_size, random=random)
        making.append(perf_counter() - start)
        return key

    def ready_key(key_size: int, *, random: bool) -> PrivateKey:
        del key_size, random
        return PrivateKey.load(EXAMPLE_KEY)

    def client(source: Callable[..., PrivateKey]) -> CmpAuthority:
        return CmpAuthority(
            "",
            trust=kcert.TrustStore([house.root.certificate]),
            certificate=house.certificate,
            transport=answers,
            clock=lambda: NOW,
            key_source=source,
        )

    def messages_alone(rounds: int) -> list[float]:
        authority = client(ready_key)
        old = house.issue(profile=CHEAPEST, not_before=NOW - 345 * DAY, not_after=NOW + 20 * DAY)
        times = []
        with old.unlock(TEST_PASSWORD) as unlocked:
            for _ in range(rounds):
                answers.own = 0.0
                start = perf_counter()
                authority.renew(unlocked, password=TEST_PASSWORD, profile=CHEAPEST)
                times.append(perf_counter() - start - answers.own)
        return times

    def renewals(rounds: int) -> list[float]:
        authority = client(timed_key)
        times = []
        for _ in range(rounds):
            backend, stick = MemoryBackend(), Store(MemoryBackend())
            store = Store(backend, history=History(backend))
            old = house.issue(not_before=NOW - 345 * DAY, not_after=NOW + 20 * DAY)
            entry = store.add(old)
            answers.own = 0.0
            start = perf_counter()
            renewal = renew(store, entry, authority, TEST_PASSWORD, backup_to=stick, at=NOW)
            times.append(perf_counter() - start - answers.own)
            assert renewal.backup is not None
        return times

    few = table.quick
    messages = min(messages_alone(3 if few else 50))
    whole = median(renewals(2 if few else 40))
    table.figure("a renewal with store, backup and history", whole * 1000, " ms", at_most=1000)
    table.figure(
        "a renewal with store, backup and history / making its key and the messages",
        whole / (median(making) + messages),
        "x",
        at_most=1.5,
    )
