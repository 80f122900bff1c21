# SPDX-License-Identifier: Apache-2.0
"""EnvelopedData (RFC 5652 section 6) and AuthEnvelopedData (RFC 5083).

Version numbers are read and not compared: writers in the field give others than RFC 5652 asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.ber import implicit_octets
from kcert._asn1.cms import read_lenient
from kcert._asn1.x509 import read_serial_number
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = [
    "MAX_RECIPIENTS",
    "EnvelopedData",
    "IssuerAndSerialNumber",
    "KeyTransRecipientInfo",
]

MAX_RECIPIENTS: Final = 1_000

_FORMAT: Final = "enveloped message"
_KEY_TRANSPORT: Final = der.SEQUENCE
_OTHER_RECIPIENTS: Final = {
    der.context(1): "key agreement",
    der.context(2): "key encryption key",
    der.context(3): "password",
    der.context(4): "other",
}
_TYPES: Final = {oids.PKCS7_ENVELOPED_DATA: False, oids.CMS_AUTH_ENVELOPED_DATA: True}


@frozen
class IssuerAndSerialNumber:
    """Who issued a certificate, as an encoded Name, and its serial number."""

    issuer: bytes
    serial_number: int

    @classmethod
    def read(cls, reader: Reader) -> IssuerAndSerialNumber:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is not an IssuerAndSerialNumber.
        """
        inner = reader.sequence()
        issuer = inner.read_encoded()
        serial_number = read_serial_number(inner)
        inner.finish()
        return cls(issuer, serial_number)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(self.issuer, encode.integer(self.serial_number))


@frozen
class KeyTransRecipientInfo:
    """A recipient to whose public key the content key is encrypted (RFC 5652 section 6.2.1).

    Attributes:
        identifier: Issuer and serial number of the certificate, or its key identifier.
        algorithm: How the content key is encrypted.
        encrypted_key: The content key.
    """

    identifier: IssuerAndSerialNumber | bytes
    algorithm: AlgorithmIdentifier
    encrypted_key: bytes

    @classmethod
    def read(cls, reader: Reader) -> KeyTransRecipientInfo:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is not a KeyTransRecipientInfo.
        """
        info = reader.sequence()
        info.integer()
        identifier: IssuerAndSerialNumber | bytes
        if info.peek() == der.SEQUENCE:
            identifier = IssuerAndSerialNumber.read(info)
        else:
            identifier = implicit_octets(info, 0)
        algorithm = AlgorithmIdentifier.read(info)
        encrypted_key = info.octet_string()
        info.finish()
        return cls(identifier, algorithm, encrypted_key)

    def encode(self) -> bytes:
        """The DER encoding; version 0 with issuer and serial number, 2 with a key identifier."""
        if isinstance(self.identifier, IssuerAndSerialNumber):
            version, identifier = 0, self.identifier.encode()
        else:
            version, identifier = 2, encode.context(0, self.identifier, constructed=False)
        return encode.sequence(
            encode.integer(version),
            identifier,
            self.algorithm.encode(),
            encode.octet_string(self.encrypted_key),
        )


@frozen
class EnvelopedData:
    """Encrypted content and the ways to its key.

    Attributes:
        authenticated: Whether it is an AuthEnvelopedData.
        recipients: Recipients by public key.
        other_recipients: Kinds of the other recipients, in words.
        content_type: Dotted type of what is encrypted.
        algorithm: How it is encrypted.
        encrypted_content: The ciphertext; ``None`` where it is kept elsewhere.
        authenticated_attributes: Members of an AuthEnvelopedData's authAttrs, as one DER SET OF;
            empty where there are none.
        mac: Authentication tag of an AuthEnvelopedData.
    """

    authenticated: bool
    recipients: tuple[KeyTransRecipientInfo, ...]
    content_type: str
    algorithm: AlgorithmIdentifier
    encrypted_content: bytes | None = field(repr=False)
    other_recipients: tuple[str, ...] = ()
    authenticated_attributes: bytes = b""
    mac: bytes = b""

    @classmethod
    def load(cls, encoded: bytes) -> EnvelopedData:
        """Read a ContentInfo, or an EnvelopedData without one, in DER or BER.

        Raises:
            FormatError: It is neither.
            LimitError: It names more than 1,000 recipients, or is nested too deeply.
        """
        return read_lenient(encoded, _FORMAT, cls._read_message)

    @classmethod
    def _read_message(cls, whole: Reader) -> EnvelopedData:
        reader = whole.sequence()
        if reader.peek() != der.OBJECT_IDENTIFIER:
            return cls._read(reader, authenticated=False)
        content_type = reader.oid()
        if content_type not in _TYPES:
            label = oids.name_of(content_type) or content_type
            raise FormatError(
                _FORMAT,
                f"it is of the type {label}, not an encrypted message",
                reason_ko=f"암호화된 메시지가 아닙니다 (형식: {label})",
            )
        wrapper = reader.enter(der.context(0))
        reader.finish()
        inner = wrapper.sequence()
        wrapper.finish()
        return cls._read(inner, authenticated=_TYPES[content_type])

    @classmethod
    def _read(cls, reader: Reader, *, authenticated: bool) -> EnvelopedData:
        reader.integer()
        # OriginatorInfo: certificates and lists for key agreement, which is not read.
        reader.enter_optional(der.context(0))
        recipients, others = _read_recipients(reader.set())
        content = reader.sequence()
        content_type = content.oid()
        algorithm = AlgorithmIdentifier.read(content)
        encrypted = None if content.at_end else implicit_octets(content, 0)
        content.finish()
        attributes, mac = b"", b""
        if authenticated:
            if reader.peek() == der.context(1):
                attributes = encode.set_of(_members(reader.enter(der.context(1))))
            mac = reader.octet_string()
        # unprotectedAttrs, unauthAttrs: nothing vouches for them.
        reader.enter_optional(der.context(2 if authenticated else 1))
        reader.finish()
        return cls(
            authenticated,
            recipients,
            content_type,
            algorithm,
            encrypted,
            others,
            attributes,
            mac,
        )

    def encode(self, *, content_info: bool = True) -> bytes:
        """The DER encoding, in a ContentInfo or bare."""
        by_identifier = any(isinstance(r.identifier, bytes) for r in self.recipients)
        content = encode.sequence(
            encode.oid(self.content_type),
            self.algorithm.encode(),
            b""
            if self.encrypted_content is None
            else encode.context(0, self.encrypted_content, constructed=False),
        )
        encoded = encode.sequence(
            encode.integer(2 if by_identifier and not self.authenticated else 0),
            encode.set_of(recipient.encode() for recipient in self.recipients),
            content,
            *([encode.octet_string(self.mac)] if self.authenticated else []),
        )
        if not content_info:
            return encoded
        content_type = (
            oids.CMS_AUTH_ENVELOPED_DATA if self.authenticated else oids.PKCS7_ENVELOPED_DATA
        )
        return encode.sequence(encode.oid(content_type), encode.context(0, encoded))


def _read_recipients(
    reader: Reader,
) -> tuple[tuple[KeyTransRecipientInfo, ...], tuple[str, ...]]:
    found: list[KeyTransRecipientInfo] = []
    others: list[str] = []
    while not reader.at_end:
        tag = reader.peek()
        if tag == _KEY_TRANSPORT:
            found.append(KeyTransRecipientInfo.read(reader))
        elif tag in _OTHER_RECIPIENTS:
            reader.skip()
            others.append(_OTHER_RECIPIENTS[tag])
        else:
            raise reader.fail(f"there is no kind of recipient with tag {tag:#04x}")
        if len(found) + len(others) > MAX_RECIPIENTS:
            raise LimitError(
                "number of recipients", MAX_RECIPIENTS + 1, MAX_RECIPIENTS, where=_FORMAT
            )
    if not found and not others:
        raise reader.fail("there are no recipients", reason_ko="수신자가 없습니다")
    return tuple(found), tuple(others)


def _members(reader: Reader) -> list[bytes]:
    members = []
    while not reader.at_end:
        members.append(reader.read_encoded())
    return members
