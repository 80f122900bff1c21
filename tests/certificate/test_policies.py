# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest

from kcert.certificate import AUTHORITIES, POLICIES, Certainty, CertificateKind, Holder, Usage
from kcert.certificate.authorities import authority_of_issuer, authority_of_policy
from kcert.certificate.policies import classify, policy_of

YESSIGN = "1.2.410.200005.1.1"
SIGNKOREA = "1.2.410.200004.5.1.1"
KICA = "1.2.410.200004.5.2.1"
NCASIGN = "1.2.410.200004.5.3.1"
CROSSCERT = "1.2.410.200004.5.4.1"
INIPASS = "1.2.410.200004.5.5.1"
TRADESIGN = "1.2.410.200012"
GPKI = "1.2.410.100001.2"
EPKI = "1.2.410.100001.5.3.1"
PERSON, COMPANY, SERVER = Holder.INDIVIDUAL, Holder.CORPORATION, Holder.SERVER


@pytest.mark.parametrize(
    ("oid", "holder", "usage"),
    [
        (f"{YESSIGN}.1", PERSON, Usage.UNIVERSAL),
        (f"{YESSIGN}.2", COMPANY, Usage.BANKING),
        (f"{YESSIGN}.3", SERVER, Usage.SERVER),
        (f"{YESSIGN}.4", PERSON, Usage.BANKING),
        (f"{YESSIGN}.5", COMPANY, Usage.UNIVERSAL),
        (f"{YESSIGN}.6.1", COMPANY, Usage.BANKING),
        (f"{YESSIGN}.6.2", PERSON, Usage.CREDIT_CARD),
        (f"{YESSIGN}.6.8", COMPANY, Usage.TAX),
        (f"{SIGNKOREA}.5", PERSON, Usage.UNIVERSAL),
        (f"{SIGNKOREA}.7", COMPANY, Usage.UNIVERSAL),
        (f"{SIGNKOREA}.9", PERSON, Usage.SECURITIES),
        (f"{KICA}.1", COMPANY, Usage.UNIVERSAL),
        (f"{KICA}.2", PERSON, Usage.UNIVERSAL),
        (f"{KICA}.7.1", PERSON, Usage.BANKING),
        (f"{KICA}.7.2", PERSON, Usage.SECURITIES),
        (f"{KICA}.7.3", PERSON, Usage.CREDIT_CARD),
        (f"{NCASIGN}.9", PERSON, Usage.UNIVERSAL),
        (f"{CROSSCERT}.1", PERSON, Usage.UNIVERSAL),
        (f"{CROSSCERT}.2", COMPANY, Usage.UNIVERSAL),
        (f"{CROSSCERT}.101", PERSON, Usage.BANKING),
        (f"{CROSSCERT}.103", PERSON, Usage.CREDIT_CARD),
        (f"{INIPASS}.1", PERSON, Usage.UNIVERSAL),
        (f"{TRADESIGN}.1.1.1", PERSON, Usage.UNIVERSAL),
        (f"{TRADESIGN}.1.1.3", COMPANY, Usage.UNIVERSAL),
        (f"{TRADESIGN}.1.1.101", PERSON, Usage.BANKING),
        (f"{GPKI}.1.1", Holder.GOVERNMENT, Usage.OFFICIAL),
        (f"{GPKI}.1.2", SERVER, Usage.SERVER),
        (f"{GPKI}.2.1", PERSON, Usage.OFFICIAL),
        (f"{EPKI}.3", PERSON, Usage.OFFICIAL),
    ],
)
def test_the_common_policies_say_for_whom_and_what(oid, holder, usage):
    policy = POLICIES[oid]
    assert (policy.oid, policy.holder, policy.usage) == (oid, holder, usage)
    assert policy.certainty in Certainty


def test_the_whole_table_is_there():
    counts = {
        YESSIGN: 29,
        SIGNKOREA: 17,
        KICA: 16,
        NCASIGN: 9,
        CROSSCERT: 15,
        "1.2.410.200004.5.4.2": 2,
        INIPASS: 5,
        TRADESIGN: 25,
        GPKI: 10,
        EPKI: 5,
        "1.2.410.200006": 1,
        "1.2.410.400001": 1,
        "1.2.410.200004.2": 4,
    }
    found = {arc: sum(oid.startswith(f"{arc}.") for oid in POLICIES) for arc in counts}
    assert found == counts
    assert len(POLICIES) == sum(counts.values())


def test_every_row_is_complete():
    for oid, policy in POLICIES.items():
        assert re.fullmatch(r"1\.2\.410(\.\d+)+", oid)
        assert policy.name_ko
        assert policy.name_en.isascii()
        assert policy.usages
        assert len(set(policy.usages)) == len(policy.usages)
        if policy.kind is not CertificateKind.OTHER and policy.usage is not Usage.TEST:
            assert authority_of_policy(oid).kind in (policy.kind, CertificateKind.JOINT)


@pytest.mark.parametrize("suffix", ["1.10", "8.11", "8.12", "8.13", "6.10"])
def test_the_financial_policies_are_five(suffix):
    assert classify([f"{YESSIGN}.{suffix}"]) is CertificateKind.FINANCIAL
    financial = [one for one in POLICIES.values() if one.kind is CertificateKind.FINANCIAL]
    assert len(financial) == 5


@pytest.mark.parametrize(
    ("oid", "kind"),
    [
        (f"{YESSIGN}.4", CertificateKind.JOINT),
        (f"{YESSIGN}.999", CertificateKind.JOINT),
        ("1.2.410.200004.5.4.2.367", CertificateKind.JOINT),
        (f"{TRADESIGN}.5.1.1.171", CertificateKind.JOINT),
        (f"{GPKI}.2.1", CertificateKind.GOVERNMENT),
        (f"{GPKI}.9.9", CertificateKind.GOVERNMENT),
        (f"{EPKI}.9", CertificateKind.GOVERNMENT),
        ("1.2.410.200006.2.1", CertificateKind.GOVERNMENT),
        ("1.2.410.200004.2.1", CertificateKind.OTHER),
        ("1.2.410.200004.2.202", CertificateKind.JOINT),
        ("1.2.410.400001.1.2", CertificateKind.OTHER),
        ("1.2.410.2000051.1.1.4", CertificateKind.OTHER),
        ("2.5.29.32.0", CertificateKind.OTHER),
        # Rwanda reuses the Korean format of the VID; it is no Korean system.
        ("2.16.646.200001.1", CertificateKind.OTHER),
    ],
)
def test_a_certificate_is_classified_by_exact_policy_then_by_arc(oid, kind):
    assert classify([oid]) is kind


def test_the_first_known_policy_counts():
    assert classify([]) is CertificateKind.OTHER
    assert classify(["2.5.29.32.0", f"{YESSIGN}.1.10"]) is CertificateKind.FINANCIAL
    assert classify([f"{YESSIGN}.999", f"{GPKI}.2.1"]) is CertificateKind.GOVERNMENT
    assert policy_of(["1.2.3", f"{YESSIGN}.4", f"{YESSIGN}.5"]).oid == f"{YESSIGN}.4"
    assert policy_of([f"{YESSIGN}.999"]) is None


def test_a_relying_party_can_ask_for_individual_universal_or_banking():
    def accepts(oid):
        policy = POLICIES[oid]
        return policy.holder is PERSON and policy.allows(Usage.BANKING)

    assert accepts(f"{YESSIGN}.1")
    assert accepts(f"{YESSIGN}.4")
    assert accepts(f"{YESSIGN}.1.10")
    assert not accepts(f"{YESSIGN}.5")
    assert not accepts(f"{SIGNKOREA}.9")
    assert not accepts(f"{GPKI}.2.1")
    assert not accepts("1.2.410.200004.2.202")


def test_universal_is_not_a_servers_or_an_offices():
    universal = POLICIES[f"{YESSIGN}.1"]
    assert universal.allows(Usage.TAX)
    assert not universal.allows(Usage.SERVER)
    assert not universal.allows(Usage.OFFICIAL)


def test_disputed_rows_say_so():
    assert POLICIES[f"{CROSSCERT}.104"].certainty is Certainty.UNSURE
    assert POLICIES[f"{SIGNKOREA}.13"].certainty is Certainty.UNSURE
    assert POLICIES[f"{YESSIGN}.6.10"].certainty is Certainty.SINGLE
    assert POLICIES[f"{YESSIGN}.4"].certainty is Certainty.CONFIRMED


@pytest.mark.parametrize(
    ("organizations", "common_name", "code"),
    [
        (["yessign"], "yessignCA Class 4", "yessign"),
        (["YESSIGN"], None, "yessign"),
        (["SignKorea"], "SignKorea CA5", "SignKorea"),
        (["KICA"], "signGATE CA7", "KICA"),
        (["CrossCert"], "CrossCertCA5", "CrossCert"),
        (["TradeSign"], "TradeSignCA5", "TradeSign"),
        (["NCASIGN"], "NCASign CA", "NCASign"),
        (["INIPASS"], "INIPASS CA", "INIPASS"),
        (["KISA"], "KISA RootCA 4", "KISA"),
        (["Government of Korea"], "CA131100001", "GPKI"),
        (["Government of Korea"], "GPKIRootCA1", "GPKI"),
        (["Government of Korea"], "CA134040001", "EPKI"),
        (["Government of Korea"], "CA128000001", "SPO"),
        (["Government of Korea"], "CA129000001", "MND"),
        (["Government of Korea"], "CA130000001", "MMA"),
        (["Government of Korea"], "CA974000001", "SCOURT"),
    ],
)
def test_an_authority_is_known_by_its_name(organizations, common_name, code):
    assert authority_of_issuer(organizations, common_name).code == code


def test_a_stranger_is_no_authority():
    assert authority_of_issuer(["demosign"], "yessignCA Class 4") is None
    assert authority_of_issuer([], "CA134040001") is None
    assert authority_of_policy("1.2.3") is None


def test_authorities_are_told_apart():
    assert len({authority.code for authority in AUTHORITIES}) == len(AUTHORITIES)
    arcs = [arc for authority in AUTHORITIES for arc in authority.policy_arcs]
    assert len(set(arcs)) == len(arcs)
    assert {one.code for one in AUTHORITIES if one.closed} == {"NCASign", "INIPASS"}
    assert {folder for one in AUTHORITIES for folder in one.folders} == {
        "yessign", "SignKorea", "KICA", "CrossCert", "TradeSign", "NCASign", "INIPASS", "KISA",
    }  # fmt: skip
