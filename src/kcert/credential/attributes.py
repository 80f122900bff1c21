# SPDX-License-Identifier: Apache-2.0
"""What a file says about a certificate or key beside it."""

from __future__ import annotations

from attrs import frozen

__all__ = ["BagAttribute"]


@frozen
class BagAttribute:
    """One attribute that a PKCS#12 file gives to a certificate or to its key.

    It stands outside of both: nobody has signed it, and it is readable without the key.

    Attributes:
        fingerprint: SHA-256 fingerprint of the certificate, lower-case hexadecimal.
        of_key: Whether it stands at the certificate's key instead of the certificate itself.
        oid: Type of the attribute.
        values: Its values, each DER.
    """

    fingerprint: str
    of_key: bool
    oid: str
    values: tuple[bytes, ...]
