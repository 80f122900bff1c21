# SPDX-License-Identifier: Apache-2.0
"""Parameters of password-based MACs: PBMParameter (RFC 4210), PBMAC1-params (RFC 8018)."""

from __future__ import annotations

from attrs import frozen

from kcert._asn1 import encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs5 import open_parameters, read_iterations

__all__ = ["PBMAC1Parameters", "PBMParameter"]


@frozen
class PBMParameter:
    """PBMParameter: salt, one-way function, iterations and MAC."""

    salt: bytes
    one_way_function: AlgorithmIdentifier
    iterations: int
    mac: AlgorithmIdentifier

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> PBMParameter:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are no PBMParameter, or the iteration count is below one.
            LimitError: The iteration count has more than 63 bits.
        """
        outer = open_parameters(algorithm)
        fields = outer.sequence()
        outer.finish()
        salt = fields.octet_string()
        function = AlgorithmIdentifier.read(fields)
        iterations = read_iterations(fields)
        mac = AlgorithmIdentifier.read(fields)
        fields.finish()
        return cls(salt, function, iterations, mac)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.octet_string(self.salt),
            self.one_way_function.encode(),
            encode.integer(self.iterations),
            self.mac.encode(),
        )


@frozen
class PBMAC1Parameters:
    """PBMAC1-params (RFC 8018 A.5): how the key is derived, and the MAC."""

    key_derivation: AlgorithmIdentifier
    mac: AlgorithmIdentifier

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> PBMAC1Parameters:
        """Read the parameters of ``algorithm``.

        Raises:
            FormatError: They are no PBMAC1-params.
        """
        outer = open_parameters(algorithm)
        fields = outer.sequence()
        outer.finish()
        key_derivation = AlgorithmIdentifier.read(fields)
        mac = AlgorithmIdentifier.read(fields)
        fields.finish()
        return cls(key_derivation, mac)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(self.key_derivation.encode(), self.mac.encode())
