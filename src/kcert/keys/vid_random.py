# SPDX-License-Identifier: Apache-2.0
"""R, the random number that lies with a private key."""

from __future__ import annotations

from kcert.keys.secret import Secret

__all__ = ["VidRandom"]


class VidRandom(Secret):
    """R, the random number behind a certificate's VID (KCAC.TS.SIVID). As secret as the key.

    With R, anyone can find the resident number behind a certificate by trying them all.
    """

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes | bytearray | memoryview) -> None:
        self._octets = bytearray(octets)
        del octets

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
