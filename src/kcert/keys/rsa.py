# SPDX-License-Identifier: Apache-2.0
"""RSA operations through `cryptography`, with kcert's errors."""

from __future__ import annotations

import hmac
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from kcert.errors import FormatError, SignatureError, UnlockError, UnsupportedAlgorithmError
from kcert.keys.padding import Padding

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    from kcert.certificate import Certificate

__all__ = [
    "decrypt",
    "encrypt",
    "encryption_padding",
    "full_check",
    "load",
    "sign",
    "signature_hash",
    "unwrap",
    "verify",
]

_SIGNING_DIGESTS = ("sha256", "sha384", "sha512")
_OAEP_DIGESTS = ("sha1", "sha256", "sha384", "sha512")


def _hash(digest: str, offered: tuple[str, ...], use: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    if digest not in offered:
        choice = ", ".join(offered)
        raise UnsupportedAlgorithmError(
            None, digest, use=use, hint=f"use one of {choice}", hint_ko=f"가능한 값: {choice}"
        )
    algorithm: HashAlgorithm = getattr(hashes, digest.upper())()
    return algorithm


def signature_hash(
    digest: str, message: bytes, *, prehashed: bool
) -> tuple[HashAlgorithm, HashAlgorithm | Prehashed]:
    """The hash of a signature, and what `cryptography` is to be told of it.

    Raises:
        UnsupportedAlgorithmError: Another hash.
        ValueError: ``message`` is said to be a hash and has not its length.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    algorithm = _hash(digest, _SIGNING_DIGESTS, "signature")
    if not prehashed:
        return algorithm, algorithm
    if len(message) != algorithm.digest_size:
        raise ValueError(f"a {digest} hash has {algorithm.digest_size} octets")
    return algorithm, Prehashed(algorithm)


def _signature_padding(padding: Padding, algorithm: HashAlgorithm) -> AsymmetricPadding:
    from cryptography.hazmat.primitives.asymmetric import padding as paddings

    if padding is Padding.PKCS1V15:
        return paddings.PKCS1v15()
    if padding is Padding.PSS:
        return paddings.PSS(paddings.MGF1(algorithm), algorithm.digest_size)
    raise ValueError("padding of a signature is Padding.PKCS1V15 or Padding.PSS")


def load(rsa_private_key: memoryview) -> RSAPrivateKey:
    """Load a key whose numbers have been checked, without the test of the primes.

    Args:
        rsa_private_key: DER of an RSAPrivateKey (RFC 8017 A.1.2).

    Raises:
        FormatError: `cryptography` does not take it.
    """
    return _load(rsa_private_key, skip=True)


def full_check(rsa_private_key: memoryview) -> None:
    """Check a key with all that OpenSSL checks, the primes among it.

    Raises:
        FormatError: It does not hold.
    """
    _load(rsa_private_key, skip=False)


@cache
def _loader() -> tuple[
    Callable[..., PrivateKeyTypes], type[RSAPrivateKey], tuple[type[Exception], ...]
]:
    # Imported on first use, and not anew for each key.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key, RSAPrivateKey, (ValueError, TypeError, UnsupportedAlgorithm)


def _load(rsa_private_key: memoryview, *, skip: bool) -> RSAPrivateKey:
    load_der, rsa_key, refusals = _loader()
    try:
        key = load_der(rsa_private_key, None, unsafe_skip_rsa_key_validation=skip)
    except refusals:
        key = None  # the error is made below, out of reach of the frames that know the key
    if not isinstance(key, rsa_key):
        raise FormatError(
            "RSA private key",
            "the key does not pass the check of its numbers",
            reason_ko="키의 수들이 검사를 통과하지 못했습니다",
        )
    return key


def sign(
    key: RSAPrivateKey,
    data: bytes | bytearray | memoryview,
    padding: Padding,
    digest: str,
    *,
    prehashed: bool,
) -> bytes:
    """Sign; see `PrivateKey.sign`."""
    message = bytes(data)
    algorithm, given = signature_hash(digest, message, prehashed=prehashed)
    scheme = _signature_padding(padding, algorithm)
    # The encoded hash needs room: RFC 8017 sections 9.1.1 (PSS) and 9.2 (19 octets DigestInfo).
    size = algorithm.digest_size
    needed = 2 * size + 2 if padding is Padding.PSS else size + 30
    if (key.key_size + 7) // 8 < needed:
        raise UnsupportedAlgorithmError(
            None,
            f"RSA-{key.key_size} with {digest}",
            use="signature",
            hint="the key is too short for the hash",
            hint_ko="해시에 비해 키가 너무 짧습니다",
        )
    return key.sign(message, scheme, given)


def verify(
    key: RSAPublicKey,
    signature: bytes | bytearray | memoryview,
    data: bytes | bytearray | memoryview,
    padding: Padding,
    digest: str,
    *,
    prehashed: bool,
) -> None:
    """Verify a signature made as `sign` makes it.

    Raises:
        SignatureError: It does not verify.
        UnsupportedAlgorithmError: Another hash.
        ValueError: ``data`` is said to be a hash and has not its length.
    """
    from cryptography.exceptions import InvalidSignature

    message = bytes(data)
    algorithm, given = signature_hash(digest, message, prehashed=prehashed)
    scheme = _signature_padding(padding, algorithm)
    try:
        key.verify(bytes(signature), message, scheme, given)
    except (InvalidSignature, ValueError):
        raise SignatureError(
            "the key did not make it over these data",
            reason_ko="이 키로 이 데이터에 만든 서명이 아닙니다",
        ) from None


def decrypt(
    key: RSAPrivateKey,
    ciphertext: bytes | bytearray | memoryview,
    padding: Padding,
    digest: str,
) -> bytes:
    """Decrypt; see `PrivateKey.decrypt`."""
    plain = _decrypted(key, ciphertext, encryption_padding(padding, digest, digest))
    if plain is not None:
        return plain
    raise UnlockError(
        "RSA ciphertext",
        "RSA 암호문",
        reason="it was not made for this key or is damaged",
        reason_ko="이 키로 암호화되지 않았거나 손상되었습니다",
    )


def unwrap(
    key: RSAPrivateKey,
    secret: bytearray,
    encrypted_key: bytes,
    size: int,
    scheme: AsymmetricPadding,
) -> bytes:
    """Decrypt a content key; see `PrivateKey.unwrap`. ``secret`` is known to the key's owner only.

    OpenSSL answers a wrong PKCS#1 v1.5 padding with octets of its own making; those, and a content
    key of another length, end in the same substitute.
    """
    # Both are made every time, so that time does not tell which one was taken.
    identity = hmac.digest(secret, b"kcert implicit rejection", "sha256")
    substitute = hmac.digest(identity, encrypted_key, "sha512")[:size]
    plain = _decrypted(key, encrypted_key, scheme)
    return plain if plain is not None and len(plain) == size else substitute


def encryption_padding(padding: Padding, digest: str, mask_digest: str) -> AsymmetricPadding:
    """How RSA pads what it encrypts.

    Raises:
        UnsupportedAlgorithmError: Another hash.
    """
    from cryptography.hazmat.primitives.asymmetric import padding as paddings

    if padding is Padding.PKCS1V15:
        return paddings.PKCS1v15()
    if padding is Padding.OAEP:
        algorithm = _hash(digest, _OAEP_DIGESTS, "RSAES-OAEP")
        mask = _hash(mask_digest, _OAEP_DIGESTS, "RSAES-OAEP")
        return paddings.OAEP(paddings.MGF1(mask), algorithm, None)
    raise ValueError("padding of encryption and decryption is Padding.PKCS1V15 or Padding.OAEP")


def _decrypted(
    key: RSAPrivateKey, ciphertext: bytes | bytearray | memoryview, scheme: AsymmetricPadding
) -> bytes | None:
    # One answer to every fault (RFC 3218), and nothing of the cause with it.
    with suppress(ValueError):
        return key.decrypt(bytes(ciphertext), scheme)
    return None


def encrypt(certificate: Certificate, content: bytes, padding: Padding, digest: str) -> bytes:
    """Encrypt something short, such as a content key, to a certificate.

    Raises:
        UnsupportedAlgorithmError: Another hash, or the key is not RSA or too short.
        FormatError: The key cannot be read.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    scheme = encryption_padding(padding, digest, digest)
    try:
        key = certificate.public_key() if certificate.key_type == "RSA" else None
        if isinstance(key, RSAPublicKey):
            with suppress(ValueError):
                return key.encrypt(content, scheme)
    finally:
        del content
    size = certificate.key_size
    raise UnsupportedAlgorithmError(
        None,
        f"{certificate.key_type}-{size} with {padding.value}",
        use="encryption to a certificate",
        hint="an RSA key is needed, and one long enough",
        hint_ko="길이가 충분한 RSA 키가 필요합니다",
    )
