# SPDX-License-Identifier: Apache-2.0
"""What `verify` answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from kcert import vid
from kcert.errors import FormatError, SignatureError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.keys import Padding, VidRandom

__all__ = ["Attribute", "MessageSigner", "SignedMessage", "TimeStamp"]


@frozen
class Attribute:
    """An attribute of a signer.

    Attributes:
        oid: Its type, dotted.
        values: Its values, DER.
    """

    oid: str
    values: tuple[bytes, ...] = field(repr=False)


@frozen
class TimeStamp:
    """A verified time stamp (RFC 3161).

    Attributes:
        time: When the authority saw the data; aware, UTC.
        accuracy: Seconds that ``time`` may be off, or ``None`` where the authority does not say.
        policy: The policy under which it was made, dotted.
        serial_number: Its number at the authority.
        digest: Name of the hash of the data.
        nonce: The number that came with the request, or ``None``.
        certificate: Who made it.
        path: Its path to a trusted root, where a trust store was given.
        token: The token, DER.
    """

    time: datetime
    accuracy: float | None
    policy: str
    serial_number: int
    digest: str
    nonce: int | None
    certificate: Certificate
    path: Any = field(repr=False)
    token: bytes = field(repr=False)


@frozen
class MessageSigner:
    """One verified signature on a message.

    Attributes:
        certificate: Who made it.
        signing_time: When, by the signer's own clock; ``None`` where it does not say. No proof.
        digest: Name of the hash, ``"sha256"``.
        padding: Of RSA, else ``None``.
        signature_algorithm: Its name as in the message, ``"rsaEncryption"``.
        has_signed_attributes: Whether the signature is over attributes or over the content itself.
        signed_attributes: Those attributes.
        unsigned_attributes: What was added without being signed: anyone can have added it. R is
            not among them, see ``random``.
        weaknesses: What would not be accepted today: ``"sha1"``, ``"short-key"`` (RSA and DSA under
            2048 bits), ``"sha1-certificate"``.
        path: Its path to a trusted root, where a trust store was given.
        countersignatures: Verified signatures over this signature (RFC 5652 section 11.4).
        time_stamp: The verified time stamp over this signature, where it has one.
        random: R, where the signer sent it along as an unsigned attribute. Secret.
    """

    certificate: Certificate
    signing_time: datetime | None
    digest: str
    padding: Padding | None
    signature_algorithm: str
    has_signed_attributes: bool
    signed_attributes: tuple[Attribute, ...] = field(repr=False)
    unsigned_attributes: tuple[Attribute, ...] = field(repr=False)
    weaknesses: tuple[str, ...]
    path: Any = field(repr=False, eq=False)
    countersignatures: tuple[MessageSigner, ...] = field(repr=False)
    time_stamp: TimeStamp | None = field(repr=False)
    random: VidRandom | None = field(repr=False, eq=False)

    def verify_identity(self, id_number: str, random: bytes | None = None) -> None:
        """Check that an identity number is this signer's (본인확인).

        Args:
            id_number: Resident, foreigner, corporate or business registration number, with or
                without hyphens.
            random: R where it came on another way, for example as ``rValue``; default the R in the
                message.

        Raises:
            IdentityMismatchError: It is not.
            FormatError: There is no R, the certificate has no VID, or the number is not digits.
        """
        try:
            if random is None and self.random is not None:
                random = self.random.reveal()
            if random is None:
                raise FormatError(
                    "SignedData",
                    "the signer sent no R along, so no identity can be checked; "
                    "pass R, or ask the client to include it",
                    reason_ko="R 값이 없어 본인확인을 할 수 없습니다; R을 함께 보내도록 하십시오",
                )
            vid.verify(self.certificate, id_number, random)
        finally:
            del id_number, random


@frozen
class SignedMessage:
    """A message whose signatures all hold.

    Attributes:
        content: What was signed, octets; ``None`` where it went through as a stream.
        content_type: Its type, dotted; 1.2.840.113549.1.7.1 for plain data.
        is_detached: Whether the content was outside of the message.
        signers: Who signed, at least one, in the order of the message.
        certificates: All certificates in the message.
        size: Octets of the content.
    """

    content: bytes | None = field(repr=False)
    content_type: str
    is_detached: bool
    signers: tuple[MessageSigner, ...]
    certificates: tuple[Certificate, ...] = field(repr=False)
    size: int

    @property
    def text(self) -> str:
        """The content as text: UTF-8, else CP949, as the field's programs write it.

        Raises:
            FormatError: It is neither, or went through as a stream.
        """
        if self.content is not None:
            for encoding in ("utf-8", "cp949"):
                try:
                    return self.content.decode(encoding)
                except UnicodeDecodeError:
                    continue
        raise FormatError(
            "content",
            "it is not text in UTF-8 or CP949",
            reason_ko="UTF-8이나 CP949로 된 글이 아닙니다",
        )

    def signer(self, certificate: Certificate) -> MessageSigner:
        """The signature made with this certificate.

        Raises:
            SignatureError: There is none.
        """
        for one in self.signers:
            if one.certificate == certificate:
                return one
        raise SignatureError(
            f"the message is not signed by {certificate.fingerprint()[:16]}",
            reason_ko=f"{certificate.fingerprint()[:16]} 인증서의 서명이 없습니다",
        )
