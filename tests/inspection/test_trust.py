# SPDX-License-Identifier: Apache-2.0
"""What a trust store adds to a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import kcert
from kcert import TrustStore
from kcert.errors import CertificateProblem
from kcert.testing import FakeAuthority, FakeRoot
from kcert.trust import Revocation, RevocationSources

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> FakeAuthority:
    return FakeAuthority(at=AT - timedelta(days=3))


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(chain=True)


@pytest.fixture(scope="module")
def trust(authority) -> TrustStore:
    return TrustStore([authority.root.certificate])


def codes(report) -> set[str]:
    return {finding.code for finding in report.findings}


TRUST = {"trusted", "not-trusted", "revoked", "revocation-unknown"}


def test_without_a_trust_store_nothing_is_said_about_trust(credential):
    assert codes(kcert.inspect(credential, AT)).isdisjoint(TRUST)


def test_a_credential_that_holds_is_trusted_by_the_name_of_its_root(credential, trust, authority):
    report = kcert.inspect(credential, AT, trust=trust)
    (found,) = [finding for finding in report.findings if finding.code in TRUST]
    assert found.code == "trusted"
    assert found.facts["root"] == authority.root.common_name


def test_a_certificate_without_its_authority_is_not_trusted(credential):
    stranger = TrustStore([FakeRoot("kcert Test RootCA 6").certificate])
    report = kcert.inspect(credential.certificate, AT, trust=stranger)
    assert codes(report) & TRUST == {"not-trusted"}
    with pytest.raises(CertificateProblem):
        report.raise_for_problems()


def test_a_revoked_certificate_is_an_error_with_reason_and_date(credential, trust, authority):
    lists = [authority.root.crl(at=AT), authority.crl([credential.certificate], at=AT)]
    report = kcert.inspect(
        credential,
        AT,
        trust=trust,
        revocation=Revocation.CHECK_IF_AVAILABLE,
        checker=RevocationSources(crls=lists),
    )
    (found,) = [finding for finding in report.findings if finding.code == "revoked"]
    assert found.facts["revocation_reason"] == "keyCompromise"
    assert found.facts["since"] == AT - timedelta(days=1)
    assert codes(report) & TRUST == {"revoked"}


def test_an_unknown_status_is_a_warning(credential, trust):
    checker = RevocationSources()
    asked = kcert.inspect(
        credential, AT, trust=trust, revocation=Revocation.CHECK_IF_AVAILABLE, checker=checker
    )
    assert codes(asked) & TRUST == {"trusted", "revocation-unknown"}
    required = kcert.inspect(
        credential, AT, trust=trust, revocation=Revocation.REQUIRE, checker=checker
    )
    assert codes(required) & TRUST == {"revocation-unknown"}
