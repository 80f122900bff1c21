# SPDX-License-Identifier: Apache-2.0
"""AlgorithmIdentifier (RFC 5280 section 4.1.1.2)."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

from kcert._asn1 import der, encode, straight
from kcert._asn1.der import Reader
from kcert._asn1.oids import name_of
from kcert.errors import KcertError

__all__ = ["NULL_PARAMETERS", "AlgorithmIdentifier", "load_algorithm"]

NULL_PARAMETERS = b"\x05\x00"

_MAX_KNOWN = 256


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

    @classmethod
    def read_straight(cls, data: bytes, at: int, end: int) -> AlgorithmIdentifier:
        """Read the one whose content is ``data[at:end]``.

        Raises:
            Irregular: It is not usual.
        """
        oid, stop = straight.oid(data, at)
        if stop == end:
            return cls(oid)
        straight.one(data, stop, end)
        return cls(oid, data[stop:end])

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(encode.oid(self.oid), self.parameters or b"")


@lru_cache(maxsize=128)
def _known(encoded: bytes) -> AlgorithmIdentifier:
    bounds = straight.only(encoded, 0, len(encoded), der.SEQUENCE)
    return AlgorithmIdentifier.read_straight(encoded, *bounds)


def load_algorithm(encoded: bytes, format: str) -> AlgorithmIdentifier:
    """Read an encoded AlgorithmIdentifier; the same few are named over and over.

    Args:
        encoded: One DER value.
        format: What it is in, for errors.

    Raises:
        FormatError: It is malformed.
    """
    # What is longer than any of those should be is read without being kept.
    if len(encoded) <= _MAX_KNOWN:
        try:
            return _known(encoded)
        except (straight.Irregular, KcertError):
            pass
    return AlgorithmIdentifier.read(Reader(encoded, format))
