# SPDX-License-Identifier: Apache-2.0
"""Certificate Request Message Format (RFC 4211, RFC 2511): what is asked for.

The module has IMPLICIT tags, other than that of CMP. Everything that is read is kept, so that what
is written again is the same octet for octet.
"""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.bounded import open_sequence, read_members
from kcert._asn1.cmp_header import InfoTypeAndValue
from kcert._asn1.crmf_proof import ProofOfPossession
from kcert._asn1.der import Reader
from kcert._asn1.general_name import directory_name, read_directory_name, read_general_name
from kcert._asn1.x509 import MAX_SERIAL_NUMBER_SIZE, read_serial_number
from kcert.errors import LimitError

__all__ = [
    "MAX_REQUESTS",
    "CertId",
    "CertReqMessages",
    "CertReqMsg",
    "CertRequest",
    "CertTemplate",
    "read_request_id",
]

MAX_REQUESTS: Final = 32
_FORMAT: Final = "certificate request"
_VERSION, _SERIAL, _UIDS = 0, 1, (7, 8)


@frozen(kw_only=True)
class CertTemplate:
    """CertTemplate: the fields of the certificate that are asked for, each where it is.

    Attributes:
        version: Number of the version, 2 for X.509 version 3.
        serial_number: In a request to revoke, which certificate is meant.
        signing_algorithm: How it is to be signed.
        issuer: Encoded Name.
        validity: Encoded OptionalValidity, a SEQUENCE.
        subject: Encoded Name.
        public_key: Encoded SubjectPublicKeyInfo.
        unique_ids: Contents of the two BIT STRINGs, issuer's and subject's.
        extensions: Encoded Extensions, a SEQUENCE.
    """

    version: int | None = None
    serial_number: int | None = None
    signing_algorithm: AlgorithmIdentifier | None = None
    issuer: bytes | None = None
    validity: bytes | None = field(default=None, repr=False)
    subject: bytes | None = field(default=None, repr=False)
    public_key: bytes | None = field(default=None, repr=False)
    unique_ids: tuple[bytes | None, bytes | None] = (None, None)
    extensions: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, reader: Reader) -> CertTemplate:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertTemplate.
        """
        fields = reader.sequence()
        version = serial_number = None
        if fields.peek() == der.context(_VERSION, constructed=False):
            version = fields.integer(der.context(_VERSION, constructed=False))
            if not 0 <= version <= 2:
                raise fields.fail("version is not 1, 2 or 3")
        if fields.peek() == der.context(_SERIAL, constructed=False):
            serial_number = read_serial_number(fields, der.context(_SERIAL, constructed=False))
        algorithm = _read_sequence(fields, 2)
        issuer = _read_name(fields, 3)
        validity = _read_sequence(fields, 4)
        subject = _read_name(fields, 5)
        public_key = _read_sequence(fields, 6)
        unique_ids = [_read_unique_id(fields, number) for number in _UIDS]
        extensions = _read_sequence(fields, 9)
        fields.finish()
        return cls(
            version=version,
            serial_number=serial_number,
            signing_algorithm=None
            if algorithm is None
            else AlgorithmIdentifier.read(Reader(algorithm, _FORMAT)),
            issuer=issuer,
            validity=validity,
            subject=subject,
            public_key=public_key,
            unique_ids=(unique_ids[0], unique_ids[1]),
            extensions=extensions,
        )

    def encode(self) -> bytes:
        """The DER encoding."""
        algorithm = self.signing_algorithm
        return encode.sequence(
            _encode_integer(_VERSION, self.version),
            _encode_integer(_SERIAL, self.serial_number),
            _implicit(2, None if algorithm is None else algorithm.encode()),
            b"" if self.issuer is None else encode.context(3, self.issuer),
            _implicit(4, self.validity),
            b"" if self.subject is None else encode.context(5, self.subject),
            _implicit(6, self.public_key),
            *(
                encode.context(number, octets, constructed=False)
                for number, octets in zip(_UIDS, self.unique_ids, strict=True)
                if octets is not None
            ),
            _implicit(9, self.extensions),
        )


def _encode_integer(number: int, integer: int | None) -> bytes:
    tag = der.context(number, constructed=False)
    return b"" if integer is None else encode.integer(integer, tag)


def _implicit(number: int, encoded: bytes | None) -> bytes:
    """A SEQUENCE under an implicit tag, where there is one."""
    if encoded is None:
        return b""
    return encode.context(number, Reader(encoded, _FORMAT).read(der.SEQUENCE))


def _read_sequence(fields: Reader, number: int) -> bytes | None:
    tag = der.context(number)
    return encode.value(der.SEQUENCE, fields.read(tag)) if fields.peek() == tag else None


def _read_name(fields: Reader, number: int) -> bytes | None:
    wrapper = fields.enter_optional(der.context(number))
    if wrapper is None:
        return None
    if wrapper.peek() != der.SEQUENCE:
        raise wrapper.fail("it is no Name")
    name = wrapper.read_encoded()
    wrapper.finish()
    return name


def _read_unique_id(fields: Reader, number: int) -> bytes | None:
    tag = der.context(number, constructed=False)
    return fields.read(tag) if fields.peek() == tag else None


@frozen
class CertId:
    """CertId: issuer (an encoded Name) and serial number; the value of oldCertID, among others."""

    issuer: bytes
    serial_number: int

    @classmethod
    def read(cls, reader: Reader) -> CertId:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertId, or the issuer is no directory name.
        """
        fields = reader.sequence()
        issuer = read_directory_name(read_general_name(fields), fields.format)
        if issuer is None:
            raise fields.fail("issuer is no directory name")
        serial_number = read_serial_number(fields)
        fields.finish()
        return cls(issuer, serial_number)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(directory_name(self.issuer), encode.integer(self.serial_number))


@frozen
class CertRequest:
    """CertRequest: a number for it, what is asked for, and controls."""

    request_id: int
    template: CertTemplate
    controls: tuple[InfoTypeAndValue, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> CertRequest:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertRequest.
            LimitError: Its number has over 256 octets, or it has over 256 controls.
        """
        fields = reader.sequence()
        request_id = read_request_id(fields)
        template = CertTemplate.read(fields)
        controls: tuple[InfoTypeAndValue, ...] = ()
        if not fields.at_end:
            controls = InfoTypeAndValue.read_all(fields.sequence())
        fields.finish()
        return cls(request_id, template, controls)

    def encode(self) -> bytes:
        """The DER encoding; a signature that proves possession is over it."""
        return encode.sequence(
            encode.integer(self.request_id),
            self.template.encode(),
            encode.sequence(*(control.encode() for control in self.controls))
            if self.controls
            else b"",
        )

    def control(self, oid: str) -> bytes | None:
        """The encoded value of the first control of a type."""
        return next((control.value for control in self.controls if control.oid == oid), None)


def read_request_id(reader: Reader) -> int:
    """Read a certReqId, which may be -1 (RFC 4210 section 5.3.4).

    Raises:
        FormatError: It is no INTEGER.
        LimitError: It has more octets than a serial number may have.
    """
    number = reader.integer()
    size = number.bit_length() // 8 + 1
    if size > MAX_SERIAL_NUMBER_SIZE:
        raise LimitError("request number size", size, MAX_SERIAL_NUMBER_SIZE, where=reader.format)
    return number


@frozen
class CertReqMsg:
    """CertReqMsg: a request, the proof of having its key, and what else the registration needs."""

    request: CertRequest
    proof: ProofOfPossession | None = None
    registration_info: tuple[InfoTypeAndValue, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, reader: Reader) -> CertReqMsg:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertReqMsg.
        """
        fields = reader.sequence()
        request = CertRequest.read(fields)
        proof = None
        if not fields.at_end and fields.peek() != der.SEQUENCE:
            proof = ProofOfPossession.read(fields)
        info: tuple[InfoTypeAndValue, ...] = ()
        if not fields.at_end:
            info = InfoTypeAndValue.read_all(fields.sequence())
        fields.finish()
        return cls(request, proof, info)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            self.request.encode(),
            b"" if self.proof is None else self.proof.encode(),
            encode.sequence(*(info.encode() for info in self.registration_info))
            if self.registration_info
            else b"",
        )


@frozen
class CertReqMessages:
    """CertReqMessages: the content of ir, cr, kur and krr."""

    messages: tuple[CertReqMsg, ...]

    @classmethod
    def load(cls, encoded: bytes) -> CertReqMessages:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It holds more than `MAX_REQUESTS` requests.
        """
        members = open_sequence(encoded, _FORMAT)
        return cls(read_members(members, CertReqMsg.read, what="requests", maximum=MAX_REQUESTS))

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(*(message.encode() for message in self.messages))
