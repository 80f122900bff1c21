# SPDX-License-Identifier: Apache-2.0
"""`kcert demo`, as click sees it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kcert.cli import demo
from kcert.cli.group import command

if TYPE_CHECKING:
    from kcert.cli.session import Session

__all__ = ["demo_command"]


@command(
    "demo",
    (
        (
            "Goes the whole way on certificates made in a temporary folder. With PATH, shows your own "
            "NPKI folder up to where a password is needed. Nothing of yours is changed."
        ),
        (
            "임시 폴더에 만든 인증서로 전 과정을 보여 줍니다. PATH를 주면 자신의 NPKI 폴더를 비밀번호가 "
            "필요한 곳까지 보여 줍니다. 아무것도 바꾸지 않습니다."
        ),
    ),
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def demo_command(session: Session, path: Path | None) -> int:
    """Run it."""
    demo.run(session.voice, path)
    return 0
