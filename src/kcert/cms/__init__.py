# SPDX-License-Identifier: Apache-2.0
"""Signed and encrypted messages: CMS (RFC 5652)."""

from __future__ import annotations

from kcert.cms.ciphers import Cipher
from kcert.cms.enveloped import Decrypted, decrypt, encrypt

__all__ = ["Cipher", "Decrypted", "decrypt", "encrypt"]
