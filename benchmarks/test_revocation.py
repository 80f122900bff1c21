# SPDX-License-Identifier: Apache-2.0
"""Validating with revocation: lists of 10,000 entries, given and from a cache folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kcert import Revocation, TrustStore
from kcert.testing import FakeAuthority
from kcert.trust import CertificateRevocationList, RevocationCache, RevocationSources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table

AT = datetime(2026, 6, 1, tzinfo=UTC)
ENTRIES = 10_000
ROUNDS = 100


class World:
    def __init__(self) -> None:
        self.authority = FakeAuthority("yessign", at=AT)
        self.leaf = self.authority.issue("홍길동").certificate
        self.arl = self.authority.root.crl(at=AT)
        self.crl = self.authority.crl(range(1 << 40, (1 << 40) + ENTRIES), at=AT)

    def verify(self, sources: RevocationSources) -> None:
        TrustStore([self.authority.root.certificate]).verify(
            self.leaf,
            AT,
            intermediates=[self.authority.certificate],
            revocation=Revocation.REQUIRE,
            checker=sources,
        )


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_read_a_list(measure: Callable[..., None], world: World) -> None:
    measure("read a CRL of 10,000", lambda: CertificateRevocationList.load(world.crl), rounds=20)


def test_a_given_list(measure: Callable[..., None], world: World, table: Table) -> None:
    sources = RevocationSources(crls=[world.arl, world.crl])
    label = "verify with a given CRL of 10,000"
    measure(label, lambda: world.verify(sources), rounds=ROUNDS)
    if label in table.seconds:
        table.figure(label, table.seconds[label] * 1000, " ms", at_most=2)


def test_a_cached_list(
    measure: Callable[..., None], world: World, table: Table, tmp_path: Path
) -> None:
    cache = RevocationCache(tmp_path)
    (url,) = world.leaf.crl_distribution_points
    crl = CertificateRevocationList.load(world.crl)
    assert crl.next_update is not None
    cache.put(url, [world.crl], crl.next_update)
    sources = RevocationSources(crls=[world.arl], cache=cache)
    label = "verify with a cached CRL of 10,000"
    measure(label, lambda: world.verify(sources), rounds=ROUNDS)
    if label in table.seconds:
        table.figure(label, table.seconds[label] * 1000, " ms", at_most=2)
