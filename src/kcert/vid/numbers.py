# SPDX-License-Identifier: Apache-2.0
"""Which kinds of identity number a number may be.

All of it is advice. Resident numbers issued since October 2020 have no check digit, corporate
numbers since 2025 have none either, and only the office that gave a number knows whether it is in
use. So a number that fits no rule here may still be right, and the VID has the last word.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Final

from attrs import frozen

from kcert.vid.digits import digits_of

__all__ = ["IdNumberFit", "IdNumberKind", "fits"]

_PERSON_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CORPORATE_WEIGHTS: Final = (1, 2) * 6
_BUSINESS_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)
# Sex and century, by the seventh digit.
_CENTURIES: Final = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900,
                     "3": 2000, "4": 2000, "7": 2000, "8": 2000}  # fmt: skip
_FOREIGN: Final = frozenset("5678")
# From this day on the digits after the seventh of a new resident number are drawn by lot.
_RANDOM_SINCE: Final = date(2020, 10, 5)


class IdNumberKind(Enum):
    """What an identity number is given for."""

    RESIDENT = "resident"
    """주민등록번호: 13 digits, birth date first."""

    FOREIGNER = "foreigner"
    """외국인등록번호, 국내거소신고번호: 13 digits, birth date first, seventh digit 5 to 8."""

    CORPORATE = "corporate"
    """법인등록번호: 13 digits, registry office first."""

    BUSINESS = "business"
    """사업자등록번호: 10 digits."""


@frozen
class IdNumberFit:
    """A kind that a number may be.

    Attributes:
        kind: The kind.
        check_digit: Whether the check digit fits; ``None`` where the number can have none.
    """

    kind: IdNumberKind
    check_digit: bool | None


def fits(id_number: str) -> tuple[IdNumberFit, ...]:
    """Which kinds a number may be, those whose check digit fits first; advice, see above.

    Args:
        id_number: With or without hyphens and spaces.

    Returns:
        Nothing where its length or its birth date fits no kind. A resident or corporate number
        whose check digit does not fit may be one that was given without.

    Raises:
        FormatError: It is not a number.
    """
    try:
        digits = digits_of(id_number)
    finally:
        del id_number
    found: list[IdNumberFit] = []
    if len(digits) == 13:
        person = _person(digits)
        if person is not None:
            found.append(person)
        total = _weigh(digits, _CORPORATE_WEIGHTS)
        found.append(IdNumberFit(IdNumberKind.CORPORATE, _ends(digits, -total)))
    elif len(digits) == 10:
        total = _weigh(digits, _BUSINESS_WEIGHTS) + int(digits[8]) * 5 // 10
        found.append(IdNumberFit(IdNumberKind.BUSINESS, _ends(digits, -total)))
    del digits
    return tuple(sorted(found, key=lambda fit: (True, None, False).index(fit.check_digit)))


def _weigh(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _ends(digits: str, expected: int) -> bool:
    return int(digits[-1]) == expected % 10


def _person(digits: str) -> IdNumberFit | None:
    """A resident's or foreigner's number, if it begins with a day that has been."""
    century = _CENTURIES[digits[6]]
    try:
        born = date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    remainder = _weigh(digits, _PERSON_WEIGHTS) % 11
    if digits[6] in _FOREIGN:
        return IdNumberFit(IdNumberKind.FOREIGNER, _ends(digits, 13 - remainder))
    without = born >= _RANDOM_SINCE
    return IdNumberFit(IdNumberKind.RESIDENT, None if without else _ends(digits, 11 - remainder))
