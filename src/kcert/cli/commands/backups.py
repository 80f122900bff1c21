# SPDX-License-Identifier: Apache-2.0
"""`kcert backup` and `kcert restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kcert.cli import options
from kcert.cli.access import access
from kcert.cli.group import command, option
from kcert.cli.progress import progress_bar

if TYPE_CHECKING:
    from kcert.cli.access import Access
    from kcert.cli.session import Session
    from kcert.store import Progress, Summary

__all__ = ["backup_command", "restore_command"]

_dry = option(
    "--dry-run",
    is_flag=True,
    texts=("Only look and compare.", "쓰지 않고 비교만 합니다."),
)
_BODY = (
    (
        "Each entry is written, read back and compared. Nothing is overwritten; after a crash or a pulled "
        "stick, run it again. A vault (`kcert vault create`) is opened by its passphrase. Exit status: 0 the target has all of it, 1 something is damaged or "
        "different there."
    ),
    (
        "항목마다 쓰고, 다시 읽고, 비교합니다. 덮어쓰지 않으며, 중단되었으면 다시 실행하면 됩니다. 금고(`kcert vault create`)는 암호로 엽니다. 종료 코드: "
        "0 모두 있음, 1 손상되었거나 내용이 다른 것이 있음."
    ),
)


@command("backup", _BODY)
@option(
    "--to",
    "target",
    required=True,
    metavar="STORE",
    texts=("The backup: a folder on another medium, or a vault.", "백업: 다른 매체의 폴더나 금고."),
)
@option(
    "--from",
    "source",
    default="npki:",
    metavar="STORE",
    texts=("What is backed up; default npki:.", "백업할 저장소. 기본값은 npki:입니다."),
)
@_dry
@click.pass_obj
@options.as_json
@access
def backup_command(
    session: Session, *, target: str, source: str, dry_run: bool, access: Access
) -> int:
    """Copy everything that the backup lacks."""
    return _transfer(session, access, source, target, dry_run=dry_run)


@command("restore", _BODY)
@option(
    "--from",
    "source",
    required=True,
    metavar="STORE",
    texts=("The backup.", "백업."),
)
@option(
    "--to",
    "target",
    default="npki:",
    metavar="STORE",
    texts=("Where to; default npki:.", "되돌릴 저장소. 기본값은 npki:입니다."),
)
@_dry
@click.pass_obj
@options.as_json
@access
def restore_command(
    session: Session, *, source: str, target: str, dry_run: bool, access: Access
) -> int:
    """Copy everything that the store lacks."""
    return _transfer(session, access, source, target, dry_run=dry_run)


def _transfer(session: Session, access: Access, source: str, target: str, *, dry_run: bool) -> int:
    store = access.open(source)
    other = access.open(target, create=True)
    with progress_bar(session) as bar:

        def told(step: Progress) -> None:
            if bar is not None:
                bar(step.done, step.total)

        summary = store.backup(to=other, progress=told if bar else None, dry_run=dry_run)
    if session.as_json:
        session.write_json("backup/1", _fields(summary))
    else:
        _show(session, summary)
    return 0 if summary.complete else 1


def _fields(summary: Summary) -> dict[str, object]:
    return {
        "complete": summary.complete,
        "dry_run": summary.dry_run,
        "copied": list(summary.copied),
        "already_there": list(summary.already_there),
        "different": list(summary.different),
        "broken": list(summary.broken),
    }


def _show(session: Session, summary: Summary) -> None:
    voice = session.voice
    voice.facts(
        [
            (
                ("to be copied", "복사할 것") if summary.dry_run else ("copied", "복사함"),
                str(len(summary.copied)),
            ),
            (("already there", "이미 있음"), str(len(summary.already_there))),
            (("different", "내용이 다름"), str(len(summary.different))),
            (("damaged", "손상됨"), str(len(summary.broken))),
        ]
    )
    for name in (*summary.different, *summary.broken):
        voice.put(f"  {name}", colour="yellow")
