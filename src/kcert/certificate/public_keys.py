# SPDX-License-Identifier: Apache-2.0
"""Facts of a SubjectPublicKeyInfo, read without a cryptographic library."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode, oids, straight
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

__all__ = [
    "MAX_MODULUS_BITS",
    "PublicKeyFacts",
    "algorithm_facts",
    "load_public_key",
    "read_public_key",
    "same_public_key",
]

MAX_MODULUS_BITS: Final = 16384

_FORMAT: Final = "public key"
_RSA_ALGORITHM: Final = encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.null())
_TYPES: Final[dict[str, str]] = {
    oids.RSA_ENCRYPTION: "RSA",
    oids.RSASSA_PSS: "RSA",
    oids.RSAES_OAEP: "RSA",
    oids.EC_PUBLIC_KEY: "EC",
    oids.DSA: "DSA",
    oids.KCDSA: "KCDSA",
    oids.KCDSA1: "KCDSA",
    "1.2.410.200004.1.100.2.1": "EC-KCDSA",
    "1.2.840.10046.2.1": "DH",
    "1.2.840.113549.1.3.1": "DH",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_FIXED_SIZES: Final[dict[str, int]] = {"X25519": 255, "X448": 448, "Ed25519": 255, "Ed448": 456}
# Named curves of SEC 2, RFC 5639 and their sizes in bits.
_CURVES: Final[dict[str, int]] = {
    "1.2.840.10045.3.1.1": 192,
    "1.2.840.10045.3.1.7": 256,
    "1.3.132.0.10": 256,
    "1.3.132.0.33": 224,
    "1.3.132.0.34": 384,
    "1.3.132.0.35": 521,
    "1.3.36.3.3.2.8.1.1.7": 256,
    "1.3.36.3.3.2.8.1.1.11": 384,
    "1.3.36.3.3.2.8.1.1.13": 512,
}


class PublicKeyFacts(NamedTuple):
    """What a SubjectPublicKeyInfo says.

    Attributes:
        oid: Dotted algorithm.
        type: ``"RSA"``, ``"EC"``, ``"DSA"``, ``"KCDSA"`` and so on, else the dotted algorithm.
        size: Bits of the modulus, the field or the prime; ``None`` where that is not known.
        rsa_numbers: Modulus and public exponent of an RSA key, else ``None``.
    """

    oid: str
    type: str
    size: int | None = None
    rsa_numbers: tuple[int, int] | None = None

    @property
    def inherits_parameters(self) -> bool:
        """Whether it is a DSA key that takes its parameters from the issuer's (RFC 3279 2.3.2)."""
        return self.type == "DSA" and self.size is None


def _check_size(bits: int) -> None:
    if bits > MAX_MODULUS_BITS:
        raise LimitError("modulus size in bits", bits, MAX_MODULUS_BITS, where="public key")


def _prime_size(parameters: bytes | None) -> int | None:
    """Bits of the first number of DSA, DH or KCDSA parameters; ``None`` where inherited."""
    if parameters is None or parameters[0] != der.SEQUENCE:
        return None
    bits = Reader(parameters, _FORMAT).sequence().integer().bit_length()
    _check_size(bits)
    return bits


def _curve_size(parameters: bytes | None) -> int | None:
    if parameters is None or parameters[0] != der.OBJECT_IDENTIFIER:
        return None
    return _CURVES.get(Reader(parameters, _FORMAT).oid())


def _read_straight(public_key_info: bytes) -> PublicKeyFacts:
    """An RSA key, as nearly every certificate has."""
    at, end = straight.only(public_key_info, 0, len(public_key_info), der.SEQUENCE)
    if not public_key_info.startswith(_RSA_ALGORITHM, at):
        raise straight.Irregular
    at, end = straight.only(public_key_info, at + len(_RSA_ALGORITHM), end, der.BIT_STRING)
    if at == end or public_key_info[at]:
        raise straight.Irregular
    at, end = straight.only(public_key_info, at + 1, end, der.SEQUENCE)
    modulus, exponent = straight.naturals(public_key_info, at, end, 2)
    bits = modulus.bit_length()
    if not bits or not exponent or max(bits, exponent.bit_length()) > MAX_MODULUS_BITS:
        raise straight.Irregular
    return PublicKeyFacts(oids.RSA_ENCRYPTION, "RSA", bits, (modulus, exponent))


def _read_anew(public_key_info: bytes) -> PublicKeyFacts:
    return straight.read(_read_straight, _read_carefully, public_key_info)


def _read_carefully(public_key_info: bytes) -> PublicKeyFacts:
    reader = Reader(public_key_info, _FORMAT)
    info = reader.sequence()
    reader.finish()
    algorithm = AlgorithmIdentifier.read(info)
    key, unused = info.bit_string()
    info.finish()
    facts = algorithm_facts(algorithm)
    if facts.type == "RSA":
        if unused:
            raise reader.fail("RSA key is not whole octets")
        wrapper = Reader(key, _FORMAT)
        numbers = wrapper.sequence()
        wrapper.finish()
        modulus, exponent = numbers.integer(), numbers.integer()
        numbers.finish()
        if modulus <= 0 or exponent <= 0:
            raise reader.fail("RSA numbers are not positive")
        _check_size(max(modulus, exponent).bit_length())
        return PublicKeyFacts(facts.oid, "RSA", modulus.bit_length(), (modulus, exponent))
    return facts


def algorithm_facts(algorithm: AlgorithmIdentifier) -> PublicKeyFacts:
    """What the algorithm of a key says alone; of RSA neither size nor numbers.

    Raises:
        FormatError: The parameters are malformed.
        LimitError: A prime of more than 16,384 bits.
    """
    oid = algorithm.oid
    kind = _TYPES.get(oid, oid)
    if kind in ("EC", "EC-KCDSA"):
        return PublicKeyFacts(oid, kind, _curve_size(algorithm.parameters))
    if kind in ("DSA", "KCDSA", "DH"):
        return PublicKeyFacts(oid, kind, _prime_size(algorithm.parameters))
    return PublicKeyFacts(oid, kind, _FIXED_SIZES.get(kind))


# One verification asks for the same facts several times, and keys come back.
_read_known = lru_cache(maxsize=256)(_read_anew)
_MAX_CACHED: Final = 1024


def read_public_key(public_key_info: bytes) -> PublicKeyFacts:
    """Read a DER SubjectPublicKeyInfo.

    Raises:
        FormatError: It is malformed, or an RSA key with numbers that are not positive.
        LimitError: An RSA modulus or a prime of more than 16,384 bits.
    """
    known = len(public_key_info) <= _MAX_CACHED
    return _read_known(public_key_info) if known else _read_anew(public_key_info)


def same_public_key(one: bytes, other: bytes) -> bool:
    """Whether two DER SubjectPublicKeyInfo are of one key, however each of them is written.

    Raises:
        FormatError: One is malformed.
        LimitError: One is too large.
    """
    if one == other:
        return True
    facts, others = read_public_key(one), read_public_key(other)
    if facts.type != others.type:
        return False
    if facts.rsa_numbers is not None:
        return facts.rsa_numbers == others.rsa_numbers
    try:
        return load_public_key(one) == load_public_key(other)
    except UnsupportedAlgorithmError:
        # What nobody can read is the same only where it looks the same.
        return False


def load_public_key(public_key_info: bytes) -> PublicKeyTypes:
    """The key as an object of `cryptography`.

    Raises:
        FormatError: The key is malformed.
        LimitError: It is too large.
        UnsupportedAlgorithmError: `cryptography` has no such keys, for example KCDSA.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    facts = read_public_key(public_key_info)
    if facts.type in ("KCDSA", "EC-KCDSA") or facts.type == facts.oid:
        raise UnsupportedAlgorithmError(facts.oid, oids.name_of(facts.oid), use=_FORMAT)
    try:
        return load_der_public_key(public_key_info)
    except UnsupportedAlgorithm:
        raise UnsupportedAlgorithmError(facts.oid, oids.name_of(facts.oid), use=_FORMAT) from None
    except (ValueError, TypeError, OverflowError):
        raise FormatError(_FORMAT, f"{facts.type} key is malformed") from None
