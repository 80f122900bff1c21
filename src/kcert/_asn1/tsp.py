# SPDX-License-Identifier: Apache-2.0
"""Time-Stamp Protocol: requests, responses and TSTInfo (RFC 3161 section 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.x509 import read_serial_number
from kcert.errors import LimitError

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = [
    "RawTimeStampResponse",
    "RawTstInfo",
    "encode_request",
    "read_response",
    "read_tst_info",
]

_STATUS: Final = (
    "granted",
    "grantedWithMods",
    "rejection",
    "waiting",
    "revocationWarning",
    "revocationNotification",
)
_FAILURES: Final = {
    0: "badAlg",
    2: "badRequest",
    5: "badDataFormat",
    14: "timeNotAvailable",
    15: "unacceptedPolicy",
    16: "unacceptedExtension",
    17: "addInfoNotAvailable",
    25: "systemFailure",
}
_MAX_NONCE_BITS: Final = 2_048
_MAX_SECONDS: Final = 1 << 32
_IMPLICIT: Final = tuple(der.context(number, constructed=False) for number in range(2))


class RawTimeStampResponse(NamedTuple):
    """Status, failures and token, the token still encoded."""

    status: str
    failures: tuple[str, ...]
    token: bytes | None


class RawTstInfo(NamedTuple):
    """What the authority signs; accuracy in seconds."""

    policy: str
    digest_algorithm: AlgorithmIdentifier
    digest: bytes
    serial_number: int
    time: datetime
    accuracy: float | None
    nonce: int | None


def encode_request(
    digest_algorithm: bytes, digest: bytes, *, policy: str | None, nonce: int
) -> bytes:
    """A TimeStampReq that asks for the authority's certificate."""
    return encode.sequence(
        encode.integer(1),
        encode.sequence(digest_algorithm, encode.octet_string(digest)),
        encode.oid(policy) if policy is not None else b"",
        encode.integer(nonce),
        encode.boolean(flag=True),
    )


def read_response(reader: Reader) -> RawTimeStampResponse:
    """Read a TimeStampResp.

    Raises:
        FormatError: It is malformed.
    """
    fields = reader.sequence()
    info = fields.sequence()
    number = info.integer()
    if info.peek() == der.SEQUENCE:
        info.skip()  # free text of the authority
    failures: list[str] = []
    if info.peek() == der.BIT_STRING:
        octets, _ = info.bit_string()
        bits = int.from_bytes(octets[:4].ljust(4, b"\0"), "big")
        failures = [name for bit, name in _FAILURES.items() if bits & 0x8000_0000 >> bit]
    info.finish()
    token = None if fields.at_end else fields.read_encoded()
    fields.finish()
    if not 0 <= number < len(_STATUS):
        raise reader.fail("status is unknown")
    return RawTimeStampResponse(_STATUS[number], tuple(failures), token)


def read_tst_info(reader: Reader) -> RawTstInfo:
    """Read a TSTInfo.

    Raises:
        FormatError: It is malformed.
        LimitError: A nonce of over 2,048 bits, a serial number of over 256 octets.
    """
    fields = reader.sequence()
    if fields.integer() != 1:
        raise fields.fail("version is not 1")
    policy = fields.oid()
    imprint = fields.sequence()
    algorithm = AlgorithmIdentifier.read(imprint)
    digest = imprint.octet_string()
    imprint.finish()
    serial_number = read_serial_number(fields)
    time = _read_time(fields)
    accuracy = None
    if fields.peek() == der.SEQUENCE:
        accuracy = _read_accuracy(fields.sequence())
    if fields.peek() == der.BOOLEAN:
        fields.boolean()
    nonce = fields.integer() if fields.peek() == der.INTEGER else None
    if nonce is not None and nonce.bit_length() > _MAX_NONCE_BITS:
        raise LimitError("nonce size in bits", nonce.bit_length(), _MAX_NONCE_BITS)
    for tag in (der.context(0), der.context(1)):
        if fields.peek() == tag:
            fields.skip()  # tsa, extensions
    fields.finish()
    return RawTstInfo(policy, algorithm, digest, serial_number, time, accuracy, nonce)


def _read_time(fields: Reader) -> datetime:
    """``YYYYMMDDhhmmss[.s…]Z``: unlike in certificates, with fractions of a second."""
    content = fields.read(der.GENERALIZED_TIME)
    digits, point, fraction = content[:-1].partition(b".")
    good = (
        content[-1:] == b"Z"
        and len(digits) == 14
        and digits.isdigit()
        and (fraction.isdigit() or not point)
    )
    if not good or len(fraction) > 64:
        raise fields.fail("time is not YYYYMMDDhhmmss[.s]Z")
    try:
        moment = datetime.strptime(digits.decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise fields.fail("time names no moment of the calendar") from None
    return moment.replace(microsecond=int(fraction[:6].ljust(6, b"0")))


def _read_accuracy(fields: Reader) -> float:
    seconds = fields.integer() if fields.peek() == der.INTEGER else 0
    parts = [0, 0]
    for number, tag in enumerate(_IMPLICIT):
        if fields.peek() == tag:
            parts[number] = fields.integer(tag)
            if not 0 < parts[number] < 1000:
                raise fields.fail("accuracy is out of range")
    fields.finish()
    if not 0 <= seconds < _MAX_SECONDS:
        raise fields.fail("accuracy is out of range")
    return seconds + parts[0] / 1_000 + parts[1] / 1_000_000
