# SPDX-License-Identifier: Apache-2.0
"""Requests to revoke and their answers (RFC 4210 sections 5.3.9 and 5.3.10)."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.bounded import open_sequence, read_members
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.crmf import MAX_REQUESTS, CertId, CertTemplate
from kcert._asn1.der import Reader
from kcert._asn1.x509 import read_extensions

__all__ = ["RevDetails", "RevRepContent", "RevReqContent"]

_FORMAT: Final = "CMP revocation"
_REASON_CODE: Final = "2.5.29.21"


@frozen
class RevDetails:
    """RevDetails: which certificate, and why.

    Attributes:
        template: Issuer and serial number of the certificate.
        reason: Number of the CRLReason (RFC 5280 section 5.3.1); ``None`` where there is none.
    """

    template: CertTemplate
    reason: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> RevDetails:
        """Read the next value of ``reader``; of the CRL entry's extensions only the reason.

        Raises:
            FormatError: It is no RevDetails.
        """
        fields = reader.sequence()
        template = CertTemplate.read(fields)
        reason = None
        if not fields.at_end:
            for oid, _, value in read_extensions(fields.sequence()):
                if oid == _REASON_CODE:
                    code = Reader(value, fields.format)
                    reason = code.integer(der.ENUMERATED)
                    code.finish()
        fields.finish()
        return cls(template, reason)

    def encode(self) -> bytes:
        """The DER encoding."""
        extensions = b""
        if self.reason is not None:
            code = encode.octet_string(encode.integer(self.reason, der.ENUMERATED))
            extensions = encode.sequence(encode.sequence(encode.oid(_REASON_CODE), code))
        return encode.sequence(self.template.encode(), extensions)


@frozen
class RevReqContent:
    """RevReqContent: the content of rr."""

    details: tuple[RevDetails, ...]

    @classmethod
    def load(cls, encoded: bytes) -> RevReqContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It asks for too much.
        """
        members = open_sequence(encoded, _FORMAT)
        return cls(read_members(members, RevDetails.read, what="requests", maximum=MAX_REQUESTS))

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(*(details.encode() for details in self.details))


@frozen
class RevRepContent:
    """RevRepContent: the content of rp.

    Attributes:
        statuses: What became of each request to revoke.
        certificates: Which certificates were meant, in the same order, where it says so.
        crls: Encoded certificate revocation lists.
    """

    statuses: tuple[PKIStatusInfo, ...]
    certificates: tuple[CertId, ...] = ()
    crls: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, encoded: bytes) -> RevRepContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It has too many answers.
        """
        fields = open_sequence(encoded, _FORMAT)
        statuses = read_members(
            fields.sequence(), PKIStatusInfo.read, what="answers", maximum=MAX_REQUESTS
        )
        identifiers = fields.enter_optional(der.context(0))
        crls = fields.enter_optional(der.context(1))
        fields.finish()
        return cls(
            statuses,
            ()
            if identifiers is None
            else read_members(
                identifiers.sequence(), CertId.read, what="certificates", maximum=MAX_REQUESTS
            ),
            ()
            if crls is None
            else read_members(
                crls.sequence(), Reader.read_encoded, what="lists", maximum=MAX_REQUESTS
            ),
        )

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.sequence(*(status.encode() for status in self.statuses)),
            encode.context(0, encode.sequence(*(found.encode() for found in self.certificates)))
            if self.certificates
            else b"",
            encode.context(1, encode.sequence(*self.crls)) if self.crls else b"",
        )
