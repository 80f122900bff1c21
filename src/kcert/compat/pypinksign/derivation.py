# SPDX-License-Identifier: Apache-2.0
"""Key and initialisation vector of a locked key, as PyPinkSign hands them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import oids
from kcert._asn1.der import Reader
from kcert._asn1.foreign import der_of
from kcert._asn1.pkcs5 import PBEParameter, PBES2Parameters
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert.errors import UnsupportedAlgorithmError
from kcert.keys.kdf import PRF_DIGESTS, pbkdf2
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.schemes import PBE_SCHEMES, read_scheme

if TYPE_CHECKING:
    from kcert._asn1.algorithm import AlgorithmIdentifier
    from kcert.keys.passwords import Password

__all__ = ["pbes1", "pbes2"]


def _algorithm(der: object) -> AlgorithmIdentifier:
    what = "encrypted private key"
    return EncryptedPrivateKeyInfo.read(der_of(der, what)).algorithm


def pbes1(der: object, scheme_oid: str, password: Password) -> tuple[bytes, bytes]:
    """Key and vector by a scheme with a PBEParameter, whichever scheme the key itself names.

    Args:
        der: The locked key, a value of pyasn1 or DER.
        scheme_oid: The scheme to derive by.
        password: The password.

    Raises:
        FormatError: It is no locked key, or has no PBEParameter.
        LimitError: It asks for too much work; none was done.
    """
    algorithm = _algorithm(der)
    known = PBE_SCHEMES[scheme_oid]
    scheme = known.bind(PBEParameter.read(algorithm), algorithm)
    scheme.check(DEFAULT_LIMITS)
    return known.derive(password.octets, scheme.salt, scheme.iterations)


def pbes2(der: object, password: Password) -> tuple[bytes, bytes]:
    """Key and vector by PBES2 with PBKDF2, its function and key length as the key says.

    Raises:
        FormatError: It is no locked key in PBES2.
        LimitError: It asks for too much work; none was done.
        UnsupportedAlgorithmError: Another key derivation, or a part that kcert does not have.
    """
    algorithm = _algorithm(der)
    whole = PBES2Parameters.read(algorithm)
    scheme = read_scheme(algorithm)
    scheme.check(DEFAULT_LIMITS)
    digest = PRF_DIGESTS.get(scheme.prf or "")
    if digest is None or scheme.cipher.oid == oids.RC2_CBC:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="key and vector alone")
    size = scheme.cipher.key_size
    key = pbkdf2(digest, password.octets, scheme.salt, scheme.iterations, size)
    return key, Reader(whole.encryption.parameters or b"", "initialisation vector").octet_string()
