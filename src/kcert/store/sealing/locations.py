# SPDX-License-Identifier: Apache-2.0
"""Where an entry lies in a vault: an opaque name, and the month it runs out if the owner agreed."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kcert.store.sealing.vault import Vault

__all__ = ["location_of", "months_between"]

_ID_LENGTH = 16


def location_of(vault: Vault, fingerprint: str, not_after: datetime | None) -> str:
    """The name of a certificate's entry.

    It is an HMAC of the entry's id, the first 16 digits of the fingerprint, under a key of the
    vault. The first two digits are a folder of their own, so that a listing can be shared out.

    Args:
        vault: The vault.
        fingerprint: SHA-256 in hexadecimal, or its first 16 digits.
        not_after: When the certificate runs out; ``None`` leaves the month away.
    """
    opaque = vault.opaque(fingerprint.lower()[:_ID_LENGTH])
    location = f"{opaque[:2]}/{opaque[2:]}"
    if not vault.months or not_after is None:
        return location
    return f"{not_after.astimezone(UTC):%Y-%m}/{location}"


def months_between(first: datetime, last: datetime) -> Iterator[str]:
    """Yield the months, as they stand in names, from one moment in UTC to another."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
