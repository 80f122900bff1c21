# SPDX-License-Identifier: Apache-2.0
"""What an identity check sends and hashes (KCAC.TS.SIVID, KCAC.TS.CMP appendix 1).

::

    EncryptContent ::= SEQUENCE { vid VID, randomNum BIT STRING }
    EncryptedVID ::= SEQUENCE {
        version       [0] EXPLICIT INTEGER (0),
        vidHashAlg    [1] EXPLICIT AlgorithmIdentifier,
        vidEncAlg     [2] EXPLICIT AlgorithmIdentifier,
        certID        [3] EXPLICIT IssuerAndSerialNumber,
        encryptedVID  [4] EXPLICIT OCTET STRING }
"""

from __future__ import annotations

from typing import NamedTuple

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.enveloped import IssuerAndSerialNumber
from kcert._asn1.identify import RawVid, encode_vid, read_vid

__all__ = [
    "RawEncryptedVid",
    "encode_encrypt_content",
    "read_encrypt_content",
    "read_hash_content",
    "read_random",
]


class RawEncryptedVid(NamedTuple):
    """An EncryptedVID."""

    hash_algorithm: AlgorithmIdentifier
    encryption_algorithm: AlgorithmIdentifier
    certificate_id: IssuerAndSerialNumber
    encrypted: bytes

    @classmethod
    def load(cls, encoded: bytes) -> RawEncryptedVid:
        """Read one DER EncryptedVID that fills ``encoded``.

        Raises:
            FormatError: It is not one.
        """
        whole = Reader(encoded, "EncryptedVID")
        reader = whole.sequence()
        whole.finish()
        fields = [reader.enter(der.context(number)) for number in range(5)]
        reader.finish()
        fields[0].integer()
        found = cls(
            AlgorithmIdentifier.read(fields[1]),
            AlgorithmIdentifier.read(fields[2]),
            IssuerAndSerialNumber.read(fields[3]),
            fields[4].octet_string(),
        )
        for field in fields:
            field.finish()
        return found

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.context(0, encode.integer(0)),
            encode.context(1, self.hash_algorithm.encode()),
            encode.context(2, self.encryption_algorithm.encode()),
            encode.context(3, self.certificate_id.encode()),
            encode.context(4, encode.octet_string(self.encrypted)),
        )


def read_hash_content(encoded: bytes) -> tuple[bytes, bytes]:
    """Read one DER HashContent: the number as it is written, and R.

    Raises:
        FormatError: It is not one.
    """
    reader = Reader(encoded, "HashContent")
    content = reader.sequence()
    reader.finish()
    digits = content.read(der.PRINTABLE_STRING)
    random = read_random(content)
    content.finish()
    return digits, random


def encode_encrypt_content(vid: RawVid, random: bytes) -> bytes:
    """The DER encoding of an EncryptContent."""
    return encode.sequence(encode_vid(vid), encode.bit_string(random))


def read_encrypt_content(encoded: bytes) -> tuple[RawVid, bytes]:
    """Read one DER EncryptContent: the VID, and R.

    Raises:
        FormatError: It is not one.
    """
    reader = Reader(encoded, "EncryptContent")
    content = reader.sequence()
    reader.finish()
    vid = read_vid(content)
    random = read_random(content)
    content.finish()
    return vid, random


def read_random(reader: Reader) -> bytes:
    """Read R, a BIT STRING of whole octets.

    Raises:
        FormatError: It is not one, or empty.
    """
    octets, unused = reader.bit_string()
    if unused or not octets:
        raise reader.fail("the VID random is not a number of whole octets")
    return octets
