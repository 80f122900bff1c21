# SPDX-License-Identifier: Apache-2.0
"""The message of the Certificate Management Protocol (RFC 4210 section 5.1, RFC 9480, RFC 2510).

A message keeps the octets of its header and body as they came, since its protection is computed
over them. What the body holds is read by its class, see `kcert._asn1.cmp_content` and
`kcert._asn1.crmf`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from attrs import evolve, field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.bounded import read_members
from kcert._asn1.cmp_header import PKIHeader
from kcert._asn1.der import Reader
from kcert.errors import LimitError

__all__ = ["MAX_MESSAGE_SIZE", "BodyType", "PKIBody", "PKIMessage", "read_certificates"]

MAX_MESSAGE_SIZE: Final = 1 << 20
_FORMAT: Final = "CMP message"
_MAX_CERTIFICATES: Final = 64


class BodyType(IntEnum):
    """What a message is: the tag numbers of PKIBody (RFC 4210 section 5.1.2)."""

    IR = 0
    IP = 1
    CR = 2
    CP = 3
    P10CR = 4
    POPDECC = 5
    POPDECR = 6
    KUR = 7
    KUP = 8
    KRR = 9
    KRP = 10
    RR = 11
    RP = 12
    CCR = 13
    CCP = 14
    CKUANN = 15
    CANN = 16
    RANN = 17
    CRLANN = 18
    PKICONF = 19
    NESTED = 20
    GENM = 21
    GENP = 22
    ERROR = 23
    CERT_CONF = 24
    POLL_REQ = 25
    POLL_REP = 26


@frozen
class PKIBody:
    """PKIBody: what the message is, and its content, still encoded."""

    type: BodyType
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, reader: Reader) -> PKIBody:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no PKIBody.
        """
        number = reader.peek() ^ der.context(0)
        if not 0 <= number <= max(BodyType):
            raise reader.fail("it has no body that is known")
        wrapper = reader.enter(der.context(number))
        content = wrapper.read_encoded()
        wrapper.finish()
        return cls(BodyType(number), content)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.context(self.type, self.content)


@frozen
class PKIMessage:
    """PKIMessage.

    Attributes:
        header: The header.
        body: The body.
        protection: MAC or signature over `protected_part`.
        extra_certificates: Encoded certificates that may be of use to the recipient.
    """

    header: PKIHeader
    body: PKIBody
    protection: bytes | None = field(default=None, repr=False)
    extra_certificates: tuple[bytes, ...] = field(default=(), repr=False)
    _parts: tuple[bytes, bytes] | None = field(default=None, repr=False, eq=False, alias="parts")

    @classmethod
    def load(cls, encoded: bytes) -> PKIMessage:
        """Read one DER message that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It has more than `MAX_MESSAGE_SIZE` octets, or too many of something.
        """
        if len(encoded) > MAX_MESSAGE_SIZE:
            raise LimitError("size", len(encoded), MAX_MESSAGE_SIZE, where=_FORMAT)
        outer = Reader(encoded, _FORMAT)
        fields = outer.sequence()
        outer.finish()
        header = fields.read_encoded()
        body = fields.read_encoded()
        protection = None
        wrapper = fields.enter_optional(der.context(0))
        if wrapper is not None:
            protection, unused = wrapper.bit_string()
            if unused:
                raise wrapper.fail("protection is no whole number of octets")
            wrapper.finish()
        extra: tuple[bytes, ...] = ()
        wrapper = fields.enter_optional(der.context(1))
        if wrapper is not None:
            extra = read_certificates(wrapper.sequence())
            wrapper.finish()
        fields.finish()
        return cls(
            PKIHeader.read(Reader(header, _FORMAT)),
            PKIBody.read(Reader(body, _FORMAT)),
            protection,
            extra,
            parts=(header, body),
        )

    def encode(self) -> bytes:
        """The DER encoding, header and body as they came where the message was read."""
        return encode.sequence(
            *self._encoded_parts(),
            b""
            if self.protection is None
            else encode.context(0, encode.bit_string(self.protection)),
            encode.context(1, encode.sequence(*self.extra_certificates))
            if self.extra_certificates
            else b"",
        )

    @property
    def protected_part(self) -> bytes:
        """What is protected: the DER of a SEQUENCE of header and body (RFC 4210 5.1.3)."""
        return encode.sequence(*self._encoded_parts())

    def _encoded_parts(self) -> tuple[bytes, bytes]:
        return self._parts or (self.header.encode(), self.body.encode())

    def with_protection(self, protection: bytes) -> PKIMessage:
        """The same message with its protection."""
        return evolve(self, protection=protection, parts=self._encoded_parts())


def read_certificates(members: Reader) -> tuple[bytes, ...]:
    """Read the certificates that are left in ``members``, each still encoded.

    Raises:
        FormatError: There is none, or something else.
        LimitError: There are more than 64.
    """
    return read_members(members, _read_certificate, what="certificates", maximum=_MAX_CERTIFICATES)


def _read_certificate(reader: Reader) -> bytes:
    if reader.peek() != der.SEQUENCE:
        raise reader.fail("it is no certificate")
    return reader.read_encoded()
