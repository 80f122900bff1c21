# SPDX-License-Identifier: Apache-2.0
"""What an office hands out for an issue: the number as an option, the code never as one."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from kcert import lifecycle
from kcert.cli.failures import Refusal
from kcert.cli.group import option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.cli.asking import Passwords
    from kcert.lifecycle import Enrolment, IdentityProof

__all__ = ["CODE_BODY", "Handout", "handout"]

CODE_BODY: Final = (
    (
        "A bank, a broker or the authority's office has identified the holder, and handed out a "
        "reference number and an authorization code. The code is asked for and not shown."
    ),
    (
        "은행, 증권사나 인증기관이 본인을 확인하고 참조번호와 인가코드를 줍니다. 인가코드는 물어보며 화면에 "
        "보이지 않습니다."
    ),
)


@frozen
class Handout:
    """What is known of an enrolment before its secrets are asked for.

    Attributes:
        reference: The reference number.
        ask_id_number: Whether the identity number is asked for.
        key_management: Whether the key-management pair is asked for.
    """

    reference: str | None
    ask_id_number: bool
    key_management: bool

    @contextmanager
    def proof(self, passwords: Passwords) -> Iterator[IdentityProof]:
        """Ask for the secrets; they are forgotten at the end.

        Raises:
            Refusal: The reference number is missing.
        """
        if self.reference is None:
            raise Refusal(
                ("the reference number is missing", "참조번호가 빠졌습니다"),
                ("give it with --reference", "--reference로 주십시오"),
            )
        code = passwords.secret(("Authorization code (not shown): ", "인가코드(보이지 않음): "))
        id_number = None
        if self.ask_id_number:
            id_number = passwords.secret(
                ("Identity number (not shown): ", "식별번호(보이지 않음): ")
            )
        try:
            enrolment = lifecycle.Enrolment(
                self.reference, code, id_number=id_number, key_management=self.key_management
            )
        finally:
            del code, id_number

        def hand_out(_request: object) -> Enrolment:
            return enrolment

        with enrolment:
            yield hand_out


def handout(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the function is given a `Handout` as ``handout``."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        made = Handout(
            kwargs.pop("reference"), kwargs.pop("ask_id_number"), kwargs.pop("key_management")
        )
        return function(*args, handout=made, **kwargs)

    for decorate in (
        option(
            "--km",
            "key_management",
            is_flag=True,
            texts=("Ask for the key-management pair, too.", "암호용 쌍(km)도 받습니다."),
        ),
        option(
            "--ask-id-number",
            is_flag=True,
            texts=(
                "Ask for the identity number, where the office does not tell it.",
                "발급기관이 모르는 경우 식별번호도 묻습니다.",
            ),
        ),
        option(
            "--reference",
            metavar="NUMBER",
            texts=(
                "The reference number that the office has handed out.",
                "발급기관이 준 참조번호.",
            ),
        ),
    ):
        wrapper = decorate(wrapper)
    return wrapper
