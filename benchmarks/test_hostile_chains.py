# SPDX-License-Identifier: Apache-2.0
"""Chains made to explode (x509-limbo, ``KCERT_TEST_DATA``): how long until they are refused."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kcert import Certificate, KcertError, TrustStore

if TYPE_CHECKING:
    from conftest import Table

# Inside the validity of every certificate that the suite generates.
AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_pathological_chains(table: Table) -> None:
    folder = os.environ.get("KCERT_TEST_DATA")
    if not folder:
        pytest.skip("KCERT_TEST_DATA does not name the folder of third-party test data")
    file = Path(folder) / "vectors" / "x509-limbo" / "limbo.json"
    cases = json.loads(file.read_text("utf-8"))["testcases"]
    for case in (case for case in cases if "::pathological-chain-" in case["id"]):

        def verify(case: dict = case) -> None:
            trust = TrustStore(map(Certificate.load, case["trusted_certs"]))
            between = map(Certificate.load, case["untrusted_intermediates"])
            with pytest.raises(KcertError):
                trust.verify(Certificate.load(case["peer_certificate"]), AT, intermediates=between)

        label = "refuse " + case["id"].rpartition("::")[2]
        table.time(label, verify, rounds=3)
        table.figure(label, table.seconds[label], " s", at_most=1)
