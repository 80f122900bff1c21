# SPDX-License-Identifier: Apache-2.0
"""A private key at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from kcert._asn1 import oids
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys.ciphers import CIPHERS
from kcert.keys.kdf import PRF_DIGESTS
from kcert.keys.limits import DEFAULT_LIMITS, Limits
from kcert.keys.passwords import Password
from kcert.keys.private import PrivateKey
from kcert.keys.profiles import MODERN, NPKI, LockProfile
from kcert.keys.schemes import PBE_SCHEMES, Scheme, new_scheme, read_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EncryptedKey"]


@frozen(repr=False)
class EncryptedKey:
    """One locked private key: a PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 section 3).

    Its facts are readable without the password. A key in a scheme that kcert does not have can be
    loaded and kept; only `unlock` refuses it.

    Attributes:
        der: The encoding, as in a file ``signPri.key``.
    """

    der: bytes
    _info: EncryptedPrivateKeyInfo = field(init=False, eq=False)
    _scheme: Scheme | None = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        info = EncryptedPrivateKeyInfo.read(self.der)
        try:
            scheme = read_scheme(info.algorithm)
        except UnsupportedAlgorithmError:
            scheme = None
        size = len(info.encrypted_data)
        if size == 0 or (scheme is not None and size % scheme.cipher.block_size):
            raise FormatError(
                "encrypted private key",
                f"the encrypted part of {size} octets is not whole blocks; the file is damaged",
                reason_ko="암호화된 부분의 길이가 블록 단위가 아닙니다; 파일이 손상되었습니다",
            )
        object.__setattr__(self, "_info", info)
        object.__setattr__(self, "_scheme", scheme)

    @classmethod
    def load(
        cls, der: bytes | bytearray | memoryview, *, limits: Limits = DEFAULT_LIMITS
    ) -> EncryptedKey:
        """Read a locked key.

        Args:
            der: DER of an EncryptedPrivateKeyInfo.
            limits: Caps; the file size counts here, the rest when unlocking.

        Raises:
            FormatError: It is not one, is cut, or goes on after its end.
            LimitError: It is larger than ``limits.max_file_size``, or its rounds have over 63 bits.
        """
        try:
            size = memoryview(der).nbytes
            maximum = limits.max_file_size
            if size > maximum:
                raise LimitError("file size", size, maximum, where="encrypted private key")
            return cls(bytes(der))
        except KcertError as error:
            # It may be a key that is not locked, which the parser's frames would show.
            failure = error
        finally:
            del der
        raise failure.without_origin()

    def __repr__(self) -> str:
        rounds = "" if self.iterations is None else f", {self.iterations} rounds"
        return f"<EncryptedKey {self.scheme}{rounds}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.der,)

    @property
    def scheme_oid(self) -> str:
        """Object identifier of the scheme."""
        return self._info.algorithm.oid

    @property
    def scheme(self) -> str:
        """Name of the scheme, for example ``"pbeWithSHA1AndSEED-CBC"``; its OID where unknown."""
        return self._info.algorithm.name or self.scheme_oid

    @property
    def cipher(self) -> str | None:
        """Name of the cipher, for example ``"seedCBC"``; ``None`` in an unsupported scheme."""
        return None if self._scheme is None else self._scheme.cipher.name

    @property
    def prf(self) -> str | None:
        """Name of the HMAC of PBKDF2, for example ``"hmacWithSHA256"``; ``None`` elsewhere."""
        if self._scheme is None or self._scheme.prf is None:
            return None
        return oids.name_of(self._scheme.prf)

    @property
    def iterations(self) -> int | None:
        """Rounds of the key derivation; ``None`` in an unsupported scheme."""
        return None if self._scheme is None else self._scheme.iterations

    @property
    def salt_size(self) -> int | None:
        """Octets of the salt; ``None`` in an unsupported scheme."""
        return None if self._scheme is None else len(self._scheme.salt)

    def needs_relock(self, profile: LockProfile = MODERN) -> bool:
        """Whether this lock is weaker than ``profile`` in scheme, cipher, hash, rounds or salt.

        A key in a scheme that kcert does not have counts as weaker.
        """
        if self._scheme is None:
            return True
        pairs = zip(_strength(self._scheme), _strength(new_scheme(profile)), strict=True)
        return any(mine < wanted for mine, wanted in pairs)

    def similar_profile(self) -> LockProfile:
        """A profile that locks as this key is locked, so that the same programs open it.

        Fewer than 2,048 rounds become 2,048, a salt of fewer than 8 octets becomes 8, and schemes
        that kcert only reads become `NPKI`; scrypt, and what kcert only reads in PBES2, `MODERN`.

        Raises:
            UnsupportedAlgorithmError: kcert does not have the scheme.
        """
        scheme = self._scheme or read_scheme(self._info.algorithm)
        oid = self.scheme_oid
        if oid == oids.PBES2 and not (scheme.prf in PRF_DIGESTS and scheme.cipher.oid in CIPHERS):
            return MODERN
        if oid in PBE_SCHEMES and not PBE_SCHEMES[oid].writable:
            oid = NPKI.scheme
        return LockProfile(
            name=self.scheme,
            scheme=oid,
            cipher=scheme.cipher.oid if oid == oids.PBES2 else None,
            prf=scheme.prf,
            iterations=min(max(scheme.iterations, NPKI.iterations), 2_000_000),
            salt_size=min(max(len(scheme.salt), NPKI.salt_size), 1_024),
        )

    def unlock(
        self,
        password: str | bytes | bytearray | memoryview,
        *,
        limits: Limits = DEFAULT_LIMITS,
        full_check: bool = False,
    ) -> PrivateKey:
        """Open the key.

        The RSA numbers are checked against each other by arithmetic; that the primes are prime
        is only checked on request, since it takes 50 ms and more, the rest about 2 ms.

        Args:
            password: Text (as UTF-8) or octets, taken as they are.
            limits: Caps on rounds and salt.
            full_check: Check the primes too.

        Raises:
            UnlockError: The password is wrong or the data are damaged.
            UnsupportedAlgorithmError: kcert does not have the scheme, or keys of this kind.
            LimitError: Too many rounds or too long a salt (before any work), or too large a key.
        """
        try:
            secret = Password(password)
        finally:
            # Neither this frame nor those below may show the password in a traceback.
            del password
        with secret:
            scheme = self._scheme or read_scheme(self._info.algorithm)
            scheme.check(limits)
            key = self._adopt(scheme.decrypt(self._info.encrypted_data, secret), full_check)
        if key is None:
            raise UnlockError
        return key

    @staticmethod
    def _adopt(candidates: Iterator[bytearray], full_check: bool) -> PrivateKey | None:
        """The first plaintext that is a key, if one is."""
        for plain in candidates:
            try:
                return PrivateKey.adopt(plain, full_check=full_check)
            except FormatError:
                # Padding fits by chance once in 256 wrong passwords.
                continue
            finally:
                del plain
        return None

    @classmethod
    def lock(
        cls,
        pkcs8: bytes | bytearray,
        password: str | bytes | bytearray | memoryview,
        profile: LockProfile,
    ) -> EncryptedKey:
        """Lock the octets of a PrivateKeyInfo; see `PrivateKey.lock`."""
        try:
            secret = Password(password)
            with secret:
                scheme = new_scheme(profile)
                encrypted = scheme.encrypt(pkcs8, secret)
        finally:
            del password, pkcs8
        return cls(EncryptedPrivateKeyInfo(scheme.algorithm, encrypted).encode())


def _strength(scheme: Scheme) -> tuple[int, ...]:
    oid = scheme.algorithm.oid
    family = 2 if oid == oids.PBES2 else int(PBE_SCHEMES[oid].writable)
    prf = list(PRF_DIGESTS).index(scheme.prf) if scheme.prf in PRF_DIGESTS else -1
    return family, scheme.cipher.strength, prf, scheme.iterations, len(scheme.salt)
