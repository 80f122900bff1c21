# SPDX-License-Identifier: Apache-2.0
"""`kcert remind`, for people and for cron."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kcert import lifecycle
from kcert.cli import options
from kcert.cli.access import access
from kcert.cli.failures import Status
from kcert.cli.group import command, option
from kcert.cli.outcome import replace_file
from kcert.cli.places import stores_of
from kcert.cli.reminder_views import show_reminders, show_timeline
from kcert.cli.reminders import Reminder, reminders
from kcert.cli.schema import summary_fields
from kcert.cli.telling import tell_events

if TYPE_CHECKING:
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["remind_command"]

_FILE = click.Path(path_type=Path)


@command(
    "remind",
    (
        (
            "Without PLACE: all certificates of this computer. PLACE is a folder, or a store's address "
            "such as npki:. No password is asked but for a vault. What cannot be read is left out: "
            "`kcert check` tells about it.\n\n"
            "Exit status: 0 nothing ends soon, 1 something does, 3 there is no certificate at all. With "
            "--events: 0 nothing new, 1 something has happened since the last time, 5 a place cannot "
            "be read."
        ),
        (
            "PLACE가 없으면 이 컴퓨터의 모든 인증서를 봅니다. PLACE는 폴더나 npki: 같은 저장소 주소입니다. "
            "금고가 아니면 비밀번호를 묻지 않습니다. 읽을 수 없는 것은 빠지며 `kcert check`가 알려 줍니다.\n\n"
            "종료 코드: 0 곧 만료될 것 없음, 1 있음, 3 인증서가 하나도 없음. --events를 주면 0 새 일 없음, "
            "1 지난번 이후 새 일이 있음, 5 읽을 수 없는 곳이 있음."
        ),
    ),
)
@click.argument("places", nargs=-1, metavar="[PLACE]...")
@option(
    "--days",
    type=click.IntRange(0, 36500),
    default=30,
    metavar="N",
    texts=("How far to look ahead; default 30.", "며칠 앞까지 볼지 정합니다. 기본값은 30일입니다."),
)
@option(
    "--expired",
    is_flag=True,
    texts=("Count those that have ended already, too.", "이미 만료된 것도 셉니다."),
)
@options.at
@option(
    "--timeline",
    is_flag=True,
    texts=("Draw when each certificate ends.", "모든 인증서의 만료 시점을 그림으로 봅니다."),
)
@option(
    "--calendar",
    type=_FILE,
    metavar="FILE",
    texts=(
        "Write all ends and renewal days for a calendar program (.ics); - for standard output.",
        "갱신 시작일과 만료일을 달력 파일(.ics)로 씁니다. -는 표준 출력입니다.",
    ),
)
@option(
    "--names",
    is_flag=True,
    texts=("Name the holders in the calendar.", "달력에 이름도 적습니다."),
)
@option(
    "--events",
    type=_FILE,
    metavar="FILE",
    texts=(
        "Tell each thing once: FILE remembers what was told. Nobody is named.",
        "한 가지를 한 번만 알립니다. 알린 것은 FILE에 적어 둡니다. 이름은 나오지 않습니다.",
    ),
)
@options.quiet
@click.pass_obj
@options.as_json
@access
def remind_command(
    session: Session,
    places: tuple[str, ...],
    *,
    days: int,
    expired: bool,
    at: datetime | None,
    timeline: bool,
    calendar: Path | None,
    names: bool,
    events: Path | None,
    quiet: bool,
    access: Access,
) -> int:
    """Find what ends soon."""
    at = at or datetime.now(UTC)
    found = stores_of(access, places)
    session.where = None
    if calendar is not None:
        stores = [place.store for place in found]
        text = lifecycle.calendar(stores, at=at, language=session.voice.language, names=names)
        session.where = str(calendar)
        replace_file(calendar, text.encode(), begins=b"BEGIN:VCALENDAR")
        if str(calendar) == "-":
            return Status.FINE
    if events is not None:
        return tell_events(session, [place.store for place in found], events, at, quiet=quiet)
    # What is drawn is everything; else only what is due is read into memory.
    within = timedelta.max if timeline else timedelta(days=days)
    every = reminders(found, within, at, expired=expired or timeline)
    due = [one for one in every if one.is_due(days, expired=expired)]
    empty = not every and not any(True for place in found for _ in place.store.entries())
    if session.as_json:
        items = [_fields(one, at) for one in due]
        session.write_json("remind/1", {"at": at.isoformat(), "days": days, "items": items})
    elif empty:
        session.complaints.say(
            "kcert: no certificates found; name a folder, as in `kcert remind PATH`",
            "kcert: 인증서가 없습니다. `kcert remind 경로`처럼 폴더를 지정해 보십시오",
        )
    elif not quiet:
        _show(session, every if timeline else due, due, days, at, timeline=timeline)
    return Status.NOT_FOUND if empty else Status.NO if due else Status.FINE


def _fields(one: Reminder, at: datetime) -> dict[str, Any]:
    window = one.certificate.renewal_window
    return {
        "id": one.id,
        "state": one.state.value,
        "renewal_opens": window.opens.isoformat() if window else None,
        "locations": list(one.locations),
        "certificate": summary_fields(one.certificate, at),
    }


def _show(
    session: Session,
    shown: list[Reminder],
    due: list[Reminder],
    days: int,
    at: datetime,
    *,
    timeline: bool,
) -> None:
    voice = session.voice
    if timeline:
        show_timeline(voice, shown, at)
        voice.say()
    elif due:
        show_reminders(voice, due)
        voice.say()
    if due:
        voice.say(
            f"{len(due)} to be looked after",
            f"챙길 인증서가 {len(due)}개 있습니다",
            colour="yellow",
        )
    else:
        voice.say(
            f"nothing ends within {days} days",
            f"{days}일 안에 만료될 인증서가 없습니다",
            colour="green",
        )
