# SPDX-License-Identifier: Apache-2.0
"""Hashes and signature algorithms of CMS signers (RFC 3370, 4056, 5754, 8419)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pss import read_pss_parameters
from kcert.errors import FormatError, SignatureError, UnsupportedAlgorithmError
from kcert.keys import Padding

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash

__all__ = [
    "DIGESTS",
    "SIGNING_DIGESTS",
    "SignatureScheme",
    "digest_identifier",
    "digest_name",
    "new_hash",
    "pss_identifier",
    "rsa_identifier",
    "signature_scheme",
]

_DIGESTS: Final = {
    "sha1": oids.SHA1,
    "sha224": oids.SHA224,
    "sha256": oids.SHA256,
    "sha384": oids.SHA384,
    "sha512": oids.SHA512,
}
_DIGEST_NAMES: Final = {oid: name for name, oid in _DIGESTS.items()}
DIGESTS: Final = tuple(_DIGESTS)
"""What is verified."""
SIGNING_DIGESTS: Final = ("sha256", "sha384", "sha512")
"""What is still signed with; SHA-1 and SHA-224 are only verified."""

_RSA_WITH: Final = {
    oids.SHA1_WITH_RSA: "sha1",
    "1.3.14.3.2.29": "sha1",  # sha1WithRSASignature of OIW, in old messages
    oids.SHA224_WITH_RSA: "sha224",
    oids.SHA256_WITH_RSA: "sha256",
    oids.SHA384_WITH_RSA: "sha384",
    oids.SHA512_WITH_RSA: "sha512",
}
_RSA_IDENTIFIERS: Final = {
    "sha256": oids.SHA256_WITH_RSA,
    "sha384": oids.SHA384_WITH_RSA,
    "sha512": oids.SHA512_WITH_RSA,
}
_ECDSA_WITH: Final = {
    oids.ECDSA_WITH_SHA1: "sha1",
    oids.ECDSA_WITH_SHA224: "sha224",
    oids.ECDSA_WITH_SHA256: "sha256",
    oids.ECDSA_WITH_SHA384: "sha384",
    oids.ECDSA_WITH_SHA512: "sha512",
}
_DSA_WITH: Final = {
    oids.DSA_WITH_SHA1: "sha1",
    oids.DSA_WITH_SHA224: "sha224",
    oids.DSA_WITH_SHA256: "sha256",
}
_NONE_OR_NULL: Final = (None, NULL_PARAMETERS)


@frozen
class SignatureScheme:
    """How a signature is checked.

    Attributes:
        key_type: ``"RSA"``, ``"EC"``, ``"DSA"`` or ``"Ed25519"``.
        digest: Hash of what is signed.
        padding: Of RSA, else ``None``.
        mask_digest: Hash of the MGF1 of PSS.
    """

    key_type: str
    digest: str
    padding: Padding | None = None
    mask_digest: str | None = None


def new_hash(name: str) -> _Hash:
    """A fresh hash object."""
    # The function of that name takes half the time that `hashlib.new` does.
    make: Callable[..., _Hash] = getattr(hashlib, name)
    return make(usedforsecurity=name != "sha1")


def digest_name(algorithm: AlgorithmIdentifier) -> str:
    """Name of a hash as `hashlib` has it; parameters are NULL or absent.

    Raises:
        UnsupportedAlgorithmError: kcert does not verify with it (MD5, HAS-160 …).
        FormatError: It has other parameters.
    """
    name = _DIGEST_NAMES.get(algorithm.oid)
    if name is None:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="digest of a signature")
    _no_parameters(algorithm)
    return name


def _no_parameters(algorithm: AlgorithmIdentifier) -> None:
    if algorithm.parameters not in _NONE_OR_NULL:
        raise FormatError(
            "AlgorithmIdentifier", f"{algorithm.name or algorithm.oid} has unexpected parameters"
        )


def signature_scheme(algorithm: AlgorithmIdentifier, digest: str) -> SignatureScheme:
    """How a signer with this hash has signed.

    Args:
        algorithm: The signatureAlgorithm of the signer.
        digest: Name of its digestAlgorithm; the two must agree.

    Raises:
        SignatureError: They do not agree.
        UnsupportedAlgorithmError: kcert does not have the algorithm.
        FormatError: Its parameters are malformed.
    """
    oid = algorithm.oid
    scheme: SignatureScheme | None = None
    if oid == oids.RSASSA_PSS:
        hashed, mask = _read_pss(algorithm.parameters)
        scheme = SignatureScheme("RSA", hashed, Padding.PSS, mask)
    elif oid == oids.ED25519:
        # RFC 8419 section 2.3 fixes the hash of the content to the one inside the algorithm.
        scheme = SignatureScheme("Ed25519", "sha512")
    elif oid == oids.RSA_ENCRYPTION or oid in _RSA_WITH:
        _no_parameters(algorithm)
        scheme = SignatureScheme("RSA", _RSA_WITH.get(oid, digest), Padding.PKCS1V15)
    elif oid in _ECDSA_WITH:
        scheme = SignatureScheme("EC", _ECDSA_WITH[oid])
    elif oid == oids.DSA or oid in _DSA_WITH:
        scheme = SignatureScheme("DSA", _DSA_WITH.get(oid, digest))
    if scheme is None:
        raise UnsupportedAlgorithmError(oid, algorithm.name, use="signature")
    if scheme.digest != digest:
        raise SignatureError(
            f"it is over a {digest} digest, but its algorithm names {scheme.digest}",
            reason_ko=f"다이제스트는 {digest}인데 서명 알고리즘은 {scheme.digest}입니다",
        )
    return scheme


def _read_pss(parameters: bytes | None) -> tuple[str, str]:
    """Hash and mask hash of RSASSA-PSS-params.

    The salt length is not held against the signature: the field's SDK does not document its own,
    and the signature shows the one that was used.
    """
    if parameters is None:
        raise FormatError("RSASSA-PSS parameters", "they are absent")
    found = read_pss_parameters(parameters)
    return (
        digest_name(AlgorithmIdentifier(found.hash_oid)),
        digest_name(AlgorithmIdentifier(found.mask_hash_oid)),
    )


@lru_cache(maxsize=32)
def digest_identifier(name: str, *, null: bool) -> bytes:
    """AlgorithmIdentifier of a hash, with NULL parameters or without (RFC 5754 section 2).

    Raises:
        UnsupportedAlgorithmError: Nothing is signed with this hash any more.
    """
    if name not in SIGNING_DIGESTS:
        choice = ", ".join(SIGNING_DIGESTS)
        raise UnsupportedAlgorithmError(
            _DIGESTS.get(name),
            name,
            use="digest of a signature",
            hint=f"sign with one of {choice}",
            hint_ko=f"서명에 쓸 수 있는 값: {choice}",
        )
    return encode.sequence(encode.oid(_DIGESTS[name]), encode.null() if null else b"")


@lru_cache(maxsize=32)
def rsa_identifier(digest: str, *, names_digest: bool) -> bytes:
    """RsaEncryption or ``sha…WithRSAEncryption``, each with NULL (RFC 3370, RFC 5754)."""
    oid = _RSA_IDENTIFIERS[digest] if names_digest else oids.RSA_ENCRYPTION
    return encode.sequence(encode.oid(oid), encode.null())


@lru_cache(maxsize=32)
def pss_identifier(digest: str) -> bytes:
    """id-RSASSA-PSS, MGF1 with the same hash, salt as long as the hash (RFC 4056 section 3)."""
    hashed = encode.sequence(encode.oid(_DIGESTS[digest]), encode.null())
    size = hashlib.new(digest).digest_size
    return encode.sequence(
        encode.oid(oids.RSASSA_PSS),
        encode.sequence(
            encode.context(0, hashed),
            encode.context(1, encode.sequence(encode.oid(oids.MGF1), hashed)),
            encode.context(2, encode.integer(size)),
        ),
    )
