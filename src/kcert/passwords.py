# SPDX-License-Identifier: Apache-2.0
r"""Advice on a new password, by the rule of the authorities. Never used when something is opened.

Since 2014-09-22 the authorities' programs ask, when they issue, renew or reissue, for at least 10
characters with letters, digits and special characters, and refuse four of these: ``'``, ``"``,
``\\`` (shown as ₩) and ``|``. Upper and lower case differ. Older certificates have passwords of 8,
and a file does not say which rule it was made under, so a password that breaks the rule may be the
right one all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.inspection.codes import FindingCode, Severity
from kcert.inspection.report import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CODES", "EXCLUDED_CHARACTERS", "MIN_LENGTH", "check"]

MIN_LENGTH: Final = 10
"""Fewest characters."""

EXCLUDED_CHARACTERS: Final = "'\"\\|"
"""Characters that the rule refuses."""

_TABLE: Final = (
    FindingCode(
        "password-too-short",
        Severity.ERROR,
        f"the password has fewer than {MIN_LENGTH} characters",
        f"비밀번호가 {MIN_LENGTH}자보다 짧습니다",
    ),
    FindingCode(
        "password-without-letter",
        Severity.ERROR,
        "the password has no letter (a to z)",
        "비밀번호에 영문자가 없습니다",
    ),
    FindingCode(
        "password-without-digit",
        Severity.ERROR,
        "the password has no digit",
        "비밀번호에 숫자가 없습니다",
    ),
    FindingCode(
        "password-without-special",
        Severity.ERROR,
        "the password has no special character",
        "비밀번호에 특수문자가 없습니다",
    ),
    FindingCode(
        "password-excluded-character",
        Severity.ERROR,
        "the password has one of the four excluded characters: ' \" \\ |",
        "비밀번호에 쓸 수 없는 문자(' \" \\ |)가 있습니다",
    ),
    FindingCode(
        "password-outer-blank",
        Severity.WARNING,
        "the password begins or ends with a blank, which some programs cut off",
        "비밀번호의 처음이나 끝에 공백이 있습니다; 공백을 잘라내는 프로그램이 있습니다",
    ),
    FindingCode(
        "password-not-ascii",
        Severity.WARNING,
        "the password has characters beyond ASCII, which programs turn into different octets",
        "비밀번호에 ASCII가 아닌 문자가 있습니다; 프로그램마다 다르게 인코딩합니다",
    ),
)

CODES: Final = {row.code: row for row in _TABLE}
"""Every code that `check` gives, and what it means."""


def check(password: str) -> list[Finding]:
    """What speaks against a new password; an empty list where nothing does.

    It is advice: nothing in kcert refuses a password for it. The findings do not say which
    characters the password has or where.

    Args:
        password: The new password.

    Returns:
        Findings of severity *error* where the rule is broken, of severity *warning* where the
        password keeps the rule and other programs may yet take it for another one.

    Raises:
        TypeError: It is not text.
    """
    try:
        if not isinstance(password, str):
            raise TypeError("password must be str")
        return [
            Finding(row.code, row.severity, row.message, row.message_ko, {})
            for row in _TABLE
            if _TESTS[row.code](password)
        ]
    finally:
        del password


def _lacks(wanted: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda password: not any(map(wanted, password))


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_digit(character: str) -> bool:
    return character.isascii() and character.isdigit()


def _is_special(character: str) -> bool:
    return "!" <= character <= "~" and not character.isalnum()


_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    "password-too-short": lambda password: len(password) < MIN_LENGTH,
    "password-without-letter": _lacks(_is_letter),
    "password-without-digit": _lacks(_is_digit),
    "password-without-special": _lacks(
        lambda character: _is_special(character) and character not in EXCLUDED_CHARACTERS
    ),
    "password-excluded-character": lambda password: any(
        character in EXCLUDED_CHARACTERS for character in password
    ),
    "password-outer-blank": lambda password: password != password.strip(),
    "password-not-ascii": lambda password: not password.isascii(),
}
