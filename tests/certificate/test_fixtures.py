# SPDX-License-Identifier: Apache-2.0
"""Real certificates, fact by fact."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcert.certificate import (
    Certainty,
    Certificate,
    CertificateKind,
    Holder,
    JointCertificate,
    KeyUsage,
    Usage,
)

SIGNING = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION))


def load(shared_data, path):
    return Certificate.load((shared_data / path).read_bytes())


def test_the_yessign_test_certificate_states_its_facts(shared_data):
    cert = load(shared_data, "fixtures/yessign-test/signCert.der")
    assert type(cert) is JointCertificate
    assert cert.kind is CertificateKind.JOINT
    assert cert.version == 3
    assert cert.serial_number == 4562037
    assert cert.subject.common_name == "HKD(KILDONG.HONG)009104120200225191000030"
    assert cert.subject.get("OU") == ["personal4IB", "INITECH"]
    assert cert.subject.npki() == (
        "cn=HKD(KILDONG.HONG)009104120200225191000030,ou=INITECH,ou=personal4IB,o=yessign,c=kr"
    )
    assert cert.issuer.rfc4514() == "CN=yessignCA-Test Class 4,OU=AccreditedCA,O=yessign,C=kr"
    assert cert.holder_name == "HKD"
    assert cert.bank_code == "091"
    assert cert.registration_authority == "INITECH"
    assert cert.validity.not_before == datetime(2020, 2, 24, 15, 0, 0, tzinfo=UTC)
    assert cert.validity.not_after == datetime(2020, 3, 25, 14, 59, 59, tzinfo=UTC)
    assert cert.validity.last_day.isoformat() == "2020-03-25"
    assert cert.renewal_window.opens == datetime(2020, 2, 24, 15, 0, 0, tzinfo=UTC)
    assert cert.renewal_window.closes == cert.validity.not_after
    assert cert.policy_oids == ("1.2.410.200005.1.1.4",)
    assert cert.policy.name_ko == "은행/신용카드/보험용"
    assert cert.policy.holder is Holder.INDIVIDUAL
    assert cert.policy.usage is Usage.BANKING
    assert cert.policy.certainty is Certainty.CONFIRMED
    assert cert.authority.code == "yessign"
    assert cert.authority.name_ko == "금융결제원"
    assert cert.identity.real_name == "HKD"
    assert cert.identity.vid.hash_algorithm == "sha256"
    assert cert.identity.vid.hash_parameters is None
    assert cert.identity.vid.digest.hex() == (
        "8ad4f673412f825da4d1fb4d4216946bbc7f8194a0af01f86622ee23c7ee0de7"
    )
    assert cert.key_usage == SIGNING
    assert cert.extended_key_usage is None
    assert not cert.is_ca
    assert cert.path_length is None
    assert cert.subject_key_identifier.hex() == "a9ab98bd24851ecd625f1fdd790b54aa8c817ef6"
    key_identifier = cert.authority_key_identifier
    assert key_identifier.key_identifier.hex() == "6635ece8fdfedbb82a62a902b1e6dc875cdcf9c3"
    assert key_identifier.issuer.common_name == "Kisa Test RootCA 7"
    assert key_identifier.serial_number == 2
    (point,) = cert.crl_distribution_points
    assert point == (
        "ldap://snoopy.yessign.or.kr:6020/ou=dp18p395,ou=AccreditedCA,o=yessign,c=kr"
        "?certificateRevocationList"
    )
    assert cert.ocsp_urls == ("http://snoopy.yessign.or.kr:4612",)
    assert cert.ca_issuer_urls == ()
    assert (cert.key_type, cert.key_size) == ("RSA", 2048)
    assert cert.rsa_numbers[1] == 65537
    assert cert.signature_hash == "sha256"
    assert cert.signature_algorithm.name == "sha256WithRSAEncryption"
    assert cert.signature_algorithm == cert.tbs_signature_algorithm
    assert not cert.is_self_issued


def test_the_kica_test_pair_states_its_facts(shared_data):
    sign = load(shared_data, "fixtures/kica-test/ispSignCert.der")
    km = load(shared_data, "fixtures/kica-test/ispKmCert.der")
    assert (sign.serial_number, km.serial_number) == (12734, 12735)
    assert sign.subject == km.subject
    assert sign.validity == km.validity
    for cert in (sign, km):
        assert type(cert) is JointCertificate
        assert cert.holder_name == "KICA-UCPID-ISP(dev)"
        assert cert.subject.get("O") == ["KICA"]
        assert cert.issuer.common_name == "signGATE FTCA06"
        assert cert.registration_authority == "RA센터"
        assert cert.bank_code is None
        assert cert.authority.code == "KICA"
        assert cert.policy_oids == ("1.2.410.200004.2.202",)
        assert cert.policy.usage is Usage.TEST
        assert cert.identity.vid.hash_algorithm == "sha256"
    assert sign.identity.vid == km.identity.vid
    assert sign.key_usage == SIGNING
    assert km.key_usage == {KeyUsage.KEY_ENCIPHERMENT}


def test_a_made_up_authority_gives_a_plain_certificate(shared_data):
    cert = load(shared_data, "fixtures/pbes2-sha256/cert.der")
    assert type(cert) is Certificate
    assert cert.kind is CertificateKind.OTHER
    assert cert.key_size == 2048
    assert (cert.policy, cert.authority, cert.identity, cert.renewal_window) == (None,) * 4
    # Its CN is UTF-8 encoded twice, and is not repaired.
    assert cert.subject.common_name.encode("latin-1").decode().startswith("홍길동()")


# File, CN, serial number, key, first and last day (UTC), authority, SHA-256.
# fmt: off
AUTHORITIES = [
    ("GPKIRootCA1", "GPKIRootCA1", 1, 2048, "2011-08-03", "2031-08-03", "GPKI",
     "407c276bead2e4af0661ef6697341dec0a1f9434e4eafb2d3d32a90549d9de4a"),
    ("KISA-RootCA-1", "KISA RootCA 1", 4, 2048, "2005-08-24", "2025-08-24", "KISA",
     "6fdb3f76c8b801a75338d8a50a7c02879f6198b57e594d318d3832900fedcd79"),
    ("KISA-RootCA-4", "KISA RootCA 4", 1, 2048, "2010-07-12", "2030-07-12", "KISA",
     "a002ff556c601863b08b9aa33a8e6666e97e72bbe552f66eb9f2395c68c7bc98"),
    ("CrossCertCA5", "CrossCertCA5", 0x33954FC22D33D689, 3072, "2026-04-24", "2036-04-24", "KISA",
     "c0cab634561517fd69283614d7f3080a7fe4199307302cf5355d08bc5645df03"),
    ("SignKorea-CA5", "SignKorea CA5", 0x115FB855FB7E873D, 3072, "2026-04-24", "2036-04-24",
     "KISA", "ec833d168e2c0395df3f128cfa77aa51e50f72379aa43af6aff97400bec760b2"),
    ("TradeSignCA4", "TradeSignCA4", 0x1035, 2048, "2020-06-11", "2030-06-11", "KISA",
     "2a4724aacd47fe9646b98cf5f4bab57623e04e467ac9cba47e0f9b06098de8f0"),
    ("signGATE-CA7", "signGATE CA7", 0x6363E05D8B55C624, 3072, "2026-04-24", "2036-04-24", "KISA",
     "760fb5f74b51e8a4c8a7bdf6583be21067004043b0e0044badd7047d6686d904"),
    ("yessignCA-Class-3", "yessignCA Class 3", 0x1028, 2048, "2020-05-15", "2030-05-15", "KISA",
     "0a54ef7e5faa25c4ee250e4f86ccbbd1cf1f6f50f8bb396d1feacf9180dfaebf"),
    ("SignGATE-ECDSA-CA", "SignGATE ECDSA CA", 0x2712, 224, "2011-10-07", "2031-10-07", "KISA",
     "59ce208e31f471b73a4f72d51474e7bf27ff2bb049872cafd23375da9f236d58"),
]
# fmt: on


@pytest.mark.parametrize(
    ("file", "name", "serial", "bits", "first", "last", "authority", "fingerprint"),
    AUTHORITIES,
    ids=[row[0] for row in AUTHORITIES],
)
def test_an_authority_states_its_facts(
    shared_data, file, name, serial, bits, first, last, authority, fingerprint
):
    cert = load(shared_data, f"ca/{file}.der")
    assert type(cert) is Certificate
    assert cert.is_ca
    assert cert.subject.common_name == cert.holder_name == name
    assert cert.serial_number == serial
    assert cert.key_size == bits
    assert cert.validity.not_before.date().isoformat() == first
    assert cert.validity.not_after.date().isoformat() == last
    assert cert.authority.code == authority
    assert cert.fingerprint() == fingerprint
    assert cert.renewal_window is None
    assert cert.policy is None


def test_every_authority_certificate_loads_as_a_plain_certificate(shared_data):
    files = [
        path for path in (shared_data / "ca").glob("*.der") if not path.name.endswith("spki.der")
    ]
    assert len(files) == 44
    for path in files:
        cert = Certificate.load(path.read_bytes())
        assert type(cert) is Certificate, path.name
        assert cert.subject.get("C")[0].upper() == "KR"
        assert cert.is_self_issued == ("Root" in path.name)
        if not cert.is_self_issued and "KISA RootCA Dev" not in cert.issuer.common_name:
            assert cert.identity is None or cert.identity.vid is None


def test_a_responder_is_the_authoritys_own(shared_data):
    cert = load(shared_data, "ca/TradeSignOCSP4.der")
    assert not cert.is_ca
    assert cert.policy.holder is Holder.AUTHORITY
    assert cert.identity.real_name == "한국무역정보통신"
    assert cert.holder_name == "TradeSignOCSP4"


def test_country_in_either_case_is_the_same_name(shared_data):
    child = load(shared_data, "fixtures/yessign-test/signCert.der")
    parent = load(shared_data, "ca/yessignCA-Test-Class-4.der")
    assert child.issuer.matches(parent.subject)
    class_3 = load(shared_data, "ca/yessignCA-Class-3.der").subject
    class_4 = load(shared_data, "ca/yessignCA-Class-4.der").subject
    assert (class_3.get("C"), class_4.get("C")) == (["kr"], ["KR"])
    assert not class_3.matches(class_4)
