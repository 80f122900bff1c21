# SPDX-License-Identifier: Apache-2.0
"""The header of the messages of the Certificate Management Protocol (RFC 4210 section 5.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.bounded import read_members
from kcert._asn1.cmp_status import encode_free_text, read_free_text
from kcert._asn1.general_name import NULL_DN, read_general_name
from kcert._asn1.times import read_generalized_time
from kcert.errors import LimitError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert._asn1.der import Reader

__all__ = ["InfoTypeAndValue", "PKIHeader"]

_MAX_INFOS: Final = 256
_MAX_OCTETS: Final = 1024
_MAX_VERSION: Final = 99


@frozen
class InfoTypeAndValue:
    """InfoTypeAndValue, or an AttributeTypeAndValue of CRMF: a type and an encoded value."""

    oid: str
    value: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, reader: Reader) -> InfoTypeAndValue:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is none.
        """
        fields = reader.sequence()
        oid = fields.oid()
        value = None if fields.at_end else fields.read_encoded()
        fields.finish()
        return cls(oid, value)

    @classmethod
    def read_all(cls, members: Reader, *, least: int = 1) -> tuple[InfoTypeAndValue, ...]:
        """Read all that is left in ``members``, at most 256."""
        return read_members(
            members, cls.read, what="items of information", maximum=_MAX_INFOS, least=least
        )

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(encode.oid(self.oid), self.value or b"")


@frozen(kw_only=True)
class PKIHeader:
    """PKIHeader.

    Attributes:
        version: pvno: 2 by RFC 4210, 3 where RFC 9480 asks for it, 1 by RFC 2510.
        sender: Encoded GeneralName.
        recipient: Encoded GeneralName.
        message_time: When the sender made it.
        protection_algorithm: How it is protected.
        sender_key_id: senderKID: which key protects it; with a shared secret, its reference.
        recipient_key_id: recipKID.
        transaction_id: The same in every message of a transaction.
        sender_nonce: Fresh in every message.
        recipient_nonce: The sender nonce of the message that this one answers.
        free_text: For people.
        general_info: For programs.
    """

    version: int = 2
    sender: bytes = NULL_DN
    recipient: bytes = NULL_DN
    message_time: datetime | None = None
    protection_algorithm: AlgorithmIdentifier | None = None
    sender_key_id: bytes | None = None
    recipient_key_id: bytes | None = None
    transaction_id: bytes | None = None
    sender_nonce: bytes | None = None
    recipient_nonce: bytes | None = None
    free_text: tuple[str, ...] = field(default=(), repr=False)
    general_info: tuple[InfoTypeAndValue, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> PKIHeader:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no PKIHeader.
            LimitError: An identifier or nonce has over 1,024 octets, or there are too many items.
        """
        fields = reader.sequence()
        version = fields.integer()
        if not 0 <= version <= _MAX_VERSION:
            raise fields.fail("version is out of range")
        sender = read_general_name(fields)
        recipient = read_general_name(fields)
        time = fields.enter_optional(der.context(0))
        message_time = None if time is None else read_generalized_time(time)
        algorithm = fields.enter_optional(der.context(1))
        protection_algorithm = None if algorithm is None else AlgorithmIdentifier.read(algorithm)
        octets = [_read_octets(fields, number) for number in range(2, 7)]
        text = fields.enter_optional(der.context(7))
        free_text = () if text is None else read_free_text(text)
        infos = fields.enter_optional(der.context(8))
        general_info = () if infos is None else InfoTypeAndValue.read_all(infos.sequence())
        for wrapper in (time, algorithm, text, infos):
            if wrapper is not None:
                wrapper.finish()
        fields.finish()
        return cls(
            version=version,
            sender=sender,
            recipient=recipient,
            message_time=message_time,
            protection_algorithm=protection_algorithm,
            sender_key_id=octets[0],
            recipient_key_id=octets[1],
            transaction_id=octets[2],
            sender_nonce=octets[3],
            recipient_nonce=octets[4],
            free_text=free_text,
            general_info=general_info,
        )

    def encode(self) -> bytes:
        """The DER encoding; the time of the message without fractions of a second."""
        time, algorithm = self.message_time, self.protection_algorithm
        identifiers = (
            self.sender_key_id,
            self.recipient_key_id,
            self.transaction_id,
            self.sender_nonce,
            self.recipient_nonce,
        )
        infos = b"".join(info.encode() for info in self.general_info)
        optional = (
            b"" if time is None else encode.generalized_time(time),
            b"" if algorithm is None else algorithm.encode(),
            *(b"" if octets is None else encode.octet_string(octets) for octets in identifiers),
            encode_free_text(self.free_text),
            encode.sequence(infos) if infos else b"",
        )
        return encode.sequence(
            encode.integer(self.version),
            self.sender,
            self.recipient,
            *(
                encode.context(number, content)
                for number, content in enumerate(optional)
                if content
            ),
        )


def _read_octets(fields: Reader, number: int) -> bytes | None:
    wrapper = fields.enter_optional(der.context(number))
    if wrapper is None:
        return None
    octets = wrapper.octet_string()
    wrapper.finish()
    if len(octets) > _MAX_OCTETS:
        raise LimitError("identifier or nonce size", len(octets), _MAX_OCTETS, where=fields.format)
    return octets
