# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import copy
import hashlib
import pickle
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kcert.certificate import (
    Certificate,
    CertificateKind,
    FinancialCertificate,
    GovernmentCertificate,
    JointCertificate,
    KeyUsage,
)
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError

BANKING = "1.2.410.200005.1.1.4"
FINANCIAL = "1.2.410.200005.1.1.1.10"
OFFICER = "1.2.410.100001.2.2.1"
CA = ("2.5.29.19", b"\x30\x03\x01\x01\xff")


@pytest.mark.parametrize(
    ("policy", "cls"),
    [
        (BANKING, JointCertificate),
        ("1.2.410.200005.1.1.4321", JointCertificate),
        (FINANCIAL, FinancialCertificate),
        (OFFICER, GovernmentCertificate),
        ("1.2.410.100001.5.3.1.3", GovernmentCertificate),
        ("1.2.3.4", Certificate),
        (None, Certificate),
    ],
)
def test_the_class_follows_from_the_policy(build, policy, cls):
    der = build.certificate(policy=policy)
    cert = Certificate.load(der)
    assert type(cert) is cls
    assert cert.kind is cls.kind
    assert type(cls.load(der)) is cls


def test_an_authority_stays_plain_whatever_its_policy(build):
    for order in (1, -1):
        policies = build.encode.sequence(build.encode.sequence(build.encode.oid(BANKING)))
        extensions = [build.extension(*CA), build.extension("2.5.29.32", policies)][::order]
        cert = Certificate.load(build.certificate(extensions=tuple(extensions)))
        assert type(cert) is Certificate
        assert cert.is_ca
        assert cert.renewal_window is None


def test_a_subclass_loads_only_its_own_kind(build):
    with pytest.raises(FormatError, match="financial certificate, not a joint"):
        JointCertificate.load(build.certificate(policy=FINANCIAL))


def test_only_holders_of_joint_and_financial_certificates_can_renew(build):
    windows = {
        policy: Certificate.load(build.certificate(policy=policy)).renewal_window
        for policy in (BANKING, FINANCIAL, OFFICER, None)
    }
    assert windows[OFFICER] is None
    assert windows[None] is None
    assert windows[BANKING] == windows[FINANCIAL]
    assert windows[BANKING].opens == datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


def test_an_officer_is_named_without_digits(build):
    subject = build.name(
        ("C", "KR"), ("O", "Government of Korea"), ("OU", "people"), ("CN", "123홍길동456")
    )
    cert = Certificate.load(build.certificate(policy=OFFICER, subject=subject))
    assert cert.holder_name == "홍길동"
    assert cert.registration_authority is None


def test_the_issuers_name_tells_the_authority_before_the_policy(build):
    issuer = build.name(("C", "KR"), ("O", "Government of Korea"), ("CN", "CA134040001"))
    assert Certificate.load(build.certificate(issuer=issuer)).authority.code == "EPKI"
    assert Certificate.load(build.certificate(policy=BANKING)).authority.code == "yessign"
    assert (
        Certificate.load(build.certificate(policy=BANKING, issuer=issuer)).authority.code == "EPKI"
    )
    assert Certificate.load(build.certificate()).authority is None


def test_der_pem_and_base64_give_the_same_certificate(build):
    der = build.certificate(policy=BANKING)
    cert = Certificate.load(der)
    pem = cert.to_pem()
    packed = base64.b64encode(der)
    forms = [der, bytearray(der), memoryview(der), pem, pem.encode(), packed, packed.decode()]
    forms += [
        base64.encodebytes(der),
        "subject=홍길동\n" + pem,
        b"\xef\xbb\xbf" + pem.encode(),
        pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        pem + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ]
    for form in forms:
        assert Certificate.load(form) == cert


@pytest.mark.parametrize(
    "data",
    [
        b"",
        "",
        b" \n",
        b"\0",
        b"0",
        "0",
        "홍길동",
        "\ud800",
        b"\x30\x80",
        b"-----BEGIN CERTIFICATE-----",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_certificate_is_a_format_error(data):
    with pytest.raises(FormatError):
        Certificate.load(data)


def test_two_certificates_in_one_pem_are_not_one(build):
    pem = Certificate.load(build.certificate()).to_pem()
    with pytest.raises(FormatError, match="2 certificates"):
        Certificate.load(pem * 2)


@pytest.mark.parametrize("data", [None, 5, ["a"]])
def test_another_type_is_a_type_error(data):
    with pytest.raises(TypeError):
        Certificate.load(data)


@pytest.mark.parametrize("data", [b"\x30" * ((1 << 20) + 1), "A" * (1 << 22), b"-" * (1 << 22)])
def test_more_than_one_mebibyte_is_refused(data):
    with pytest.raises(LimitError):
        Certificate.load(data)


def test_octets_after_the_end_are_refused(build):
    with pytest.raises(FormatError):
        Certificate.load(build.certificate() + b"\0")


def test_certificates_compare_by_their_bytes(build):
    der = build.certificate(policy=BANKING)
    one, two = Certificate.load(der), Certificate.load(der)
    other = Certificate.load(build.certificate(policy=BANKING, serial=2))
    assert one == two
    assert one != other
    assert one != der
    assert len({one, two, other}) == 2


def test_a_certificate_travels(build):
    for policy in (BANKING, FINANCIAL, OFFICER, None):
        cert = Certificate.load(build.certificate(policy=policy))
        assert cert.holder_name == "홍길동"
        for copied in (pickle.loads(pickle.dumps(cert)), copy.copy(cert), copy.deepcopy(cert)):
            assert copied == cert
            assert type(copied) is type(cert)


def test_a_certificate_cannot_be_changed(build):
    cert = Certificate.load(build.certificate())
    with pytest.raises(AttributeError):
        cert.der = b""
    with pytest.raises(AttributeError):
        cert.note = 1


def test_the_repr_shows_facts_and_no_person(build):
    cert = Certificate.load(build.certificate(policy=BANKING))
    assert repr(cert) == (
        f"<JointCertificate yessign {BANKING} until 2027-01-01 sha256:{cert.fingerprint()[:16]}>"
    )
    assert "홍" not in f"{cert}{cert!r}{cert.extensions}{cert.subject!r}{[cert]}"


def test_fingerprints_are_hashes_of_the_der(build):
    cert = Certificate.load(build.certificate())
    assert cert.fingerprint() == hashlib.sha256(cert.der).hexdigest()
    assert cert.fingerprint("sha1") == hashlib.sha1(cert.der).hexdigest()
    with pytest.raises(UnsupportedAlgorithmError):
        cert.fingerprint("shake_128")


@pytest.mark.parametrize(
    ("oid", "ask"),
    [
        ("2.5.29.14", lambda cert: cert.subject_key_identifier),
        ("2.5.29.15", lambda cert: cert.key_usage),
        ("2.5.29.17", lambda cert: cert.identity),
        ("2.5.29.19", lambda cert: cert.is_ca),
        ("2.5.29.31", lambda cert: cert.crl_distribution_points),
        ("2.5.29.32", lambda cert: cert.policy_oids),
        ("2.5.29.35", lambda cert: cert.authority_key_identifier),
        ("2.5.29.37", lambda cert: cert.extended_key_usage),
        ("1.3.6.1.5.5.7.1.1", lambda cert: cert.ocsp_urls),
    ],
)
def test_a_malformed_extension_costs_its_property_alone(build, oid, ask):
    policy = None if oid == "2.5.29.32" else BANKING
    der = build.certificate(policy=policy, extensions=(build.extension(oid, b"\x02\x01"),))
    cert = Certificate.load(der)
    with pytest.raises(FormatError):
        ask(cert)
    assert cert.extension(oid).value == b"\x02\x01"
    assert cert.holder_name == "홍길동"
    assert "홍" not in repr(cert)
    assert cert.policy is None or cert.policy.oid == BANKING
    # Without certain constraints and policies nothing Korean is claimed.
    unsure = oid in ("2.5.29.19", "2.5.29.32")
    assert cert.kind is (CertificateKind.OTHER if unsure else CertificateKind.JOINT)


def test_without_extensions_nothing_is_claimed(build):
    cert = Certificate.load(build.certificate())
    assert cert.extensions == ()
    assert cert.extension("2.5.29.15") is None
    assert cert.policy_oids == cert.crl_distribution_points == cert.ocsp_urls == ()
    assert cert.key_usage is cert.extended_key_usage is cert.identity is None
    assert cert.subject_key_identifier is cert.authority_key_identifier is None
    assert not cert.is_ca


def test_ldap_urls_keep_blanks_and_hangul(build):
    encode = build.encode
    urls = ["ldap://host:389/cn=Kisa TestRootCA 7,o=KISA", "ldap://host/ou=인증,c=kr?x;binary"]
    points = [
        encode.sequence(
            encode.context(
                0, encode.context(0, encode.context(6, url.encode(codec), constructed=False))
            )
        )
        for url in urls
        for codec in ("utf-8", "cp949")
    ]
    extension = build.extension("2.5.29.31", encode.sequence(*points))
    cert = Certificate.load(build.certificate(extensions=(extension,)))
    assert cert.crl_distribution_points == (urls[0], urls[0], urls[1], urls[1])


def test_key_usage_bits_have_their_names(build):
    for bits, names in {
        b"\x03\x02\x06\xc0": {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION},
        b"\x03\x03\x07\x00\x80": {KeyUsage.DECIPHER_ONLY},
        b"\x03\x01\x00": set(),
    }.items():
        cert = Certificate.load(build.certificate(extensions=(build.extension("2.5.29.15", bits),)))
        assert cert.key_usage == names


def test_loading_does_not_import_cryptography(shared_data):
    path = shared_data / "fixtures/yessign-test/signCert.der"
    program = (
        "import sys; from kcert.certificate import Certificate\n"
        f"cert = Certificate.load(open({str(path)!r}, 'rb').read())\n"
        "repr(cert), cert.holder_name, cert.identity, cert.key_size, cert.renewal_window\n"
        "sys.exit(any(name.startswith(('cryptography', 'pyasn1')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
