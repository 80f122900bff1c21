# SPDX-License-Identifier: Apache-2.0
"""What an authority says of a request: PKIStatusInfo (RFC 4210 section 5.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import der, encode
from kcert._asn1.bounded import read_members
from kcert._asn1.strings import STRING_TYPES, decode_string

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = [
    "FAILURES",
    "STATUSES",
    "PKIStatusInfo",
    "encode_free_text",
    "read_free_text",
]

STATUSES: Final = (
    "accepted",
    "grantedWithMods",
    "rejection",
    "waiting",
    "revocationWarning",
    "revocationNotification",
    "keyUpdateWarning",
)
"""PKIStatus by number."""

FAILURES: Final = (
    "badAlg",
    "badMessageCheck",
    "badRequest",
    "badTime",
    "badCertId",
    "badDataFormat",
    "wrongAuthority",
    "incorrectData",
    "missingTimeStamp",
    "badPOP",
    "certRevoked",
    "certConfirmed",
    "wrongIntegrity",
    "badRecipientNonce",
    "timeNotAvailable",
    "unacceptedPolicy",
    "unacceptedExtension",
    "addInfoNotAvailable",
    "badSenderNonce",
    "badCertTemplate",
    "signerNotTrusted",
    "transactionIdInUse",
    "unsupportedVersion",
    "notAuthorized",
    "systemUnavail",
    "systemFailure",
    "duplicateCertReq",
)
"""PKIFailureInfo by number of the bit."""

_MAX_TEXTS: Final = 64


def read_free_text(reader: Reader) -> tuple[str, ...]:
    """Read a PKIFreeText. Other string types than UTF8String are read too.

    Raises:
        FormatError: It holds something else than strings, or nothing.
        LimitError: It holds more than 64.
    """
    return read_members(reader.sequence(), _read_text, what="texts", maximum=_MAX_TEXTS)


def _read_text(reader: Reader) -> str:
    tag, content = reader.read_any()
    if tag not in STRING_TYPES:
        raise reader.fail("free text is no string")
    return decode_string(tag, content)[0]


def encode_free_text(texts: tuple[str, ...]) -> bytes:
    """The DER encoding of a PKIFreeText; of no texts, nothing."""
    return encode.sequence(*map(encode.utf8_string, texts)) if texts else b""


@frozen
class PKIStatusInfo:
    """PKIStatusInfo.

    Attributes:
        status: One of `STATUSES`.
        texts: What it says to people.
        failures: Of `FAILURES`, in their order.
    """

    status: str
    texts: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> PKIStatusInfo:
        """Read the next value of ``reader``. Failures without a name here are left out.

        Raises:
            FormatError: It is no PKIStatusInfo, or its status has no name.
        """
        fields = reader.sequence()
        number = fields.integer()
        if not 0 <= number < len(STATUSES):
            raise fields.fail("status is unknown")
        texts = read_free_text(fields) if fields.peek() == der.SEQUENCE else ()
        failures: tuple[str, ...] = ()
        if fields.peek() == der.BIT_STRING:
            octets, _ = fields.bit_string()
            bits = int.from_bytes(octets[:4].ljust(4, b"\0"), "big")
            failures = tuple(name for bit, name in enumerate(FAILURES) if bits & 0x8000_0000 >> bit)
        fields.finish()
        return cls(STATUSES[number], texts, failures)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.integer(STATUSES.index(self.status)),
            encode_free_text(self.texts),
            _encode_failures(self.failures) if self.failures else b"",
        )


def _encode_failures(failures: tuple[str, ...]) -> bytes:
    """A BIT STRING with named bits: no zero bits at its end (X.690 11.2.2)."""
    numbers = [FAILURES.index(name) for name in failures]
    size = max(numbers) + 1
    octets = (size + 7) // 8
    bits = sum({1 << (8 * octets - 1 - number) for number in numbers})
    return encode.bit_string(bits.to_bytes(octets, "big"), 8 * octets - size)
