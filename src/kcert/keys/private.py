# SPDX-License-Identifier: Apache-2.0
"""An open private key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1.pkcs8 import Attribute, PrivateKeyInfo
from kcert.errors import KcertError, LimitError
from kcert.keys import rsa
from kcert.keys.limits import DEFAULT_LIMITS, Limits
from kcert.keys.padding import Padding
from kcert.keys.profiles import NPKI, LockProfile
from kcert.keys.rsa_key import RSA_KEYS, RsaKey
from kcert.keys.secret import Secret
from kcert.keys.vid_random import VidRandom

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from kcert.keys.encrypted import EncryptedKey
    from kcert.keys.other_key import OtherKey

__all__ = ["PrivateKey"]


class PrivateKey(Secret):
    """An open private key with its PKCS#8 attributes, among them R.

    Korean keys are RSA. Other keys that `cryptography` has are kept as well; EC, DSA and Ed sign.

    Made by `EncryptedKey.unlock` and `PrivateKey.load`. Best used in a ``with`` block: closing
    overwrites the PKCS#8 octets and R. After that every use is a ``ValueError``.
    """

    __slots__ = ("_der", "_info", "_key", "_random")

    _der: bytearray
    _info: PrivateKeyInfo
    _key: RsaKey | OtherKey
    _random: VidRandom | None

    def __init__(self) -> None:
        raise TypeError("use EncryptedKey.unlock or PrivateKey.load")

    @classmethod
    def load(
        cls,
        pkcs8: bytes | bytearray | memoryview,
        *,
        full_check: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> PrivateKey:
        """Read a key that is not locked.

        Args:
            pkcs8: DER of a PrivateKeyInfo (RFC 5958); its octets are kept as they are.
            full_check: Check that the primes are prime, too (50 ms and more).
            limits: Caps; the file size counts here.

        Raises:
            FormatError: It is not one, is cut, goes on after its end, or its numbers do not fit.
            UnsupportedAlgorithmError: `cryptography` does not know such keys, for example KCDSA.
            LimitError: It is larger than ``limits.max_file_size``, or has over 16,384 bits.
        """
        try:
            size = memoryview(pkcs8).nbytes
            plain = bytearray(pkcs8 if size <= limits.max_file_size else b"")
        finally:
            del pkcs8
        if size > limits.max_file_size:
            raise LimitError("file size", size, limits.max_file_size, where="private key")
        try:
            return cls.adopt(plain, full_check=full_check)
        finally:
            del plain

    @classmethod
    def adopt(cls, plain: bytearray, *, full_check: bool = False) -> PrivateKey:
        """Take over a buffer, to be overwritten when closed; see `load` for what is raised."""
        try:
            info = PrivateKeyInfo.read(memoryview(plain))
            key = cls._read(info, memoryview(plain))
            if full_check:
                key.full_check()
        except KcertError:
            plain[:] = bytes(len(plain))
            raise
        self = cls.__new__(cls)
        self._der, self._info, self._key, self._random = plain, info, key, None
        return self

    @staticmethod
    def _read(info: PrivateKeyInfo, pkcs8: memoryview) -> RsaKey | OtherKey:
        if info.algorithm.oid in RSA_KEYS:
            return RsaKey(info)
        from kcert.keys.other_key import OtherKey

        return OtherKey(info, pkcs8)

    def __repr__(self) -> str:
        size = self.key_size
        return f"<PrivateKey {self.key_type}{'' if size is None else f'-{size}'}>"

    def _open(self) -> PrivateKeyInfo:
        if not self._der:
            raise ValueError("the private key is closed; unlock it again")
        return self._info

    def close(self) -> None:
        """Overwrite the PKCS#8 octets and R; every other use is a ``ValueError`` from now on."""
        if self._random is not None:
            self._random.close()
        self._key.forget()
        self._der[:] = bytes(len(self._der))
        self._der = bytearray()

    @property
    def key_type(self) -> str:
        """``"RSA"``, ``"EC"``, ``"DSA"``, ``"Ed25519"`` and so on, as `Certificate.key_type`."""
        return self._key.key_type

    @property
    def key_size(self) -> int | None:
        """Bits of the modulus, the field or the prime; ``None`` where that is not known."""
        return self._key.key_size

    @property
    def public_numbers(self) -> tuple[int, int] | None:
        """Modulus and public exponent of an RSA key, else ``None``."""
        return self._key.public_numbers

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The PKCS#8 attributes in their order. R is among them: treat the values as secret."""
        return tuple(
            Attribute(oid, tuple(bytes(value) for value in values))
            for oid, values in self._open().attributes
        )

    @property
    def random(self) -> VidRandom | None:
        """R from the attribute 1.2.410.200004.10.1.1.3, or ``None``: many km keys have none.

        Raises:
            FormatError: The attribute is there, but is not one BIT STRING of whole octets.
        """
        info = self._open()
        if self._random is None:
            self._random = VidRandom.among(info.attributes)
        return self._random

    def matches(self, public_key_info: bytes) -> bool:
        """Whether a SubjectPublicKeyInfo (DER, as in a certificate) is this key's public half.

        Raises:
            FormatError: It is not a SubjectPublicKeyInfo.
        """
        return self._key.matches(public_key_info)

    @property
    def public_key_info(self) -> bytes:
        """The public half, DER of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7)."""
        self._open()
        return self._key.public_key_info()

    def to_cryptography(self) -> PrivateKeyTypes:
        """The key as an object of the `cryptography` package, which stays open on its own."""
        self._open()
        return self._key.loaded()

    def sign(
        self,
        data: bytes | bytearray | memoryview,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> bytes:
        """Sign.

        Args:
            data: What to sign, or its hash where ``prehashed``.
            padding: Of RSA: PKCS#1 v1.5 or PSS (MGF1 with the same hash, salt as long as the
                hash). Other keys have none.
            digest: ``"sha256"``, ``"sha384"`` or ``"sha512"``; EdDSA has a hash of its own.
            prehashed: ``data`` is the hash already.

        Returns:
            The raw signature: of RSA as long as the modulus, of ECDSA and DSA in DER.

        Raises:
            UnsupportedAlgorithmError: Another hash, a key too short for the hash, or one that does
                not sign so.
            ValueError: ``data`` is said to be a hash and has not its length.
        """
        self._open()
        return self._key.sign(data, padding, digest, prehashed=prehashed)

    def verify(
        self,
        signature: bytes | bytearray | memoryview,
        data: bytes | bytearray | memoryview,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> None:
        """Verify a signature with the public half; arguments as in `sign`.

        Raises:
            SignatureError: It does not verify.
        """
        self._open()
        self._key.verify(signature, data, padding, digest, prehashed=prehashed)

    def decrypt(
        self,
        ciphertext: bytes | bytearray | memoryview,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
    ) -> bytes:
        """Decrypt what was encrypted to the public half of this key.

        A wrong PKCS#1 v1.5 padding is no error: OpenSSL answers with octets that depend on key
        and ciphertext (implicit rejection), so that nobody learns from the answer.

        Args:
            ciphertext: As long as the modulus.
            padding: PKCS#1 v1.5 or OAEP.
            digest: Hash of OAEP and of its MGF1.

        Raises:
            UnlockError: It does not decrypt with this key.
            UnsupportedAlgorithmError: Another hash.
        """
        self._open()
        return rsa.decrypt(self._key.for_decryption(), ciphertext, padding, digest)

    def unwrap(
        self,
        encrypted_key: bytes,
        size: int,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        mask_digest: str | None = None,
    ) -> bytes:
        """Decrypt a content key of known length, with one answer to every fault (RFC 3218).

        Whatever is wrong with ``encrypted_key``, octets come back that nobody can foresee, always
        the same ones for the same input: that it was wrong shows only in what they do not open.

        Args:
            encrypted_key: As long as the modulus.
            size: Octets of the content key.
            padding: PKCS#1 v1.5 or OAEP.
            digest: Hash of OAEP.
            mask_digest: Hash of its MGF1, default the same.

        Raises:
            UnsupportedAlgorithmError: Another hash.
        """
        self._open()
        key = self._key.for_decryption()
        scheme = rsa.encryption_padding(padding, digest, mask_digest or digest)
        return rsa.unwrap(key, self._der, encrypted_key, size, scheme)

    def lock(
        self,
        password: str | bytes | bytearray | memoryview,
        profile: LockProfile = NPKI,
    ) -> EncryptedKey:
        """Lock the key as it came, attributes included, under a fresh salt.

        Args:
            password: Text (as UTF-8) or octets, taken as they are.
            profile: How to lock, see `kcert.keys.profiles`.

        Raises:
            UnsupportedAlgorithmError: kcert cannot write what the profile names.
        """
        # Unlocking and locking know each other; this side looks the other up when it is needed.
        from kcert.keys.encrypted import EncryptedKey

        try:
            self._open()
            return EncryptedKey.lock(self._der, password, profile)
        finally:
            del password

    def reveal_pkcs8(self) -> bytes:
        """The PrivateKeyInfo, octet for octet as it came. Whoever has it has the key."""
        self._open()
        return bytes(self._der)
