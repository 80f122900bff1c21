# SPDX-License-Identifier: Apache-2.0
"""Messages and the trust store together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import kcert
from kcert import cms
from kcert.testing import FakeAuthority


@pytest.fixture(scope="module")
def trust():
    return kcert.TrustStore([FakeAuthority().root.certificate])


def test_the_chain_in_the_message_leads_to_the_root(trust, signer, witness, data):
    blob = cms.sign(data, [signer, witness], chain=True)

    for one in cms.verify(blob, trust=trust).signers:
        assert one.path.certificates[0] == one.certificate


def test_without_the_chain_the_authorities_must_be_given(trust, signer, data):
    blob = cms.sign(data, signer)

    with pytest.raises(kcert.UntrustedIssuerError):
        cms.verify(blob, trust=trust)
    assert cms.verify(blob, trust=trust, certificates=signer.ca_certificates)


def test_the_moment_and_the_policies_are_those_that_are_asked_for(trust, signer, data):
    blob = cms.sign(data, signer, chain=True)
    certificate = signer.certificate

    with pytest.raises(kcert.ExpiredError):
        cms.verify(blob, trust=trust, at=certificate.validity.not_after + timedelta(seconds=1))
    with pytest.raises(kcert.NotYetValidError):
        cms.verify(blob, trust=trust, at=datetime(2010, 1, 1, tzinfo=UTC))
    assert cms.verify(blob, trust=trust, policies=certificate.policy_oids)
    with pytest.raises(kcert.PolicyError):
        cms.verify(blob, trust=trust, policies=["1.2.3.4"])


def test_revocation_is_asked_for_where_it_is_required(trust, signer, data):
    blob = cms.sign(data, signer, chain=True)

    with pytest.raises(kcert.RevocationUnknownError):
        cms.verify(blob, trust=trust, revocation=kcert.Revocation.REQUIRE)


def test_streams_are_held_to_the_same_store(trust, signer, data):
    blob = cms.sign(data, signer, chain=True)

    assert cms.verify_stream([blob], trust=trust).signers[0].path is not None
    with pytest.raises(kcert.PolicyError):
        cms.verify_stream([blob], trust=trust, policies=["1.2.3.4"])
