# SPDX-License-Identifier: Apache-2.0
"""AlgorithmIdentifier (RFC 5280 section 4.1.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert._asn1 import encode
from kcert._asn1.oids import name_of

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = ["NULL_PARAMETERS", "AlgorithmIdentifier"]

NULL_PARAMETERS = b"\x05\x00"


@frozen
class AlgorithmIdentifier:
    """An algorithm and its parameters, still encoded; ``None`` where they are absent."""

    oid: str
    parameters: bytes | None = None

    @property
    def name(self) -> str | None:
        """The usual name of the algorithm, where known."""
        return name_of(self.oid)

    @classmethod
    def read(cls, reader: Reader) -> AlgorithmIdentifier:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is not an AlgorithmIdentifier.
        """
        inner = reader.sequence()
        oid = inner.oid()
        parameters = None if inner.at_end else inner.read_encoded()
        inner.finish()
        return cls(oid, parameters)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(encode.oid(self.oid), self.parameters or b"")
