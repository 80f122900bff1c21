# SPDX-License-Identifier: Apache-2.0
"""R, the random number that lies with a private key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import oids
from kcert._asn1.der import Reader
from kcert.errors import FormatError
from kcert.keys.secret import Secret

if TYPE_CHECKING:
    from kcert._asn1.pkcs8 import KeyAttributes

__all__ = ["VidRandom"]


class VidRandom(Secret):
    """R, the random number behind a certificate's VID (KCAC.TS.SIVID). As secret as the key.

    With R, anyone can find the resident number behind a certificate by trying them all.
    """

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes | bytearray | memoryview) -> None:
        self._octets = bytearray(octets)
        del octets

    @classmethod
    def among(cls, attributes: KeyAttributes) -> VidRandom | None:
        """R from the attribute 1.2.410.200004.10.1.1.3 of a key; ``None`` where it has none.

        Raises:
            FormatError: The attribute is there, but is not one BIT STRING of whole octets.
        """
        found = [values for oid, values in attributes if oid == oids.RANDOM_NUM]
        if not found:
            return None
        if len(found) > 1 or len(found[0]) != 1:
            raise FormatError("VID random", "the private key has more than one")
        reader = Reader(found[0][0], "VID random")  # type: ignore[arg-type]  # a view, not a copy
        octets, unused = reader.bit_string()
        reader.finish()
        if unused or not octets:
            raise FormatError("VID random", "it is not a number of whole octets")
        return cls(octets)

    def __repr__(self) -> str:
        return f"<VidRandom {8 * len(self._octets)} bits>"

    def reveal(self) -> bytes:
        """The octets of R, 20 in every certificate seen.

        Raises:
            ValueError: The key it belongs to was closed.
        """
        if not self._octets:
            raise ValueError("the VID random is closed; unlock the key again")
        return bytes(self._octets)

    def close(self) -> None:
        """Overwrite the octets."""
        self._octets[:] = bytes(len(self._octets))
        del self._octets[:]
