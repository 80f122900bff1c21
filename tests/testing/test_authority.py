# SPDX-License-Identifier: Apache-2.0
"""What `FakeAuthority` issues, asked through kcert's own front."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from kcert._asn1 import der
from kcert.certificate import CertificateKind, KeyUsage
from kcert.errors import IdentityMismatchError, KeyMismatchError, UnlockError
from kcert.keys.profiles import CHEAPEST, MODERN
from kcert.testing import (
    AUTHORITY_NAMES,
    TEST_ID_NUMBER,
    TEST_PASSWORD,
    FakeAuthority,
    FakeRoot,
    clear_error,
    name,
)
from kcert.testing.keypool import shared_keys

AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
JOINT = [code for code in AUTHORITY_NAMES if code != "GPKI"]


def verifies(certificate, issuer_key):
    reader = der.Reader(certificate.der, "certificate").sequence()
    tbs = reader.read_encoded()
    reader.skip()
    signature, _ = reader.bit_string()
    public_key = issuer_key.private_key.public_key()
    algorithm = getattr(hashes, certificate.signature_hash.upper())()
    public_key.verify(signature, tbs, PKCS1v15(), algorithm)


# The example of the manual


def test_one_line_makes_a_credential_that_opens_signs_and_proves_an_identity():
    credential = FakeAuthority("yessign").issue(
        "홍길동", policy="1.2.410.200005.1.1.4", password="비밀 번호", id_number="990230-1234567"
    )
    with credential.unlock("비밀 번호") as unlocked:
        unlocked.verify(unlocked.sign(b"data"), b"data")
        unlocked.verify_identity("9902301234567")
        with clear_error(IdentityMismatchError):
            unlocked.verify_identity("9902301234568")
    assert credential.certificate.holder_name == "홍길동"
    assert credential.certificate.policy.oid == "1.2.410.200005.1.1.4"


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_each_authority_is_recognised_by_what_it_issues(code):
    certificate = FakeAuthority(code).issue("홍길동").certificate
    assert certificate.authority.code == code
    assert certificate.holder_name == "홍길동"
    assert certificate.policy is not None
    assert certificate.policy.oid == certificate.policy_oids[0]
    expected = CertificateKind.GOVERNMENT if code == "GPKI" else CertificateKind.JOINT
    assert certificate.kind is expected


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_the_chain_agrees_by_name_identifier_serial_number_and_signature(code):
    authority = FakeAuthority(code)
    leaf = authority.issue().certificate
    ca, root = authority.certificate, authority.root.certificate
    assert leaf.issuer.der == ca.subject.der
    assert ca.issuer.der == root.subject.der == root.issuer.der
    for child, parent in ((leaf, ca), (ca, root)):
        identifier = child.authority_key_identifier
        assert identifier.key_identifier == parent.subject_key_identifier
        assert identifier.serial_number == parent.serial_number
        assert identifier.issuer == parent.issuer
    verifies(leaf, authority.key)
    verifies(ca, authority.root.key)
    verifies(root, authority.root.key)
    assert (root.is_ca, ca.is_ca, leaf.is_ca) == (True, True, False)
    assert (root.path_length, ca.path_length) == (None, 0)


def test_authorities_of_one_process_stand_under_one_root():
    roots = {FakeAuthority(code).root for code in JOINT}
    assert roots == {FakeRoot.default()}
    assert FakeAuthority("GPKI").root is FakeRoot.default(government=True)


def test_the_same_authority_is_asked_for_twice():
    first, second = FakeAuthority("KICA"), FakeAuthority("KICA")
    assert first.certificate == second.certificate
    serials = [authority.issue().certificate.serial_number for authority in (first, second) * 3]
    assert len(set(serials)) == 6


def test_another_root_means_other_keys_for_the_same_names():
    here, there = FakeAuthority(), FakeAuthority(root=FakeRoot())
    assert here.certificate.subject == there.certificate.subject
    assert here.key.key_identifier != there.key.key_identifier
    assert here.root.key.key_identifier != there.root.key.key_identifier


def test_two_roots_of_the_callers_have_different_keys():
    assert FakeRoot().key.key_identifier != FakeRoot().key.key_identifier


def test_names_of_authorities_say_that_they_are_for_tests():
    for code in AUTHORITY_NAMES:
        for certificate in FakeAuthority(code).ca_certificates:
            assert "kcert" in certificate.subject.common_name
            assert "Test" in certificate.subject.common_name


def test_no_address_in_a_certificate_leads_to_a_real_host():
    for code in AUTHORITY_NAMES:
        authority = FakeAuthority(code)
        for certificate in (*authority.ca_certificates, authority.issue().certificate):
            for url in (*certificate.crl_distribution_points, *certificate.ocsp_urls):
                assert url.split("/")[2].split(":")[0].endswith(".invalid")
            for url in certificate.der.split(b"http://")[1:]:
                assert b".invalid" in url[:40]


def test_an_authority_can_have_a_key_and_dates_of_its_own():
    end = datetime(2026, 1, 2, tzinfo=UTC)
    usual = FakeAuthority("KICA")
    other = FakeAuthority("KICA", fresh_key=True, not_after=end, common_name="signGATE Test CA9")
    assert other.key.key_identifier != usual.key.key_identifier
    assert other.certificate.validity.not_after == end
    assert other.certificate.subject.common_name == "signGATE Test CA9"
    assert other.issue().certificate.issuer == other.certificate.subject
    verifies(other.certificate, usual.root.key)


def test_an_unknown_authority_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(ValueError, match="yessign, SignKorea"):
        FakeAuthority("yesSign")


# Holders


@pytest.mark.parametrize(
    ("policy", "unit", "kind"),
    [
        ("1.2.410.200005.1.1.4", "personal4IB", CertificateKind.JOINT),
        ("1.2.410.200005.1.1.1.10", "personalF", CertificateKind.FINANCIAL),
        ("1.2.410.200005.1.1.6.8", "xUse4Esero", CertificateKind.JOINT),
        ("1.2.410.200005.1.1.8.12", "corporationF", CertificateKind.FINANCIAL),
    ],
)
def test_the_policy_decides_kind_and_unit_at_yessign(policy, unit, kind):
    certificate = FakeAuthority().issue(policy=policy).certificate
    assert certificate.kind is kind
    assert certificate.subject.get("OU")[0] == unit


def test_a_yessign_name_has_24_digits_with_bank_and_date_of_registration():
    certificate = (
        FakeAuthority(at=AT).issue("홍길동", english_name="KILDONG.HONG", bank="WOORI").certificate
    )
    common_name = certificate.subject.common_name
    head, digits = common_name.rsplit(")", 1)
    assert head == "홍길동(KILDONG.HONG"
    assert len(digits) == 24
    assert digits[:4] == "0020"
    assert digits[7:15] == "20261122"
    assert certificate.subject.get("OU") == ["personal4IB", "WOORI"]
    assert certificate.bank_code == "020"


def test_a_government_server_has_its_own_form_of_name():
    certificate = FakeAuthority("GPKI").issue(policy="1.2.410.100001.2.1.2").certificate
    assert certificate.subject.get("OU") == ["Group of Server"]
    assert certificate.subject.common_name.startswith("SVR")


def test_the_caller_can_give_each_part_of_the_name():
    certificate = (
        FakeAuthority("KICA")
        .issue(
            "(주)한국상사", organizational_unit="외부", bank="대한은행", common_name='한국상사,\n"+'
        )
        .certificate
    )
    assert certificate.subject.get("OU") == ["외부", "대한은행"]
    assert certificate.subject.common_name == '한국상사,\n"+'
    assert certificate.identity.real_name == "(주)한국상사"


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("홍길동", der.UTF8_STRING),
        ("홍길동", der.BMP_STRING),
        ("홍길동", der.TELETEX_STRING),
        ("Hong Gildong", der.PRINTABLE_STRING),
        ("홍길동", der.UNIVERSAL_STRING),
    ],
)
def test_names_in_every_string_type_can_be_made(value, tag):
    subject = name(("C", "KR"), ("O", "KICA"), ("CN", value, tag))
    certificate = FakeAuthority("KICA").issue(subject=subject).certificate
    assert certificate.subject.der == subject
    assert certificate.subject.common_name == value


# Dates

DATES = {
    "yessign": ("2026-11-21T15:00:00Z", "2027-11-22T14:59:59Z"),
    "KICA": ("2026-11-22T03:04:00Z", "2027-11-22T14:59:59Z"),
    "CrossCert": ("2026-11-22T03:04:00Z", "2027-11-22T14:59:59Z"),
    "TradeSign": ("2026-11-22T03:04:05Z", "2027-11-22T03:04:05Z"),
}


@pytest.mark.parametrize("code", DATES)
def test_dates_are_rounded_as_each_authority_does(code):
    validity = FakeAuthority(code, at=AT).issue().certificate.validity
    written = [moment.isoformat().replace("+00:00", "Z") for moment in dates_of(validity)]
    assert tuple(written) == DATES[code]


def dates_of(validity):
    return validity.not_before.astimezone(UTC), validity.not_after.astimezone(UTC)


def test_a_certificate_of_now_is_valid_now():
    for code in AUTHORITY_NAMES:
        authority = FakeAuthority(code)
        now = datetime.now(UTC)
        for certificate in (*authority.ca_certificates, authority.issue().certificate):
            assert certificate.validity.contains(now)


def test_a_financial_certificate_runs_three_years():
    validity = FakeAuthority(at=AT).issue(policy="1.2.410.200005.1.1.1.10").certificate.validity
    assert dates_of(validity)[1] == datetime(2029, 11, 22, 14, 59, 59, tzinfo=UTC)


def test_an_end_in_the_past_makes_an_expired_certificate():
    end = AT - timedelta(days=3)
    not_before, not_after = dates_of(FakeAuthority(at=AT).issue(not_after=end).certificate.validity)
    assert not_after == end
    assert timedelta(days=364) < not_after - not_before < timedelta(days=367)


def test_a_beginning_in_the_future_makes_one_that_is_not_valid_yet():
    begin = AT + timedelta(days=3)
    validity = FakeAuthority(at=AT).issue(not_before=begin, valid_days=10).certificate.validity
    assert not validity.contains(AT)
    assert dates_of(validity) == (begin, datetime(2026, 12, 5, 14, 59, 59, tzinfo=UTC))


def test_a_leap_day_is_followed_by_the_28th():
    leap = datetime(2028, 2, 29, 3, 0, tzinfo=UTC)
    validity = FakeAuthority("TradeSign", at=leap).issue().certificate.validity
    assert dates_of(validity)[1] == datetime(2029, 2, 28, 3, 0, tzinfo=UTC)


def test_naive_moments_and_two_ends_are_the_callers_mistake():
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - the mistake in question
    for wrong in ({"at": naive}, {"not_before": naive}, {"not_after": naive}):
        with pytest.raises(ValueError, match="time zone"):
            FakeAuthority().issue(**wrong)
    with pytest.raises(ValueError, match="not both"):
        FakeAuthority().issue(not_after=AT, valid_days=1)


# Identity and R


@pytest.mark.parametrize("null_parameters", [False, True])
@pytest.mark.parametrize("vid_hash", ["sha1", "sha256"])
def test_the_vid_is_the_published_double_hash(vid_hash, null_parameters):
    # Number, R and, for SHA-256, the result of a published test vector of KCAC.TS.SIVID.
    random = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")
    content = bytes.fromhex("3026130d31323334353631323334353637031500") + random
    certificate = (
        FakeAuthority()
        .issue(random=random, vid_hash=vid_hash, vid_null_parameters=null_parameters)
        .certificate
    )
    once = hashlib.new(vid_hash, content).digest()
    assert certificate.identity.vid.digest == hashlib.new(vid_hash, once).digest()
    if vid_hash == "sha256":
        assert certificate.identity.vid.digest.hex().startswith("17692c8dd00ead33")


def test_r_lies_in_the_key_and_is_new_each_time():
    found = []
    for _ in range(2):
        with FakeAuthority().issue().unlock(TEST_PASSWORD) as unlocked:
            found.append(unlocked.random.reveal())
    assert [len(random) for random in found] == [20, 20]
    assert found[0] != found[1]


def test_a_key_can_have_lost_its_r():
    with FakeAuthority().issue(without_random=True).unlock(TEST_PASSWORD) as unlocked:
        assert unlocked.random is None
        assert unlocked.certificate.identity.vid is not None


def test_a_certificate_can_be_without_vid():
    identity = FakeAuthority().issue("홍길동", without_vid=True).certificate.identity
    assert identity.real_name == "홍길동"
    assert identity.vid is None


# Pairs


@pytest.mark.parametrize("code", AUTHORITY_NAMES)
def test_the_km_pair_has_the_same_subject_and_dates_and_the_next_serial_number(code):
    credential = FakeAuthority(code).issue(km=True)
    sign, km = credential.certificate, credential.key_management.certificate
    assert km.subject.der == sign.subject.der
    assert km.validity == sign.validity
    assert km.serial_number == sign.serial_number + 1
    assert km.subject_key_identifier != sign.subject_key_identifier
    assert KeyUsage.KEY_ENCIPHERMENT in km.key_usage
    assert KeyUsage.DIGITAL_SIGNATURE not in km.key_usage
    assert KeyUsage.DIGITAL_SIGNATURE in sign.key_usage


def test_km_pairs_differ_as_the_real_ones_do():
    pairs = {code: FakeAuthority(code).issue(km=True) for code in ("KICA", "TradeSign")}
    assert pairs["KICA"].key_management.certificate.identity is not None
    assert pairs["TradeSign"].key_management.certificate.identity is None
    assert pairs["TradeSign"].certificate.policy_oids == ("1.2.410.200012.1.1.1",)
    assert pairs["TradeSign"].key_management.certificate.policy_oids == ("1.2.410.200012.1.1.2",)
    with pairs["KICA"].key_management.key.unlock(TEST_PASSWORD) as key:
        assert key.random is None
    with pairs["TradeSign"].key_management.key.unlock(TEST_PASSWORD) as key:
        assert len(key.random.reveal()) == 20


def test_both_keys_open_under_one_password_and_decrypt():
    with FakeAuthority().issue(km=True, password="x").unlock("x") as unlocked:
        km = unlocked.key_management
        public_key = km.certificate.public_key()
        assert km.decrypt(public_key.encrypt(b"content key", PKCS1v15())) == b"content key"


def test_a_credential_carries_its_chain_when_asked_for():
    authority = FakeAuthority()
    assert authority.issue().ca_certificates == ()
    assert authority.issue(chain=True).ca_certificates == authority.ca_certificates


def test_each_lock_profile_is_honoured():
    cheap = FakeAuthority().issue(profile=CHEAPEST).key
    assert cheap.iterations == 1
    modern = FakeAuthority().issue(profile=evolve(MODERN, iterations=1000)).key
    assert modern.iterations == 1000
    assert FakeAuthority().issue().key.scheme_oid == "1.2.410.200004.1.15"


def test_a_wrong_password_is_an_unlock_error():
    with clear_error(UnlockError, canaries=["not-the-password"]):
        FakeAuthority().issue().unlock("not-the-password")


# Keys


def test_neighbouring_credentials_have_different_keys():
    first, second = FakeAuthority().issue(), FakeAuthority().issue()
    swapped = evolve(first, key=second.key)
    with clear_error(KeyMismatchError):
        swapped.unlock(TEST_PASSWORD)


def test_a_fresh_key_is_nobody_elses():
    known = {FakeAuthority().issue().certificate.subject_key_identifier for _ in range(4)}
    fresh = FakeAuthority().issue(fresh_key=True, key_size=1024).certificate
    assert fresh.subject_key_identifier not in known
    assert fresh.key_size == 1024


def test_the_first_credential_costs_three_keys_and_the_next_ones_hardly_any(monkeypatch):
    made = []
    generate = type(shared_keys).fresh

    def counted(key_size):
        made.append(key_size)
        return generate(key_size)

    monkeypatch.setattr(type(shared_keys), "fresh", staticmethod(counted))
    # A size that no other test uses stands for a process of its own.
    root = FakeRoot(key_size=1088)
    authority = FakeAuthority(root=root, key_size=1088)
    authority.issue(key_size=1088)
    assert len(made) <= 3
    for _ in range(5):
        authority.issue(key_size=1088)
    assert len(made) <= 4


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_old_and_new_generations_can_be_made(digest):
    authority = FakeAuthority("CrossCert", root=FakeRoot(digest=digest), digest=digest)
    leaf = authority.issue(key_size=1024, vid_hash="sha1").certificate
    assert {item.signature_hash for item in (*authority.ca_certificates, leaf)} == {digest}
    verifies(leaf, authority.key)


def test_the_generation_of_2026_has_3072_bits():
    authority = FakeAuthority(root=FakeRoot(key_size=3072), key_size=3072)
    assert [item.key_size for item in authority.ca_certificates] == [3072, 3072]
    verifies(authority.issue().certificate, authority.key)


def test_threads_get_credentials_of_their_own():
    results = []
    authority = FakeAuthority()

    def work():
        results.extend(authority.issue(profile=CHEAPEST).certificate for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({certificate.serial_number for certificate in results}) == 40


def test_nothing_printed_names_the_holder_or_the_password():
    authority = FakeAuthority()
    credential = authority.issue("홍길동", password="kcert-canary")
    for item in (authority, authority.root, authority.key, credential):
        assert "홍길동" not in repr(item)
        assert "canary" not in repr(item)


# Wrong on purpose


def test_a_certificate_can_be_made_wrong_before_it_is_signed():
    def adjust(template):
        return evolve(template, version=1, extensions=(), serial_number=-5)

    certificate = FakeAuthority().issue(adjust=adjust).certificate
    assert certificate.extensions == ()
    assert certificate.serial_number == -5
    verifies(certificate, FakeAuthority().key)


def test_an_extension_can_be_left_out():
    def adjust(template):
        return evolve(template, extensions=template.without("2.5.29.15", "2.5.29.32"))

    certificate = FakeAuthority().issue(adjust=adjust).certificate
    assert certificate.key_usage is None
    assert certificate.policy_oids == ()
    assert certificate.kind is not None


def test_the_default_identity_number_proves_the_identity():
    with FakeAuthority().issue().unlock(TEST_PASSWORD) as unlocked:
        unlocked.verify_identity(TEST_ID_NUMBER)


def test_addresses_can_point_to_the_tests_own_server():
    authority = FakeAuthority(
        crl_url="http://127.0.0.1:8080/crl", ocsp_url="http://127.0.0.1:8080/ocsp"
    )
    certificate = authority.issue().certificate
    assert certificate.crl_distribution_points == ("http://127.0.0.1:8080/crl",)
    assert certificate.ocsp_urls == ("http://127.0.0.1:8080/ocsp",)
