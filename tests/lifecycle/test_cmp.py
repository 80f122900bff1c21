# SPDX-License-Identifier: Apache-2.0
"""`CmpAuthority` against an authority in memory: what is asked, kept, confirmed and refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.lifecycle.cmp_responder import ACCEPTED, CODE, REFERENCE, REJECTED, Responder

import kcert
from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.cmp import MAX_MESSAGE_SIZE, BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse
from kcert._asn1.cmp_exchange import ErrorMsgContent
from kcert._asn1.cmp_revocation import RevRepContent
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.crmf import CertId, CertReqMessages
from kcert._asn1.der import Reader
from kcert._asn1.general_name import NULL_DN
from kcert._asn1.pbm import PBMParameter
from kcert.errors import (
    AuthorityError,
    FormatError,
    IdentityMismatchError,
    KcertError,
    LimitError,
    TrustError,
    UnavailableError,
    UntrustedIssuerError,
)
from kcert.keys import PrivateKey
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import (
    CertificateState,
    CmpAuthority,
    CmpProfile,
    Enrolment,
    RevocationReason,
)
from kcert.lifecycle.cmp import MacKind
from kcert.testing import (
    TEST_ID_NUMBER,
    TEST_PASSWORD,
    Extension,
    FakeAuthority,
    FakeRoot,
    Revoked,
    assert_clear_error,
    clear_error,
    forms_of,
)
from kcert.testing.keypool import shared_keys
from kcert.trust import RevocationSources

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
ENDS = NOW + timedelta(days=20)
DAY = timedelta(days=1)
UNAVAILABLE = UnavailableError("lost", backend="test", retryable=True)


@pytest.fixture(scope="module")
def house():
    return FakeAuthority("yessign", at=NOW)


@pytest.fixture(scope="module")
def trust(house):
    return kcert.TrustStore([house.root.certificate])


@pytest.fixture
def responder(house):
    return Responder(house, NOW)


def new_key(key_size, *, random):
    key = shared_keys.key("requested", key_size)
    return PrivateKey.load(key.pkcs8(random=bytes(range(20)) if random else None))


@pytest.fixture
def slept():
    return []


@pytest.fixture
def authority(house, trust, responder, slept):
    return client(house, trust, responder, slept)


def client(house, trust, responder, slept=None, **options):
    settings = {
        "certificate": house.certificate,
        "transport": responder,
        "clock": lambda: NOW,
        "sleep": [].append if slept is None else slept.append,
        "key_source": new_key,
        **options,
    }
    return CmpAuthority("", trust=trust, **settings)


@pytest.fixture
def enrolment():
    return Enrolment(REFERENCE, CODE, id_number=TEST_ID_NUMBER)


@pytest.fixture(scope="module")
def old(house):
    return house.issue(profile=CHEAPEST, km=True, not_before=ENDS - 365 * DAY, not_after=ENDS)


@pytest.fixture
def unlocked(old):
    with old.unlock(TEST_PASSWORD) as opened:
        yield opened


def issue(authority, enrolment, **options):
    return authority.issue(enrolment, password=TEST_PASSWORD, profile=CHEAPEST, **options)


def renew(authority, unlocked, **options):
    return authority.renew(unlocked, password=TEST_PASSWORD, profile=CHEAPEST, **options)


def sent(responder):
    return [message.body.type.name for message in responder.requests]


# What is asked and what comes of it.


def test_an_issue_gives_a_credential_whose_key_was_made_here(authority, enrolment, house):
    credential = issue(authority, enrolment)

    with credential.unlock(TEST_PASSWORD) as opened:
        assert opened.random.reveal() == bytes(range(20))
        opened.verify_identity(TEST_ID_NUMBER)
    assert credential.ca_certificates[0] == house.certificate


def test_an_issue_is_confirmed_with_the_hash_of_the_certificate(authority, enrolment, responder):
    credential = issue(authority, enrolment)

    assert sent(responder) == ["IR", "CERT_CONF"]
    (status,) = responder.confirmed
    assert status.certificate_hash.hex() == credential.certificate.fingerprint()
    assert status.status is None


def test_number_and_random_go_to_the_authority_encrypted(authority, enrolment, responder):
    issue(authority, enrolment)

    responder.identity.verify_id_number(TEST_ID_NUMBER)
    assert responder.identity.random.reveal() == bytes(range(20))


def test_no_secret_is_in_what_is_sent_in_the_clear(authority, enrolment, responder):
    issue(authority, enrolment)

    for message in responder.requests:
        encoded = message.encode()
        for secret in (CODE, TEST_PASSWORD, TEST_ID_NUMBER, bytes(range(20))):
            assert all(form not in encoded for form in forms_of(secret) if isinstance(form, bytes))


def test_a_closed_enrolment_sends_nothing(authority, enrolment, responder, old):
    enrolment.close()

    with pytest.raises(ValueError, match="closed"):
        issue(authority, enrolment)
    with pytest.raises(ValueError, match="closed"):
        authority.revoke(old.certificate, enrolment=enrolment)

    assert not responder.requests


def test_a_pair_for_key_management_is_asked_for_along_with_it(authority, responder):
    enrolment = Enrolment(REFERENCE, CODE, key_management=True)

    credential = issue(authority, enrolment)

    assert len(CertReqMessages.load(responder.requests[0].body.content).messages) == 2
    assert len(responder.confirmed) == 2
    with credential.unlock(TEST_PASSWORD) as opened:
        assert opened.key_management.random is None


@pytest.mark.parametrize("mac", [MacKind.PBM, MacKind.PBM_SHA1, MacKind.PBMAC1])
def test_every_standard_mac_is_spoken(house, trust, responder, enrolment, mac):
    responder.mac = mac

    assert issue(client(house, trust, responder, profile=CmpProfile.PBMAC1), enrolment)


def test_an_answer_to_a_secret_may_be_signed_by_the_authority(authority, enrolment, responder):
    responder.signs = True

    assert issue(authority, enrolment)


def test_a_subject_is_asked_for_where_it_is_known(authority, responder, old):
    subject = old.certificate.subject.der
    enrolment = Enrolment(REFERENCE, CODE, subject=subject)

    issue(authority, enrolment)

    (asked,) = CertReqMessages.load(responder.requests[0].body.content).messages
    assert asked.request.template.subject == subject
    assert asked.proof.signature.input is None


def test_a_renewal_is_signed_with_the_old_key_and_names_the_old_certificates(
    authority, unlocked, responder, old
):
    renewed = renew(authority, unlocked)

    asked = responder.requests[0]
    assert asked.body.type is BodyType.KUR
    assert asked.extra_certificates[0] == old.certificate.der
    messages = CertReqMessages.load(asked.body.content).messages
    named = [
        CertId.read(Reader(one.request.control(oids.OLD_CERT_ID), "oldCertID")) for one in messages
    ]
    olds = (old.certificate, old.key_management.certificate)
    assert named == [CertId(one.issuer.der, one.serial_number) for one in olds]
    assert renewed.certificate.subject == old.certificate.subject
    assert renewed.key_management is not None


def test_a_renewal_waits_as_long_as_it_is_told(authority, unlocked, responder, slept):
    responder.waits = [30, 40, 0]

    renew(authority, unlocked)

    assert slept == [30, 40]


def test_who_is_kept_waiting_for_too_long_gives_up_and_may_come_again(
    house, trust, responder, enrolment
):
    responder.waits = [200, 200, 0]

    with clear_error(UnavailableError) as caught:
        issue(client(house, trust, responder), enrolment)

    assert caught.error.retryable


def test_slow_answers_count_as_waiting(house, trust, responder, enrolment):
    class Slow:
        now = NOW

        def exchange(self, message):
            answer = responder.exchange(message)
            self.now += timedelta(seconds=100)
            responder.now = self.now
            return answer

    slow = Slow()
    responder.waits = [1] * 9

    with clear_error(UnavailableError) as caught:
        issue(client(house, trust, responder, transport=slow, clock=lambda: slow.now), enrolment)

    assert "not decided" in str(caught.error)
    assert sent(responder) == ["IR", "POLL_REQ", "POLL_REQ", "POLL_REQ"]


@pytest.mark.parametrize("profile", [CmpProfile.RFC4210, CmpProfile.PBMAC1], ids=lambda p: p.name)
def test_the_mac_of_a_proof_is_no_cheaper_to_try_codes_on_than_that_of_the_message(
    house, trust, responder, enrolment, profile
):
    issue(client(house, trust, responder, profile=profile), enrolment)

    (asked,) = CertReqMessages.load(responder.requests[0].body.content).messages
    mac = PBMParameter.read(asked.proof.signature.input.authentication.algorithm)
    assert mac.one_way_function.oid == oids.SHA256
    assert mac.mac.oid == oids.HMAC_SHA256
    assert mac.iterations == 10_000


def test_a_reissue_is_an_issue_under_another_reference(authority, enrolment, responder):
    authority.reissue(enrolment, password=TEST_PASSWORD, profile=CHEAPEST)

    assert sent(responder) == ["IR", "CERT_CONF"]


def test_an_additional_certificate_is_asked_for_with_the_one_there_is(
    authority, unlocked, responder
):
    authority.issue_additional(unlocked, password=TEST_PASSWORD, profile=CHEAPEST)

    assert sent(responder) == ["CR", "CERT_CONF"]


def test_a_certification_request_is_passed_on(authority, enrolment, responder):
    certificate = authority.certify(request_for_csr_key(), enrolment)

    assert certificate.public_key_info == shared_keys.key("csr", 2048, ring=1).public_key_info
    assert responder.confirmed[0].request_id == -1


def request_for_csr_key():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    key = shared_keys.key("csr", 2048, ring=1).private_key
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("verb", "options", "reason"),
    [
        ("revoke", {"reason": RevocationReason.KEY_COMPROMISE}, 1),
        ("revoke", {}, 0),
        ("suspend", {}, 6),
        ("resume", {}, 8),
    ],
)
def test_a_certificate_is_revoked_suspended_and_resumed_with_its_key(
    authority, unlocked, responder, verb, options, reason
):
    getattr(authority, verb)(unlocked, **options)

    assert responder.revoked == [(unlocked.certificate.serial_number, reason)]
    assert responder.requests[0].header.protection_algorithm.oid == oids.SHA256_WITH_RSA


def test_an_enrolment_stands_in_for_a_lost_key(authority, enrolment, responder, old):
    authority.revoke(old.certificate, enrolment=enrolment)

    assert responder.requests[0].header.protection_algorithm.oid == oids.PBM


def test_without_key_and_enrolment_nothing_is_asked(authority, responder, old):
    with pytest.raises(ValueError, match="enrolment"):
        authority.revoke(old.certificate)
    with pytest.raises(ValueError, match="suspend"):
        authority.revoke(old.certificate, reason=RevocationReason.CERTIFICATE_HOLD)

    assert not responder.requests


def test_announcements_are_asked_for(authority, enrolment, house):
    found = authority.announcements(enrolment, oids.CA_PROT_ENC_CERT)

    assert found == {oids.CA_PROT_ENC_CERT: house.certificate.der}


def test_where_no_certificate_is_known_the_authority_is_asked_what_to_encrypt_to(
    house, trust, responder, enrolment
):
    issue(client(house, trust, responder, certificate=None), enrolment)

    assert sent(responder) == ["GENM", "IR", "CERT_CONF"]
    assert responder.identity is not None


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (None, CertificateState.GOOD),
        ("keyCompromise", CertificateState.REVOKED),
        ("certificateHold", CertificateState.SUSPENDED),
    ],
)
def test_the_status_is_what_the_revocation_list_says(house, trust, responder, old, reason, state):
    number = old.certificate.serial_number
    revoked = [] if reason is None else [Revoked(number, NOW - DAY, reason)]
    url = old.certificate.crl_distribution_points[0]
    checker = RevocationSources(crls=[house.crl(revoked, at=NOW, url=url), house.root.crl(at=NOW)])

    found = client(house, trust, responder, checker=checker).status(old.certificate)

    assert found.state is state
    assert found.since == (None if reason is None else NOW - DAY)


def test_without_anybody_to_ask_the_status_cannot_be_told(authority, old):
    with pytest.raises(UnavailableError, match="revocation checker"):
        authority.status(old.certificate)


# The Korean profile.


@pytest.fixture
def korean(house, trust):
    responder = Responder(house, NOW, mac=MacKind.KOREAN)
    return client(house, trust, responder, profile=CmpProfile.KOREA), responder


def test_the_korean_profile_asks_first_and_confirms_without_a_hash(korean, enrolment):
    authority, responder = korean

    issue(authority, enrolment)

    assert sent(responder) == ["GENM", "IR", "PKICONF"]
    parameters = PBMParameter.read(responder.requests[1].header.protection_algorithm)
    assert parameters.salt == b"aaaaabbbbb"
    assert parameters.mac.oid == oids.DES_MAC
    assert all(message.header.version == 1 for message in responder.requests)


def test_the_korean_profile_proves_possession_over_a_mac_of_the_key(korean, enrolment):
    authority, responder = korean

    issue(authority, enrolment)

    (asked,) = CertReqMessages.load(responder.requests[1].body.content).messages
    mac = asked.proof.signature.input.authentication
    assert PBMParameter.read(mac.algorithm).mac.oid == oids.CRMF_HMAC_SHA1


def test_the_korean_profile_reissues_by_key_recovery(korean, enrolment):
    authority, responder = korean

    authority.reissue(enrolment, password=TEST_PASSWORD, profile=CHEAPEST)

    assert sent(responder) == ["GENM", "KRR", "PKICONF"]


def test_the_korean_profile_renews_with_a_signature(korean, unlocked):
    authority, responder = korean

    renew(authority, unlocked)

    assert sent(responder) == ["GENM", "KUR", "PKICONF"]
    algorithms = {one.header.protection_algorithm.oid for one in responder.requests}
    assert algorithms == {oids.SHA256_WITH_RSA}


def test_the_weak_korean_mac_is_refused_where_it_was_not_asked_for(authority, enrolment, responder):
    responder.mac = MacKind.KOREAN

    with clear_error(AuthorityError, canaries=[CODE]) as caught:
        issue(authority, enrolment)

    assert "wrong algorithm" in str(caught.error)


# The rules of renewal.


def renewable(house, ends):
    credential = house.issue(profile=CHEAPEST, not_before=ends - 365 * DAY, not_after=ends)
    return credential.unlock(TEST_PASSWORD)


def test_who_is_too_early_is_told_when_renewal_opens(authority, house, responder):
    with renewable(house, NOW + 60 * DAY) as unlocked, clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "too early" in str(caught.error)
    assert unlocked.certificate.renewal_window.opens.isoformat() in str(caught.error)
    assert not responder.requests


def test_who_is_too_late_is_told_to_have_a_new_one_issued(authority, house, responder):
    with renewable(house, NOW - DAY) as unlocked, clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "만료 후에는 갱신할 수 없습니다" in caught.error.message_ko
    assert not responder.requests


def test_a_renewal_that_loses_days_is_refused(authority, unlocked, responder):
    responder.term = timedelta(days=340)

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "days of the old one are lost" in str(caught.error)
    assert responder.confirmed[0].status.status == "rejection"


def test_a_renewal_for_another_subject_is_refused(authority, unlocked, responder, house):
    subject = house.certificate.subject.der
    responder.template = lambda template: evolve(template, subject=subject)

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "another subject" in str(caught.error)


def test_a_renewal_under_another_policy_is_refused(authority, unlocked, responder):
    responder.policy = "1.2.410.200005.1.1.1"

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "another policy" in str(caught.error)


def test_a_credential_whose_km_pair_is_locked_is_not_renewed_without_it(authority, old, responder):
    with (
        old.unlock(TEST_PASSWORD, key_management=False) as unlocked,
        pytest.raises(ValueError, match="key-management"),
    ):
        renew(authority, unlocked)

    assert not responder.requests


# Refusals and wrong answers.


def refusal(authority, enrolment, kind=AuthorityError):
    """The error of an issue; nothing secret may be in it."""
    kept = []
    with clear_error(kind, canaries=[CODE, TEST_PASSWORD, TEST_ID_NUMBER]) as caught:
        issue(authority, enrolment, keep=kept.append)
    assert not kept
    return caught.error


def test_a_refused_request_tells_status_and_failure(authority, enrolment, responder):
    answer = CertRepMessage((CertResponse(0, REJECTED),))
    responder.body = lambda body: PKIBody(BodyType.IP, answer.encode())

    error = refusal(authority, enrolment)

    assert error.status == "rejection"
    assert error.failure == ("badRequest",)
    assert "등록되지 않은 번호입니다" in str(error)
    assert sent(responder) == ["IR"]


def test_an_error_message_tells_status_and_failure(authority, enrolment, responder):
    content = ErrorMsgContent(REJECTED, 7, ("\x1b[31mdetails",)).encode()
    responder.body = lambda body: PKIBody(BodyType.ERROR, content)

    error = refusal(authority, enrolment)

    assert error.failure == ("badRequest",)
    assert "\x1b" not in str(error)


def test_text_of_an_error_without_protection_is_not_shown(authority, enrolment, responder):
    responder.body = lambda body: PKIBody(BodyType.ERROR, ErrorMsgContent(REJECTED).encode())
    responder.message = lambda message: evolve(message, protection=None)

    error = refusal(authority, enrolment)

    assert "without protection" in str(error)
    assert "등록되지" not in str(error)
    assert error.failure == ("badRequest",)


def foreign_header(**changes):
    return lambda header: evolve(header, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"transaction_id": bytes(16)}, "another transaction"),
        ({"transaction_id": None}, "another transaction"),
        ({"recipient_nonce": bytes(16)}, "stale"),
        ({"recipient_nonce": None}, "stale"),
        ({"message_time": NOW - timedelta(minutes=11)}, "clock"),
        ({"message_time": NOW + timedelta(minutes=11)}, "clock"),
    ],
    ids=["foreign transaction", "no transaction", "stale nonce", "no nonce", "old", "future"],
)
def test_an_answer_that_belongs_elsewhere_is_refused_by_name(
    authority, enrolment, responder, changes, reason
):
    responder.header = foreign_header(**changes)

    assert reason in str(refusal(authority, enrolment))


def test_a_clock_that_differs_a_little_is_borne(authority, enrolment, responder):
    responder.header = foreign_header(message_time=NOW + timedelta(minutes=9))
    responder.template = lambda template: evolve(template, not_before=NOW + timedelta(minutes=9))

    assert issue(authority, enrolment)


def test_a_replayed_answer_is_refused_by_name(authority, enrolment, responder):
    answers = []
    responder.octets = lambda octets: (answers.append(octets), octets)[1]
    issue(authority, enrolment)
    responder.octets = lambda octets: answers[0]

    assert "another transaction" in str(refusal(authority, enrolment))


def test_an_answer_replayed_within_its_transaction_is_refused_by_name(
    authority, enrolment, responder
):
    answers = []

    def first_again(octets):
        answers.append(octets)
        return answers[0]

    responder.octets = first_again

    with clear_error(AuthorityError) as caught:
        issue(authority, enrolment)

    assert "replayed" in str(caught.error)


def flipped(octets):
    return bytes((*octets[:-1], octets[-1] ^ 1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: evolve(m, protection=flipped(m.protection)), "altered"),
        (lambda m: evolve(m, protection=m.protection[:-1]), "altered"),
        (lambda m: evolve(m, protection=b""), "altered"),
        (lambda m: evolve(m, protection=None), "not protected"),
        (lambda m: evolve(m, header=evolve(m.header, version=3), parts=None), "altered"),
        (
            lambda m: evolve(m, header=evolve(m.header, protection_algorithm=None), parts=None),
            "not protected",
        ),
    ],
    ids=["flipped", "cut", "empty", "none", "another header", "no algorithm"],
)
def test_altered_protection_is_refused_by_name(authority, enrolment, responder, change, reason):
    responder.message = change

    assert reason in str(refusal(authority, enrolment))
    assert sent(responder) == ["IR"]


def with_parameters(salt=bytes(16), digest=oids.SHA256, rounds=1000, mac=oids.HMAC_SHA256):
    parameters = PBMParameter(salt, AlgorithmIdentifier(digest), rounds, AlgorithmIdentifier(mac))
    return AlgorithmIdentifier(oids.PBM, parameters.encode())


@pytest.mark.parametrize(
    "algorithm",
    [
        with_parameters(rounds=100_001),
        with_parameters(rounds=99),
        with_parameters(salt=bytes(257)),
        with_parameters(digest=oids.HAS160),
        with_parameters(mac="1.2.3"),
        AlgorithmIdentifier(oids.PBM),
        AlgorithmIdentifier("1.2.3.4"),
        AlgorithmIdentifier(oids.MD5_WITH_RSA, NULL_PARAMETERS),
        AlgorithmIdentifier(oids.SHA1_WITH_RSA, NULL_PARAMETERS),
    ],
    ids=["rounds", "few rounds", "salt", "hash", "mac", "no parameters", "unknown", "md5", "sha1"],
)
def test_a_wrong_algorithm_is_refused_by_name(authority, enrolment, responder, algorithm):
    responder.message = lambda message: evolve(
        message,
        header=evolve(message.header, protection_algorithm=algorithm),
        parts=None,
    )

    assert "wrong algorithm" in str(refusal(authority, enrolment))


def test_an_answer_to_a_signed_request_has_to_be_signed(authority, unlocked, responder):
    responder.header = foreign_header(protection_algorithm=with_parameters())

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "wrong algorithm" in str(caught.error)


def test_an_answer_signed_by_another_key_is_refused(authority, unlocked, responder):
    responder.signer = shared_keys.key("stranger", 2048)

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "altered" in str(caught.error)


@pytest.mark.parametrize("known", [True, False], ids=["known", "by its path"])
def test_an_answer_signed_by_a_subscriber_is_refused(house, trust, responder, unlocked, known):
    subscriber = house.issue(profile=CHEAPEST)
    with subscriber.unlock(TEST_PASSWORD) as signer:
        responder.message = lambda message: evolve(
            message,
            extra_certificates=(subscriber.certificate.der, house.certificate.der),
            protection=signer.sign(message.protected_part),
        )
        authority = client(
            house, trust, responder, certificate=house.certificate if known else None
        )
        with clear_error(AuthorityError) as caught:
            renew(authority, unlocked)

    assert "not by the authority" in str(caught.error)


def test_another_authority_under_the_same_root_is_not_the_one_that_was_asked(
    house, trust, unlocked
):
    stranger = Responder(FakeAuthority("KICA", at=NOW), NOW)

    with clear_error(AuthorityError) as caught:
        renew(client(house, trust, stranger, certificate=None), unlocked)

    assert "not by the authority" in str(caught.error)


def test_an_authority_of_another_root_is_not_believed(house, trust, unlocked):
    root = FakeRoot(common_name="Another Root")
    stranger = Responder(FakeAuthority("yessign", root=root, fresh_key=True, at=NOW), NOW)

    with clear_error(UntrustedIssuerError):
        renew(client(house, trust, stranger, certificate=None), unlocked)


def test_a_swapped_certificate_is_refused_by_name_and_rejected(authority, enrolment, responder):
    other = shared_keys.key("swapped", 2048).public_key_info
    responder.template = lambda template: evolve(template, public_key_info=other)

    assert "swapped" in str(refusal(authority, enrolment))
    assert responder.confirmed[0].status.status == "rejection"


def test_a_certificate_of_an_unknown_authority_is_rejected(house, responder, enrolment):
    authority = client(house, kcert.TrustStore(), responder)

    refusal(authority, enrolment, UntrustedIssuerError)

    assert responder.confirmed[0].status.status == "rejection"


def test_a_certificate_for_another_number_is_rejected(house, trust, responder):
    enrolment = Enrolment(REFERENCE, CODE, id_number="1234561234568")

    refusal(client(house, trust, responder), enrolment, IdentityMismatchError)

    assert responder.confirmed[0].status.status == "rejection"


def without_identity(template):
    others = [one for one in template.extensions if one.oid != "2.5.29.17"]
    return evolve(template, extensions=tuple(others))


def test_a_certificate_without_the_vid_that_was_asked_for_is_rejected(house, trust, responder):
    # Its authority is believed, and has left out what 본인확인 needs.
    responder.template = without_identity
    enrolment = Enrolment(REFERENCE, CODE, id_number=TEST_ID_NUMBER)

    error = refusal(client(house, trust, responder), enrolment)

    assert "without the VID" in str(error)
    assert responder.confirmed[0].status.status == "rejection"


def body_of(*responses):
    return lambda body: PKIBody(BodyType.IP, CertRepMessage(responses).encode())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (body_of(CertResponse(1, ACCEPTED, b"\x30\x00")), "other requests"),
        (body_of(CertResponse(0, ACCEPTED)), "brings no certificate"),
        (body_of(CertResponse(0, ACCEPTED, None, b"\x30\x00")), "brings no certificate"),
        (body_of(CertResponse(0, ACCEPTED, b"\x30\x00")), "malformed certificate"),
        (lambda body: PKIBody(BodyType.IP, encode.null()), "malformed body"),
        (lambda body: PKIBody(BodyType.KUP, body.content), "is KUP, where IP was expected"),
        (lambda body: PKIBody(BodyType.PKICONF, encode.null()), "is PKICONF"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(authority, enrolment, responder, change, reason):
    responder.body = change

    assert reason in str(refusal(authority, enrolment))


def test_a_truncated_answer_is_refused_by_name(authority, enrolment, responder):
    responder.octets = lambda octets: octets[:-1]

    error = refusal(authority, enrolment)

    assert "no CMP message" in str(error)
    assert isinstance(error.__cause__, FormatError)


def test_an_oversized_answer_is_refused_by_name(authority, enrolment, responder):
    responder.octets = lambda octets: octets + bytes(MAX_MESSAGE_SIZE)

    error = refusal(authority, enrolment)

    assert "more work" in str(error)
    assert isinstance(error.__cause__, LimitError)


def test_an_answer_about_another_certificate_is_refused(authority, unlocked, responder):
    other = RevRepContent((ACCEPTED,), (CertId(unlocked.certificate.issuer.der, 1),))
    responder.body = lambda body: PKIBody(BodyType.RP, other.encode())

    with clear_error(AuthorityError) as caught:
        authority.revoke(unlocked)

    assert "another certificate" in str(caught.error)


def test_a_refused_revocation_is_told(authority, unlocked, responder):
    responder.body = lambda body: PKIBody(BodyType.RP, RevRepContent((REJECTED,)).encode())

    with clear_error(AuthorityError) as caught:
        authority.revoke(unlocked)

    assert caught.error.failure == ("badRequest",)


def test_a_policy_that_cannot_be_read_is_a_wrong_answer(authority, unlocked, responder):
    def spoilt(template):
        extensions = template.without("2.5.29.32")
        return evolve(template, extensions=(*extensions, Extension("2.5.29.32", b"\x30\x01")))

    responder.template = spoilt

    with clear_error(AuthorityError) as caught:
        renew(authority, unlocked)

    assert "malformed certificate" in str(caught.error)
    assert responder.confirmed[0].status.status == "rejection"


# Answers differ in nonces and serial numbers, so the damage is drawn without looking at them.
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["flip", "drop", "repeat", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 255),
    ),
    min_size=1,
    max_size=3,
)


def damaged(octets, changes):
    for kind, place, number in changes:
        at = int(place * len(octets))
        head, tail = octets[:at], octets[at:]
        if kind == "flip" and tail:
            octets = head + bytes([tail[0] ^ number]) + tail[1:]
        elif kind == "drop":
            octets = head + tail[number:]
        elif kind == "repeat":
            octets = head + tail[:number] + tail
        elif kind == "cut":
            octets = head
    return octets


@given(CHANGES, st.booleans())
def test_a_damaged_answer_is_refused_or_the_damage_does_not_count(house, trust, changes, signs):
    responder = Responder(house, NOW)
    responder.signs = signs
    responder.only = BodyType.IR
    responder.octets = lambda octets: damaged(octets, changes)
    enrolment = Enrolment(REFERENCE, CODE)
    try:
        credential = issue(client(house, trust, responder), enrolment)
    except KcertError as error:
        assert_clear_error(error, (AuthorityError, TrustError), canaries=[CODE, TEST_PASSWORD])
    else:
        # Certificates beside the protected part may change.
        assert responder.confirmed[0].certificate_hash.hex() == credential.certificate.fingerprint()


def test_every_message_has_a_nonce_of_its_own_and_every_transaction_an_identifier(
    authority, enrolment, responder
):
    issue(authority, enrolment)
    issue(authority, enrolment)

    headers = [message.header for message in responder.requests]
    assert len({header.sender_nonce for header in headers}) == 4
    assert [header.transaction_id for header in headers[::2]] == [
        header.transaction_id for header in headers[1::2]
    ]
    assert headers[0].transaction_id != headers[2].transaction_id
    assert all(len(header.sender_nonce) == 16 for header in headers)


# Keeping and confirming.


def test_a_store_keeps_what_was_issued(authority, enrolment):
    store = kcert.open_store("memory:")

    credential = issue(authority, enrolment, keep=store.add)

    (entry,) = store.entries()
    assert entry.load().key == credential.key


def test_the_credential_is_kept_before_it_is_confirmed(authority, enrolment, responder):
    kept = []

    def keep(credential):
        assert responder.confirmed is None
        kept.append(credential)

    assert [issue(authority, enrolment, keep=keep)] == kept


def test_where_keeping_fails_the_certificate_is_rejected(authority, enrolment, responder):
    def keep(credential):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        issue(authority, enrolment, keep=keep)

    assert responder.confirmed[0].status.status == "rejection"


def test_where_keeping_fails_the_korean_profile_rejects_with_an_error(korean, enrolment):
    authority, responder = korean

    def keep(credential):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        issue(authority, enrolment, keep=keep)

    assert responder.confirmed.status == "rejection"


def test_that_keeping_failed_is_told_where_the_rejection_is_lost(authority, enrolment, responder):
    responder.confirm_again = UNAVAILABLE
    responder.lost = 9

    def keep(credential):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        issue(authority, enrolment, keep=keep)


def test_a_lost_answer_to_the_confirmation_is_asked_for_again(
    authority, enrolment, responder, slept
):
    responder.confirm_again = UNAVAILABLE
    responder.lost = 3

    assert issue(authority, enrolment)

    confirmations = [one.encode() for one in responder.requests[1:]]
    assert len(confirmations) == 4
    assert len(set(confirmations)) == 1
    assert slept == [1, 1, 1]


def test_a_confirmation_that_is_known_already_is_good(authority, enrolment, responder):
    responder.confirm_again = UNAVAILABLE
    responder.lost = 1
    known = PKIStatusInfo("rejection", failures=("certConfirmed",))
    first = []

    def answer(body):
        if body.type is BodyType.PKICONF and first:
            return PKIBody(BodyType.ERROR, ErrorMsgContent(known).encode())
        first.append(body) if body.type is BodyType.PKICONF else None
        return body

    responder.body = answer

    assert issue(authority, enrolment)


def test_that_a_confirmation_is_known_already_is_not_believed_without_protection(
    house, trust, enrolment, responder
):
    class Cut:
        """Whoever keeps confirmations back says that they have arrived."""

        confirmations = []  # noqa: RUF012 - one object

        def exchange(self, message):
            asked = PKIMessage.load(message)
            if asked.body.type is not BodyType.CERT_CONF:
                return responder.exchange(message)
            if not self.confirmations:
                self.confirmations.append(asked)
                raise UNAVAILABLE
            known = PKIStatusInfo("rejection", failures=("certConfirmed",))
            body = PKIBody(BodyType.ERROR, ErrorMsgContent(known).encode())
            header = evolve(asked.header, recipient_nonce=asked.header.sender_nonce)
            return PKIMessage(evolve(header, protection_algorithm=None), body).encode()

    with clear_error(AuthorityError) as caught:
        issue(client(house, trust, Cut()), enrolment)

    assert "without protection" in str(caught.error)
    assert responder.confirmed is None


def test_a_confirmation_that_stays_in_doubt_is_told_and_the_credential_is_kept(
    authority, enrolment, responder
):
    responder.confirm_again = UNAVAILABLE
    responder.lost = 9
    kept = []

    with clear_error(UnavailableError) as caught:
        issue(authority, enrolment, keep=kept.append)

    assert caught.error.retryable
    assert len(kept) == 1


def test_a_refused_confirmation_is_told(authority, enrolment, responder):
    responder.only = BodyType.CERT_CONF
    responder.body = lambda body: PKIBody(BodyType.ERROR, ErrorMsgContent(REJECTED).encode())

    with clear_error(AuthorityError) as caught:
        issue(authority, enrolment)

    assert caught.error.failure == ("badRequest",)


@pytest.mark.parametrize("verb", ["issue", "reissue", "renew", "issue_additional"])
def test_no_frame_of_a_failure_shows_a_password(house, trust, responder, unlocked, enrolment, verb):
    class Down:
        def exchange(self, message):
            raise UNAVAILABLE

    authority = client(house, trust, Down())
    subject = enrolment if "issue" in verb and verb != "issue_additional" else unlocked
    try:
        getattr(authority, verb)(subject, password=TEST_PASSWORD, profile=CHEAPEST)
    except UnavailableError as error:
        assert_clear_error(error, UnavailableError)
        frame = error.__traceback__.tb_next
        while frame is not None:
            shown = repr(frame.tb_frame.f_locals)
            assert TEST_PASSWORD not in shown
            assert CODE not in shown
            assert TEST_ID_NUMBER not in shown
            frame = frame.tb_next
    else:
        raise AssertionError("it did not fail")


def test_the_object_says_where_it_leads_and_nothing_else(trust):
    authority = CmpAuthority("http://127.0.0.1:1/pkix", trust=trust)

    assert repr(authority) == "<CmpAuthority <HttpTransport http://127.0.0.1:1/pkix>, RFC 4210>"


@pytest.mark.parametrize(
    "address", ["", "ftp://a/", "tcp://a", "127.0.0.1:80", "http://", "http://u:p@a/"]
)
def test_other_addresses_are_refused(trust, address):
    with pytest.raises(ValueError, match="address"):
        CmpAuthority(address, trust=trust)


def test_nobody_in_particular_is_asked_where_no_certificate_is_known(house, trust, responder):
    enrolment = Enrolment(REFERENCE, CODE)
    issue(client(house, trust, responder, certificate=None), enrolment)

    assert responder.requests[0].header.recipient == NULL_DN
    assert (
        not CertReqMessages.load(responder.requests[0].body.content).messages[0].registration_info
    )
    assert PKIMessage.load(responder.requests[0].encode())
