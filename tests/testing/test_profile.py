# SPDX-License-Identifier: Apache-2.0
"""What is made here is put together as real certificates are: tag by tag.

Compared is the shape of a whole certificate: every tag at every depth, the object identifiers, the
flags, the key usage, the kinds of policy qualifiers, down into the values of the extensions.
"""

from __future__ import annotations

import pytest

from kcert._asn1 import der
from kcert._asn1.der import Reader
from kcert.certificate import Certificate
from kcert.testing import FakeAuthority, FakeRoot

REAL_AUTHORITIES = {
    "yessign": "yessignCA-Class-3.der",
    "SignKorea": "SignKorea-CA4.der",
    "KICA": "signGATE-CA6.der",
    "CrossCert": "CrossCertCA4.der",
    "TradeSign": "TradeSignCA4.der",
}
# Extensions whose OCTET STRING holds a bare value that cannot be mistaken for DER.
_OPAQUE = {"2.5.29.14"}


def shape(reader: Reader) -> list[object]:
    parts: list[object] = []
    while not reader.at_end:
        tag = reader.peek()
        if tag == der.OBJECT_IDENTIFIER:
            parts.append(reader.oid())
        elif tag == der.BOOLEAN:
            parts.append(reader.boolean())
        elif tag & 0x20:
            parts.append((tag, shape(reader.enter(tag))))
        else:
            reader.skip()
            parts.append(tag)
    return parts


def certificate_shape(certificate: Certificate) -> object:
    """The shape of the certificate with the shapes of its extensions' values."""
    outside = Reader(certificate.der, "certificate")
    return shape(outside), [
        (
            item.oid,
            item.critical,
            item.value if item.oid == "2.5.29.15" else shape(Reader(item.value, "extension")),
        )
        for item in certificate.extensions
        if item.oid not in _OPAQUE
    ]


def load(path) -> Certificate:
    return Certificate.load(path.read_bytes())


@pytest.mark.parametrize("code", REAL_AUTHORITIES)
def test_an_issuing_authority_has_the_shape_of_the_real_one(shared_data, code):
    real = load(shared_data / "ca" / REAL_AUTHORITIES[code])
    made = FakeAuthority(code).certificate
    assert certificate_shape(made) == certificate_shape(real)
    assert made.identity.real_name == real.identity.real_name
    assert made.subject.get("C") == real.subject.get("C")
    assert made.subject.get("O") == real.subject.get("O")
    assert made.subject.get("OU") == real.subject.get("OU")
    assert made.path_length == real.path_length
    assert made.key_size == real.key_size


@pytest.mark.parametrize("code", ["yessign", "KICA", "CrossCert", "TradeSign"])
def test_an_authority_of_2026_has_the_shape_of_the_real_one(shared_data, code):
    files = {
        "yessign": "yessignCA-Class-4.der",
        "KICA": "signGATE-CA7.der",
        "CrossCert": "CrossCertCA5.der",
        "TradeSign": "TradeSignCA5.der",
    }
    real = load(shared_data / "ca" / files[code])
    made = FakeAuthority(code, root=FakeRoot(key_size=3072), key_size=3072).certificate
    assert certificate_shape(made) == certificate_shape(real)
    assert made.key_size == real.key_size


@pytest.mark.parametrize("file", ["KISA-RootCA-4.der", "Kisa-Test-RootCA-7.der"])
def test_the_root_has_the_shape_of_the_real_one(shared_data, file):
    real = load(shared_data / "ca" / file)
    assert certificate_shape(FakeRoot.default().certificate) == certificate_shape(real)


def test_the_government_root_has_the_shape_of_the_real_one(shared_data):
    real = load(shared_data / "ca" / "GPKIRootCA1.der")
    made = FakeRoot.default(government=True).certificate
    assert certificate_shape(made) == certificate_shape(real)


def test_a_yessign_certificate_has_the_shape_of_a_real_one(shared_data):
    real = load(shared_data / "fixtures" / "yessign-test" / "signCert.der")
    made = (
        FakeAuthority("yessign")
        .issue("HKD", english_name="KILDONG.HONG", bank="INITECH")
        .certificate
    )
    assert certificate_shape(made) == certificate_shape(real)
    assert made.subject.get("OU") == real.subject.get("OU")
    assert len(made.subject.common_name) == len(real.subject.common_name)
    assert made.identity.real_name == real.identity.real_name
    assert made.serial_number.bit_length() <= 24


@pytest.mark.parametrize("km", [False, True])
def test_a_kica_certificate_has_the_shape_of_a_real_one(shared_data, km):
    folder = shared_data / "fixtures" / "kica-test"
    real = load(folder / ("ispKmCert.der" if km else "ispSignCert.der"))
    credential = FakeAuthority("KICA").issue(policy="1.2.410.200004.2.202", km=True)
    made = credential.key_management.certificate if km else credential.certificate
    assert certificate_shape(made) == certificate_shape(real)
    assert made.subject.get("OU") == real.subject.get("OU")


def test_a_locked_key_has_the_size_of_a_real_one(shared_data):
    """R in the attributes, the PKCS#1 key and the padding come to the same number of octets."""
    real = (shared_data / "fixtures" / "yessign-test" / "signPri.key").read_bytes()
    sizes = {len(FakeAuthority().issue().key.der) for _ in range(2)}
    # Primes and exponents have a leading zero octet or not.
    assert all(abs(size - len(real)) <= 16 for size in sizes)


def test_the_open_key_has_the_shape_of_a_real_one(shared_data):
    real = (shared_data / "fixtures" / "yessign-test" / "plain_with_R.p8.der").read_bytes()
    with FakeAuthority().issue(password="x").key.unlock("x") as key:
        made = key.reveal_pkcs8()
    assert shape(Reader(made, "key")) == shape(Reader(real, "key"))
