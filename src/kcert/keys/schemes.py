# SPDX-License-Identifier: Apache-2.0
"""Password-based encryption schemes: from an AlgorithmIdentifier to a lock, and back.

Two families: schemes whose one object identifier says everything (`PBE_SCHEMES`), and PBES2
(`kcert.keys.pbes2`), which names a cipher and a key derivation. To add one, add a row to the right
table.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter
from kcert.errors import UnsupportedAlgorithmError
from kcert.keys import digests, pkcs12
from kcert.keys.ciphers import (
    CIPHERS,
    DES,
    RC2_40,
    RC2_64,
    RC2_128,
    RC4,
    RC4_40,
    BlockCipher,
    StreamCipher,
)
from kcert.keys.kdf import pbkdf1
from kcert.keys.pbes2 import new_pbes2, read_pbes2
from kcert.keys.scheme import USE, Derivation, Readings, Scheme, as_given

if TYPE_CHECKING:
    from kcert.keys.profiles import LockProfile

__all__ = ["PBE_SCHEMES", "PbeScheme", "Scheme", "new_scheme", "read_scheme"]


@frozen
class PbeScheme:
    """A scheme with one object identifier of its own and a PBEParameter.

    Attributes:
        oid: The object identifier.
        cipher: The block cipher.
        derive: Key and initialisation vector from password, salt and rounds.
        writable: Whether new locks may use it; old flawed schemes are only read.
        readings: The octets it may derive from, for one password.
        work: Usual rounds that one round counts for, where its hash is slow.
    """

    oid: str
    cipher: BlockCipher
    derive: Derivation
    writable: bool
    readings: Readings = as_given
    work: int = 1

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
            work=self.work,
        )


def _seed_sha1(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    # The vector is a hash of what the key leaves over of the 20 octets.
    derived = pbkdf1("sha1", password, salt, iterations)
    return derived[:16], hashlib.sha1(derived[16:]).digest()[:16]


def _seed_fixed_iv(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
    return pbkdf1("sha1", password, salt, iterations)[:16], b"0123456789012345"


def _pbes1(oid: str, cipher: BlockCipher, digest: str) -> PbeScheme:
    """A scheme of RFC 8018 section 6.1."""

    def derive(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
        derived = pbkdf1(digest, password, salt, iterations)
        return derived[:8], derived[8:16]

    return PbeScheme(oid, cipher, derive, writable=False, work=digests.work(digest))


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
        _pbes1(oids.PBE_MD2_DES, DES, "md2"),
        _pbes1(oids.PBE_MD2_RC2, RC2_64, "md2"),
        _pbes1(oids.PBE_MD5_DES, DES, "md5"),
        _pbes1(oids.PBE_MD5_RC2, RC2_64, "md5"),
        _pbes1(oids.PBE_SHA1_DES, DES, "sha1"),
        _pbes1(oids.PBE_SHA1_RC2, RC2_64, "sha1"),
    )
}


def read_scheme(algorithm: AlgorithmIdentifier, use: str = USE) -> Scheme:
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
        return read_pbes2(algorithm, use)
    known = PBE_SCHEMES.get(algorithm.oid)
    if known is None:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=use)
    return known.bind(PBEParameter.read(algorithm), algorithm)


def new_scheme(profile: LockProfile) -> Scheme:
    """A fresh lock after ``profile``: salt and initialisation vector from the operating system.

    Raises:
        UnsupportedAlgorithmError: kcert does not have, or does not write, what the profile names.
    """
    if profile.scheme == oids.PBES2:
        return new_pbes2(profile)
    known = PBE_SCHEMES.get(profile.scheme)
    if known is None or not known.writable:
        raise UnsupportedAlgorithmError(
            profile.scheme,
            oids.name_of(profile.scheme),
            use="locking a private key",
            hint="use the profile NPKI or MODERN",
            hint_ko="NPKI 또는 MODERN 프로필을 쓰십시오",
        )
    pbe = PBEParameter(os.urandom(profile.salt_size), profile.iterations)
    return known.bind(pbe, AlgorithmIdentifier(known.oid, pbe.encode()))
