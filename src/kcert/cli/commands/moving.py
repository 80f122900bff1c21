# SPDX-License-Identifier: Apache-2.0
"""`kcert copy`, `kcert move` and `kcert remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kcert.cli import options
from kcert.cli.access import access
from kcert.cli.choosing import BODY, choose
from kcert.cli.failures import Refusal
from kcert.cli.group import command, option

if TYPE_CHECKING:
    from kcert import Entry, Store
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["copy_command", "move_command", "remove_command"]

_to = option(
    "--to",
    "target",
    required=True,
    metavar="STORE",
    texts=("The other store: npki:, a folder or a vault.", "받을 저장소: npki:, 폴더, 금고."),
)


@command(
    "copy",
    (
        BODY[0] + "\n\n"
        "The files are copied as they are, read back and compared. Nothing is overwritten; run again, "
        "it finds that the copy is there.",
        BODY[1] + "\n\n"
        "파일을 있는 그대로 복사하고 다시 읽어 비교합니다. 덮어쓰지 않으며, 다시 실행하면 이미 있음을 확인합니다.",
    ),
)
@click.argument("cert")
@_to
@options.store
@click.pass_obj
@access
def copy_command(
    session: Session, cert: str, *, target: str, store: str | None, access: Access
) -> int:
    """Copy one entry."""
    entry, source = _entry(session, cert, store, one_place=False)
    there = source.copy(_name(entry), to=access.open(target, create=True))
    session.voice.put(f"{there.id}  {target}")
    return 0


@command(
    "move",
    (
        BODY[0] + "\n\nCopied, read back and compared, then removed where it was. Asks first.",
        BODY[1] + "\n\n복사하고 다시 읽어 비교한 다음 원래 자리에서 지웁니다. 먼저 물어봅니다.",
    ),
)
@click.argument("cert")
@_to
@options.store
@options.yes
@click.pass_obj
@access
def move_command(
    session: Session, cert: str, *, target: str, store: str | None, yes: bool, access: Access
) -> int:
    """Move one entry."""
    entry, source = _entry(session, cert, store, one_place=True)
    session.confirm(
        f"Move {_label(entry)} to {target}?", f"{_label(entry)}: {target}(으)로 옮길까요?", yes=yes
    )
    there = source.move(_name(entry), to=access.open(target, create=True))
    session.voice.put(f"{there.id}  {target}")
    return 0


@command(
    "remove",
    (
        BODY[0] + "\n\n"
        "Asks first; there is no way back. Make a copy with `kcert copy` or `kcert backup`.",
        BODY[1] + "\n\n"
        "먼저 물어봅니다. 되돌릴 수 없습니다. `kcert copy`나 `kcert backup`으로 사본을 만들어 두십시오.",
    ),
)
@click.argument("cert")
@options.store
@options.yes
@click.pass_obj
def remove_command(session: Session, cert: str, *, store: str | None, yes: bool) -> int:
    """Remove one entry."""
    entry, source = _entry(session, cert, store, one_place=True)
    session.confirm(
        f"Remove {_label(entry)} for good?",
        f"{_label(entry)}: 완전히 삭제할까요? 되돌릴 수 없습니다.",
        yes=yes,
    )
    source.remove(_name(entry))
    session.complaints.say("removed", "삭제했습니다", colour="green")
    return 0


def _entry(
    session: Session, cert: str, store: str | None, *, one_place: bool
) -> tuple[Entry, Store]:
    chosen = choose(session, cert, store, one_place=one_place)
    if chosen.entry is None or chosen.store is None:
        raise Refusal(
            ("this is a file, not an entry of a store", "저장소의 항목이 아니라 파일입니다"),
            ("take it into a store with `kcert import`", "`kcert import`로 저장소에 가져오십시오"),
        )
    return chosen.entry, chosen.store


def _name(entry: Entry) -> str:
    """What the store's verbs take: the place, since a certificate may be there twice."""
    return entry.location or entry.id


def _label(entry: Entry) -> str:
    certificate = entry.certificate
    holder = "-" if certificate is None else certificate.holder_name or "-"
    return f"{entry.id[:8]} {holder}"
