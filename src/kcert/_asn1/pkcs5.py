# SPDX-License-Identifier: Apache-2.0
"""Parameters of password-based encryption (RFC 8018 appendix A).

Numbers are read up to 63 bits: the caps on work belong to whoever does the work.
"""

from __future__ import annotations

from attrs import frozen

from kcert._asn1 import der, encode, oids, straight
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier, load_algorithm
from kcert._asn1.der import Reader
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError

__all__ = [
    "PBEParameter",
    "PBES2Parameters",
    "PBKDF2Parameters",
    "ScryptParameters",
    "open_parameters",
    "read_iterations",
]

_MAX_COUNT = (1 << 63) - 1
_PBKDF2 = (der.OCTET_STRING, der.INTEGER, der.SEQUENCE)
_DEFAULT_PRF = AlgorithmIdentifier(oids.HMAC_SHA1, NULL_PARAMETERS)


def open_parameters(algorithm: AlgorithmIdentifier) -> Reader:
    """The parameters of an algorithm, to be read.

    Raises:
        FormatError: It has none.
    """
    label = algorithm.name or algorithm.oid
    if algorithm.parameters is None:
        raise FormatError(
            f"parameters of {label}", "are missing", reason_ko="암호화 매개변수가 없습니다"
        )
    return Reader(algorithm.parameters, f"parameters of {label}")


def read_iterations(reader: Reader) -> int:
    """Read an iteration count.

    Raises:
        FormatError: It is below one.
        LimitError: It has more than 63 bits.
    """
    count = reader.integer()
    if count < 1:
        raise reader.fail("iteration count is not positive", reason_ko="반복 횟수가 1보다 작습니다")
    if count > _MAX_COUNT:
        # Nobody could run it, and printing it as a fact of the file would be work of its own.
        raise LimitError("iterations", count, _MAX_COUNT, where=reader.format)
    return count


@frozen
class PBEParameter:
    """PBEParameter (RFC 8018 A.3); the Korean and the PKCS#12 schemes share its shape."""

    salt: bytes
    iterations: int

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> PBEParameter:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are not a PBEParameter, or the iteration count is below one.
            LimitError: The iteration count has more than 63 bits.
        """
        outer = open_parameters(algorithm)
        inner = outer.sequence()
        outer.finish()
        salt = inner.octet_string()
        iterations = read_iterations(inner)
        inner.finish()
        return cls(salt, iterations)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(encode.octet_string(self.salt), encode.integer(self.iterations))


@frozen
class PBKDF2Parameters:
    """PBKDF2-params (RFC 8018 A.2); ``key_length`` in octets, ``None`` where absent."""

    salt: bytes
    iterations: int
    key_length: int | None = None
    prf: AlgorithmIdentifier = _DEFAULT_PRF

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> PBKDF2Parameters:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are not PBKDF2-params, or a number in them is below one.
            LimitError: The iteration count has more than 63 bits.
            UnsupportedAlgorithmError: The salt comes from another source (otherSource).
        """
        return straight.read(cls._read_straight, cls._read_carefully, algorithm)

    @classmethod
    def _read_straight(cls, algorithm: AlgorithmIdentifier) -> PBKDF2Parameters:
        """Those that name their function and no key length."""
        data = algorithm.parameters or b""
        at, stop = straight.only(data, 0, len(data), der.SEQUENCE)
        (at, end), count, _ = straight.fields(data, at, stop, _PBKDF2)
        iterations = straight.integer(data, *count)
        if not 1 <= iterations <= _MAX_COUNT:
            raise straight.Irregular
        prf = load_algorithm(data[count[1] : stop], "PBKDF2 parameters")
        return cls(data[at:end], iterations, None, prf)

    @classmethod
    def _read_carefully(cls, algorithm: AlgorithmIdentifier) -> PBKDF2Parameters:
        outer = open_parameters(algorithm)
        inner = outer.sequence()
        outer.finish()
        if inner.peek() == der.SEQUENCE:
            source = AlgorithmIdentifier.read(inner)
            raise UnsupportedAlgorithmError(source.oid, source.name, use="PBKDF2 salt source")
        salt = inner.octet_string()
        iterations = read_iterations(inner)
        key_length = inner.integer() if inner.peek() == der.INTEGER else None
        if key_length is not None and key_length < 1:
            raise inner.fail("key length is not positive")
        prf = _DEFAULT_PRF if inner.at_end else AlgorithmIdentifier.read(inner)
        inner.finish()
        return cls(salt, iterations, key_length, prf)

    def encode(self) -> bytes:
        """The DER encoding; the default PRF is left out, as DER demands."""
        return encode.sequence(
            encode.octet_string(self.salt),
            encode.integer(self.iterations),
            b"" if self.key_length is None else encode.integer(self.key_length),
            b"" if self.prf == _DEFAULT_PRF else self.prf.encode(),
        )


@frozen
class ScryptParameters:
    """scrypt-params (RFC 7914 section 7.1); ``key_length`` in octets, ``None`` where absent."""

    salt: bytes
    cost: int
    block_size: int
    parallelization: int
    key_length: int | None

    @property
    def memory(self) -> int:
        """Octets that the derivation fills, in one lane after the other."""
        return 128 * self.cost * self.block_size * self.parallelization

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> ScryptParameters:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are not scrypt-params, a number in them is below one, or the cost is
                not a power of two.
            LimitError: A number has more than 63 bits.
        """
        outer = open_parameters(algorithm)
        inner = outer.sequence()
        outer.finish()
        salt = inner.octet_string()
        cost, block_size, parallelization = (read_iterations(inner) for _ in range(3))
        if cost < 2 or cost & (cost - 1):
            raise inner.fail("the cost of scrypt is not a power of two")
        key_length = None if inner.at_end else read_iterations(inner)
        inner.finish()
        return cls(salt, cost, block_size, parallelization, key_length)


@frozen
class PBES2Parameters:
    """PBES2-params (RFC 8018 A.4): how the key is derived and what it is used with."""

    key_derivation: AlgorithmIdentifier
    encryption: AlgorithmIdentifier

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> PBES2Parameters:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are not PBES2-params.
        """
        return straight.read(cls._read_straight, cls._read_carefully, algorithm)

    @classmethod
    def _read_straight(cls, algorithm: AlgorithmIdentifier) -> PBES2Parameters:
        data = algorithm.parameters or b""
        at, end = straight.only(data, 0, len(data), der.SEQUENCE)
        derivation, encryption = straight.fields(data, at, end, (der.SEQUENCE, der.SEQUENCE))
        return cls(
            AlgorithmIdentifier.read_straight(data, *derivation),
            AlgorithmIdentifier.read_straight(data, *encryption),
        )

    @classmethod
    def _read_carefully(cls, algorithm: AlgorithmIdentifier) -> PBES2Parameters:
        outer = open_parameters(algorithm)
        inner = outer.sequence()
        outer.finish()
        key_derivation = AlgorithmIdentifier.read(inner)
        encryption = AlgorithmIdentifier.read(inner)
        inner.finish()
        return cls(key_derivation, encryption)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(self.key_derivation.encode(), self.encryption.encode())
