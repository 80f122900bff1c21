# SPDX-License-Identifier: Apache-2.0
"""Identity numbers as they are computed with: digits and nothing else."""

from __future__ import annotations

from typing import Final

from kcert.errors import FormatError

__all__ = ["bare_digits", "digits_of", "not_a_number"]

_MAX_ID_NUMBER: Final = 64


def digits_of(id_number: str) -> str:
    """The digits of a number, without hyphens and spaces: what a VID is computed over.

    Raises:
        FormatError: It holds anything else, no digits, or over 64.
    """
    try:
        digits = bare_digits(id_number)
    finally:
        # A logger's view of this frame must not show it.
        del id_number
    if digits:
        return digits
    raise not_a_number()


def bare_digits(id_number: str) -> str | None:
    """The digits of a number, ``""`` where there are none, or ``None`` where it is not one."""
    if len(id_number) > 2 * _MAX_ID_NUMBER:
        return None
    digits = id_number.replace("-", "").replace(" ", "")
    if not digits:
        return digits
    good = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_ID_NUMBER
    return digits if good else None


def not_a_number() -> FormatError:
    """The error for what is not an identity number; it does not show it."""
    return FormatError(
        "identity number",
        "must be digits, with or without hyphens and spaces",
        reason_ko="숫자여야 합니다 (하이픈과 공백은 허용)",
    )
