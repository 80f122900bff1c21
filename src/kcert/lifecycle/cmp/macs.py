# SPDX-License-Identifier: Apache-2.0
"""MACs by a shared secret: PasswordBasedMac, PBMAC1, and the old Korean reading of the first.

Sources: RFC 4210 section 5.1.3.1, RFC 9481 section 6.1, RFC 8018 section 7.1.
"""

from __future__ import annotations

import enum
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pbm import PBMAC1Parameters, PBMParameter
from kcert._asn1.pkcs5 import PBKDF2Parameters
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError
from kcert.keys.kdf import PRF_DIGESTS, pbkdf1, pbkdf2

if TYPE_CHECKING:
    from collections.abc import Container

    from kcert.keys.passwords import Password

__all__ = ["MacKind", "compute_mac", "new_mac"]

_USE: Final = "MAC of a CMP message"
_SALT_SIZE: Final = 16
_KEY_SIZE: Final = 32
_MAX_SALT_SIZE: Final = 256
# RFC 4211 section 4.4 asks for 100 rounds at least; the loop is Python's, so the upper end is low.
_ROUNDS: Final = {False: (100, 100_000), True: (100, 1_000_000)}
_OWN_ROUNDS: Final = 10_000
_FUNCTIONS: Final = {
    oids.SHA1: "sha1",
    oids.SHA224: "sha224",
    oids.SHA256: "sha256",
    oids.SHA384: "sha384",
    oids.SHA512: "sha512",
}
_HMACS: Final = {oids.CRMF_HMAC_SHA1: "sha1", **PRF_DIGESTS}
_DES_BLOCK: Final = 8
_KOREAN_SALT: Final = b"aaaaabbbbb"
_KOREAN_ROUNDS: Final = 2


class MacKind(enum.Enum):
    """How a message is protected with a shared secret."""

    PBM = "pbm"
    """PasswordBasedMac (RFC 4210): SHA-256, 10,000 rounds, HMAC-SHA256."""
    PBM_SHA1 = "pbm-sha1"
    """PasswordBasedMac with SHA-1, 1,024 rounds and HMAC-SHA1, for old servers."""
    PBMAC1 = "pbmac1"
    """PBMAC1 (RFC 9481): PBKDF2 and HMAC with SHA-256, 10,000 rounds."""
    KOREAN = "korean"
    """PasswordBasedMac as one Korean client reads it: SHA-1, two rounds, the salt before the
    secret, DES-MAC over zero-padded blocks. Weak: a DES key can be searched for."""


def new_mac(kind: MacKind) -> AlgorithmIdentifier:
    """The algorithm of a new MAC, with a salt of its own (the Korean one is always the same)."""
    null = NULL_PARAMETERS
    salt = secrets.token_bytes(_SALT_SIZE)
    match kind:
        case MacKind.PBMAC1:
            prf = AlgorithmIdentifier(oids.HMAC_SHA256, null)
            derivation = PBKDF2Parameters(salt, _OWN_ROUNDS, _KEY_SIZE, prf)
            modern = PBMAC1Parameters(AlgorithmIdentifier(oids.PBKDF2, derivation.encode()), prf)
            return AlgorithmIdentifier(oids.PBMAC1, modern.encode())
        case MacKind.PBM:
            parameters = PBMParameter(
                salt,
                AlgorithmIdentifier(oids.SHA256),
                _OWN_ROUNDS,
                AlgorithmIdentifier(oids.HMAC_SHA256, null),
            )
        case MacKind.PBM_SHA1:
            parameters = PBMParameter(
                salt,
                AlgorithmIdentifier(oids.SHA1),
                1024,
                AlgorithmIdentifier(oids.CRMF_HMAC_SHA1, null),
            )
        case MacKind.KOREAN:
            parameters = PBMParameter(
                _KOREAN_SALT,
                AlgorithmIdentifier(oids.SHA1, null),
                _KOREAN_ROUNDS,
                AlgorithmIdentifier(oids.DES_MAC, null),
            )
    return AlgorithmIdentifier(oids.PBM, parameters.encode())


def compute_mac(
    algorithm: AlgorithmIdentifier,
    secret: Password,
    data: bytes,
    *,
    accept: Container[MacKind] = frozenset({MacKind.PBM, MacKind.PBM_SHA1, MacKind.PBMAC1}),
) -> bytes:
    """Compute a MAC as ``algorithm`` describes it; the caller compares in constant time.

    Args:
        algorithm: PasswordBasedMac or PBMAC1 with its parameters.
        secret: The shared secret.
        data: What is protected.
        accept: Which kinds are allowed. The Korean one has to be named: anyone who sees a message
            can find its key, so it must not come by an answer's own choice.

    Raises:
        UnsupportedAlgorithmError: It is another algorithm, or one that is not allowed.
        FormatError: Its parameters are malformed.
        LimitError: It asks for too many rounds, or for too long a salt.
    """
    if algorithm.oid == oids.PBMAC1 and MacKind.PBMAC1 in accept:
        return _pbmac1(algorithm, secret, data)
    if algorithm.oid != oids.PBM:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_USE)
    parameters = PBMParameter.read(algorithm)
    function = _FUNCTIONS.get(parameters.one_way_function.oid)
    if function is None:
        raise _unsupported(parameters.one_way_function)
    salt, rounds = parameters.salt, parameters.iterations
    if parameters.mac.oid == oids.DES_MAC and MacKind.KOREAN in accept:
        _check_work(salt, rounds, (1, _ROUNDS[False][1]))
        key = pbkdf1(function, salt, bytes(secret.octets), rounds)
        return _des_mac(key[:_DES_BLOCK], data)
    digest = _HMACS.get(parameters.mac.oid)
    if digest is None or not {MacKind.PBM, MacKind.PBM_SHA1} & set(_members(accept)):
        raise _unsupported(parameters.mac)
    _check_work(salt, rounds, _ROUNDS[False])
    return hmac.digest(pbkdf1(function, secret.octets, salt, rounds), data, digest)


def _members(accept: Container[MacKind]) -> list[MacKind]:
    return [kind for kind in MacKind if kind in accept]


def _unsupported(algorithm: AlgorithmIdentifier) -> UnsupportedAlgorithmError:
    return UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_USE)


def _check_work(salt: bytes, rounds: int, limits: tuple[int, int]) -> None:
    least, most = limits
    if rounds > most:
        raise LimitError("iterations", rounds, most, where=_USE)
    if rounds < least:
        raise FormatError(_USE, f"it has {rounds} rounds; {least} are the least")
    if len(salt) > _MAX_SALT_SIZE:
        raise LimitError("salt size", len(salt), _MAX_SALT_SIZE, where=_USE)


def _pbmac1(algorithm: AlgorithmIdentifier, secret: Password, data: bytes) -> bytes:
    parameters = PBMAC1Parameters.read(algorithm)
    if parameters.key_derivation.oid != oids.PBKDF2:
        raise _unsupported(parameters.key_derivation)
    derivation = PBKDF2Parameters.read(parameters.key_derivation)
    digest, prf = PRF_DIGESTS.get(parameters.mac.oid), PRF_DIGESTS.get(derivation.prf.oid)
    if digest is None or prf is None:
        raise _unsupported(derivation.prf if prf is None else parameters.mac)
    _check_work(derivation.salt, derivation.iterations, _ROUNDS[True])
    size = derivation.key_length
    if size is None or not 20 <= size <= 128:
        raise FormatError(_USE, "PBMAC1 has no key length, or one out of range")
    key = pbkdf2(prf, secret.octets, derivation.salt, derivation.iterations, size)
    return hmac.digest(key, data, digest)


def _des_mac(key: bytes, data: bytes) -> bytes:
    """CBC-MAC with DES and zero padding (FIPS 113), all 64 bits."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    # Triple DES under one key is DES: the second pass undoes the first.
    encryptor = Cipher(TripleDES(key * 3), modes.CBC(bytes(_DES_BLOCK))).encryptor()
    padded = data + bytes(-len(data) % _DES_BLOCK)
    return (encryptor.update(padded) + encryptor.finalize())[-_DES_BLOCK:]
