# SPDX-License-Identifier: Apache-2.0
"""x509-limbo: the cases that apply agree, and the verdicts on the others are written down.

The profile is a personal signing certificate, without a host name. Where the suite's rules are
those of the web PKI (host names, shapes of certificates that RFC 5280 section 6 does not look at),
kcert has a verdict of its own, which shall not change unnoticed.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcert import KcertError, Revocation, TrustStore
from kcert.certificate import Certificate
from kcert.testing import assert_clear_error
from kcert.trust import PathInputs, PathLimits, RevocationSources
from kcert.trust.budget import Budget

FOLDER = Path(os.environ.get("KCERT_TEST_DATA", "/nonexistent")) / "vectors" / "x509-limbo"
PURPOSES = {"clientAuth": "1.3.6.1.5.5.7.3.2", "serverAuth": "1.3.6.1.5.5.7.3.1"}
# Inside the validity of every certificate that the suite generates.
DEFAULT_TIME = datetime(2026, 11, 1, tzinfo=UTC)


def read(name: str, member: str) -> dict[str, dict]:
    file = FOLDER / name
    cases = json.loads(file.read_text("utf-8"))[member] if file.exists() else []
    return {case["id"]: case for case in cases}


CASES = read("limbo.json", "testcases")
CLASSES = {name: row["applies"] for name, row in read("applicability.json", "cases").items()}
BINDING = sorted(name for name, kind in CLASSES.items() if kind in ("must", "nc", "smoke"))
RECORDED = sorted(CLASSES.keys() - set(BINDING))

# What kcert accepts of the cases that do not apply; it refuses all others of them.
ACCEPTED = frozenset(
    [
        "crl::crlnumber-missing",
        "crl::issuer-no-keyusage-extension",
        "rfc5280::aki::critical-aki",
        "rfc5280::aki::cross-signed-root-missing-aki",
        "rfc5280::aki::intermediate-missing-aki",
        "rfc5280::aki::leaf-missing-aki",
        "rfc5280::ca-as-leaf",
        "rfc5280::ca-as-leaf-wrong-san",
        "rfc5280::ee-critical-aia-invalid",
        "rfc5280::leaf-ku-keycertsign",
        "rfc5280::nc::not-allowed-in-ee-critical",
        "rfc5280::nc::not-allowed-in-ee-noncritical",
        "rfc5280::nc::permitted-dns-match-noncritical",
        "rfc5280::pc::ica-noncritical-pc",
        "rfc5280::root-non-critical-basic-constraints",
        "rfc5280::san::ip-in-dns",
        "rfc5280::san::noncritical-with-empty-subject",
        "rfc5280::san::underscore-dns",
        "rfc5280::serial::negative",
        "rfc5280::serial::too-long",
        "rfc5280::serial::zero",
        "rfc5280::ski::critical-ski",
        "rfc5280::ski::intermediate-missing-ski",
        "rfc5280::ski::root-missing-ski",
        "webpki::aki::root-with-aki-all-fields",
        "webpki::aki::root-with-aki-authoritycertissuer",
        "webpki::aki::root-with-aki-authoritycertserialnumber",
        "webpki::aki::root-with-aki-missing-keyidentifier",
        "webpki::aki::root-with-aki-ski-mismatch",
        "webpki::ca-as-leaf",
        "webpki::cn::case-mismatch",
        "webpki::cn::ipv4-hex-mismatch",
        "webpki::cn::ipv4-leading-zeros-mismatch",
        "webpki::cn::ipv6-non-rfc5952-mismatch",
        "webpki::cn::ipv6-uncompressed-mismatch",
        "webpki::cn::ipv6-uppercase-mismatch",
        "webpki::cn::not-in-san",
        "webpki::cn::punycode-not-in-san",
        "webpki::cn::utf8-vs-punycode-mismatch",
        "webpki::ee-basicconstraints-ca",
        "webpki::eku::ee-anyeku",
        "webpki::eku::ee-critical-eku",
        "webpki::eku::ee-without-eku",
        "webpki::eku::root-has-eku",
        "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf",
        "webpki::forbidden-rsa-not-divisible-by-8-in-root",
        "webpki::malformed-aia",
        "webpki::san::exact-dns-san",
        "webpki::san::exact-localhost-ip-san",
        "webpki::san::leftmost-wildcard-san",
        "webpki::san::mismatch-apex-subdomain-san",
        "webpki::san::mismatch-domain-san",
        "webpki::san::mismatch-subdomain-apex-san",
        "webpki::san::mismatch-subdomain-san",
        "webpki::san::no-san",
        "webpki::san::public-suffix-multi-label-wildcard-san",
        "webpki::san::public-suffix-private-namespace-wildcard-san",
        "webpki::san::public-suffix-wildcard-san",
        "webpki::san::san-critical-with-nonempty-subject",
        "webpki::san::san-wildcard-only",
        "webpki::san::san-wildcard-only-tld",
        "webpki::san::unicode-emoji-san",
        "webpki::san::wildcard-embedded-leftmost-san",
        "webpki::san::wildcard-embedded-ulabel-san",
        "webpki::san::wildcard-match-across-labels-san",
        "webpki::san::wildcard-not-in-leftmost-san",
    ]
)


def verify(case: dict) -> None:
    at = case["validation_time"]
    purposes = case["extended_key_usage"]
    crls = case["crls"]
    TrustStore(map(Certificate.load, case["trusted_certs"])).verify(
        Certificate.load(case["peer_certificate"]),
        datetime.fromisoformat(at) if at else DEFAULT_TIME,
        intermediates=map(Certificate.load, case["untrusted_intermediates"]),
        revocation=Revocation.REQUIRE if crls else Revocation.SKIP,
        checker=RevocationSources(crls=crls),
        inputs=PathInputs(
            max_intermediates=case["max_chain_depth"],
            extended_key_usage=PURPOSES[purposes[0]] if purposes else None,
        ),
    )


def verdict(case: dict) -> str:
    try:
        verify(case)
    except KcertError as error:
        assert_clear_error(error, KcertError)
        return "FAILURE"
    return "SUCCESS"


def test_all_cases_are_there(shared_data):
    assert len(CASES) == len(CLASSES) == 208
    assert len(BINDING) == 61 + 54 + 14


@pytest.mark.timeout(5)
@pytest.mark.parametrize("name", BINDING)
def test_v1_cases_that_apply_agree(name):
    assert verdict(CASES[name]) == CASES[name]["expected_result"]


@pytest.mark.timeout(5)
@pytest.mark.parametrize("name", RECORDED)
def test_v1_other_cases_neither_crash_nor_hang_and_keep_their_verdict(name):
    assert verdict(CASES[name]) == ("SUCCESS" if name in ACCEPTED else "FAILURE")


PATHOLOGICAL = sorted(name for name in CASES if "::pathological-chain-" in name)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_v2_chains_made_to_explode_end_within_the_budget(name, monkeypatch):
    steps = {"edge": 0, "signature": 0}

    def counted(step):
        real = getattr(Budget, step)

        def spend(budget):
            steps[step] += 1
            real(budget)

        monkeypatch.setattr(Budget, step, spend)

    counted("edge")
    counted("signature")

    assert verdict(CASES[name]) == "FAILURE"
    # The step over the cap is refused before it is made.
    assert 0 < steps["edge"] <= PathLimits().edges + 1
    assert 0 < steps["signature"] <= PathLimits().signatures + 1


def test_v2_all_four_of_them_are_there(shared_data):
    assert len(PATHOLOGICAL) == 4


def test_the_record_names_only_cases_that_exist(shared_data):
    assert set(RECORDED) >= ACCEPTED
