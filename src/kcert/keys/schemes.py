# SPDX-License-Identifier: Apache-2.0
"""Password-based encryption schemes: from an AlgorithmIdentifier to a lock, and back.

Two families: schemes whose one object identifier says everything (`PBE_SCHEMES`), and PBES2, which
names a cipher (`kcert.keys.ciphers.CIPHERS`) and a pseudo-random function
(`kcert.keys.kdf.PRF_DIGESTS`). To add one, add a row to the right table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.pkcs5 import PBEParameter, PBES2Parameters, PBKDF2Parameters
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError
from kcert.keys import pkcs12
from kcert.keys.ciphers import (
    CIPHERS,
    RC2_40,
    RC2_128,
    RC4,
    RC4_40,
    BlockCipher,
    StreamCipher,
)
from kcert.keys.kdf import PRF_DIGESTS, pbkdf1, pbkdf2

if TYPE_CHECKING:
    from kcert.keys.limits import Limits
    from kcert.keys.passwords import Password
    from kcert.keys.profiles import LockProfile

__all__ = ["PBE_SCHEMES", "PbeScheme", "Scheme", "new_scheme", "read_scheme"]

_USE = "private key lock"

Derivation = Callable[[bytearray, bytes, int], tuple[bytes, bytes]]
"""``derive(password, salt, iterations)``: key and initialisation vector."""


Readings = Callable[[bytearray], Iterator[bytearray]]
"""The octets that a scheme may derive from, for one password; the standard's first."""


def _as_given(password: bytearray) -> Iterator[bytearray]:
    yield password


@frozen
class Scheme:
    """One lock: a scheme with all its parameters.

    Attributes:
        algorithm: What stands in the file.
        cipher: The block cipher.
        salt: The salt.
        iterations: Rounds of the key derivation.
        prf: Object identifier of the HMAC of PBKDF2, ``None`` in other schemes.
    """

    algorithm: AlgorithmIdentifier
    cipher: BlockCipher
    salt: bytes
    iterations: int
    prf: str | None
    _derive: Derivation = field(repr=False, eq=False)
    _readings: Readings = field(default=_as_given, repr=False, eq=False)

    def check(self, limits: Limits, use: str = _USE) -> None:
        """Refuse what would take too much work, before any of it is done.

        Raises:
            LimitError: Too many rounds, or too long a salt.
        """
        if self.iterations > limits.max_iterations:
            raise LimitError("iterations", self.iterations, limits.max_iterations, where=use)
        if len(self.salt) > limits.max_salt_size:
            raise LimitError("salt size", len(self.salt), limits.max_salt_size, where=use)

    def decrypt(self, data: bytes, password: Password) -> Iterator[bytearray]:
        """Decrypt: what comes out with a right padding, for each reading of the password.

        Nothing comes out for a wrong password but by chance: one padding of 256 is right. The
        caller says by the content which plaintext it takes, and overwrites the others.
        """
        for octets in self._readings(password.octets):
            key, iv = self._derive(octets, self.salt, self.iterations)
            plain = self.cipher.decrypt(key, iv, data)
            if plain is not None:
                yield plain

    def encrypt(self, data: bytes | bytearray, password: Password) -> bytes:
        """Encrypt, under the standard's reading of the password.

        Raises:
            FormatError: The scheme needs text, and the password is not UTF-8.
        """
        if self._readings is _as_given:
            key, iv = self._derive(password.octets, self.salt, self.iterations)
        else:
            octets = pkcs12.standard_reading(password.octets)
            try:
                key, iv = self._derive(octets, self.salt, self.iterations)
            finally:
                octets[:] = bytes(len(octets))
        return self.cipher.encrypt(key, iv, data)


@frozen
class PbeScheme:
    """A scheme with one object identifier of its own and a PBEParameter.

    Attributes:
        oid: The object identifier.
        cipher: The block cipher.
        derive: Key and initialisation vector from password, salt and rounds.
        writable: Whether new locks may use it; old flawed schemes are only read.
        readings: The octets it may derive from, for one password.
    """

    oid: str
    cipher: BlockCipher
    derive: Derivation
    writable: bool
    readings: Readings = _as_given

    def bind(self, parameters: PBEParameter, algorithm: AlgorithmIdentifier) -> Scheme:
        """The scheme with the parameters that ``algorithm`` carries."""
        return Scheme(
            algorithm,
            self.cipher,
            parameters.salt,
            parameters.iterations,
            None,
            self.derive,
            self.readings,
        )


def _seed_sha1(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    # The vector is a hash of what the key leaves over of the 20 octets.
    derived = pbkdf1("sha1", password, salt, iterations)
    return derived[:16], hashlib.sha1(derived[16:]).digest()[:16]


def _seed_fixed_iv(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    return pbkdf1("sha1", password, salt, iterations)[:16], b"0123456789012345"


def _pkcs12(oid: str, cipher: BlockCipher, *, writable: bool = False) -> PbeScheme:
    """A scheme of RFC 7292 appendix C."""
    # With two keys for triple DES the first is the third, too.
    two_keys = oid == oids.PKCS12_TWO_KEY_TRIPLE_DES
    key_size = 16 if two_keys else cipher.key_size
    iv_size = 0 if isinstance(cipher, StreamCipher) else cipher.block_size

    def derive(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
        key, iv = (
            pkcs12.derive("sha1", password, salt, iterations, purpose=purpose, length=size)
            if size
            else b""
            for purpose, size in (
                (pkcs12.ENCRYPTION_KEY, key_size),
                (pkcs12.INITIALISATION_VECTOR, iv_size),
            )
        )
        return (key + key[:8] if two_keys else key), iv

    return PbeScheme(oid, cipher, derive, writable, pkcs12.password_readings)


PBE_SCHEMES: Final = {
    scheme.oid: scheme
    for scheme in (
        PbeScheme(oids.SEED_CBC_WITH_SHA1, CIPHERS[oids.SEED_CBC], _seed_sha1, writable=True),
        # The cipher's own identifier in the place of a scheme: keys of the earliest programs.
        PbeScheme(oids.SEED_CBC, CIPHERS[oids.SEED_CBC], _seed_fixed_iv, writable=False),
        _pkcs12(oids.PKCS12_TRIPLE_DES, CIPHERS[oids.DES_EDE3_CBC], writable=True),
        _pkcs12(oids.PKCS12_TWO_KEY_TRIPLE_DES, CIPHERS[oids.DES_EDE3_CBC]),
        _pkcs12(oids.PKCS12_RC2_128, RC2_128),
        _pkcs12(oids.PKCS12_RC2_40, RC2_40),
        _pkcs12(oids.PKCS12_RC4_128, RC4),
        _pkcs12(oids.PKCS12_RC4_40, RC4_40),
    )
}


def _pbes2(
    cipher: BlockCipher, iv: bytes, parameters: PBKDF2Parameters, algorithm: AlgorithmIdentifier
) -> Scheme:
    digest = PRF_DIGESTS[parameters.prf.oid]
    size = cipher.key_size

    def derive(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
        return pbkdf2(digest, password, salt, iterations, size), iv

    return Scheme(
        algorithm, cipher, parameters.salt, parameters.iterations, parameters.prf.oid, derive
    )


def _cipher(oid: str, use: str = _USE) -> BlockCipher:
    cipher = CIPHERS.get(oid)
    if cipher is None:
        raise UnsupportedAlgorithmError(oid, oids.name_of(oid), use=f"{use}, cipher")
    return cipher


def _read_pbes2(algorithm: AlgorithmIdentifier, use: str) -> Scheme:
    whole = PBES2Parameters.read(algorithm)
    if whole.key_derivation.oid != oids.PBKDF2:
        raise UnsupportedAlgorithmError(
            whole.key_derivation.oid, whole.key_derivation.name, use=f"{use}, key derivation"
        )
    parameters = PBKDF2Parameters.read(whole.key_derivation)
    prf = parameters.prf
    if prf.oid not in PRF_DIGESTS:
        raise UnsupportedAlgorithmError(prf.oid, prf.name, use=f"{use}, PBKDF2 function")
    if prf.parameters not in (None, NULL_PARAMETERS):
        raise FormatError("PBKDF2 parameters", "the HMAC has parameters that are not NULL")
    cipher = _cipher(whole.encryption.oid, use)
    if parameters.key_length not in (None, cipher.key_size):
        raise FormatError("PBKDF2 parameters", f"the key length does not fit {cipher.name}")
    reader = Reader(whole.encryption.parameters or b"", f"parameters of {cipher.name}")
    iv = reader.octet_string()
    reader.finish()
    if len(iv) != cipher.block_size:
        raise reader.fail(f"the initialisation vector has not {cipher.block_size} octets")
    return _pbes2(cipher, iv, parameters, algorithm)


def read_scheme(algorithm: AlgorithmIdentifier, use: str = _USE) -> Scheme:
    """The lock that ``algorithm`` describes.

    Args:
        algorithm: What stands in the file.
        use: What it is for, for error messages.

    Raises:
        FormatError: The parameters are not what the scheme prescribes.
        LimitError: An iteration count of more than 63 bits.
        UnsupportedAlgorithmError: kcert does not have the scheme or a part of it.
    """
    if algorithm.oid == oids.PBES2:
        return _read_pbes2(algorithm, use)
    known = PBE_SCHEMES.get(algorithm.oid)
    if known is None:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=use)
    return known.bind(PBEParameter.read(algorithm), algorithm)


def new_scheme(profile: LockProfile) -> Scheme:
    """A fresh lock after ``profile``: salt and initialisation vector from the operating system.

    Raises:
        UnsupportedAlgorithmError: kcert does not have, or does not write, what the profile names.
    """
    salt = os.urandom(profile.salt_size)
    if profile.scheme == oids.PBES2:
        prf = profile.prf or ""
        if prf not in PRF_DIGESTS:
            raise UnsupportedAlgorithmError(prf, oids.name_of(prf), use=f"{_USE}, PBKDF2 function")
        cipher = _cipher(profile.cipher or "")
        iv = os.urandom(cipher.block_size)
        parameters = PBKDF2Parameters(
            salt, profile.iterations, None, AlgorithmIdentifier(prf, NULL_PARAMETERS)
        )
        whole = PBES2Parameters(
            AlgorithmIdentifier(oids.PBKDF2, parameters.encode()),
            AlgorithmIdentifier(cipher.oid, encode.octet_string(iv)),
        )
        return _pbes2(cipher, iv, parameters, AlgorithmIdentifier(oids.PBES2, whole.encode()))
    known = PBE_SCHEMES.get(profile.scheme)
    if known is None or not known.writable:
        raise UnsupportedAlgorithmError(
            profile.scheme,
            oids.name_of(profile.scheme),
            use="locking a private key",
            hint="use the profile NPKI or MODERN",
            hint_ko="NPKI 또는 MODERN 프로필을 쓰십시오",
        )
    pbe = PBEParameter(salt, profile.iterations)
    return known.bind(pbe, AlgorithmIdentifier(known.oid, pbe.encode()))
