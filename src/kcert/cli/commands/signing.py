# SPDX-License-Identifier: Apache-2.0
"""`kcert sign`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kcert import cms
from kcert.cli import options
from kcert.cli.choosing import BODY, choose
from kcert.cli.group import command, option
from kcert.cli.outcome import new_file, refuse_taken

if TYPE_CHECKING:
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["sign_command"]

_PROFILES = {
    name.lower().replace("_", "-"): profile
    for name in dir(cms.Profile)
    if name.isupper() and isinstance(profile := getattr(cms.Profile, name), cms.Profile)
}


@command(
    "sign",
    (
        "Makes a signed message (CMS, PKCS#7) of FILE: FILE.p7m with the content in it, or with "
        "--detached FILE.p7s without. " + BODY[0],
        "FILE로 서명 메시지(CMS, PKCS#7)를 만듭니다. 내용을 담은 FILE.p7m, --detached를 주면 내용 없는 "
        "FILE.p7s입니다. " + BODY[1],
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option(
    "--with",
    "cert",
    required=True,
    metavar="CERT",
    texts=("Whose signature it is to be.", "서명할 인증서."),
)
@options.store
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="TARGET",
    texts=("Where to write; - for standard output.", "쓸 곳. -는 표준 출력입니다."),
)
@option(
    "--detached",
    is_flag=True,
    texts=("Leave the content out of the message.", "메시지에 내용을 넣지 않습니다."),
)
@option(
    "--profile",
    type=click.Choice(list(_PROFILES)),
    default="standard",
    texts=("In the form of which product.", "어느 제품의 형식으로 쓸지 정합니다."),
)
@click.pass_obj
@options.passwords
def sign_command(
    session: Session,
    file: Path,
    cert: str,
    *,
    store: str | None,
    out: Path | None,
    detached: bool,
    profile: str,
    passwords: Passwords,
) -> int:
    """Sign a file."""
    target = out or file.with_name(file.name + (".p7s" if detached else ".p7m"))
    session.where = str(target)
    refuse_taken(target)
    session.where = str(file)
    with file.open("rb") as source:
        size = file.stat().st_size
        chosen = choose(session, cert, store)
        with chosen.unlock(passwords) as unlocked:
            session.where = str(target)
            with new_file(target) as written:
                shape = _PROFILES[profile]
                if detached:
                    written.write(cms.sign(source, unlocked, detached=True, profile=shape))
                else:
                    cms.sign_stream(source, unlocked, written, size=size, profile=shape)
    session.complaints.say(f"written: {target}", f"저장했습니다: {target}", colour="green")
    return 0
