# SPDX-License-Identifier: Apache-2.0
"""Caps on the work that a key file may ask for."""

from __future__ import annotations

from attrs import field, frozen

__all__ = ["DEFAULT_LIMITS", "Limits"]

# hashlib.pbkdf2_hmac takes a C long, which has 32 bits on Windows.
_MAX_C_LONG = (1 << 31) - 1


def _positive(_instance: Limits, attribute: object, value: int) -> None:
    if not 0 < value <= _MAX_C_LONG:
        raise ValueError(f"{getattr(attribute, 'name', 'limit')} must be from 1 to 2**31 - 1")


@frozen(kw_only=True)
class Limits:
    """What is refused with a `LimitError` before any work is done.

    Attributes:
        max_iterations: Rounds of one key derivation.
        max_salt_size: Octets of a salt.
        max_file_size: Octets of a key file.
        max_total_iterations: Rounds of all key derivations that one file asks for.
        max_memory: Octets that one key derivation may fill (scrypt).
        max_bags: Keys, certificates and other objects in one PKCS#12 file.
    """

    max_iterations: int = field(default=2_000_000, validator=_positive)
    max_salt_size: int = field(default=1_024, validator=_positive)
    max_file_size: int = field(default=1 << 20, validator=_positive)
    max_total_iterations: int = field(default=6_000_000, validator=_positive)
    max_memory: int = field(default=64 << 20, validator=_positive)
    max_bags: int = field(default=1_000, validator=_positive)


DEFAULT_LIMITS = Limits()
