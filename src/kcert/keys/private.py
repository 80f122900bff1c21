# SPDX-License-Identifier: Apache-2.0
"""An open private key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import oids
from kcert._asn1.der import Reader
from kcert._asn1.pkcs8 import Attribute, PrivateKeyInfo, RSAPrivateKey, rsa_public_numbers
from kcert.errors import FormatError, KcertError, LimitError, UnsupportedAlgorithmError
from kcert.keys import rsa
from kcert.keys.limits import DEFAULT_LIMITS, Limits
from kcert.keys.padding import Padding
from kcert.keys.profiles import NPKI, LockProfile
from kcert.keys.secret import Secret
from kcert.keys.vid_random import VidRandom

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey as OpenSSLKey

    from kcert.keys.encrypted import EncryptedKey

__all__ = ["PrivateKey"]


class PrivateKey(Secret):
    """An open RSA private key with its PKCS#8 attributes, among them R.

    Made by `EncryptedKey.unlock` and `PrivateKey.load`. Best used in a ``with`` block: closing
    overwrites the PKCS#8 octets and R. After that every use is a ``ValueError``.
    """

    __slots__ = ("_der", "_info", "_key", "_public", "_random")

    _der: bytearray
    _info: PrivateKeyInfo
    _public: tuple[int, int]
    _key: OpenSSLKey | None
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
            UnsupportedAlgorithmError: It is not an RSA key.
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
        """Take over a buffer with a PrivateKeyInfo, to be overwritten when closed.

        Raises:
            FormatError: It is not one, or its numbers do not fit together.
            UnsupportedAlgorithmError: It is not an RSA key.
            LimitError: It has over 16,384 bits.
        """
        self = cls.__new__(cls)
        self._der = plain
        self._key = None
        self._random = None
        self._public = (0, 0)
        del plain
        try:
            self._read()
            if full_check:
                rsa.full_check(self._info.private_key)
        except KcertError:
            self.close()
            raise
        return self

    def _read(self) -> None:
        self._info = PrivateKeyInfo.read(memoryview(self._der))
        algorithm = self._info.algorithm
        if algorithm.oid != oids.RSA_ENCRYPTION:
            raise UnsupportedAlgorithmError(
                algorithm.oid,
                algorithm.name,
                use="private key",
                hint="only RSA keys are supported",
                hint_ko="RSA 키만 지원합니다",
            )
        numbers = RSAPrivateKey.read(self._info.private_key)
        if not numbers.is_consistent():
            raise FormatError(
                "RSA private key",
                "the numbers of the key do not fit together",
                reason_ko="키의 수들이 서로 맞지 않습니다",
            )
        self._public = numbers.n, numbers.e

    def __repr__(self) -> str:
        return f"<PrivateKey RSA-{self._public[0].bit_length()}>"

    def _open(self) -> PrivateKeyInfo:
        if not self._der:
            raise ValueError("the private key is closed; unlock it again")
        return self._info

    def close(self) -> None:
        """Overwrite the PKCS#8 octets and R; every other use is a ``ValueError`` from now on."""
        if self._random is not None:
            self._random.close()
        self._key = None
        self._der[:] = bytes(len(self._der))
        self._der = bytearray()

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self._public[0].bit_length()

    @property
    def public_numbers(self) -> tuple[int, int]:
        """Modulus and public exponent."""
        return self._public

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The PKCS#8 attributes in their order. R is among them: treat the values as secret."""
        return tuple(
            Attribute(oid, tuple(bytes(value) for value in values))
            for oid, values in self._open().attributes()
        )

    @property
    def random(self) -> VidRandom | None:
        """R from the attribute 1.2.410.200004.10.1.1.3, or ``None``: many km keys have none.

        Raises:
            FormatError: The attribute is there, but is not one BIT STRING of whole octets.
        """
        found = [v for oid, v in self._open().attributes() if oid == oids.RANDOM_NUM]
        if self._random is None and found:
            if len(found) > 1 or len(found[0]) != 1:
                raise FormatError("VID random", "the private key has more than one")
            reader = Reader(found[0][0], "VID random")  # type: ignore[arg-type]  # a view, not a copy
            octets, unused = reader.bit_string()
            reader.finish()
            if unused or not octets:
                raise FormatError("VID random", "it is not a number of whole octets")
            self._random = VidRandom(octets)
        return self._random

    def matches(self, public_key_info: bytes) -> bool:
        """Whether a SubjectPublicKeyInfo (DER, as in a certificate) is this key's public half.

        Raises:
            FormatError: It is not a SubjectPublicKeyInfo.
        """
        return rsa_public_numbers(public_key_info) == self._public

    def to_cryptography(self) -> OpenSSLKey:
        """The key as an object of the `cryptography` package, which stays open on its own."""
        info = self._open()
        if self._key is None:
            self._key = rsa.load(info.private_key)
        return self._key

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
            padding: PKCS#1 v1.5 or PSS (MGF1 with the same hash, salt as long as the hash).
            digest: ``"sha256"``, ``"sha384"`` or ``"sha512"``.
            prehashed: ``data`` is the hash already.

        Returns:
            The raw signature, as long as the modulus.

        Raises:
            UnsupportedAlgorithmError: Another hash, or a key too short for the hash.
            ValueError: ``data`` is said to be a hash and has not its length.
        """
        return rsa.sign(self.to_cryptography(), data, padding, digest, prehashed=prehashed)

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
        return rsa.decrypt(self.to_cryptography(), ciphertext, padding, digest)

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
        key = self.to_cryptography()
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
