# SPDX-License-Identifier: Apache-2.0
"""The messages of the Online Certificate Status Protocol (RFC 6960, nonce RFC 9654).

Responses are read tolerantly where responders in use stray from DER, and only there: their times
may have fractions of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.times import read_generalized_time
from kcert._asn1.x509 import read_extensions, read_serial_number
from kcert.errors import LimitError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "BASIC_RESPONSE",
    "MAX_OCSP_SIZE",
    "NONCE",
    "RawBasicResponse",
    "RawCertId",
    "RawSingleResponse",
    "encode_request",
    "read_request",
    "read_response",
]

MAX_OCSP_SIZE: Final = 1 << 20
BASIC_RESPONSE: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"

_FORMAT: Final = "OCSP response"
_MAX_RESPONSES: Final = 1000
_MAX_CERTIFICATES: Final = 32


class RawCertId(NamedTuple):
    """A CertID: which certificate is meant."""

    hash_algorithm: AlgorithmIdentifier
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int

    @classmethod
    def read(cls, reader: Reader) -> RawCertId:
        """Read the next value of ``reader``."""
        fields = reader.sequence()
        found = cls(
            AlgorithmIdentifier.read(fields),
            fields.octet_string(),
            fields.octet_string(),
            read_serial_number(fields),
        )
        fields.finish()
        return found

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            self.hash_algorithm.encode(),
            encode.octet_string(self.issuer_name_hash),
            encode.octet_string(self.issuer_key_hash),
            encode.integer(self.serial_number),
        )


class RawSingleResponse(NamedTuple):
    """What a responder says about one certificate.

    Attributes:
        certificate_id: Which certificate.
        status: ``"good"``, ``"revoked"`` or ``"unknown"``.
        revocation_time: Since when it is revoked.
        reason: Number of the CRLReason, 0 where none is given.
        this_update: When this was known to be so.
        next_update: By when there will be something newer.
        extensions: Of this response alone.
    """

    certificate_id: RawCertId
    status: str
    revocation_time: datetime | None
    reason: int
    this_update: datetime
    next_update: datetime | None
    extensions: tuple[tuple[str, bool, bytes], ...]


class RawBasicResponse(NamedTuple):
    """A BasicOCSPResponse. Of the responder's two identifiers, one is given."""

    tbs: bytes
    responder_name: bytes | None
    responder_key_hash: bytes | None
    produced_at: datetime
    responses: tuple[RawSingleResponse, ...]
    extensions: tuple[tuple[str, bool, bytes], ...]
    algorithm: AlgorithmIdentifier
    signature: bytes
    certificates: tuple[bytes, ...]


def encode_request(certificate_id: RawCertId, nonce: bytes | None) -> bytes:
    """An unsigned OCSPRequest about one certificate, DER.

    Args:
        certificate_id: Which certificate.
        nonce: Random octets that the response must repeat, 1 to 128; ``None`` for none.
    """
    extensions = b""
    if nonce is not None:
        value = encode.octet_string(encode.octet_string(nonce))
        extension = encode.sequence(encode.oid(NONCE), value)
        extensions = encode.context(2, encode.sequence(extension))
    requests = encode.sequence(encode.sequence(certificate_id.encode()))
    return encode.sequence(encode.sequence(requests, extensions))


def read_request(encoded: bytes) -> tuple[RawCertId, bytes | None]:
    """The first certificate that an OCSPRequest asks about, and the nonce.

    Raises:
        FormatError: It is no OCSPRequest.
    """
    reader = Reader(encoded, "OCSP request")
    fields = reader.sequence().sequence()
    for number in (0, 1):
        if fields.peek() == der.context(number):
            fields.skip()
    certificate_id = RawCertId.read(fields.sequence().sequence())
    wrapper = fields.enter_optional(der.context(2))
    extensions = () if wrapper is None else read_extensions(wrapper.sequence())
    for oid, _, value in extensions:
        if oid == NONCE:
            return certificate_id, Reader(value, "OCSP nonce").octet_string()
    return certificate_id, None


def read_response(encoded: bytes) -> tuple[int, RawBasicResponse | None]:
    """Status of an OCSPResponse, and the response where the status is 0 (successful).

    Raises:
        FormatError: It is malformed, or of another type than a basic response.
        LimitError: More than `MAX_OCSP_SIZE` octets, or more than 1,000 answers in it.
    """
    if len(encoded) > MAX_OCSP_SIZE:
        raise LimitError("OCSP response size", len(encoded), MAX_OCSP_SIZE, where=_FORMAT)
    outer = Reader(encoded, _FORMAT)
    fields = outer.sequence()
    outer.finish()
    status = fields.integer(der.ENUMERATED)
    wrapper = fields.enter_optional(der.context(0))
    fields.finish()
    if status != 0:
        return status, None
    if wrapper is None:
        raise outer.fail("it is said to be successful and holds no response")
    content = wrapper.sequence()
    wrapper.finish()
    if content.oid() != BASIC_RESPONSE:
        raise content.fail("it is not a basic response")
    basic = content.octet_string()
    content.finish()
    return status, _read_basic(basic)


def _read_basic(encoded: bytes) -> RawBasicResponse:
    outer = Reader(encoded, _FORMAT)
    basic = outer.sequence()
    outer.finish()
    tbs = basic.read_encoded()
    algorithm = AlgorithmIdentifier.read(basic)
    signature, _ = basic.bit_string()
    certificates: list[bytes] = []
    wrapper = basic.enter_optional(der.context(0))
    if wrapper is not None:
        members = wrapper.sequence()
        wrapper.finish()
        while not members.at_end:
            if len(certificates) >= _MAX_CERTIFICATES:
                raise members.fail("there are too many certificates")
            certificates.append(members.read_encoded())
    basic.finish()

    fields = Reader(tbs, _FORMAT).sequence()
    version = fields.enter_optional(der.context(0))
    if version is not None and version.integer() != 0:
        raise fields.fail("version is not 1")
    name, key_hash = _read_responder(fields)
    produced_at = read_generalized_time(fields)
    members = fields.sequence()
    responses: list[RawSingleResponse] = []
    while not members.at_end:
        if len(responses) >= _MAX_RESPONSES:
            raise LimitError("answers", len(responses) + 1, _MAX_RESPONSES, where=_FORMAT)
        responses.append(_read_single(members.sequence()))
    extensions = _read_optional_extensions(fields)
    fields.finish()
    return RawBasicResponse(
        tbs=tbs,
        responder_name=name,
        responder_key_hash=key_hash,
        produced_at=produced_at,
        responses=tuple(responses),
        extensions=extensions,
        algorithm=algorithm,
        signature=signature,
        certificates=tuple(certificates),
    )


def _read_responder(fields: Reader) -> tuple[bytes | None, bytes | None]:
    name: bytes | None = None
    key_hash: bytes | None = None
    by_name = fields.enter_optional(der.context(1))
    if by_name is not None:
        name = by_name.read_encoded()
        by_name.finish()
    else:
        by_key = fields.enter(der.context(2))
        key_hash = by_key.octet_string()
        by_key.finish()
    return name, key_hash


def _read_optional_extensions(fields: Reader) -> tuple[tuple[str, bool, bytes], ...]:
    wrapper = fields.enter_optional(der.context(1))
    if wrapper is None:
        return ()
    extensions = read_extensions(wrapper.sequence())
    wrapper.finish()
    return extensions


def _read_single(fields: Reader) -> RawSingleResponse:
    certificate_id = RawCertId.read(fields)
    revocation_time: datetime | None = None
    reason = 0
    tag = fields.peek()
    if tag == der.context(0, constructed=False):
        status = "good"
        fields.skip()
    elif tag == der.context(1):
        status = "revoked"
        revoked = fields.enter(tag)
        revocation_time = read_generalized_time(revoked)
        wrapper = revoked.enter_optional(der.context(0))
        if wrapper is not None:
            reason = wrapper.integer(der.ENUMERATED)
            wrapper.finish()
        revoked.finish()
    elif tag == der.context(2, constructed=False):
        status = "unknown"
        fields.skip()
    else:
        raise fields.fail("status is neither good, revoked nor unknown")
    this_update = read_generalized_time(fields)
    next_update: datetime | None = None
    wrapper = fields.enter_optional(der.context(0))
    if wrapper is not None:
        next_update = read_generalized_time(wrapper)
        wrapper.finish()
    extensions = _read_optional_extensions(fields)
    fields.finish()
    return RawSingleResponse(
        certificate_id, status, revocation_time, reason, this_update, next_update, extensions
    )
