# SPDX-License-Identifier: Apache-2.0
"""Where a certificate stands: only a responder can say that a new one counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import kcert
from kcert.errors import ExpiredError, UnavailableError
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CertificateState, CertificateStatus, RevocationReason
from kcert.lifecycle.statuses import status_of
from kcert.testing import FakeAuthority, Revoked, assert_clear_error
from kcert.trust import RevocationSources

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LIST, RESPONDER = "http://ca.invalid/list.crl", "http://ca.invalid/ocsp"


class Network:
    """The list and the responder of an authority, and whether they can be reached."""

    def __init__(self, house, certificate):
        self.house, self.certificate = house, certificate
        self.answer, self.revoked = "good", []
        self.lists = self.responder = True
        self.asked = []

    def get(self, url):
        self.asked.append(url)
        if not self.lists:
            raise UnavailableError("down", backend="http")
        return (self.house.crl(self.revoked, at=NOW, url=LIST),)

    def post(self, url, data, *, content_type):
        self.asked.append(url)
        if not self.responder:
            raise UnavailableError("down", backend="http")
        facts = {"status": self.answer} if self.answer in {"good", "unknown"} else {}
        if not facts:
            facts = {"status": "revoked", "reason": self.answer, "revoked_at": NOW - DAY}
        return self.house.ocsp_response(self.certificate, request=data, at=NOW, **facts)


@pytest.fixture(scope="module")
def house():
    return FakeAuthority("yessign", at=NOW, crl_url=LIST, ocsp_url=RESPONDER)


def world(house, *, age=timedelta(hours=1)):
    certificate = house.issue(
        profile=CHEAPEST, not_before=NOW - age, not_after=NOW + 300 * DAY
    ).certificate
    return certificate, Network(house, certificate)


def ask(house, certificate, network, *, at=NOW):
    sources = RevocationSources(crls=[house.root.crl(at=NOW)], fetcher=network)
    trust = kcert.TrustStore([house.root.certificate], checker=sources)
    return status_of(certificate, trust, checker=None, at=at, intermediates=house.ca_certificates)


def test_a_responder_says_that_a_new_certificate_counts(house):
    certificate, network = world(house)

    assert ask(house, certificate, network) == CertificateStatus(CertificateState.GOOD)
    assert network.asked == [RESPONDER]


def test_a_responder_says_that_a_certificate_is_not_known(house):
    certificate, network = world(house)
    network.answer = "unknown"

    assert ask(house, certificate, network).state is CertificateState.UNKNOWN
    assert network.asked == [RESPONDER]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (
            "keyCompromise",
            CertificateStatus(CertificateState.REVOKED, NOW - DAY, RevocationReason.KEY_COMPROMISE),
        ),
        (
            "certificateHold",
            CertificateStatus(
                CertificateState.SUSPENDED, NOW - DAY, RevocationReason.CERTIFICATE_HOLD
            ),
        ),
    ],
)
def test_a_responder_says_that_a_certificate_is_revoked_or_suspended(house, reason, status):
    certificate, network = world(house, age=30 * DAY)
    network.answer = reason

    assert ask(house, certificate, network) == status


def test_a_list_does_not_say_that_a_new_certificate_counts(house):
    certificate, network = world(house)
    network.responder = False
    with pytest.raises(UnavailableError) as raised:
        ask(house, certificate, network)

    assert_clear_error(raised.value, UnavailableError)
    assert "only a list" in str(raised.value)
    assert network.asked == [RESPONDER, LIST]


def test_a_list_speaks_for_an_older_certificate(house):
    certificate, network = world(house, age=3 * DAY)
    network.responder = False

    assert ask(house, certificate, network).state is CertificateState.GOOD


def test_a_list_says_that_a_certificate_is_revoked(house):
    certificate, network = world(house)
    network.responder = False
    network.revoked = [Revoked(certificate.serial_number, NOW, "superseded")]

    status = ask(house, certificate, network)
    assert (status.state, status.reason) == (CertificateState.REVOKED, RevocationReason.SUPERSEDED)


def test_what_nobody_can_be_asked_about_is_an_error_and_not_unknown(house):
    certificate, network = world(house)
    network.responder = network.lists = False
    with pytest.raises(UnavailableError) as raised:
        ask(house, certificate, network)

    assert_clear_error(raised.value, UnavailableError)


def test_what_has_ended_is_said_to_have_ended(house):
    certificate, network = world(house)
    with pytest.raises(ExpiredError):
        ask(house, certificate, network, at=NOW + 301 * DAY)
