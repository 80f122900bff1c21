# SPDX-License-Identifier: Apache-2.0
"""Private keys: PKCS#8 (RFC 5208, RFC 5958) and the RSA key inside (RFC 8017 appendix A.1).

What is secret is read through a `memoryview`: no slice of it is copied, so that the owner of the
buffer can wipe it, and no local variable of a traceback shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
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
    _attributes: memoryview | None = field(repr=False)

    @classmethod
    def read(cls, view: memoryview) -> PrivateKeyInfo:
        """Read a whole encoding.

        Raises:
            FormatError: It is not DER of a PrivateKeyInfo of version 0 or 1.
        """
        outer = Reader(cast("bytes", view), "private key")
        inner = outer.sequence()
        outer.finish()
        version = inner.integer()
        if version not in (0, 1):
            raise inner.fail("PrivateKeyInfo version is neither 0 nor 1")
        found = AlgorithmIdentifier.read(inner)
        parameters = None if found.parameters is None else bytes(found.parameters)
        private_key = inner.octet_string()
        attributes = None
        if inner.peek() == der.context(0):
            attributes = inner.read(der.context(0))
        if version == 1 and inner.peek() == der.context(1, constructed=False):
            inner.bit_string(der.context(1, constructed=False))
        inner.finish()
        info = cls(
            AlgorithmIdentifier(found.oid, parameters),
            cast("memoryview", private_key),
            cast("memoryview | None", attributes),
        )
        for _ in info.attributes():
            pass
        return info

    def attributes(self) -> Iterator[tuple[str, list[memoryview]]]:
        """The attributes in their order: type and encoded values, as views.

        Raises:
            FormatError: They are not a SET OF Attribute.
        """
        if self._attributes is None:
            return
        reader = Reader(cast("bytes", self._attributes), "private key attributes")
        while not reader.at_end:
            entry = reader.sequence()
            oid = entry.oid()
            members = entry.set()
            entry.finish()
            values = []
            while not members.at_end:
                values.append(cast("memoryview", members.read_encoded()))
            yield oid, values


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
        outer = Reader(cast("bytes", view), "RSA private key")
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
            and self.e * self.d % p1 == 1
            and self.e * self.d % q1 == 1
            and self.d % p1 == self.dp
            and self.d % q1 == self.dq
            and self.qi < self.p
            and self.q * self.qi % self.p == 1
        )
