# SPDX-License-Identifier: Apache-2.0
"""Private keys: PKCS#8 (RFC 5208, RFC 5958) and the RSA key inside (RFC 8017 appendix A.1).

What is secret is read through a `memoryview`: no slice of it is copied, so that the owner of the
buffer can wipe it, and no local variable of a traceback shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from attrs import field, frozen

from kcert._asn1 import der, encode, oids, straight, straight_lists
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "MAX_RSA_BITS",
    "Attribute",
    "EncryptedPrivateKeyInfo",
    "PrivateKeyInfo",
    "RSAPrivateKey",
]

# Far above any key in use; beyond it arithmetic alone takes seconds (OpenSSL CVE-2023-6237).
MAX_RSA_BITS = 16_384

_ATTRIBUTES = der.context(0)
_KEY_SHAPES = ([der.OCTET_STRING, _ATTRIBUTES], [der.OCTET_STRING])
_NUMBERS = 9
_RSA_ALGORITHM = AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS)
_RSA_KEY = encode.integer(0) + _RSA_ALGORITHM.encode()

KeyAttributes = tuple[tuple[str, tuple[memoryview, ...]], ...]
"""The attributes of a key in their order: type and encoded values, as views."""


@frozen
class EncryptedPrivateKeyInfo:
    """EncryptedPrivateKeyInfo (RFC 5958 section 3)."""

    algorithm: AlgorithmIdentifier
    encrypted_data: bytes = field(repr=False)

    @classmethod
    def read(cls, data: bytes) -> EncryptedPrivateKeyInfo:
        """Read a whole encoding.

        Raises:
            FormatError: It is not DER of an EncryptedPrivateKeyInfo, or is cut, or goes on.
        """
        return straight.read(cls._read_straight, cls._read_carefully, data)

    @classmethod
    def _read_straight(cls, data: bytes) -> EncryptedPrivateKeyInfo:
        at, end = straight.only(data, 0, len(data), der.SEQUENCE)
        algorithm, (at, end) = straight.fields(data, at, end, (der.SEQUENCE, der.OCTET_STRING))
        return cls(AlgorithmIdentifier.read_straight(data, *algorithm), data[at:end])

    @classmethod
    def _read_carefully(cls, data: bytes) -> EncryptedPrivateKeyInfo:
        outer = Reader(data, "encrypted private key")
        inner = outer.sequence()
        outer.finish()
        algorithm = AlgorithmIdentifier.read(inner)
        encrypted_data = inner.octet_string()
        inner.finish()
        return cls(algorithm, encrypted_data)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(self.algorithm.encode(), encode.octet_string(self.encrypted_data))


@frozen
class Attribute:
    """One attribute of a private key; its values are encoded and may be secret."""

    oid: str
    values: tuple[bytes, ...] = field(repr=False)


@frozen(eq=False)
class PrivateKeyInfo:
    """PrivateKeyInfo, or OneAsymmetricKey (RFC 5958 section 2), as views into its encoding."""

    algorithm: AlgorithmIdentifier
    private_key: memoryview = field(repr=False)
    attributes: KeyAttributes = field(repr=False)

    @classmethod
    def read(cls, view: memoryview) -> PrivateKeyInfo:
        """Read a whole encoding.

        Raises:
            FormatError: It is not DER of a PrivateKeyInfo of version 0 or 1.
        """
        return straight.read(cls._read_straight, cls._read_carefully, cast("bytes", view))

    @classmethod
    def _read_straight(cls, view: bytes) -> PrivateKeyInfo:
        """An RSA key of version 0 with attributes or without."""
        at, end = straight.only(view, 0, len(view), der.SEQUENCE)
        start = at + len(_RSA_KEY)
        if view[at:start] != _RSA_KEY:
            raise straight.Irregular
        fields = straight.members(view, start, end)
        if [field[0] for field in fields] not in _KEY_SHAPES:
            raise straight.Irregular
        (_, at, stop), *others = fields
        private_key = cast("memoryview", view[at:stop])
        found = straight_lists.attributes(view, others[0][1], end) if others else ()
        return cls(_RSA_ALGORITHM, private_key, cast("KeyAttributes", tuple(found)))

    @classmethod
    def _read_carefully(cls, view: bytes) -> PrivateKeyInfo:
        outer = Reader(view, "private key")
        inner = outer.sequence()
        outer.finish()
        version = inner.integer()
        if version not in (0, 1):
            raise inner.fail("PrivateKeyInfo version is neither 0 nor 1")
        found = AlgorithmIdentifier.read(inner)
        parameters = None if found.parameters is None else bytes(found.parameters)
        private_key = inner.octet_string()
        attributes = b""
        if inner.peek() == _ATTRIBUTES:
            attributes = inner.read(_ATTRIBUTES)
        if version == 1 and inner.peek() == der.context(1, constructed=False):
            inner.bit_string(der.context(1, constructed=False))
        inner.finish()
        return cls(
            AlgorithmIdentifier(found.oid, parameters),
            cast("memoryview", private_key),
            tuple(_read_attributes(attributes)),
        )


def _read_attributes(encoded: bytes) -> Iterator[tuple[str, tuple[memoryview, ...]]]:
    """The members of a SET OF Attribute in their order, as views."""
    reader = Reader(encoded, "private key attributes")
    while not reader.at_end:
        entry = reader.sequence()
        oid = entry.oid()
        members = entry.set()
        entry.finish()
        values = []
        while not members.at_end:
            values.append(cast("memoryview", members.read_encoded()))
        yield oid, tuple(values)


@frozen(eq=False)
class RSAPrivateKey:
    """The numbers of an RSA private key (RFC 8017 A.1.2). Secret, hence no repr of them."""

    n: int
    e: int
    d: int = field(repr=False)
    p: int = field(repr=False)
    q: int = field(repr=False)
    dp: int = field(repr=False)
    dq: int = field(repr=False)
    qi: int = field(repr=False)

    @classmethod
    def read(cls, view: memoryview) -> RSAPrivateKey:
        """Read a whole encoding of a two-prime key.

        Raises:
            FormatError: It is not DER of a version 0 RSAPrivateKey, or a number is out of range.
            LimitError: The modulus has more than 16,384 bits.
        """
        return straight.read(cls._read_straight, cls._read_carefully, cast("bytes", view))

    @classmethod
    def _read_straight(cls, view: bytes) -> RSAPrivateKey:
        at, end = straight.only(view, 0, len(view), der.SEQUENCE)
        version, n, *others = straight.naturals(view, at, end, _NUMBERS)
        if version or n.bit_length() > MAX_RSA_BITS or min(others) < 1 or max(others) >= n:
            raise straight.Irregular
        return cls(n, *others)

    @classmethod
    def _read_carefully(cls, view: bytes) -> RSAPrivateKey:
        outer = Reader(view, "RSA private key")
        inner = outer.sequence()
        outer.finish()
        if inner.integer() != 0:
            raise inner.fail("RSAPrivateKey version is not 0 (keys of three primes are not used)")
        n = inner.integer()
        if n.bit_length() > MAX_RSA_BITS:
            raise LimitError("RSA modulus bits", n.bit_length(), MAX_RSA_BITS, where="private key")
        key = cls(n, *(inner.integer() for _ in range(7)))
        inner.finish()
        if min(key.n, key.e, key.d, key.p, key.q, key.dp, key.dq, key.qi) < 1:
            raise inner.fail("an RSA number is zero or negative")
        if max(key.e, key.d, key.p, key.q, key.dp, key.dq, key.qi) >= key.n:
            raise inner.fail("an RSA number is not below the modulus")
        return key

    def is_consistent(self) -> bool:
        """Whether the numbers belong together (RFC 8017 section 3.2), primality left aside.

        p·q = n, e·d = 1 modulo p - 1 and q - 1, and the three values of the Chinese remainder form.
        """
        p1, q1 = self.p - 1, self.q - 1
        return (
            self.n & 1 == 1
            and self.e & 1 == 1
            and self.e > 1
            and p1 > 1
            and q1 > 1
            and self.p != self.q
            and self.p * self.q == self.n
            and self.d % p1 == self.dp
            and self.d % q1 == self.dq
            # What d leaves is half as long as d, and the product is the same.
            and self.e * self.dp % p1 == 1
            and self.e * self.dq % q1 == 1
            and self.qi < self.p
            and self.q * self.qi % self.p == 1
        )
