# SPDX-License-Identifier: Apache-2.0
"""Options that several commands have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from kcert.cli.asking import Passwords
from kcert.cli.group import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.cli.session import Session

    _ParamType = click.ParamType[datetime]
else:
    _ParamType = click.ParamType  # generic in new releases of click only

__all__ = ["as_json", "at", "passwords", "quiet", "store", "yes"]

_KOREA = timezone(timedelta(hours=9))


class Moment(_ParamType):
    """A day (its first second) or a moment; Korean time unless it says otherwise."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Make an aware datetime of text."""
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=_KOREA)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("not a moment", param, ctx)


at = option(
    "--at",
    type=Moment(),
    metavar="YYYY-MM-DD[THH:MM]",
    texts=(
        "Judge for this moment, in Korean time; default now.",
        "이 시각(한국 시각)을 기준으로 판단합니다. 기본값은 지금입니다.",
    ),
)

store = option(
    "--store",
    metavar="STORE",
    texts=(
        "Look for CERT in this store: npki:, or a folder; default this whole computer.",
        "CERT를 찾을 저장소: npki: 또는 폴더. 기본값은 이 컴퓨터 전체입니다.",
    ),
)

yes = option(
    "--yes",
    "-y",
    is_flag=True,
    texts=("Do not ask; for scripts.", "묻지 않습니다. 스크립트용입니다."),
)

quiet = option(
    "--quiet",
    "-q",
    is_flag=True,
    texts=("Say nothing; only the exit status.", "종료 코드로만 답합니다."),
)


def as_json(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json``: the session is told."""

    @wraps(function)
    def wrapper(session: Session, *args: Any, **kwargs: Any) -> Any:
        session.as_json = kwargs.pop("as_json")
        return function(session, *args, **kwargs)

    texts = ("Write JSON, for programs.", "프로그램을 위해 JSON으로 씁니다.")
    decorated: Callable[..., Any] = option("--json", "as_json", is_flag=True, texts=texts)(wrapper)
    return decorated


def passwords(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options for passwords; the function is given `Passwords` as ``passwords``."""

    @wraps(function)
    def wrapper(session: Session, *args: Any, **kwargs: Any) -> Any:
        source = Passwords(
            session,
            from_stdin=kwargs.pop("password_stdin"),
            descriptor=kwargs.pop("password_fd"),
            from_keyring=kwargs.pop("keyring"),
        )
        source.check()
        return function(session, *args, passwords=source, **kwargs)

    for decorate in (
        option(
            "--keyring",
            is_flag=True,
            texts=(
                "Take the password from the system's key ring.",
                "시스템 키링에서 비밀번호를 읽습니다.",
            ),
        ),
        option(
            "--password-fd",
            type=click.IntRange(0),
            metavar="N",
            texts=(
                "Read passwords from file descriptor N, one in a line.",
                "파일 서술자 N에서 비밀번호를 한 줄에 하나씩 읽습니다.",
            ),
        ),
        option(
            "--password-stdin",
            is_flag=True,
            texts=(
                "Read passwords from standard input, one in a line.",
                "표준 입력에서 비밀번호를 한 줄에 하나씩 읽습니다.",
            ),
        ),
    ):
        wrapper = decorate(wrapper)
    return wrapper
