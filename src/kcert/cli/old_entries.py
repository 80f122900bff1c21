# SPDX-License-Identifier: Apache-2.0
"""What becomes of the old certificate when a new one has come in its place."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from kcert.cli.failures import Refusal
from kcert.cli.group import option
from kcert.lifecycle import Retire

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.cli.access import Access
    from kcert.lifecycle import OldEntry

__all__ = ["OldChoice", "old_entry", "retire"]


@frozen
class OldChoice:
    """What was chosen.

    Attributes:
        verb: ``keep``, ``move`` or ``remove``.
        store: Where it is moved to.
    """

    verb: str
    store: str | None


def retire(access: Access, choice: OldChoice) -> OldEntry:
    """What the life cycle takes for it.

    Raises:
        Refusal: It is not clear where to.
    """
    if (choice.verb == "move") is (choice.store is None):
        raise Refusal(
            ("--old move and --old-to go together", "--old move와 --old-to는 함께 씁니다"),
            (
                "give --old move --old-to STORE, or --old keep or remove",
                "--old move --old-to 저장소, 또는 --old keep이나 remove를 주십시오",
            ),
        )
    if choice.store is not None:
        return access.open(choice.store, create=True)
    return Retire.REMOVE if choice.verb == "remove" else Retire.KEEP


def old_entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the function is given an `OldChoice` as ``old``."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, old=OldChoice(kwargs.pop("old"), kwargs.pop("old_to")), **kwargs)

    for decorate in (
        option(
            "--old-to",
            metavar="STORE",
            texts=("Where the old one is moved to.", "이전 인증서를 옮길 저장소."),
        ),
        option(
            "--old",
            type=click.Choice(["keep", "move", "remove"]),
            default="keep",
            texts=(
                "What becomes of the old one; what was encrypted to it needs its key.",
                "이전 인증서의 처리. 그것으로 암호화된 것은 그 키로만 열립니다.",
            ),
        ),
    ):
        wrapper = decorate(wrapper)
    return wrapper
