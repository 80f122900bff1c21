# SPDX-License-Identifier: Apache-2.0
"""Signers that the tests of this room share, and messages put together by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve

from kcert import cms, profiles
from kcert._asn1 import der, encode, oids
from kcert._asn1.cms import encode_attribute
from kcert._asn1.signed_data import FORMAT, encode_signer_info, read_signed_data
from kcert.certificate import Certificate
from kcert.testing import TEST_PASSWORD, FakeAuthority
from kcert.testing.template import Extension

MOMENT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
RANDOM = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")
ID_NUMBER = "1234561234567"
DATA = "서명할 내용".encode()


def _open(authority: str, **options):
    credential = FakeAuthority(authority).issue(
        "홍길동", profile=profiles.CHEAPEST, random=RANDOM, **options
    )
    return credential.unlock(TEST_PASSWORD)


@pytest.fixture(scope="session")
def signer():
    """홍길동 at yessign, with R and the authorities' certificates."""
    return _open("yessign", chain=True, id_number=ID_NUMBER)


@pytest.fixture(scope="session")
def witness():
    """Another signer of another authority."""
    return _open("KICA", chain=True)


@pytest.fixture(scope="session")
def third():
    return _open("CrossCert", without_random=True, fresh_key=True)


@pytest.fixture(scope="session")
def moment():
    return MOMENT


@pytest.fixture(scope="session")
def random() -> bytes:
    return RANDOM


@pytest.fixture(scope="session")
def data() -> bytes:
    return DATA


@pytest.fixture(scope="session")
def message(signer) -> bytes:
    """One signer, signed attributes, the content in it."""
    return cms.sign(DATA, signer, signing_time=MOMENT)


class Parts:
    """A message by hand: every part of it can be wrong."""

    def __init__(self, signer) -> None:
        self.signer = signer
        self.certificate: Certificate = signer.certificate

    digest_algorithm = encode.sequence(encode.oid(oids.SHA256), encode.null())
    rsa = encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.null())

    @staticmethod
    def attribute(oid: str, *values: bytes) -> bytes:
        return encode_attribute(oid, *values)

    def attributes(self, digest: bytes, content_type: str = oids.PKCS7_DATA) -> list[bytes]:
        return [
            encode_attribute(oids.CONTENT_TYPE, encode.oid(content_type)),
            encode_attribute(oids.MESSAGE_DIGEST, encode.octet_string(digest)),
        ]

    def info(
        self,
        attributes: list[bytes] | None = None,
        *,
        data: bytes = b"",
        digest: str = "sha256",
        unsigned: list[bytes] = (),
        in_order: bool = True,
        **changes: bytes,
    ) -> bytes:
        """A SignerInfo over these attributes, or over the data."""
        octets = b"".join(sorted(attributes) if in_order else attributes) if attributes else b""
        signed = encode.value(der.SET, octets) if attributes else data
        certificate = self.certificate
        fields = {
            "identifier": encode.sequence(
                certificate.issuer.der, encode.integer(certificate.serial_number)
            ),
            "digest_algorithm": self.digest_algorithm,
            "signed_attributes": octets,
            "signature_algorithm": self.rsa,
            "signature": self.signer.sign(signed, digest=digest),
        }
        return encode_signer_info(**{**fields, **changes}, unsigned_attributes=unsigned)

    def wrap(
        self,
        *infos: bytes,
        content: bytes | None = DATA,
        content_type: str = oids.PKCS7_DATA,
        certificates: list[bytes] | None = None,
        digests: list[bytes] | None = None,
    ) -> bytes:
        """A ContentInfo around a SignedData."""
        inner = b"" if content is None else encode.context(0, encode.octet_string(content))
        certificates = [self.certificate.der] if certificates is None else certificates
        signed_data = encode.sequence(
            encode.integer(1),
            encode.set_of([self.digest_algorithm] if digests is None else digests),
            encode.sequence(encode.oid(content_type), inner),
            encode.context(0, b"".join(certificates)) if certificates else b"",
            encode.set_of(infos),
        )
        return encode.sequence(encode.oid(oids.PKCS7_SIGNED_DATA), encode.context(0, signed_data))


@pytest.fixture(scope="session")
def by_hand(signer) -> Parts:
    return Parts(signer)


@pytest.fixture(scope="session")
def parts_of():
    """The raw parts of a message, and who makes messages by hand for another signer."""
    return lambda blob: read_signed_data(der.Reader(blob, FORMAT))


@pytest.fixture(scope="session")
def make_parts():
    return Parts


@pytest.fixture(scope="session")
def certificate_for():
    """A signer whose certificate is changed: `certificate_for("yessign", adjust)`."""

    def issue(authority: str, *added: Extension, without: tuple[str, ...] = ()):
        def adjust(template):
            return evolve(template, extensions=(*template.without(*without), *added))

        return _open(authority, adjust=adjust)

    return issue


class Trusting:
    """A trust store that believes everything, and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = []
        self._error = error

    def verify(self, certificate, *, at=None, intermediates=(), **options):
        self.asked.append((certificate, at, tuple(intermediates), options))
        if self._error is not None:
            raise self._error
        return ("path of", certificate)


@pytest.fixture
def trusting():
    return Trusting
