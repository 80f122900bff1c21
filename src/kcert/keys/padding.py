# SPDX-License-Identifier: Apache-2.0
"""How RSA pads what it signs or encrypts."""

from __future__ import annotations

from enum import Enum

__all__ = ["Padding"]


class Padding(Enum):
    """RSA padding (RFC 8017)."""

    PKCS1V15 = "pkcs1v15"
    """RSASSA-PKCS1-v1_5 and RSAES-PKCS1-v1_5: what Korean services use."""

    PSS = "pss"
    """RSASSA-PSS, MGF1 with the same hash, salt as long as the hash. Signing only."""

    OAEP = "oaep"
    """RSAES-OAEP, MGF1 with the same hash, no label. Encryption only."""
