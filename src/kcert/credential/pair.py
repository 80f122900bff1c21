# SPDX-License-Identifier: Apache-2.0
"""One certificate and its private key, locked and open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert import vid
from kcert.errors import FormatError, KeyMismatchError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.padding import Padding
from kcert.keys.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from kcert.certificate import Certificate
    from kcert.credential.types import Octets, Password
    from kcert.keys.encrypted import EncryptedKey
    from kcert.keys.limits import Limits
    from kcert.keys.private import PrivateKey
    from kcert.keys.vid_random import VidRandom

__all__ = ["KeyPair", "UnlockedKeyPair"]


@frozen
class KeyPair:
    """A certificate and its locked private key."""

    certificate: Certificate
    key: EncryptedKey

    def unlock(
        self, password: Password, *, full_check: bool = False, limits: Limits = DEFAULT_LIMITS
    ) -> UnlockedKeyPair:
        """Open the key and check that it is the certificate's; see `Credential.unlock`."""
        try:
            key = self.key.unlock(password, limits=limits, full_check=full_check)
        finally:
            del password
        return UnlockedKeyPair(self.certificate, key)


class UnlockedKeyPair(Secret):
    """A certificate and its open private key. Closing it overwrites the key.

    Args:
        certificate: The certificate.
        key: Its key, which from now on belongs to this object.

    Raises:
        KeyMismatchError: The key, which is closed now, is not the certificate's.
    """

    __slots__ = ("_certificate", "_key")

    def __init__(self, certificate: Certificate, key: PrivateKey) -> None:
        self._certificate = certificate
        self._key = key
        if not key.matches(certificate.public_key_info):
            key.close()
            raise KeyMismatchError(certificate.fingerprint())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._certificate!r}>"

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key."""
        return self._certificate

    @property
    def private_key(self) -> PrivateKey:
        """The open key, which is closed with this object."""
        return self._key

    @property
    def random(self) -> VidRandom | None:
        """R, the random number behind the VID; ``None`` where the key has none."""
        return self._key.random

    def sign(
        self,
        data: Octets,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> bytes:
        """Sign: PKCS#1 v1.5 with SHA-256 unless told otherwise; see `PrivateKey.sign`."""
        return self._key.sign(data, padding=padding, digest=digest, prehashed=prehashed)

    def verify(
        self,
        signature: Octets,
        data: Octets,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> None:
        """Verify a raw signature with the own certificate; arguments as in `sign`.

        Raises:
            SignatureError: It does not verify.
        """
        self._key.verify(signature, data, padding=padding, digest=digest, prehashed=prehashed)

    def decrypt(
        self,
        ciphertext: Octets,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
    ) -> bytes:
        """Decrypt what was encrypted to the certificate; see `PrivateKey.decrypt`."""
        return self._key.decrypt(ciphertext, padding=padding, digest=digest)

    def unwrap(
        self,
        encrypted_key: bytes,
        size: int,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        mask_digest: str | None = None,
    ) -> bytes:
        """Decrypt a content key of known length; see `PrivateKey.unwrap`."""
        return self._key.unwrap(
            encrypted_key, size, padding=padding, digest=digest, mask_digest=mask_digest
        )

    def verify_identity(self, id_number: str) -> None:
        """Check that an identity number is the holder's, with the key's own R.

        Args:
            id_number: Resident, foreigner, corporate or business registration number, with or
                without hyphens.

        Raises:
            IdentityMismatchError: It is not.
            FormatError: The number is not digits, the key has no R, or the certificate no VID.
        """
        random = self._key.random
        try:
            if random is None:
                raise FormatError(
                    "private key",
                    "has no VID random; find the copy that was issued, other software loses it",
                    reason_ko="VID 난수(R)가 없습니다; 원래 발급받은 사본을 찾으십시오",
                )
            vid.verify(self._certificate, id_number, random.reveal())
        finally:
            del id_number

    def to_cryptography(self) -> PrivateKeyTypes:
        """The key for other libraries, as an object of the `cryptography` package."""
        return self._key.to_cryptography()

    def reveal_pkcs8(self) -> bytes:
        """The PrivateKeyInfo with R, octet for octet as it came. Whoever has it has the key."""
        return self._key.reveal_pkcs8()

    def close(self) -> None:
        """Overwrite the key; every use of it is a ``ValueError`` from now on."""
        self._key.close()
