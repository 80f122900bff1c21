# SPDX-License-Identifier: Apache-2.0
"""IdentifyData and VID (KCAC.TS.SIVID): the holder's identity in a subjectAltName otherName.

::

    IdentifyData ::= SEQUENCE {
        realName  UTF8String,
        userInfo  SEQUENCE OF SEQUENCE { type OBJECT IDENTIFIER, value ANY } OPTIONAL }
    VID ::= SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] EXPLICIT OCTET STRING }
    HashContent ::= SEQUENCE { idn PrintableString, randomNum BIT STRING }
"""

from __future__ import annotations

from typing import NamedTuple

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.strings import decode_string

__all__ = [
    "RawIdentifyData",
    "RawVid",
    "encode_hash_content",
    "encode_identify_data",
    "encode_vid",
    "read_identify_data",
    "read_vid",
]

_FORMAT = "identifyData"
_TAG_VIRTUAL_ID = der.context(0)


class RawVid(NamedTuple):
    """A VID: the hash algorithm as written, and the digest."""

    hash_algorithm: AlgorithmIdentifier
    digest: bytes


class RawIdentifyData(NamedTuple):
    """An IdentifyData; the VID is ``None`` in a CA's certificate, which has no userInfo."""

    real_name: str
    vid: RawVid | None


def read_vid(reader: Reader) -> RawVid:
    """Read a VID.

    Raises:
        FormatError: It is not one.
    """
    vid = reader.sequence()
    hash_algorithm = AlgorithmIdentifier.read(vid)
    wrapper = vid.enter(_TAG_VIRTUAL_ID)
    digest = wrapper.octet_string()
    wrapper.finish()
    vid.finish()
    return RawVid(hash_algorithm, digest)


def read_identify_data(encoded: bytes) -> RawIdentifyData:
    """Read one DER IdentifyData that fills ``encoded``. Attributes other than the VID are passed.

    Raises:
        FormatError: It is not an IdentifyData, or holds two VIDs.
    """
    reader = Reader(encoded, _FORMAT)
    data = reader.sequence()
    reader.finish()
    real_name, _ = decode_string(*data.read_any())
    vid: RawVid | None = None
    if not data.at_end:
        attributes = data.sequence()
        while not attributes.at_end:
            attribute = attributes.sequence()
            if attribute.oid() == oids.VID:
                if vid is not None:
                    raise attribute.fail("there are two VIDs")
                vid = read_vid(attribute)
            else:
                attribute.skip()
            attribute.finish()
    data.finish()
    return RawIdentifyData(real_name, vid)


def encode_vid(vid: RawVid) -> bytes:
    """The DER encoding of a VID."""
    return encode.sequence(
        vid.hash_algorithm.encode(), encode.context(0, encode.octet_string(vid.digest))
    )


def encode_hash_content(digits: str, random: bytes) -> bytes:
    """The DER encoding of a HashContent."""
    return encode.sequence(encode.printable_string(digits), encode.bit_string(random))


def encode_identify_data(data: RawIdentifyData) -> bytes:
    """The DER encoding of an IdentifyData."""
    if data.vid is None:
        return encode.sequence(encode.utf8_string(data.real_name))
    vid = encode_vid(data.vid)
    return encode.sequence(
        encode.utf8_string(data.real_name),
        encode.sequence(encode.sequence(encode.oid(oids.VID), vid)),
    )
