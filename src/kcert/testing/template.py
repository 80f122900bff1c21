# SPDX-License-Identifier: Apache-2.0
"""Certificates field by field (RFC 5280 section 4.1), right or deliberately wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from kcert._asn1 import der, encode, oids

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.testing.keypool import Digest, FakeKey

__all__ = [
    "CertificateTemplate",
    "Extension",
    "StatementSigner",
    "name",
    "rdn",
    "sign_statement",
    "signature_algorithm",
]

_ATTRIBUTE_TYPES = {
    "CN": "2.5.4.3",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "E": "1.2.840.113549.1.9.1",
}
_ENCODINGS = {
    der.BMP_STRING: "utf-16-be",
    der.IA5_STRING: "ascii",
    der.PRINTABLE_STRING: "ascii",
    # T.61 in theory; Korean programs wrote their Windows code page into it.
    der.TELETEX_STRING: "cp949",
    der.UNIVERSAL_STRING: "utf-32-be",
    der.UTF8_STRING: "utf-8",
}
_SIGNATURE_ALGORITHMS = {
    "md5": oids.MD5_WITH_RSA,
    "sha1": oids.SHA1_WITH_RSA,
    "sha224": oids.SHA224_WITH_RSA,
    "sha256": oids.SHA256_WITH_RSA,
    "sha384": oids.SHA384_WITH_RSA,
    "sha512": oids.SHA512_WITH_RSA,
}


def rdn(attribute: str, value: str | bytes, string_type: int | None = None) -> bytes:
    """One relative distinguished name of one attribute, DER.

    Args:
        attribute: ``CN``, ``OU`` … or a dotted object identifier.
        value: Text, or the content octets as they shall stand in the certificate.
        string_type: Tag of the value, for example ``der.BMP_STRING``. Default is what Korean
            authorities write: PrintableString for the country, UTF8String for all others.
    """
    tag = string_type or (der.PRINTABLE_STRING if attribute == "C" else der.UTF8_STRING)
    content = value.encode(_ENCODINGS[tag]) if isinstance(value, str) else value
    oid = encode.oid(_ATTRIBUTE_TYPES.get(attribute, attribute))
    return encode.set_of([encode.sequence(oid, encode.value(tag, content))])


def name(*attributes: tuple[str, str | bytes] | tuple[str, str | bytes, int]) -> bytes:
    """A Name of single-valued RDNs, DER, in the order given: country first in Korea."""
    return encode.sequence(*(rdn(*attribute) for attribute in attributes))


@frozen
class Extension:
    """One extension: object identifier, criticality, and the value inside its OCTET STRING."""

    oid: str
    value: bytes
    critical: bool = False

    def encode(self) -> bytes:
        """The DER encoding; FALSE is left out (X.690 11.5)."""
        return encode.sequence(
            encode.oid(self.oid),
            encode.boolean(flag=True) if self.critical else b"",
            encode.octet_string(self.value),
        )


@frozen
class CertificateTemplate:
    """What a certificate will say. Change it with ``attrs.evolve`` before it is signed.

    Attributes:
        serial_number: Any integer, also one that RFC 5280 forbids.
        issuer: Name, DER.
        subject: Name, DER.
        not_before: Aware datetime.
        not_after: Aware datetime.
        public_key_info: SubjectPublicKeyInfo, DER.
        extensions: In order; may be empty.
        digest: Hash of the signature.
        version: 3, or 2 or 1.
        signature_algorithm: AlgorithmIdentifier, DER, where it is not to follow from ``digest``.
        outer_signature_algorithm: The one after the TBSCertificate, where it is to differ.
    """

    serial_number: int
    issuer: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime
    public_key_info: bytes = field(repr=False)
    extensions: tuple[Extension, ...] = field(default=(), repr=False)
    digest: Digest = "sha256"
    version: int = 3
    signature_algorithm: bytes | None = field(default=None, repr=False)
    outer_signature_algorithm: bytes | None = field(default=None, repr=False)

    def without(self, *extension_oids: str) -> tuple[Extension, ...]:
        """The extensions less those named, for ``evolve(template, extensions=…)``."""
        return tuple(item for item in self.extensions if item.oid not in extension_oids)

    def _algorithm(self) -> bytes:
        if self.signature_algorithm is not None:
            return self.signature_algorithm
        return signature_algorithm(self.digest)

    def tbs(self) -> bytes:
        """The TBSCertificate, DER."""
        version = encode.context(0, encode.integer(self.version - 1)) if self.version != 1 else b""
        return encode.sequence(
            version,
            encode.integer(self.serial_number),
            self._algorithm(),
            self.issuer,
            encode.sequence(encode.time(self.not_before), encode.time(self.not_after)),
            self.subject,
            self.public_key_info,
            _extensions(self.extensions),
        )

    def sign(self, key: FakeKey) -> bytes:
        """The Certificate, DER, signed with this key."""
        tbs = self.tbs()
        return encode.sequence(
            tbs,
            self.outer_signature_algorithm or self._algorithm(),
            encode.bit_string(key.sign(tbs, digest=self.digest)),
        )


def _extensions(extensions: Iterable[Extension]) -> bytes:
    encoded = [extension.encode() for extension in extensions]
    return encode.context(3, encode.sequence(*encoded)) if encoded else b""


class StatementSigner(Protocol):
    """What signs lists and responses: an authority, or a root."""

    @property
    def key(self) -> FakeKey:
        """Its key pair."""
        ...

    @property
    def certificate(self) -> Certificate:
        """Its own certificate."""
        ...

    @property
    def digest(self) -> Digest:
        """Hash of its signatures."""
        ...


def signature_algorithm(digest: Digest) -> bytes:
    """AlgorithmIdentifier, DER, of an RSA signature over this hash."""
    return encode.sequence(encode.oid(_SIGNATURE_ALGORITHMS[digest]), encode.null())


def sign_statement(tbs: bytes, key: FakeKey, digest: Digest, *rest: bytes) -> bytes:
    """A signed list or response: what is said, algorithm, signature, and what follows; DER."""
    signature = encode.bit_string(key.sign(tbs, digest=digest))
    return encode.sequence(tbs, signature_algorithm(digest), signature, *rest)
