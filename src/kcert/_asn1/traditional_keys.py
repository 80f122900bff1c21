# SPDX-License-Identifier: Apache-2.0
"""OpenSSL's traditional private keys, put into a PrivateKeyInfo (RFC 5958 section 2).

They stand in PEM under labels of their own: RSAPrivateKey (RFC 8017 appendix A.1.2), ECPrivateKey
(RFC 5915 section 3), and the six numbers of a DSA key, whose form only OpenSSL's source defines.

The only copies of the key are the one that comes in and the one in the result, both for the caller
to overwrite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WRAPPERS", "wrap_dsa", "wrap_ec", "wrap_rsa"]


def wrap_rsa(
    rsa_private_key: bytes | bytearray | memoryview, *, random: bytes | None = None
) -> bytearray:
    """A PrivateKeyInfo around an RSAPrivateKey, unread.

    Args:
        rsa_private_key: The key, DER.
        random: R, for the attribute id-randomNum; ``None`` for no attributes.
    """
    algorithm = AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS)
    end = b"" if random is None else encode.context(0, _random_attribute(random))
    return _wrapped(algorithm, rsa_private_key, end)


def _random_attribute(random: bytes) -> bytes:
    value = encode.set_of([encode.bit_string(random)])
    return encode.sequence(encode.oid(oids.RANDOM_NUM), value)


def wrap_ec(ec_private_key: bytearray | memoryview) -> bytearray:
    """A PrivateKeyInfo around an ECPrivateKey, whose curve it names.

    Raises:
        FormatError: It is not one, or does not name its curve.
    """
    outer = Reader(cast("bytes", memoryview(ec_private_key)), "EC private key")
    fields = outer.sequence()
    outer.finish()
    if fields.integer() != 1:
        raise fields.fail("ECPrivateKey version is not 1")
    fields.octet_string()
    curve = fields.enter_optional(der.context(0))
    if curve is None:
        raise fields.fail("the curve is missing")
    parameters = bytes(curve.read_encoded())
    curve.finish()
    return _wrapped(AlgorithmIdentifier(oids.EC_PUBLIC_KEY, parameters), ec_private_key)


def wrap_dsa(dsa_private_key: bytearray | memoryview) -> bytearray:
    """A PrivateKeyInfo of the number of a DSA key (RFC 5958 with RFC 3279 section 2.3.2).

    Raises:
        FormatError: It is not version 0 and five numbers.
    """
    outer = Reader(cast("bytes", memoryview(dsa_private_key)), "DSA private key")
    fields = outer.sequence()
    outer.finish()
    if fields.integer() != 0:
        raise fields.fail("DSA key version is not 0")
    domain = [encode.integer(fields.integer()) for _ in range(3)]
    fields.integer()  # y, which x gives
    x = cast("memoryview", fields.read_encoded())
    fields.finish()
    return _wrapped(AlgorithmIdentifier(oids.DSA, encode.sequence(*domain)), x)


WRAPPERS: Final[dict[str, Callable[[bytearray | memoryview], bytearray]]] = {
    "RSA PRIVATE KEY": wrap_rsa,
    "EC PRIVATE KEY": wrap_ec,
    "DSA PRIVATE KEY": wrap_dsa,
}
"""What reads the content of a PEM block, by its label."""


def _wrapped(
    algorithm: AlgorithmIdentifier, key: bytes | bytearray | memoryview, end: bytes = b""
) -> bytearray:
    start = encode.integer(0) + algorithm.encode()
    size = len(key)
    inner = encode.header(der.OCTET_STRING, size)
    wrapped = bytearray(encode.header(der.SEQUENCE, len(start) + len(inner) + size + len(end)))
    wrapped += start
    wrapped += inner
    # Room first: a buffer that grew with the key in it would leave a copy behind.
    at = len(wrapped)
    wrapped += bytes(size + len(end))
    wrapped[at : at + size] = key
    wrapped[at + size :] = end
    return wrapped
