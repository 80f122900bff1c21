# SPDX-License-Identifier: Apache-2.0
"""Raw RSA operations with hashes and paddings as objects of `cryptography`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.compat.pypinksign.errors import UnlockValueError, UnsupportedValueError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    from kcert.credential import UnlockedKeyPair
    from kcert.credential.types import Octets

    Hash = HashAlgorithm | Prehashed

__all__ = ["decrypt", "encrypt", "is_weak", "private_key", "sign", "verify"]

# Octets of the shortest hash that still resists collisions: SHA-1 and SHA-224 do not reach it.
_STRONG_HASH: Final = 32


def private_key(opened: UnlockedKeyPair) -> RSAPrivateKey:
    """The key as an object of `cryptography`.

    Raises:
        UnsupportedValueError: It is not RSA, which is all that PyPinkSign knows.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = opened.to_cryptography()
    if isinstance(key, RSAPrivateKey):
        return key
    raise UnsupportedValueError(
        None,
        opened.private_key.key_type,
        use="private key",
        hint="an RSA key is needed",
        hint_ko="RSA 키가 필요합니다",
    )


def is_weak(algorithm: Hash | None) -> bool:
    """Whether a hash is too short to sign with today."""
    return algorithm is not None and algorithm.digest_size < _STRONG_HASH


def sign(
    key: RSAPrivateKey, msg: Octets, algorithm: Hash | None, padding: AsymmetricPadding | None
) -> bytes:
    """Sign; see `PinkSign.sign`."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    if is_weak(algorithm):
        raise UnsupportedValueError(
            None,
            getattr(algorithm, "name", "prehashed"),
            use="signature",
            hint="use SHA-256 or longer",
            hint_ko="SHA-256 이상을 쓰십시오",
        )
    return key.sign(bytes(msg), padding or PKCS1v15(), algorithm or SHA256())


def verify(
    key: RSAPublicKey,
    signature: Octets,
    msg: Octets,
    algorithm: Hash | None,
    padding: AsymmetricPadding | None,
) -> bool:
    """Verify; see `PinkSign.verify`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(bytes(signature), bytes(msg), padding or PKCS1v15(), algorithm or SHA256())
    except InvalidSignature:
        return False
    return True


def decrypt(key: RSAPrivateKey, msg: Octets, padding: AsymmetricPadding | None) -> bytes:
    """Decrypt; see `PinkSign.decrypt`."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    try:
        return key.decrypt(bytes(msg), padding or PKCS1v15())
    except ValueError:
        # One answer to every fault (RFC 3218), and nothing of the cause with it.
        pass
    raise UnlockValueError(
        "RSA ciphertext",
        "RSA 암호문",
        reason="it was not made for this key or is damaged",
        reason_ko="이 키로 암호화되지 않았거나 손상되었습니다",
    )


def encrypt(key: RSAPublicKey, msg: Octets, padding: AsymmetricPadding | None) -> bytes:
    """Encrypt; see `PinkSign.encrypt`."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    return key.encrypt(bytes(msg), padding or PKCS1v15())
