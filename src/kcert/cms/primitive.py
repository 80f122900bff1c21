# SPDX-License-Identifier: Apache-2.0
"""Checking one raw signature with the key of a certificate."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kcert.certificate.public_keys import load_public_key, read_public_key
from kcert.errors import SignatureError, UnsupportedAlgorithmError
from kcert.keys import Padding

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from kcert.cms.algorithms import SignatureScheme

__all__ = ["check_signature"]

# What stays in the cache is small and public.
_MAX_CACHED: Final = 1_024
_PKCS1V15: Final = padding.PKCS1v15()
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # only verified, and told among the weaknesses
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def _load_anew(public_key_info: bytes) -> tuple[str, PublicKeyTypes]:
    facts = read_public_key(public_key_info)
    if facts.type == "EC" and facts.size is None:
        # Explicit parameters let whoever wrote the key choose the arithmetic.
        raise UnsupportedAlgorithmError(facts.oid, "curve without a name", use="signature")
    if facts.inherits_parameters:
        raise UnsupportedAlgorithmError(
            facts.oid,
            "DSA without own parameters",
            use="signature",
            hint="give a trust store, whose path says which they are",
            hint_ko="파라미터를 알 수 있도록 trust를 지정하십시오",
        )
    try:
        return facts.type, load_der_public_key(public_key_info)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return facts.type, load_public_key(public_key_info)  # says what is wrong with it


_load_known = lru_cache(maxsize=256)(_load_anew)


def _key(public_key_info: bytes) -> tuple[str, PublicKeyTypes]:
    """Type of a key, and the key; those of signers who come back are kept."""
    known = len(public_key_info) <= _MAX_CACHED
    return _load_known(public_key_info) if known else _load_anew(public_key_info)


def check_signature(
    public_key_info: bytes,
    scheme: SignatureScheme,
    signature: bytes,
    data: bytes,
    *,
    prehashed: bool,
) -> None:
    """Check a raw signature.

    Args:
        public_key_info: The SubjectPublicKeyInfo of the signer, DER.
        scheme: How it was made.
        signature: The signature; PSS with a salt of any length.
        data: What was signed, or its hash.
        prehashed: ``data`` is the hash.

    Raises:
        SignatureError: It does not hold, or the key is of another kind.
        UnsupportedAlgorithmError: `cryptography` has no such keys; or Ed25519, which
            takes no hash.
        FormatError: The key is malformed.
        LimitError: The key is larger than 16,384 bits.
    """
    key_type, key = _key(public_key_info)
    if key_type != scheme.key_type:
        raise SignatureError(
            f"the algorithm is for {scheme.key_type} keys, the certificate has another one",
            reason_ko="서명 알고리즘과 인증서의 키 종류가 다릅니다",
        )
    try:
        _verify(key, scheme, signature, data, prehashed=prehashed)
    except (InvalidSignature, ValueError, OverflowError):
        raise SignatureError(
            "the key of the certificate did not make it over these data",
            reason_ko="이 인증서의 키로 이 데이터에 만든 서명이 아닙니다",
        ) from None
    except UnsupportedAlgorithm:
        raise UnsupportedAlgorithmError(None, scheme.digest, use="signature") from None


def _verify(
    key: PublicKeyTypes, scheme: SignatureScheme, signature: bytes, data: bytes, *, prehashed: bool
) -> None:
    if scheme.key_type == "Ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
        if prehashed:
            raise UnsupportedAlgorithmError(
                None,
                scheme.key_type,
                use="signature without signed attributes",
                hint="pass the content as bytes",
                hint_ko="내용을 bytes로 주십시오",
            )
        key.verify(signature, data)
        return
    algorithm = _HASHES[scheme.digest]
    hashed = Prehashed(algorithm) if prehashed else algorithm
    if isinstance(key, rsa.RSAPublicKey):
        shape: padding.AsymmetricPadding = _PKCS1V15
        if scheme.padding is Padding.PSS:
            mask = padding.MGF1(_HASHES[scheme.mask_digest or scheme.digest])
            shape = padding.PSS(mask, padding.PSS.AUTO)
        key.verify(signature, data, shape, hashed)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashed))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, data, hashed)
