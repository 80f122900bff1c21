# SPDX-License-Identifier: Apache-2.0
"""A renewal against the test authority, network, authority and database counted, beside its key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import kcert
from kcert.keys import PrivateKey
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CmpAuthority
from kcert.testing import TEST_PASSWORD, CmpServer
from kcert.testing.keypool import FakeKey, KeyPool

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Table

LOCK = {"password": TEST_PASSWORD, "profile": CHEAPEST}


def test_one_renewal_over_loopback_beside_key_generation(table: Table, tmp_path: Path) -> None:
    moment = [datetime(2026, 3, 2, 3, tzinfo=UTC)]
    making: list[float] = []
    made: list[FakeKey] = []

    def key_source(key_size: int, *, random: bool) -> PrivateKey:
        # Made outside of what is timed: now it takes 30 ms and now 300.
        key = made.pop() if made else KeyPool.fresh(key_size)
        return PrivateKey.load(key.pkcs8(random=secrets.token_bytes(20) if random else None))

    with CmpServer(database=tmp_path / "authority.sqlite", clock=lambda: moment[0]) as server:
        root, certificate = server.ca_certificates
        authority = CmpAuthority(
            server.url,
            trust=kcert.TrustStore([root]),
            certificate=certificate,
            clock=lambda: moment[0],
            key_source=key_source,
        )
        times = []
        for _ in range(2 if table.quick else 30):
            with server.enrol() as enrolment:
                credential = authority.issue(enrolment, **LOCK)
            issued = moment[0]
            moment[0] = credential.certificate.renewal_window.opens
            start = perf_counter()
            made.append(KeyPool.fresh(2048))
            making.append(perf_counter() - start)
            with credential.unlock(TEST_PASSWORD) as unlocked:
                start = perf_counter()
                authority.renew(unlocked, **LOCK)
                times.append(perf_counter() - start)
            moment[0] = issued
    exchange = median(times)
    table.figure("a renewal over loopback without its key", min(times) * 1000, " ms", at_most=50)
    table.figure(
        "a renewal over loopback / making its key",
        (median(making) + exchange) / median(making),
        "x",
        at_most=1.5,
    )
