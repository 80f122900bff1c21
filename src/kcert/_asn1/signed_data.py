# SPDX-License-Identifier: Apache-2.0
"""SignedData and SignerInfo (RFC 5652 section 5), and their elder brothers in PKCS#7 1.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier, load_algorithm
from kcert._asn1.ber import implicit_octets
from kcert._asn1.cms import RawAttribute, open_content_info, read_attributes
from kcert._asn1.der import Reader
from kcert._asn1.x509 import read_serial_number
from kcert.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "FORMAT",
    "MAX_CERTIFICATES",
    "MAX_SIGNERS",
    "MAX_VERSION",
    "RawSignedData",
    "RawSignerInfo",
    "encode_signer_info",
    "read_signed_data",
    "read_signer_info",
]

FORMAT: Final = "SignedData"
MAX_CERTIFICATES: Final = 1_024
MAX_SIGNERS: Final = 256

_CERTIFICATES: Final = der.context(0)
_CRLS: Final = der.context(1)
_SIGNED_ATTRIBUTES: Final = der.context(0)
_UNSIGNED_ATTRIBUTES: Final = der.context(1)
_KEY_IDENTIFIER: Final = (der.context(0, constructed=False), der.context(0))
# Versions are read and not believed: the field's programs do not keep to the RFC.
MAX_VERSION: Final = 5


def _read_algorithm(reader: Reader) -> AlgorithmIdentifier:
    return load_algorithm(reader.read_encoded(), FORMAT)


class RawSignerInfo(NamedTuple):
    """One SignerInfo. The signer is named by issuer and serial number or by a key identifier.

    Attributes:
        encoded: The whole SignerInfo.
        version: As it is written.
        issuer: Name of the issuer, encoded.
        serial_number: Serial number of the certificate.
        key_identifier: Subject key identifier of the certificate.
        digest_algorithm: Hash of the content.
        signed_attributes: Their encodings one after the other, without the tag around them.
        signature_algorithm: How the signature was made.
        signature: The signature.
        unsigned_attributes: What was added without being signed.
    """

    encoded: bytes
    version: int
    issuer: bytes | None
    serial_number: int | None
    key_identifier: bytes | None
    digest_algorithm: AlgorithmIdentifier
    signed_attributes: bytes | None
    signature_algorithm: AlgorithmIdentifier
    signature: bytes
    unsigned_attributes: tuple[RawAttribute, ...]

    def with_unsigned_attribute(self, attribute: bytes) -> bytes:
        """This SignerInfo, encoded, with one more encoded unsigned attribute."""
        content = Reader(self.encoded, FORMAT).sequence()
        begin = content.position
        while not content.at_end and content.peek() != _UNSIGNED_ATTRIBUTES:
            content.skip()
        signed = self.encoded[begin : content.position]
        attributes = [attribute]
        present = content.enter_optional(_UNSIGNED_ATTRIBUTES)
        while present is not None and not present.at_end:
            attributes.append(present.read_encoded())
        return encode.sequence(signed, encode.context(1, b"".join(sorted(attributes))))


class RawSignedData(NamedTuple):
    """A SignedData.

    Attributes:
        is_wrapped: Whether a ContentInfo stood around it.
        version: As it is written.
        digest_algorithms: What the signers used, for readers in one pass.
        content_type: Type of the content, dotted.
        content: Content octets, without tag and length; ``None`` where they are elsewhere.
        content_tag: Tag of the content, OCTET STRING but for PKCS#7 1.5; -1 where it is elsewhere.
        certificates: Encoded certificates, among them those of other kinds than X.509.
        crls: Encoded revocation lists.
        signers: The signatures.
    """

    is_wrapped: bool
    version: int
    digest_algorithms: tuple[AlgorithmIdentifier, ...]
    content_type: str
    content: bytes | None
    content_tag: int
    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    signers: tuple[RawSignerInfo, ...]


def read_signed_data(reader: Reader) -> RawSignedData:
    """Read a SignedData, with or without a ContentInfo around it.

    Raises:
        FormatError: It is malformed.
        LimitError: Over 1,024 certificates or lists, or over 256 signers.
    """
    fields, is_wrapped = open_content_info(reader, oids.PKCS7_SIGNED_DATA)
    version = _read_version(fields)
    digests = fields.set()
    algorithms: list[AlgorithmIdentifier] = []
    while not digests.at_end:
        algorithms.append(_read_algorithm(digests))
        _cap("digest algorithms", len(algorithms), MAX_SIGNERS)
    encapsulated = fields.sequence()
    content_type = encapsulated.oid()
    content, content_tag = None, -1
    wrapper = encapsulated.enter_optional(der.context(0))
    if wrapper is not None:
        content_tag, content = wrapper.read_any()
        wrapper.finish()
    encapsulated.finish()
    certificates = _read_members(fields, _CERTIFICATES, "certificates")
    crls = _read_members(fields, _CRLS, "revocation lists")
    members = fields.set()
    signers: list[RawSignerInfo] = []
    while not members.at_end:
        signers.append(read_signer_info(members))
        _cap("signers", len(signers), MAX_SIGNERS)
    fields.finish()
    return RawSignedData(
        is_wrapped=is_wrapped,
        version=version,
        digest_algorithms=tuple(algorithms),
        content_type=content_type,
        content=content,
        content_tag=content_tag,
        certificates=certificates,
        crls=crls,
        signers=tuple(signers),
    )


def read_signer_info(reader: Reader) -> RawSignerInfo:
    """Read the next value of ``reader``, a SignerInfo.

    Raises:
        FormatError: It is malformed.
    """
    encoded = reader.read_encoded()
    fields = Reader(encoded, FORMAT).sequence()
    version = _read_version(fields)
    issuer, serial_number, key_identifier = None, None, None
    if fields.peek() in _KEY_IDENTIFIER:
        key_identifier = implicit_octets(fields, 0)
    else:
        identifier = fields.sequence()
        issuer = identifier.read_encoded()
        serial_number = read_serial_number(identifier)
        identifier.finish()
    digest_algorithm = _read_algorithm(fields)
    signed = fields.read(_SIGNED_ATTRIBUTES) if fields.peek() == _SIGNED_ATTRIBUTES else None
    signature_algorithm = _read_algorithm(fields)
    signature = fields.octet_string()
    unsigned = fields.enter_optional(_UNSIGNED_ATTRIBUTES)
    unsigned_attributes = () if unsigned is None else read_attributes(unsigned)
    fields.finish()
    return RawSignerInfo(
        encoded,
        version,
        issuer,
        serial_number,
        key_identifier,
        digest_algorithm,
        signed,
        signature_algorithm,
        signature,
        unsigned_attributes,
    )


def encode_signer_info(
    *,
    identifier: bytes,
    digest_algorithm: bytes,
    signed_attributes: bytes,
    signature_algorithm: bytes,
    signature: bytes,
    unsigned_attributes: Iterable[bytes] = (),
) -> bytes:
    """A SignerInfo from encoded parts.

    Args:
        identifier: IssuerAndSerialNumber, or ``[0]`` with the key identifier.
        digest_algorithm: Hash of the content.
        signed_attributes: Their encodings one after the other, in DER order; empty for none.
        signature_algorithm: How the signature was made.
        signature: The signature octets.
        unsigned_attributes: Encoded, in the order they shall have.
    """
    unsigned = b"".join(unsigned_attributes)
    return encode.sequence(
        encode.integer(1 if identifier[0] == der.SEQUENCE else 3),
        identifier,
        digest_algorithm,
        encode.context(0, signed_attributes) if signed_attributes else b"",
        signature_algorithm,
        encode.octet_string(signature),
        encode.context(1, unsigned) if unsigned else b"",
    )


def _cap(limit: str, value: int, maximum: int) -> None:
    if value > maximum:
        raise LimitError(f"number of {limit}", value, maximum, where=FORMAT)


def _read_version(fields: Reader) -> int:
    version = fields.integer()
    if not 0 <= version <= MAX_VERSION:
        raise fields.fail(f"version is not from 0 to {MAX_VERSION}")
    return version


def _read_members(fields: Reader, tag: int, what: str) -> tuple[bytes, ...]:
    wrapper = fields.enter_optional(tag)
    members: list[bytes] = []
    while wrapper is not None and not wrapper.at_end:
        members.append(wrapper.read_encoded())
        _cap(what, len(members), MAX_CERTIFICATES)
    return tuple(members)
