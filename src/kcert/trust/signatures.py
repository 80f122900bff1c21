# SPDX-License-Identifier: Apache-2.0
"""Checking signatures on certificates, CRLs and OCSP responses, with keys kept between calls."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.pss import read_pss_parameters
from kcert.certificate.public_keys import PublicKeyFacts, load_public_key, read_public_key
from kcert.errors import FormatError, KcertError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from kcert.certificate.signatures import SignatureAlgorithm

__all__ = ["inherit_parameters", "key_facts", "lacks_parameters", "signature_holds"]

_USE: Final = "signature check"
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_RSA: Final = frozenset(
    (
        oids.SHA1_WITH_RSA,
        "1.3.14.3.2.29",
        oids.SHA224_WITH_RSA,
        oids.SHA256_WITH_RSA,
        oids.SHA384_WITH_RSA,
        oids.SHA512_WITH_RSA,
    )
)
_ECDSA: Final = frozenset(
    (
        oids.ECDSA_WITH_SHA1,
        oids.ECDSA_WITH_SHA224,
        oids.ECDSA_WITH_SHA256,
        oids.ECDSA_WITH_SHA384,
        oids.ECDSA_WITH_SHA512,
    )
)
_DSA: Final = frozenset(("1.2.840.10040.4.3", "2.16.840.1.101.3.4.3.1", "2.16.840.1.101.3.4.3.2"))
_ED25519: Final = "1.3.101.112"
_ED448: Final = "1.3.101.113"
# Authorities' keys come over and over; larger ones are no authority's.
_MAX_CACHED: Final = 4096


def _load_key(public_key_info: bytes) -> tuple[PublicKeyFacts, PublicKeyTypes]:
    facts = read_public_key(public_key_info)
    if facts.type == "EC" and facts.size is None:
        # Explicit parameters let whoever wrote the key choose the arithmetic.
        raise UnsupportedAlgorithmError(facts.oid, "curve without a name", use=_USE)
    return facts, load_public_key(public_key_info)


_load_known_key = lru_cache(maxsize=128)(_load_key)
_read_known_key = lru_cache(maxsize=256)(read_public_key)


def key_facts(public_key_info: bytes) -> PublicKeyFacts:
    """Type and size of a key (SubjectPublicKeyInfo, DER). Raises as `read_public_key`."""
    known = len(public_key_info) <= _MAX_CACHED
    return _read_known_key(public_key_info) if known else read_public_key(public_key_info)


def _parts(public_key_info: bytes) -> tuple[AlgorithmIdentifier, bytes, int]:
    info = Reader(public_key_info, "public key").sequence()
    return AlgorithmIdentifier.read(info), *info.bit_string()


def lacks_parameters(public_key_info: bytes) -> bool:
    """Whether it is a DSA key that takes its parameters from the issuer's (RFC 3279 2.3.2)."""
    if key_facts(public_key_info).oid != oids.DSA:
        return False
    return _parts(public_key_info)[0].parameters in (None, NULL_PARAMETERS)


def inherit_parameters(public_key_info: bytes, issuer_key_info: bytes) -> bytes:
    """The working public key (RFC 5280 section 6.1.4 (d) to (f)), DER.

    Args:
        public_key_info: The subject's key.
        issuer_key_info: The issuer's working public key.
    """
    if not lacks_parameters(public_key_info) or key_facts(issuer_key_info).oid != oids.DSA:
        return public_key_info
    algorithm, key, unused = _parts(public_key_info)
    parameters = _parts(issuer_key_info)[0].parameters
    inherited = AlgorithmIdentifier(algorithm.oid, parameters)
    return encode.sequence(inherited.encode(), encode.bit_string(key, unused))


def _hash(digest: str | None, algorithm: SignatureAlgorithm) -> hashes.HashAlgorithm:
    found = _HASHES.get(digest or "")
    if found is None:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_USE)
    return found()


def _pss(algorithm: SignatureAlgorithm) -> tuple[padding.PSS, hashes.HashAlgorithm]:
    if algorithm.parameters is None or algorithm.parameters[0] != der.SEQUENCE:
        raise FormatError("RSASSA-PSS parameters", "they are missing")
    parameters = read_pss_parameters(algorithm.parameters)
    digest = _hash(oids.name_of(parameters.hash_oid), algorithm)
    mask = _hash(oids.name_of(parameters.mask_hash_oid), algorithm)
    return padding.PSS(padding.MGF1(mask), parameters.salt_length), digest


def _verify(
    key: PublicKeyTypes, algorithm: SignatureAlgorithm, data: bytes, signature: bytes
) -> bool:
    """Check with the one scheme that key and algorithm agree on; False where they do not agree."""
    match key:
        case rsa.RSAPublicKey() if algorithm.oid in _RSA:
            # NULL by the standard; absent is met (RFC 4055 section 5 wants both accepted).
            if algorithm.parameters not in (None, NULL_PARAMETERS):
                return False
            digest = _hash(algorithm.digest, algorithm)
            key.verify(signature, data, padding.PKCS1v15(), digest)
        case rsa.RSAPublicKey() if algorithm.oid == oids.RSASSA_PSS:
            pss, digest = _pss(algorithm)
            key.verify(signature, data, pss, digest)
        case ec.EllipticCurvePublicKey() if algorithm.oid in _ECDSA:
            key.verify(signature, data, ec.ECDSA(_hash(algorithm.digest, algorithm)))
        case dsa.DSAPublicKey() if algorithm.oid in _DSA:
            key.verify(signature, data, _hash(algorithm.digest, algorithm))
        case ed25519.Ed25519PublicKey() if algorithm.oid == _ED25519:
            key.verify(signature, data)
        case ed448.Ed448PublicKey() if algorithm.oid == _ED448:
            key.verify(signature, data)
        case _:
            return False
    return True


def signature_holds(
    public_key_info: bytes, algorithm: SignatureAlgorithm, data: bytes, signature: bytes
) -> bool:
    """Whether a signature verifies under a key. Weak hashes and keys are the caller's business.

    Args:
        public_key_info: The signer's SubjectPublicKeyInfo, DER.
        algorithm: How it was signed.
        data: What was signed, as encoded.
        signature: The signature.

    Raises:
        UnsupportedAlgorithmError: kcert has no such signatures or keys, or never believes them:
            MD5, curves without a name.
        FormatError: The key or the parameters are malformed.
        LimitError: The key is larger than 16,384 bits.
    """
    known = len(public_key_info) <= _MAX_CACHED
    facts, key = _load_known_key(public_key_info) if known else _load_key(public_key_info)
    if algorithm.digest not in _HASHES and algorithm.oid not in (_ED25519, _ED448):
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_USE)
    if facts.oid == oids.RSASSA_PSS and algorithm.oid != oids.RSASSA_PSS:
        return False
    try:
        return _verify(key, algorithm, data, signature)
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_USE) from None
    except KcertError:
        raise
    except ValueError:
        # A key and a signature that cannot go together, for example a modulus too short for it.
        return False
