# SPDX-License-Identifier: Apache-2.0
"""`kcert vid`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kcert.cli import options
from kcert.cli.choosing import BODY, choose
from kcert.cli.group import command

if TYPE_CHECKING:
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["vid_command"]


@command(
    "vid",
    (
        BODY[0] + "\n\n"
        "Asks for the password and for an identity number (of a person or a business), which is not "
        "shown either. Exit status: 0 it belongs to the certificate, 1 it does not. With "
        "--password-stdin the second line is the number.",
        BODY[1] + "\n\n"
        "비밀번호와 식별번호(주민등록번호나 사업자등록번호)를 물으며 둘 다 화면에 보이지 않습니다. 종료 코드: "
        "0 인증서의 번호가 맞음, 1 아님. --password-stdin을 쓰면 둘째 줄이 식별번호입니다.",
    ),
)
@click.argument("cert")
@options.store
@click.pass_obj
@options.as_json
@options.passwords
def vid_command(session: Session, cert: str, *, store: str | None, passwords: Passwords) -> int:
    """Check an identity number."""
    with choose(session, cert, store).unlock(passwords) as unlocked:
        number = passwords.secret(("Identity number (not shown): ", "식별번호(보이지 않음): "))
        unlocked.verify_identity(number)
        fingerprint = unlocked.certificate.fingerprint()
    if session.as_json:
        session.write_json("vid/1", {"matches": True, "fingerprint": fingerprint})
    else:
        session.voice.say(
            "the number belongs to this certificate",
            "이 인증서의 식별번호가 맞습니다",
            colour="green",
        )
    return 0
