# SPDX-License-Identifier: Apache-2.0
"""NIST PKITS: every case whose verdict does not hang on a revocation list, without any."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from kcert import KcertError, TrustStore, Weakness
from kcert.certificate import Certificate
from kcert.testing import assert_clear_error
from kcert.trust import PathInputs

AT = datetime(2022, 5, 1, tzinfo=UTC)
FOLDER = Path(os.environ.get("KCERT_TEST_DATA", "/nonexistent")) / "vectors" / "pkits"
TABLE = FOLDER / "pkits.json"
CASES = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else []
NOTICE_TABLE = FOLDER / "pkits-user-notice.json"
NOTICES = json.loads(NOTICE_TABLE.read_text("utf-8")) if NOTICE_TABLE.exists() else []
# What the suite expects of cases that only a revocation list decides.
ABOUT_REVOCATION = {"RevokedError", "InsufficientRevinfoError", "StaleRevinfoError"}
INPUTS = {
    "initial_explicit_policy": "explicit_policy",
    "initial_policy_mapping_inhibit": "inhibit_policy_mapping",
    "initial_any_policy_inhibit": "inhibit_any_policy",
}


@cache
def load(name: str) -> Certificate:
    return Certificate.load((FOLDER / "certs" / name).read_bytes())


def inputs_of(case: dict) -> PathInputs:
    params = case.get("params", {})
    inputs = {INPUTS[name]: value for name, value in params.items() if name in INPUTS}
    if "user_initial_policy_set" in params:
        inputs["policies"] = frozenset(params["user_initial_policy_set"])
    return PathInputs(**inputs)


def test_all_cases_are_there(shared_data):
    assert len(CASES) == 246


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['name']}")
def test_v3_every_case_agrees(case):
    trust = TrustStore([load("TrustAnchorRootCertificate.crt")])
    intermediates = [load(n) for n in case.get("path_intermediates") or case.get("other_certs", ())]

    def verify():
        return trust.verify(
            load(case["cert"]),
            AT,
            intermediates=intermediates,
            inputs=inputs_of(case),
            allow_weak=Weakness,
        )

    if case.get("error", {}).get("class", "RevokedError") in ABOUT_REVOCATION:
        path = verify()
        assert path.anchor.name == "Trust Anchor"
        # The anchor counts in the suite's number.
        assert len(path.certificates) == case["path_len"] - 1
    else:
        with pytest.raises(KcertError) as caught:
            verify()
        assert_clear_error(caught.value, KcertError)


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case["name"])
def test_every_user_notice_is_the_one_to_show(case):
    path = TrustStore([load("TrustAnchorRootCertificate.crt")]).verify(
        load(case["cert"]),
        AT,
        intermediates=[load(name) for name in case.get("other_certs", ())],
        inputs=inputs_of(case),
        allow_weak=Weakness,
    )
    shown = [notice.text for one in path.policy_information for notice in one.notices]
    assert shown == [case["notice"]]


def test_all_user_notices_are_there(shared_data):
    assert len(NOTICES) == 10
