# SPDX-License-Identifier: Apache-2.0
"""What goes to and fro around a request: confirming, polling, errors, general messages.

RFC 4210 sections 5.3.18 to 5.3.22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.bounded import open_sequence, read_members
from kcert._asn1.cmp_header import InfoTypeAndValue
from kcert._asn1.cmp_status import PKIStatusInfo, encode_free_text, read_free_text
from kcert._asn1.crmf import MAX_REQUESTS, read_request_id
from kcert.errors import LimitError

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = [
    "CertConfirmContent",
    "CertStatus",
    "ErrorMsgContent",
    "GenMsgContent",
    "PollRep",
    "PollRepContent",
    "PollReqContent",
]

_FORMAT: Final = "CMP message body"
_MAX_SECONDS: Final = 1 << 31
_MAX_CODE_BITS: Final = 63


@frozen
class CertStatus:
    """CertStatus: whether a certificate that came is accepted.

    Attributes:
        certificate_hash: Hash of the encoded certificate, by the hash of its signature or by
            ``hash_algorithm``.
        request_id: Number of the request.
        status: Accepted where there is none.
        hash_algorithm: Only from pvno 3 on (RFC 9480 section 2.10).
    """

    certificate_hash: bytes
    request_id: int
    status: PKIStatusInfo | None = None
    hash_algorithm: AlgorithmIdentifier | None = None

    @classmethod
    def read(cls, reader: Reader) -> CertStatus:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertStatus.
        """
        fields = reader.sequence()
        certificate_hash = fields.octet_string()
        request_id = read_request_id(fields)
        status = PKIStatusInfo.read(fields) if fields.peek() == der.SEQUENCE else None
        algorithm = None
        wrapper = fields.enter_optional(der.context(0))
        if wrapper is not None:
            algorithm = AlgorithmIdentifier.read(wrapper)
            wrapper.finish()
        fields.finish()
        return cls(certificate_hash, request_id, status, algorithm)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.octet_string(self.certificate_hash),
            encode.integer(self.request_id),
            b"" if self.status is None else self.status.encode(),
            b"" if self.hash_algorithm is None else encode.context(0, self.hash_algorithm.encode()),
        )


@frozen
class CertConfirmContent:
    """CertConfirmContent: the content of certConf. Of no certificate: all are rejected."""

    statuses: tuple[CertStatus, ...]

    @classmethod
    def load(cls, encoded: bytes) -> CertConfirmContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It tells of too many certificates.
        """
        members = open_sequence(encoded, _FORMAT)
        return cls(
            read_members(
                members, CertStatus.read, what="confirmations", maximum=MAX_REQUESTS, least=0
            )
        )

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(*(status.encode() for status in self.statuses))


@frozen
class PollReqContent:
    """PollReqContent: the content of pollReq: which requests are asked about."""

    request_ids: tuple[int, ...]

    @classmethod
    def load(cls, encoded: bytes) -> PollReqContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It asks about too many requests.
        """
        members = open_sequence(encoded, _FORMAT)
        return cls(read_members(members, _read_poll, what="requests", maximum=MAX_REQUESTS))

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            *(encode.sequence(encode.integer(number)) for number in self.request_ids)
        )


def _read_poll(reader: Reader) -> int:
    fields = reader.sequence()
    request_id = read_request_id(fields)
    fields.finish()
    return request_id


@frozen
class PollRep:
    """One answer in a pollRep: ask again after so many seconds."""

    request_id: int
    check_after: int
    reason: tuple[str, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> PollRep:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is none, or the time is negative or over 2**31 seconds.
        """
        fields = reader.sequence()
        request_id = read_request_id(fields)
        check_after = fields.integer()
        if not 0 <= check_after <= _MAX_SECONDS:
            raise fields.fail("time to wait is out of range")
        reason = () if fields.at_end else read_free_text(fields)
        fields.finish()
        return cls(request_id, check_after, reason)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.integer(self.request_id),
            encode.integer(self.check_after),
            encode_free_text(self.reason),
        )


@frozen
class PollRepContent:
    """PollRepContent: the content of pollRep."""

    answers: tuple[PollRep, ...]

    @classmethod
    def load(cls, encoded: bytes) -> PollRepContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It tells of too many requests.
        """
        members = open_sequence(encoded, _FORMAT)
        return cls(read_members(members, PollRep.read, what="answers", maximum=MAX_REQUESTS))

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(*(answer.encode() for answer in self.answers))


@frozen
class ErrorMsgContent:
    """ErrorMsgContent: the content of error.

    Attributes:
        status: What went wrong.
        code: The authority's own number for it.
        details: For people.
    """

    status: PKIStatusInfo
    code: int | None = None
    details: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, encoded: bytes) -> ErrorMsgContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: Its number has more than 63 bits.
        """
        fields = open_sequence(encoded, _FORMAT)
        status = PKIStatusInfo.read(fields)
        code = fields.integer() if fields.peek() == der.INTEGER else None
        if code is not None and code.bit_length() > _MAX_CODE_BITS:
            raise LimitError("error number bits", code.bit_length(), _MAX_CODE_BITS, where=_FORMAT)
        details = () if fields.at_end else read_free_text(fields)
        fields.finish()
        return cls(status, code, details)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            self.status.encode(),
            b"" if self.code is None else encode.integer(self.code),
            encode_free_text(self.details),
        )


@frozen
class GenMsgContent:
    """GenMsgContent, GenRepContent: the content of genm and genp."""

    items: tuple[InfoTypeAndValue, ...]

    @classmethod
    def load(cls, encoded: bytes) -> GenMsgContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It has more than 256 items.
        """
        return cls(InfoTypeAndValue.read_all(open_sequence(encoded, _FORMAT), least=0))

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(*(item.encode() for item in self.items))

    def value(self, oid: str) -> bytes | None:
        """The encoded value of the first item of a type."""
        return next((item.value for item in self.items if item.oid == oid), None)
