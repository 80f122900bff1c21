# SPDX-License-Identifier: Apache-2.0
"""The MAC of a PKCS#12 file: HMAC of RFC 7292 section 5.1, and PBMAC1 of RFC 9579."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pbm import PBMAC1Parameters
from kcert._asn1.pkcs5 import PBKDF2Parameters
from kcert._asn1.pkcs12 import MacData
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError
from kcert.keys import digests, pkcs12
from kcert.keys.kdf import PRF_DIGESTS, pbkdf2

if TYPE_CHECKING:
    from kcert.keys.limits import Limits
    from kcert.keys.passwords import Password
    from kcert.keys.profiles import Pkcs12Profile

__all__ = ["Mac", "new_mac", "read_mac"]

_FORMAT: Final = "PKCS#12 MAC"

# Hashes of the classic MAC by object identifier.
_DIGESTS: Final = {
    oids.MD5: "md5",
    oids.SHA1: "sha1",
    oids.SHA224: "sha224",
    oids.SHA256: "sha256",
    oids.SHA384: "sha384",
    oids.SHA512: "sha512",
    oids.SHA512_224: "sha512_224",
    oids.SHA512_256: "sha512_256",
    oids.SHA3_224: "sha3_224",
    oids.SHA3_256: "sha3_256",
    oids.SHA3_384: "sha3_384",
    oids.SHA3_512: "sha3_512",
}
_READABLE_DIGESTS: Final = {**_DIGESTS, oids.MD4: "md4"}
# RFC 9579 section 3 asks for a key as long as the hash; below 20 octets a MAC can be found by
# trying keys, and a zero length accepts any password (SSLMate/go-pkcs12 03c441f).
_MIN_KEY_SIZE: Final = 20
_MAX_KEY_SIZE: Final = 1_024


@frozen
class Mac:
    """How a MAC is made, and what it has to be.

    Attributes:
        name: Name of the scheme, for example ``"hmacWithSHA1"`` or ``"PBMAC1 hmacWithSHA256"``.
        digest: Name of the hash of the HMAC.
        salt: The salt.
        iterations: Rounds of the key derivation.
        expected: The MAC that stands in the file.
        key_size: Octets of the key of PBMAC1; ``None`` for the classic MAC.
        prf: Name of the hash of PBKDF2 in PBMAC1.
    """

    name: str
    digest: str
    salt: bytes
    iterations: int
    expected: bytes
    key_size: int | None = None
    prf: str = ""

    @property
    def cost(self) -> int:
        """Rounds of the key derivation as the caps count them."""
        return self.iterations * digests.work(self.digest)

    def check(self, limits: Limits) -> None:
        """Refuse what would take too much work, before any of it is done.

        Raises:
            LimitError: Too many rounds, or too long a salt.
        """
        if self.cost > limits.max_iterations:
            maximum = limits.max_iterations // digests.work(self.digest)
            raise LimitError("iterations", self.iterations, maximum, where=_FORMAT)
        if len(self.salt) > limits.max_salt_size:
            raise LimitError("salt size", len(self.salt), limits.max_salt_size, where=_FORMAT)

    def verify(self, content: bytes, password: Password) -> bool:
        """Whether the content is what was written under this password; in constant time."""
        if self.key_size is not None:
            key = pbkdf2(self.prf, password.octets, self.salt, self.iterations, self.key_size)
            return hmac.compare_digest(hmac.digest(key, content, self.digest), self.expected)
        for octets in pkcs12.password_readings(password.octets):
            key = self._classic_key(octets)
            found = digests.hmac_digest(self.digest, key, content)
            if hmac.compare_digest(found, self.expected):
                return True
        return False

    def _classic_key(self, octets: bytearray) -> bytes:
        size = len(self.expected)
        return pkcs12.derive(
            self.digest, octets, self.salt, self.iterations, purpose=pkcs12.MAC_KEY, length=size
        )


def read_mac(data: MacData) -> Mac:
    """The MAC that a file describes.

    Raises:
        FormatError: Its parameters are wrong, its key is too short, or it is cut.
        LimitError: An iteration count of more than 63 bits.
        UnsupportedAlgorithmError: kcert does not have the algorithm.
    """
    algorithm = data.algorithm
    if algorithm.oid == oids.PBMAC1:
        found = _read_pbmac1(data)
    else:
        digest = _READABLE_DIGESTS.get(algorithm.oid)
        if digest is None:
            raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_FORMAT)
        found = Mac(f"HMAC with {digest}", digest, data.salt, data.iterations, data.digest)
    wanted = digests.constructor(found.digest)().digest_size
    if len(found.expected) != wanted:
        raise FormatError(
            _FORMAT,
            f"it has {len(found.expected)} octets instead of {wanted}; the file was changed",
            reason_ko="MAC의 길이가 맞지 않습니다; 파일이 변경되었습니다",
        )
    return found


def _read_pbmac1(data: MacData) -> Mac:
    found = PBMAC1Parameters.read(data.algorithm)
    derivation, scheme = found.key_derivation, found.mac
    if derivation.oid != oids.PBKDF2:
        raise UnsupportedAlgorithmError(
            derivation.oid, derivation.name, use=f"{_FORMAT}, key derivation"
        )
    parameters = PBKDF2Parameters.read(derivation)
    for algorithm in (parameters.prf, scheme):
        if algorithm.oid not in PRF_DIGESTS:
            raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use=_FORMAT)
        if algorithm.parameters not in (None, NULL_PARAMETERS):
            raise FormatError("PBMAC1 parameters", "an HMAC has parameters that are not NULL")
    size = parameters.key_length
    if size is None:
        raise FormatError("PBMAC1 parameters", "the key length is missing; the file is damaged")
    if not _MIN_KEY_SIZE <= size <= _MAX_KEY_SIZE:
        raise FormatError(
            "PBMAC1 parameters",
            f"the key length is not from {_MIN_KEY_SIZE} to {_MAX_KEY_SIZE} octets; "
            "such a MAC protects nothing",
            reason_ko="MAC 키 길이가 허용 범위를 벗어나 무결성을 보호하지 못합니다",
        )
    return Mac(
        f"PBMAC1 {scheme.name}",
        PRF_DIGESTS[scheme.oid],
        parameters.salt,
        parameters.iterations,
        data.digest,
        size,
        PRF_DIGESTS[parameters.prf.oid],
    )


def new_mac(
    content: bytes, password: Password, profile: Pkcs12Profile, salt: bytes | None = None
) -> MacData:
    """A MAC over the content after ``profile``, under a salt of its own unless one is given.

    Raises:
        FormatError: The password is not UTF-8.
        UnsupportedAlgorithmError: kcert does not have what the profile names.
    """
    salt = os.urandom(profile.mac_salt_size) if salt is None else salt
    digest = _DIGESTS.get(profile.mac_digest)
    if digest is None:
        raise UnsupportedAlgorithmError(
            profile.mac_digest, oids.name_of(profile.mac_digest), use=_FORMAT
        )
    size = hashlib.new(digest, usedforsecurity=False).digest_size
    if profile.pbmac1:
        hmac_oid = next(oid for oid, name in PRF_DIGESTS.items() if name == digest)
        scheme = AlgorithmIdentifier(hmac_oid, NULL_PARAMETERS)
        parameters = PBKDF2Parameters(salt, profile.mac_iterations, size, scheme)
        derivation = AlgorithmIdentifier(oids.PBKDF2, parameters.encode())
        algorithm = AlgorithmIdentifier(
            oids.PBMAC1, encode.sequence(derivation.encode(), scheme.encode())
        )
        key = pbkdf2(digest, password.octets, salt, profile.mac_iterations, size)
        # RFC 9579 section 4: old programs shall see a salt and rounds that they can read.
        return MacData(algorithm, hmac.digest(key, content, digest), b"NOT USED", 1)
    octets = pkcs12.standard_reading(password.octets)
    try:
        key = pkcs12.derive(
            digest, octets, salt, profile.mac_iterations, purpose=pkcs12.MAC_KEY, length=size
        )
    finally:
        octets[:] = bytes(len(octets))
    return MacData(
        AlgorithmIdentifier(profile.mac_digest, NULL_PARAMETERS),
        hmac.digest(key, content, digest),
        salt,
        profile.mac_iterations,
    )
