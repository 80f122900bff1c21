# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import json
import pickle
import string
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import kcert
from kcert import npki
from kcert._asn1 import encode
from kcert.inspection import CODES, Finding, Severity
from kcert.keys.profiles import CHEAPEST, MODERN, NPKI
from kcert.testing import TEST_PASSWORD, Extension, FakeAuthority, clear_error
from kcert.testing.strategies import locked_credentials, moments

AT = datetime(2026, 5, 1, tzinfo=UTC)
CHEAP_MODERN = attrs.evolve(MODERN, name="cheap", iterations=1000)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign", at=AT)


def codes(subject, at=AT):
    return [finding.code for finding in kcert.inspect(subject, at).findings]


def finding(subject, code, at=AT):
    [found] = [one for one in kcert.inspect(subject, at).findings if one.code == code]
    return found


def replaced(extension):
    """An `adjust` that puts an extension in the place of the one of the same type."""

    def adjust(template):
        kept = [one for one in template.extensions if one.oid != extension.oid]
        return attrs.evolve(template, extensions=(*kept, extension))

    return adjust


def without(oid):
    def adjust(template):
        kept = [one for one in template.extensions if one.oid != oid]
        return attrs.evolve(template, extensions=tuple(kept))

    return adjust


# Time


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (timedelta(microseconds=-1), "not-yet-valid"),
        (timedelta(0), None),
        (timedelta(days=100), None),
    ],
)
def test_before_its_first_moment_it_is_not_yet_valid(authority, delta, expected):
    credential = authority.issue(profile=CHEAPEST)
    start = credential.certificate.validity.not_before
    found = codes(credential, start + delta)

    assert ("not-yet-valid" in found) == (expected is not None)


@pytest.mark.parametrize(
    ("before_end", "expected"),
    [
        (timedelta(days=40), set()),
        (timedelta(days=29), {"renewal-window"}),
        (timedelta(0), {"renewal-window"}),
        (timedelta(microseconds=-1), {"expired"}),
        (timedelta(days=-4000), {"expired"}),
    ],
)
def test_towards_its_end_it_can_be_renewed_and_then_is_expired(authority, before_end, expected):
    credential = authority.issue(profile=CHEAPEST)
    end = credential.certificate.validity.not_after
    found = set(codes(credential, end - before_end))

    assert found & {"renewal-window", "expired", "expiring-soon"} == expected


def test_a_certificate_that_cannot_be_renewed_expires_soon():
    credential = FakeAuthority("GPKI", at=AT).issue(profile=CHEAPEST)
    end = credential.certificate.validity.not_after

    assert "expiring-soon" in codes(credential, end - timedelta(days=30))
    assert "expiring-soon" not in codes(credential, end - timedelta(days=31))


def test_days_are_facts_and_are_told_in_korean_time(authority):
    credential = authority.issue(
        profile=CHEAPEST, not_after=datetime(2026, 5, 20, 14, 59, 59, tzinfo=UTC)
    )
    found = finding(credential, "renewal-window")

    assert found.facts["days_left"] == 19
    assert found.facts["not_after"] == datetime(2026, 5, 20, 14, 59, 59, tzinfo=UTC)
    assert "2026-05-20 23:59:59 KST" in found.message
    assert "19일 남음" in found.message_ko


def test_the_moment_is_an_argument_and_aware(authority):
    credential = authority.issue(profile=CHEAPEST)

    assert kcert.inspect(credential, AT.astimezone(timezone(timedelta(hours=9)))).at == AT
    assert abs(kcert.inspect(credential).at - datetime.now(UTC)) < timedelta(minutes=5)
    with pytest.raises(ValueError, match="aware"):
        kcert.inspect(credential, datetime(2026, 5, 1))  # noqa: DTZ001 - the mistake itself
    with pytest.raises(TypeError):
        kcert.inspect(credential, "2026-05-01")
    with pytest.raises(TypeError):
        kcert.inspect("signCert.der", AT)


# Algorithms


def test_a_small_key_is_weak(authority):
    credential = authority.issue(profile=CHEAPEST, key_size=1024)

    assert finding(credential, "weak-key").facts == {
        "key_type": "RSA",
        "key_size": 1024,
        "minimum": 2048,
    }
    assert "weak-key" not in codes(authority.issue(profile=CHEAPEST))


def test_a_signature_over_sha1_is_weak():
    credential = FakeAuthority("yessign", at=AT, digest="sha1").issue(profile=CHEAPEST)

    assert finding(credential, "weak-digest").facts == {"digest": "sha1"}


def test_a_root_may_say_of_itself_what_it_likes(shared_data):
    root = kcert.Certificate.load((shared_data / "ca" / "KISA-RootCA-1.der").read_bytes())

    assert root.is_self_issued
    assert "weak-digest" not in codes(root)


# Locks


def test_a_lock_weaker_than_today_is_noted(authority):
    assert "weak-lock" in codes(authority.issue(profile=NPKI))
    assert "weak-lock" in codes(authority.issue(profile=CHEAP_MODERN))
    assert "low-iterations" not in codes(authority.issue(profile=NPKI))


def test_a_lock_of_few_rounds_is_warned_of(authority):
    found = finding(authority.issue(profile=CHEAPEST), "low-iterations")

    assert found.severity is Severity.WARNING
    assert found.facts == {"pair": "signing", "iterations": 1, "minimum": 1000}
    assert found.message_ko.startswith("서명용 키")


def test_both_locks_are_looked_at(authority):
    credential = authority.issue(profile=CHEAPEST, km=True)
    pairs = [
        one.facts["pair"]
        for one in kcert.inspect(credential, AT).findings
        if one.code == "low-iterations"
    ]

    assert pairs == ["signing", "key-management"]


def test_a_strong_lock_is_not_mentioned(authority):
    credential = authority.issue(profile=CHEAPEST)
    with credential.unlock(TEST_PASSWORD) as unlocked:
        strong = unlocked.lock("x", profile=MODERN)

    assert not {"weak-lock", "low-iterations"} & set(codes(strong))


def test_a_lock_that_kcert_does_not_have_is_named(authority):
    credential = authority.issue(profile=CHEAPEST)
    strange = credential.key.der.replace(
        bytes.fromhex("06082a831a8c9a44010f"), bytes.fromhex("06082a831a8c9a440163"), 1
    )
    credential = attrs.evolve(credential, key=kcert.EncryptedKey.load(strange))

    assert finding(credential, "unsupported-lock").facts["scheme"] == "1.2.410.200004.1.99"
    assert "weak-lock" not in codes(credential)


# What it is for


def test_an_authority_is_no_leaf(authority):
    credential = authority.issue(profile=CHEAPEST)
    offered = kcert.Credential(certificate=authority.certificate, key=credential.key)

    assert "ca-certificate" in codes(offered)
    assert "no-signing-usage" in codes(offered)
    assert "ca-certificate" not in codes(authority.certificate)


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (b"\x03\x02\x06\xc0", set()),
        (b"\x03\x02\x07\x80", {"no-non-repudiation"}),
        (b"\x03\x02\x06\x40", set()),
        (b"\x03\x02\x05\x20", {"no-signing-usage"}),
        (b"\x03\x01\x00", {"no-signing-usage"}),
    ],
)
def test_key_usage_must_allow_signing(authority, bits, expected):
    credential = authority.issue(
        profile=CHEAPEST, adjust=replaced(Extension("2.5.29.15", bits, critical=True))
    )
    wanted = {"no-key-usage", "no-signing-usage", "no-non-repudiation"}

    assert set(codes(credential)) & wanted == expected


def test_a_certificate_without_key_usage_is_noted(authority):
    credential = authority.issue(profile=CHEAPEST, adjust=without("2.5.29.15"))
    wanted = {"no-key-usage", "no-signing-usage", "no-non-repudiation"}

    assert set(codes(credential)) & wanted == {"no-key-usage"}


def test_a_certificate_alone_is_not_asked_to_sign(authority):
    pair = authority.issue(profile=CHEAPEST, km=True).key_management

    assert "no-signing-usage" not in codes(pair.certificate)


def test_a_critical_extension_that_nobody_knows_is_an_error(authority):
    strange = Extension("1.2.3.4.5", b"\x05\x00", critical=True)
    harmless = Extension("1.2.3.4.5", b"\x05\x00", critical=False)

    credential = authority.issue(profile=CHEAPEST, adjust=replaced(strange))
    assert finding(credential, "unknown-critical-extension").facts == {"oid": "1.2.3.4.5"}
    credential = authority.issue(profile=CHEAPEST, adjust=replaced(harmless))
    assert "unknown-critical-extension" not in codes(credential)


# Policy, authority, identity


def test_a_policy_outside_the_table_is_warned_of(authority):
    credential = authority.issue(profile=CHEAPEST, policy="1.2.410.200005.1.1.99")

    assert finding(credential, "unknown-policy").facts == {"oids": ["1.2.410.200005.1.1.99"]}


def test_a_certificate_without_policy_is_noted(authority):
    assert "no-policy" in codes(authority.issue(profile=CHEAPEST, adjust=without("2.5.29.32")))


def test_a_policy_of_weak_source_is_noted(authority):
    credential = authority.issue(profile=CHEAPEST, policy="1.2.410.200005.1.1.4.4")

    assert finding(credential, "uncertain-policy").facts == {
        "oid": "1.2.410.200005.1.1.4.4",
        "certainty": "single",
    }
    assert "uncertain-policy" not in codes(authority.issue(profile=CHEAPEST))


def test_what_a_test_authority_issued_is_told(authority, shared_data):
    assert "test-authority" in codes(authority.issue(profile=CHEAPEST))
    real = kcert.Certificate.load((shared_data / "ca" / "yessignCA-Class-4.der").read_bytes())
    assert "test-authority" not in codes(real)


def test_a_certificate_without_vid_is_noted(authority):
    assert "no-vid" in codes(authority.issue(profile=CHEAPEST, without_vid=True))
    assert "no-vid" in codes(authority.issue(profile=CHEAPEST, adjust=without("2.5.29.17")))
    assert "no-vid" not in codes(authority.issue(profile=CHEAPEST))
    assert "no-vid" not in codes(authority.certificate)


@pytest.mark.parametrize("oid", ["2.5.29.15", "2.5.29.17", "2.5.29.32", "2.5.29.19", "2.5.29.35"])
def test_a_malformed_extension_is_an_error_and_stops_nothing(authority, oid):
    credential = authority.issue(
        profile=CHEAPEST,
        chain=True,
        not_after=AT - timedelta(days=1),
        adjust=replaced(Extension(oid, b"\x30\x05\x00", critical=False)),
    )
    found = codes(credential)

    assert found.count("malformed-part") == 1
    assert {"expired", "low-iterations", "no-km-pair"} <= set(found)


# The pair and the chain


def test_a_credential_without_km_pair_is_noted(authority):
    assert "no-km-pair" in codes(authority.issue(profile=CHEAPEST))
    assert "no-km-pair" not in codes(authority.issue(profile=CHEAPEST, km=True))


def test_a_km_pair_of_somebody_else_is_warned_of(authority):
    mine = authority.issue(profile=CHEAPEST)
    other = FakeAuthority("KICA", at=AT).issue("홍길순", profile=CHEAPEST, km=True, valid_days=100)
    mixed = attrs.evolve(mine, key_management=other.key_management)
    found = finding(mixed, "km-mismatch")

    assert found.facts == {"fields": ["subject", "issuer", "validity"]}
    assert "홍길순" not in found.message + found.message_ko


def test_a_km_pair_that_belongs_is_not_mentioned(authority):
    assert not {"km-mismatch", "no-encryption-usage"} & set(
        codes(authority.issue(profile=CHEAPEST, km=True))
    )


def test_a_km_certificate_that_cannot_encrypt_is_warned_of(authority):
    credential = authority.issue(profile=CHEAPEST)
    signing_pair = kcert.KeyPair(credential.certificate, credential.key)

    assert "no-encryption-usage" in codes(attrs.evolve(credential, key_management=signing_pair))


def test_what_a_format_left_out_is_told(authority):
    files = npki.dump(authority.issue(profile=CHEAPEST, km=True, chain=True))
    loaded = npki.load(files | {"kmPri.key": b"", "CaPubs": b"\x30"})
    found = [one for one in kcert.inspect(loaded, AT).findings if one.code == "damaged-part"]

    assert ["kmPri.key" in found[0].message, "CaPubs" in found[1].message] == [True, True]
    assert found[0].facts["error"] == "format"


@pytest.mark.parametrize("order", [1, -1])
def test_a_whole_chain_is_not_mentioned(authority, order):
    credential = authority.issue(profile=CHEAPEST)
    chain = authority.ca_certificates[::order]

    assert "incomplete-chain" not in codes(attrs.evolve(credential, ca_certificates=chain))
    assert "incomplete-chain" not in codes(credential)


def test_a_chain_with_a_gap_is_warned_of(authority):
    credential = authority.issue(profile=CHEAPEST)
    stranger = FakeAuthority("KICA", at=AT)

    for chain, links in [
        ((authority.certificate,), 1),
        ((authority.root.certificate,), 0),
        ((stranger.certificate, stranger.root.certificate), 0),
        ((credential.certificate,), 0),
    ]:
        found = finding(attrs.evolve(credential, ca_certificates=chain), "incomplete-chain")
        assert found.facts == {"links": links}


# The report


def test_the_worst_comes_first(authority):
    report = kcert.inspect(authority.issue(profile=CHEAPEST, key_size=1024), AT + timedelta(5000))
    severities = [list(Severity).index(one.severity) for one in report.findings]

    assert severities == sorted(severities)
    assert [one.code for one in report.errors] == ["expired", "weak-key"]
    assert all(one.severity is Severity.WARNING for one in report.warnings)


def test_a_report_without_errors_is_ok(authority):
    report = kcert.inspect(authority.issue(profile=CHEAPEST), AT + timedelta(1))

    assert report.ok
    assert report.errors == ()
    report.raise_for_problems()


def test_a_report_with_errors_raises_for_them(authority):
    report = kcert.inspect(authority.issue(profile=CHEAPEST), AT + timedelta(5000))

    assert not report.ok
    with clear_error(kcert.CertificateProblem) as caught:
        report.raise_for_problems()
    assert caught.error.findings == report.errors
    assert "expired" in str(caught.error)
    again = pickle.loads(pickle.dumps(caught.error))
    assert again.findings == report.errors


def test_a_report_is_json_without_names_unless_asked(authority):
    report = kcert.inspect(authority.issue("홍길동", profile=CHEAPEST, km=True), AT)
    plain, named = report.to_dict(), report.to_dict(names=True)

    assert "홍길동" not in json.dumps(plain, ensure_ascii=False) + repr(report)
    assert named["certificate"]["holder_name"] == "홍길동"
    assert "CN=홍길동" in named["certificate"]["subject"]
    assert plain["certificate"]["policy"] == "1.2.410.200005.1.1.4"
    assert plain["at"] == "2026-05-01T00:00:00+00:00"
    assert json.loads(json.dumps(named)) == named


def test_reports_compare_copy_and_pickle(authority):
    credential = authority.issue(profile=CHEAPEST)
    report = kcert.inspect(credential, AT)

    assert report == kcert.inspect(credential, AT)
    assert pickle.loads(pickle.dumps(report)) == report == copy.deepcopy(report)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        report.findings = ()


def test_the_certificate_of_a_report_is_the_signing_one(authority):
    credential = authority.issue(profile=CHEAPEST, km=True)

    assert kcert.inspect(credential, AT).certificate is credential.certificate
    assert kcert.inspect(credential.certificate, AT).certificate is credential.certificate


# The table of codes


@pytest.mark.parametrize("row", CODES.values(), ids=CODES)
def test_every_code_speaks_both_languages_about_the_same_facts(row):
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert row.code == row.code.lower().strip("-")
    assert any("가" <= letter <= "힣" for letter in row.message_ko)
    english, korean = fields(row.message), fields(row.message_ko)
    assert {name.removesuffix("_ko") for name in korean} <= english | {"reason"}


def test_a_finding_has_the_severity_of_its_code():
    assert Finding.of("expired", not_after=AT).severity is Severity.ERROR


def test_moments_at_the_end_of_the_calendar_can_be_told():
    last = datetime.max.replace(tzinfo=UTC)

    assert Finding.of("expired", not_after=last).message


# Published and arbitrary certificates


def test_the_published_pairs_are_judged(shared_data):
    fixtures = shared_data / "fixtures"
    during = datetime(2020, 3, 1, tzinfo=UTC)

    yessign = kcert.load(fixtures / "yessign-test")
    assert codes(yessign, during) == ["renewal-window", "test-authority", "weak-lock", "no-km-pair"]
    demo = kcert.load(fixtures / "pbes2-sha256" / "cert.der")
    assert {"no-policy", "no-vid"} <= set(codes(demo, during))


def test_every_authority_certificate_is_judged(shared_data):
    for path in sorted((shared_data / "ca").glob("*.der")):
        if "recovered-spki" not in path.name:
            report = kcert.inspect(kcert.Certificate.load(path.read_bytes()), AT)
            assert "malformed-part" not in {one.code for one in report.findings}, path.name


@given(locked_credentials(), moments())
@hypothesis_settings(max_examples=30)
def test_any_credential_is_judged_at_any_moment(credential, at):
    report = kcert.inspect(credential, at)

    assert json.dumps(report.to_dict())
    assert len({one.code for one in report.findings} & {"expired", "not-yet-valid"}) <= 1


@given(
    st.sampled_from(["2.5.29.15", "2.5.29.17", "2.5.29.32", "2.5.29.14"]), st.binary(max_size=40)
)
@hypothesis_settings(max_examples=60)
def test_any_extension_value_is_judged(authority, oid, value):
    credential = authority.issue(
        profile=CHEAPEST, adjust=replaced(Extension(oid, value, critical=False))
    )

    assert json.dumps(kcert.inspect(credential, AT).to_dict())


def test_a_malformed_public_key_is_an_error_of_the_report(authority):
    broken = encode.sequence(
        encode.sequence(encode.oid("1.2.840.113549.1.1.1"), encode.null()), encode.bit_string(b"")
    )
    credential = authority.issue(
        profile=CHEAPEST, adjust=lambda template: attrs.evolve(template, public_key_info=broken)
    )

    assert "malformed-part" in codes(credential)
