# SPDX-License-Identifier: Apache-2.0
"""OCSP: OpenSSL's cases, responses bound to the certificate in every field, who may respond."""

from __future__ import annotations

import base64
import json
import os
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kcert import (
    FormatError,
    KcertError,
    RevocationUnknownError,
    RevokedError,
    TrustStore,
    Weakness,
)
from kcert._asn1 import encode
from kcert._asn1.ocsp import read_request
from kcert._asn1.pem import read_blocks
from kcert.certificate import Certificate
from kcert.testing import Extension, FakeAuthority, FakeRoot, assert_clear_error
from kcert.trust import (
    CheckContext,
    EvidenceKind,
    OcspRequest,
    OcspResponse,
    ResponderRule,
    Revocation,
    RevocationSources,
    TrustAnchor,
)
from kcert.trust.ocsp_check import OcspCheck
from kcert.trust.timing import Timing

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FOLDER = Path(os.environ.get("KCERT_TEST_DATA", "/nonexistent")) / "vectors" / "openssl" / "ocsp"
TABLE = FOLDER / "cases.json"
CASES = json.loads(TABLE.read_text("utf-8"))["cases"] if TABLE.exists() else []
OPENSSL_AT = datetime(2012, 12, 19, tzinfo=UTC)


def openssl_certificates(name: str) -> list[Certificate]:
    return [Certificate.load(block.data) for block in read_blocks((FOLDER / name).read_bytes())]


def refuse(*arguments: object) -> None:
    raise RevocationUnknownError("nobody vouches in this test")


def judge_openssl_case(case: dict) -> None:
    """Believe the file that OpenSSL is told to trust, and judge the response about its issue."""
    kind = case["response"].removesuffix(".ors").rpartition("_")[2]
    (certificate,) = openssl_certificates(next(FOLDER.glob(f"{kind}_Cert_*.pem")).name)
    trusted, *_ = openssl_certificates(case["issuer"])
    issuer = trusted
    if case["other"]:
        issuer, *above = openssl_certificates(case["other"])
        TrustStore([trusted]).verify(issuer, OPENSSL_AT, intermediates=above, allow_weak=Weakness)
    response = OcspResponse.load(base64.b64decode((FOLDER / case["response"]).read_bytes()))
    # OpenSSL checks the certificates for its date, and does not ask how old the responses are.
    at = response.produced_at
    context = CheckContext(
        at=at,
        anchor=TrustAnchor.of(trusted),
        issuers=(issuer,),
        candidates=(),
        allow_weak=frozenset(Weakness),
        validate=refuse,
    )
    check = OcspCheck(certificate, issuer, context, Timing(at), ResponderRule.ISSUER, refuse)
    assert check.judge(response).kind is EvidenceKind.OCSP


def test_all_of_openssls_cases_are_there(shared_data):
    assert len(CASES) == 59


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['response']}-{case['issuer']}")
def test_v5_openssls_cases_agree(case):
    if case["openssl_exit"] == 0:
        judge_openssl_case(case)
    else:
        with pytest.raises(KcertError) as caught:
            judge_openssl_case(case)
        assert_clear_error(caught.value, KcertError)


class World:
    """An authority, a certificate of it, and the root's list, which is good."""

    def __init__(self) -> None:
        self.authority = FakeAuthority(at=AT)
        self.root = self.authority.root
        self.certificate = self.authority.issue().certificate
        self.arl = self.root.crl(at=AT)

    def status(self, *responses: bytes, **options: object):
        at = options.pop("at", AT)
        sources = RevocationSources(crls=[self.arl], ocsp_responses=responses, **options)
        path = TrustStore([self.root.certificate]).verify(
            self.certificate,
            at,
            intermediates=[self.authority.certificate],
            revocation=Revocation.REQUIRE,
            checker=sources,
        )
        return path.revocation[0].evidence

    def answer(self, **options: object) -> bytes:
        return self.authority.ocsp_response(self.certificate, **{"at": AT, **options})

    def refused(self, *responses: bytes, match: str | None = None, **options: object) -> None:
        with pytest.raises(RevocationUnknownError, match=match) as caught:
            self.status(*responses, **options)
        assert_clear_error(caught.value, RevocationUnknownError)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_a_good_answer_is_evidence(world):
    response = world.answer()
    evidence = world.status(response)
    assert evidence.kind is EvidenceKind.OCSP
    assert (evidence.this_update, evidence.next_update) == (AT, AT + DAY)
    assert evidence.location is None
    assert evidence.der == response


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512"])
def test_the_hash_of_a_given_answer_may_be_any_that_is_known(world, name):
    assert world.status(world.answer(hash_algorithm=name))


@pytest.mark.parametrize("digits", ["5", "123456", "123456789"])
def test_fractions_of_seconds_are_accepted(world, digits):
    assert world.status(world.answer(fraction=digits)).this_update.replace(microsecond=0) == AT


def test_a_revoked_answer_raises_with_reason_and_date(world):
    with pytest.raises(RevokedError) as caught:
        world.status(world.answer(status="revoked", reason="superseded", revoked_at=AT - 3 * DAY))
    assert caught.value.revocation_reason == "superseded"
    assert caught.value.since == AT - 3 * DAY
    assert caught.value.fingerprint == world.certificate.fingerprint()


def test_an_answer_that_does_not_know_the_certificate_says_nothing(world):
    world.refused(world.answer(status="unknown"), match="does not know")


# Bouncy Castle CVE-2026-58062: the answer has to be about this certificate in every field.


def test_v5_a_good_answer_about_another_serial_number_is_refused(world):
    world.refused(
        world.answer(serial_number=world.certificate.serial_number + 1), match="another certificate"
    )


def test_v5_a_good_answer_about_another_issuer_is_refused(world):
    other = FakeAuthority("KICA", root=world.root).certificate
    world.refused(world.answer(issuer=other), match="another certificate")


def test_v5_an_answer_that_names_another_hash_than_it_used_is_refused(world):
    world.refused(
        world.answer(hash_algorithm="sha1", declared_hash="sha256"), match="another certificate"
    )


def test_an_answer_under_another_hash_than_was_asked_for_is_refused(world):
    request = OcspRequest.about(world.certificate, world.authority.certificate)
    answer = OcspResponse.load(world.answer(hash_algorithm="sha256", nonce=request.nonce))
    assert answer.about(world.certificate, world.authority.certificate) is not None
    assert answer.about(world.certificate, world.authority.certificate, request) is None


# Time


def test_an_answer_that_has_run_out_is_stale(world):
    world.refused(world.answer(at=AT - 3 * DAY, next_update=AT - DAY), match="out of date")


def test_an_answer_from_the_future_is_refused(world):
    world.refused(world.answer(at=AT + DAY), match="after the moment")


def test_a_stored_answer_without_end_is_refused(world):
    world.refused(world.answer(without_next_update=True), match="until when")


def test_a_revocation_in_a_stale_answer_still_counts_but_a_suspension_does_not(world):
    stale = {"at": AT - 3 * DAY, "next_update": AT - DAY, "status": "revoked"}
    with pytest.raises(RevokedError):
        world.status(world.answer(**stale))
    world.refused(world.answer(**stale, reason="certificateHold"), match="out of date")


# Who may respond


def test_a_responder_that_the_issuer_certified_may_speak(world):
    responder = world.authority.ocsp_responder()
    assert world.status(world.answer(responder=responder))
    assert world.status(world.answer(responder=responder, by_key=True))


def test_a_responder_without_the_purpose_may_not(world):
    responder = world.authority.ocsp_responder(purpose="1.3.6.1.5.5.7.3.1")
    world.refused(world.answer(responder=responder), match="may not speak")


def test_a_responder_whose_certificate_has_expired_may_not(world):
    responder = world.authority.ocsp_responder(not_after=AT - DAY)
    world.refused(world.answer(responder=responder), match="not valid then")


def test_korean_responders_count_by_the_explicit_rule_only(world):
    responder = world.root.ocsp_responder()
    answer = world.answer(responder=responder)
    world.refused(answer, match="may not speak")
    assert world.status(answer, responder_rule=ResponderRule.ROOT)


def test_a_responder_of_another_root_never_counts(world):
    other = FakeRoot("kcert Test RootCA 9", fresh_key=True)
    answer = world.answer(responder=other.ocsp_responder())
    world.refused(answer, responder_rule=ResponderRule.ROOT)


def test_a_responder_that_was_revoked_does_not_count(world):
    url = "http://crl.invalid/responder"
    responder = world.root.ocsp_responder(no_check=False, crl_url=url, serial_number=77)
    answer = world.answer(responder=responder)
    rule = ResponderRule.ROOT
    assert world.status(answer, responder_rule=rule)
    revoking = World.__new__(World)
    revoking.__dict__.update(world.__dict__, arl=world.root.crl([77], at=AT))
    revoking.refused(answer, responder_rule=rule, match="revoked")


def test_a_responder_whose_status_cannot_be_found_out_does_not_count(world):
    # Certified by the issuing authority, whose own list is not at hand.
    responder = world.authority.ocsp_responder(no_check=False, crl_url="http://crl.invalid/r")
    world.refused(world.answer(responder=responder), match="not known")


def test_a_response_signed_with_another_key_is_refused(world):
    responder = world.authority.ocsp_responder()
    stranger = evolve(responder, key=FakeRoot(fresh_key=True).key)
    world.refused(world.answer(responder=stranger), match="does not verify")


def test_a_response_without_the_responders_certificate_is_refused(world):
    responder = world.authority.ocsp_responder()
    world.refused(world.answer(responder=responder, without_certificates=True))


def test_a_response_with_an_unknown_critical_extension_says_nothing(world):
    unknown = Extension("1.2.3.4", encode.null(), critical=True)
    world.refused(world.answer(extensions=(unknown,)), match=r"1\.2\.3\.4")


# Reading


def test_a_request_asks_about_the_certificate_with_a_new_nonce_each_time(world):
    issuer = world.authority.certificate
    one, two = (OcspRequest.about(world.certificate, issuer) for _ in range(2))
    assert one.nonce != two.nonce
    assert len(one.nonce) == 32
    asked, nonce = read_request(one.der)
    assert (asked.serial_number, nonce) == (world.certificate.serial_number, one.nonce)
    assert read_request(OcspRequest.about(world.certificate, issuer, nonce=False).der)[1] is None
    with pytest.raises(ValueError, match="hash"):
        OcspRequest.about(world.certificate, issuer, hash_algorithm="md5")


@pytest.mark.parametrize(
    ("octet", "status"), [(1, "malformedRequest"), (3, "tryLater"), (6, "unauthorized"), (9, "9")]
)
def test_a_refusal_of_the_responder_is_told_by_its_name(world, octet, status):
    response = OcspResponse.load(bytes((0x30, 3, 0x0A, 1, octet)))
    assert response.status == status
    with pytest.raises(FormatError, match=status):
        response.produced_at  # noqa: B018
    world.refused(response.der, match=status)


def test_a_response_survives_pickling_and_shows_nothing(world):
    response = OcspResponse.load(world.answer())
    assert pickle.loads(pickle.dumps(response)) == response
    assert repr(response) == "<OcspResponse successful>"


@given(st.data())
def test_a_damaged_response_is_an_error_of_ours_or_says_nothing(world, data):
    octets = bytearray(world.answer())
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    try:
        world.status(bytes(octets))
    except KcertError as error:
        assert_clear_error(error, KcertError)
