# SPDX-License-Identifier: Apache-2.0
"""New RSA keys, for certificates that are yet to be issued."""

from __future__ import annotations

import secrets
from typing import Final

from kcert._asn1.pkcs8 import MAX_RSA_BITS
from kcert._asn1.traditional_keys import wrap_rsa
from kcert.keys.private import PrivateKey

__all__ = ["generate_key"]

_MIN_BITS: Final = 2048
_RANDOM_OCTETS: Final = 20


def generate_key(key_size: int = 2048, *, random: bool = True) -> PrivateKey:
    """Make an RSA key pair.

    Args:
        key_size: Bits of the modulus, from 2048.
        random: Make R too, 20 random octets in the attribute id-randomNum, as every Korean
            signature key has it.

    Returns:
        The open key, for the caller to close.

    Raises:
        ValueError: ``key_size`` is below 2,048 or above 16,384.
    """
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    if not _MIN_BITS <= key_size <= MAX_RSA_BITS:
        raise ValueError(f"an RSA key has from {_MIN_BITS} to {MAX_RSA_BITS} bits")
    made = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    pkcs1 = made.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    drawn = secrets.token_bytes(_RANDOM_OCTETS) if random else None
    try:
        return PrivateKey.adopt(wrap_rsa(pkcs1, random=drawn))
    finally:
        del made, pkcs1, drawn
