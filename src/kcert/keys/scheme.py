# SPDX-License-Identifier: Apache-2.0
"""One password-based lock: the scheme with all its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.errors import LimitError
from kcert.keys import pkcs12

if TYPE_CHECKING:
    from kcert._asn1.algorithm import AlgorithmIdentifier
    from kcert.keys.ciphers import BlockCipher
    from kcert.keys.limits import Limits
    from kcert.keys.passwords import Password

__all__ = ["USE", "Derivation", "Readings", "Scheme", "as_given"]

USE: Final = "private key lock"
"""What a scheme is for where nothing else is said."""

Derivation = Callable[[bytearray, bytes, int], tuple[bytes, bytes]]
"""``derive(password, salt, iterations)``: key and initialisation vector."""


Readings = Callable[[bytearray], Iterator[bytearray]]
"""The octets that a scheme may derive from, for one password; the standard's first."""


def as_given(password: bytearray) -> Iterator[bytearray]:
    """The octets of the password, and no other reading."""
    yield password


@frozen
class Scheme:
    """One lock: a scheme with all its parameters.

    Attributes:
        algorithm: What stands in the file.
        cipher: The block cipher.
        salt: The salt.
        iterations: Rounds of the key derivation.
        prf: Object identifier of the HMAC of PBKDF2, ``None`` in other schemes.
        memory: Octets that the key derivation fills, in schemes that fill memory on purpose.
        work: Usual rounds that one round counts for, where its hash is slow.
    """

    algorithm: AlgorithmIdentifier
    cipher: BlockCipher
    salt: bytes
    iterations: int
    prf: str | None
    _derive: Derivation = field(repr=False, eq=False)
    _readings: Readings = field(default=as_given, repr=False, eq=False)
    memory: int = 0
    work: int = 1

    @property
    def cost(self) -> int:
        """Rounds of the key derivation as the caps count them."""
        return self.iterations * self.work

    def check(self, limits: Limits, use: str = USE) -> None:
        """Refuse what would take too much work, before any of it is done.

        Raises:
            LimitError: Too many rounds, too long a salt, or too much memory.
        """
        if self.cost > limits.max_iterations:
            maximum = limits.max_iterations // self.work
            raise LimitError("iterations", self.iterations, maximum, where=use)
        if len(self.salt) > limits.max_salt_size:
            raise LimitError("salt size", len(self.salt), limits.max_salt_size, where=use)
        if self.memory > limits.max_memory:
            raise LimitError("memory", self.memory, limits.max_memory, where=use)

    def decrypt(self, data: bytes, password: Password) -> Iterator[bytearray]:
        """Decrypt: what comes out with a right padding, for each reading of the password.

        Nothing comes out for a wrong password but by chance: one padding of 256 is right. The
        caller says by the content which plaintext it takes, and overwrites the others.
        """
        for octets in self._readings(password.octets):
            key, iv = self._derive(octets, self.salt, self.iterations)
            plain = self.cipher.decrypt(key, iv, data)
            if plain is not None:
                yield plain

    def encrypt(self, data: bytes | bytearray, password: Password) -> bytes:
        """Encrypt, under the standard's reading of the password.

        Raises:
            FormatError: The scheme needs text, and the password is not UTF-8.
        """
        try:
            if self._readings is as_given:
                key, iv = self._derive(password.octets, self.salt, self.iterations)
            else:
                octets = pkcs12.standard_reading(password.octets)
                try:
                    key, iv = self._derive(octets, self.salt, self.iterations)
                finally:
                    octets[:] = bytes(len(octets))
            return self.cipher.encrypt(key, iv, data)
        finally:
            del data
