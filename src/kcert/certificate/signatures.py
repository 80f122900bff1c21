# SPDX-License-Identifier: Apache-2.0
"""The signature algorithms of certificates, by name and digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import der, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SignatureAlgorithm", "signature_algorithm", "signature_digest"]

_DIGESTS: Final[Mapping[str, str]] = {
    oids.MD5_WITH_RSA: "md5",
    oids.SHA1_WITH_RSA: "sha1",
    "1.3.14.3.2.29": "sha1",
    oids.SHA224_WITH_RSA: "sha224",
    oids.SHA256_WITH_RSA: "sha256",
    oids.SHA384_WITH_RSA: "sha384",
    oids.SHA512_WITH_RSA: "sha512",
    oids.ECDSA_WITH_SHA1: "sha1",
    oids.ECDSA_WITH_SHA224: "sha224",
    oids.ECDSA_WITH_SHA256: "sha256",
    oids.ECDSA_WITH_SHA384: "sha384",
    oids.ECDSA_WITH_SHA512: "sha512",
    "1.2.840.10040.4.3": "sha1",
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "1.2.410.200004.1.8": "has160",
    "1.2.410.200004.1.9": "sha1",
    "1.2.410.200004.1.20": "has160",
    "1.2.410.200004.1.22": "has160",
    "1.2.410.200004.1.23": "sha1",
    "1.2.410.200004.1.24": "has160",
    "1.2.410.200004.1.27": "sha256",
    "1.2.410.200004.1.38": "sha256",
    "1.2.410.200004.1.40": "sha224",
    "1.2.410.200004.1.41": "sha224",
}


@frozen
class SignatureAlgorithm:
    """How a certificate is signed.

    Attributes:
        oid: Dotted identifier.
        name: Its usual name, for example ``"sha256WithRSAEncryption"``, or ``None``.
        digest: The hash in it as `hashlib` calls it, or ``"has160"``; ``None`` where it has none
            (Ed25519) or it is not known.
        parameters: Parameters as encoded, or ``None`` where they are absent.
    """

    oid: str
    name: str | None
    digest: str | None
    parameters: bytes | None


def _pss_digest(parameters: bytes | None) -> str | None:
    """Digest of RSASSA-PSS-params (RFC 4055 section 3.1); SHA-1 where it is left out."""
    if parameters is None:
        return None
    try:
        wrapper = Reader(parameters, "RSASSA-PSS").sequence().enter_optional(der.context(0))
        return (
            oids.name_of(AlgorithmIdentifier.read(wrapper).oid) if wrapper is not None else "sha1"
        )
    except FormatError:
        return None


def signature_digest(algorithm: AlgorithmIdentifier) -> str | None:
    """The hash in an AlgorithmIdentifier; malformed parameters leave it unknown."""
    if algorithm.oid == oids.RSASSA_PSS:
        return _pss_digest(algorithm.parameters)
    return _DIGESTS.get(algorithm.oid)


def signature_algorithm(algorithm: AlgorithmIdentifier) -> SignatureAlgorithm:
    """The facts of an AlgorithmIdentifier."""
    return SignatureAlgorithm(
        algorithm.oid,
        oids.name_of(algorithm.oid),
        signature_digest(algorithm),
        algorithm.parameters,
    )
