# SPDX-License-Identifier: Apache-2.0
"""An authority's refusal as an error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kcert.errors import AuthorityError, FormatError, LimitError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert._asn1.cmp_status import PKIStatusInfo

__all__ = ["check_granted", "malformed_is_wrong", "refused", "wrong_answer"]

_GRANTED: Final = frozenset({"accepted", "grantedWithMods"})
_MAX_TEXT: Final = 300


def refused(
    status: PKIStatusInfo, details: tuple[str, ...] = (), *, proven: bool = True
) -> AuthorityError:
    """Make the error for a refusal.

    Args:
        status: What the authority says.
        details: What else it says to people.
        proven: The answer was protected. Text of an unprotected one is anybody's and left out.
    """
    said = " ".join((*status.texts, *details)) if proven else ""
    # What a stranger wrote goes to logs and terminals.
    shown = "".join(c if c.isprintable() else " " for c in said[:_MAX_TEXT]).strip()
    english, korean = "the request was refused", "요청이 거절되었습니다"
    if not proven:
        english += ", by an answer without protection"
        korean += " (보호값 없는 응답)"
    if shown:
        english, korean = f"{english}: {shown}", f"{korean}: {shown}"
    return AuthorityError(english, korean, status=status.status, failure=status.failures)


def check_granted(status: PKIStatusInfo) -> None:
    """Insist that a request was granted.

    Raises:
        AuthorityError: It was not.
    """
    if status.status not in _GRANTED:
        raise refused(status)


def wrong_answer(reason: str, reason_ko: str) -> AuthorityError:
    """Make the error for an answer that does not fit the question."""
    return AuthorityError(f"the answer {reason}", f"응답 오류: {reason_ko}")


@contextmanager
def malformed_is_wrong() -> Iterator[None]:
    """Make what is wrong with a certificate in an answer an error of the answer.

    Raises:
        AuthorityError: A part of it is malformed, of an unknown kind, or asks for too much work.
    """
    try:
        yield
    except (FormatError, LimitError, UnsupportedAlgorithmError) as error:
        raise wrong_answer("brings a malformed certificate", "인증서가 잘못되었습니다") from error
