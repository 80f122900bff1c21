# SPDX-License-Identifier: Apache-2.0
"""`kcert passwd`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kcert.cli import options
from kcert.cli.choosing import BODY, choose
from kcert.cli.failures import Refusal
from kcert.cli.group import command, option
from kcert.cli.relock import LOCKS

if TYPE_CHECKING:
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["passwd_command"]


@command(
    "passwd",
    (
        BODY[0] + "\n\n"
        "All keys of CERT are put under the new password, or none; R stays. A .pfx is not changed: "
        "write another with `kcert export --new-password`. With --password-stdin the first line is "
        "the old password and the second the new one.",
        BODY[1] + "\n\n"
        "CERT의 모든 키를 새 비밀번호로 바꾸거나 전혀 바꾸지 않으며 R 값은 그대로입니다. .pfx 파일은 바꾸지 "
        "않으니 `kcert export --new-password`로 새로 쓰십시오. --password-stdin을 쓰면 첫 줄이 이전 "
        "비밀번호, 둘째 줄이 새 비밀번호입니다.",
    ),
)
@click.argument("cert")
@options.store
@option(
    "--lock",
    type=click.Choice(list(LOCKS)),
    texts=(
        "How to lock the keys; default as they are.",
        "키를 잠그는 방식. 기본값은 지금과 같은 방식입니다.",
    ),
)
@click.pass_obj
@options.passwords
def passwd_command(
    session: Session, cert: str, store: str | None, lock: str | None, passwords: Passwords
) -> int:
    """Change the password."""
    chosen = choose(session, cert, store, one_place=True)
    if chosen.entry is None or chosen.store is None:
        raise Refusal(
            ("only folders change their password in place", "폴더만 비밀번호를 바꿀 수 있습니다"),
            (
                "write a new file with `kcert export CERT TARGET --new-password`",
                "`kcert export CERT TARGET --new-password`로 새 파일을 쓰십시오",
            ),
        )
    old = passwords.current(chosen.entry.certificate)
    # A wrong password is told before a new one is asked.
    chosen.entry.load().unlock(old, key_management=False).close()
    new = passwords.new()
    profile = None if lock is None else LOCKS[lock]
    chosen.store.change_password(chosen.entry, old, new, profile=profile)
    session.complaints.say(
        "the password was changed; other copies keep theirs",
        "비밀번호를 바꿨습니다. 다른 사본의 비밀번호는 그대로입니다",
        colour="green",
    )
    return 0
