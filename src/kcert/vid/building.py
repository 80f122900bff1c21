# SPDX-License-Identifier: Apache-2.0
"""Building what a certificate says of its holder's identity."""

from __future__ import annotations

from typing import Final

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.identify import RawIdentifyData, RawVid, encode_identify_data
from kcert.certificate import VID, IdentifyData
from kcert.errors import FormatError, UnsupportedAlgorithmError
from kcert.vid.checking import compute, hash_name

__all__ = ["build", "build_vid", "encode", "raw_vid"]

_MAX_NAME: Final = 1_024
_OIDS: Final = {
    "sha1": oids.SHA1,
    "sha224": oids.SHA224,
    "sha256": oids.SHA256,
    "sha384": oids.SHA384,
    "sha512": oids.SHA512,
}


def build(
    real_name: str,
    id_number: str,
    random: bytes,
    hash_algorithm: str = "sha256",
    *,
    null_parameters: bool = False,
) -> IdentifyData:
    """Build an IdentifyData: real name and VID.

    Args:
        real_name: Name of the holder.
        id_number: See `compute`.
        random: R, see `compute`.
        hash_algorithm: ``"sha256"``; older certificates have ``"sha1"``.
        null_parameters: Write the parameters of the hash as NULL, as some issuing clients do;
            certificates have none.

    Raises:
        FormatError: The number or R is no such thing, or the name is empty or over 1,024 letters.
        UnsupportedAlgorithmError: kcert does not have the hash, or it has no object identifier.
    """
    try:
        if not 0 < len(real_name) <= _MAX_NAME:
            raise FormatError("real name", f"must have from 1 to {_MAX_NAME} letters")
        return IdentifyData(
            real_name,
            build_vid(id_number, random, hash_algorithm, null_parameters=null_parameters),
        )
    finally:
        del id_number, random, real_name


def build_vid(id_number: str, random: bytes, hash_algorithm: str, *, null_parameters: bool) -> VID:
    """Build a VID; arguments as for `build`."""
    try:
        digest = compute(id_number, random, hash_algorithm)
    finally:
        del id_number, random
    name = hash_name(hash_algorithm)
    oid = _OIDS.get(name)
    if oid is None:
        raise UnsupportedAlgorithmError(None, name, use="VID hash")
    return VID(name, oid, NULL_PARAMETERS if null_parameters else None, digest)


def raw_vid(vid: VID) -> RawVid:
    """A VID as it is encoded."""
    return RawVid(AlgorithmIdentifier(vid.hash_oid, vid.hash_parameters), vid.digest)


def encode(identity: IdentifyData) -> bytes:
    """The DER encoding of an IdentifyData, the value of an otherName 1.2.410.200004.10.1.1."""
    vid = None if identity.vid is None else raw_vid(identity.vid)
    return encode_identify_data(RawIdentifyData(identity.real_name, vid))
