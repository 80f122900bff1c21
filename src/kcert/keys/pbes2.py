# SPDX-License-Identifier: Apache-2.0
"""PBES2 (RFC 8018 section 6.2): a cipher and a key derivation, each with parameters of its own.

Ciphers are those of `kcert.keys.ciphers.CIPHERS`; keys come from PBKDF2 with a pseudo-random
function of `kcert.keys.kdf.PRF_DIGESTS`, or from scrypt (RFC 7914), which is only read. So are DES,
RC2, Blowfish, CAST-128 and IDEA, and HMAC with MD5.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.pkcs5 import PBES2Parameters, PBKDF2Parameters, ScryptParameters
from kcert.errors import FormatError, UnsupportedAlgorithmError
from kcert.keys.ciphers import (
    BLOWFISH,
    CAST5,
    CIPHERS,
    DES,
    IDEA,
    RC2_40,
    RC2_64,
    RC2_128,
    BlockCipher,
)
from kcert.keys.kdf import PRF_DIGESTS, pbkdf2
from kcert.keys.scheme import USE, Scheme

if TYPE_CHECKING:
    from kcert.keys.profiles import LockProfile

__all__ = ["new_pbes2", "read_pbes2", "read_rc2"]

_READ_ONLY: Final = {cipher.oid: cipher for cipher in (DES, BLOWFISH, CAST5, IDEA)}
_READABLE_PRFS: Final = {**PRF_DIGESTS, oids.HMAC_MD5: "md5"}
# RFC 8018 B.2.3: the version of RC2's parameters stands for how many bits of the key count.
_RC2_VERSIONS: Final = {160: RC2_40, 120: RC2_64, 58: RC2_128}


def _pbkdf2(
    cipher: BlockCipher, iv: bytes, parameters: PBKDF2Parameters, algorithm: AlgorithmIdentifier
) -> Scheme:
    digest = _READABLE_PRFS[parameters.prf.oid]
    size = cipher.key_size

    def derive(password: bytearray, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
        return pbkdf2(digest, password, salt, iterations, size), iv

    return Scheme(
        algorithm, cipher, parameters.salt, parameters.iterations, parameters.prf.oid, derive
    )


def _scrypt(
    cipher: BlockCipher, iv: bytes, parameters: ScryptParameters, algorithm: AlgorithmIdentifier
) -> Scheme:
    def derive(password: bytearray, salt: bytes, cost: int) -> tuple[bytes, bytes]:
        key = hashlib.scrypt(
            password,
            salt=salt,
            n=cost,
            r=parameters.block_size,
            p=parameters.parallelization,
            # What OpenSSL counts beside the blocks themselves is far less than as much again.
            maxmem=2 * parameters.memory + (1 << 20),
            dklen=cipher.key_size,
        )
        return key, iv

    return Scheme(
        algorithm,
        cipher,
        parameters.salt,
        parameters.cost,
        None,
        derive,
        memory=parameters.memory,
    )


def _cipher(oid: str, use: str = USE) -> BlockCipher:
    cipher = CIPHERS.get(oid)
    if cipher is None:
        raise UnsupportedAlgorithmError(oid, oids.name_of(oid), use=f"{use}, cipher")
    return cipher


def _read_cipher(encryption: AlgorithmIdentifier, use: str) -> tuple[BlockCipher, bytes]:
    """The cipher and its initialisation vector."""
    if encryption.oid == oids.RC2_CBC:
        return read_rc2(encryption, use)
    cipher = _READ_ONLY.get(encryption.oid) or _cipher(encryption.oid, use)
    parameters = encryption.parameters or b""
    if len(parameters) == cipher.block_size + 2 and parameters[:2] == bytes((4, cipher.block_size)):
        return cipher, parameters[2:]
    # What is wrong with them, a reader says.
    return cipher, _read_iv(Reader(parameters, _parameters_of(cipher)), cipher)


def read_rc2(encryption: AlgorithmIdentifier, use: str) -> tuple[BlockCipher, bytes]:
    """RC2-CBC-Parameter (RFC 8018 B.2.3): by its version how many bits count, and the vector.

    Raises:
        FormatError: The parameters are not that.
        UnsupportedAlgorithmError: Another number of bits than 40, 64 or 128.
    """
    outer = Reader(encryption.parameters or b"", _parameters_of(RC2_128))
    inner = outer.sequence()
    outer.finish()
    version = inner.integer()
    cipher = _RC2_VERSIONS.get(version)
    if cipher is None:
        raise UnsupportedAlgorithmError(
            encryption.oid, encryption.name, use=f"{use}, cipher, with parameters of its own"
        )
    return cipher, _read_iv(inner, cipher)


def _parameters_of(cipher: BlockCipher) -> str:
    return f"parameters of {cipher.name}"


def _read_iv(reader: Reader, cipher: BlockCipher) -> bytes:
    iv = reader.octet_string()
    reader.finish()
    if len(iv) != cipher.block_size:
        raise reader.fail(f"the initialisation vector has not {cipher.block_size} octets")
    return iv


def _check_key_length(length: int | None, cipher: BlockCipher, format: str) -> None:
    if length not in (None, cipher.key_size):
        raise FormatError(format, f"the key length does not fit {cipher.name}")


def read_pbes2(algorithm: AlgorithmIdentifier, use: str = USE) -> Scheme:
    """The lock that an identifier of PBES2 describes; see `kcert.keys.schemes.read_scheme`."""
    whole = PBES2Parameters.read(algorithm)
    derivation = whole.key_derivation
    if derivation.oid == oids.PBKDF2:
        parameters = PBKDF2Parameters.read(derivation)
        prf = parameters.prf
        if prf.oid not in _READABLE_PRFS:
            raise UnsupportedAlgorithmError(prf.oid, prf.name, use=f"{use}, PBKDF2 function")
        if prf.parameters not in (None, NULL_PARAMETERS):
            raise FormatError("PBKDF2 parameters", "the HMAC has parameters that are not NULL")
        cipher, iv = _read_cipher(whole.encryption, use)
        _check_key_length(parameters.key_length, cipher, "PBKDF2 parameters")
        return _pbkdf2(cipher, iv, parameters, algorithm)
    if derivation.oid == oids.SCRYPT:
        cost = ScryptParameters.read(derivation)
        cipher, iv = _read_cipher(whole.encryption, use)
        _check_key_length(cost.key_length, cipher, "scrypt parameters")
        return _scrypt(cipher, iv, cost, algorithm)
    raise UnsupportedAlgorithmError(derivation.oid, derivation.name, use=f"{use}, key derivation")


def new_pbes2(profile: LockProfile) -> Scheme:
    """A fresh lock after a profile of this scheme; see `kcert.keys.schemes.new_scheme`."""
    salt = os.urandom(profile.salt_size)
    prf = profile.prf or ""
    if prf not in PRF_DIGESTS:
        raise UnsupportedAlgorithmError(prf, oids.name_of(prf), use=f"{USE}, PBKDF2 function")
    cipher = _cipher(profile.cipher or "")
    iv = os.urandom(cipher.block_size)
    parameters = PBKDF2Parameters(
        salt, profile.iterations, None, AlgorithmIdentifier(prf, NULL_PARAMETERS)
    )
    whole = PBES2Parameters(
        AlgorithmIdentifier(oids.PBKDF2, parameters.encode()),
        AlgorithmIdentifier(cipher.oid, encode.octet_string(iv)),
    )
    return _pbkdf2(cipher, iv, parameters, AlgorithmIdentifier(oids.PBES2, whole.encode()))
