# SPDX-License-Identifier: Apache-2.0
"""The holder's identity in a certificate: real name and VID (KCAC.TS.SIVID).

The VID is a double hash over the holder's identity number and R, the random number that lives in
the private key file. Computing and checking it is the work of `kcert.vid`.
"""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from kcert._asn1 import oids
from kcert._asn1.identify import read_identify_data

__all__ = ["VID", "IdentifyData"]

_DIGESTS: Final = frozenset(
    (oids.MD5, oids.SHA1, oids.SHA224, oids.SHA256, oids.SHA384, oids.SHA512, oids.HAS160)
)


@frozen
class VID:
    """A 가상식별번호 (virtual id).

    Attributes:
        hash_algorithm: Name as `hashlib` knows it, ``"sha256"``; ``"has160"``; or the dotted OID of
            an algorithm that is not known.
        hash_oid: Dotted OID of the hash algorithm.
        hash_parameters: Parameters of the hash algorithm as encoded: ``None`` where they are
            absent (as real certificates have it), ``05 00`` where they are NULL.
        digest: The double hash.
    """

    hash_algorithm: str
    hash_oid: str
    hash_parameters: bytes | None
    digest: bytes = field(repr=False)


@frozen
class IdentifyData:
    """What the subjectAltName says of the holder's identity.

    Attributes:
        real_name: Name of the holder.
        vid: The VID, or ``None`` (certificates of authorities have none).
    """

    real_name: str = field(repr=False)
    vid: VID | None

    @classmethod
    def load(cls, der: bytes) -> IdentifyData:
        """Read a DER IdentifyData, the value of an otherName 1.2.410.200004.10.1.1.

        Raises:
            FormatError: It is not an IdentifyData.
        """
        raw = read_identify_data(der)
        if raw.vid is None:
            return cls(raw.real_name, None)
        algorithm, digest = raw.vid
        known = algorithm.oid in _DIGESTS
        name = oids.name_of(algorithm.oid) if known else None
        return cls(
            raw.real_name,
            VID(name or algorithm.oid, algorithm.oid, algorithm.parameters, digest),
        )
