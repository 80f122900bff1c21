# SPDX-License-Identifier: Apache-2.0
"""`kcert history`: what was done in a store, and whether the record of it can be believed."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.failures import Refusal, Status
from kcert.cli.group import command, group, option
from kcert.cli.outcome import write_new
from kcert.cli.views import ID_LENGTH
from kcert.store import EventKind

if TYPE_CHECKING:
    from kcert.cli.session import Session
    from kcert.cli.voice import Text
    from kcert.store import Event, History

__all__ = [
    "history_command",
    "history_export_command",
    "history_show_command",
    "history_verify_command",
]

_KOREA = timezone(timedelta(hours=9))
_WORDS: dict[EventKind, Text] = {
    EventKind.ADDED: ("added", "추가"),
    EventKind.COPIED: ("copied", "복사"),
    EventKind.UNLOCKED: ("unlocked", "키 사용"),
    EventKind.REPLACED: ("replaced", "바꿈"),
    EventKind.RENEWED: ("renewed", "갱신"),
    EventKind.OFFERED: ("offered", "발급 제안"),
    EventKind.ISSUED: ("issued", "발급"),
    EventKind.REISSUED: ("reissued", "재발급"),
    EventKind.CONFIRMED: ("confirmed", "효력 확인"),
    EventKind.SUSPENDED: ("suspended", "효력정지"),
    EventKind.RESUMED: ("resumed", "효력회복"),
    EventKind.REVOKED: ("revoked", "폐지"),
    EventKind.REMOVED: ("removed", "삭제"),
}
_STORE: Text = (
    "STORE is a folder or npki:, which is the default.",
    "STORE는 폴더나 npki:이며 기본값은 npki:입니다.",
)

history_command = group("history")

_store = click.argument("store", default="npki:", metavar="[STORE]")


@command(
    "history show",
    (
        (
            f"{_STORE[0]} Oldest first; who held the certificates is not in it. Each line was checked "
            "against the one before it."
        ),
        f"{_STORE[1]} 오래된 것부터 나오며 이름은 없습니다. 줄마다 바로 앞줄과 이어지는지 확인합니다.",
    ),
)
@_store
@option(
    "--of",
    metavar="ID",
    texts=("Only of this certificate: its id, or the begin of it.", "이 id의 인증서만 봅니다."),
)
@option(
    "--last",
    type=click.IntRange(1),
    metavar="N",
    texts=("Only the newest N.", "가장 새로운 N개만 봅니다."),
)
@click.pass_obj
@options.as_json
def history_show_command(session: Session, store: str, *, of: str | None, last: int | None) -> int:
    """Show the events."""
    wanted = (of or "").lower()
    found = [
        event
        for event in _history(session, store).events()
        if not wanted or any(f.startswith(wanted) for f in (event.fingerprint, event.renews) if f)
    ]
    found = found[-last:] if last else found
    if session.as_json:
        events = [json.loads(event.to_line()) for event in found]
        session.write_json("history/1", {"events": events})
    elif found:
        _show(session, found)
    else:
        session.voice.say("there is no event", "기록이 없습니다")
    return Status.FINE


@command(
    "history verify",
    (
        (
            f"{_STORE[0]}\n\nThe head that is shown stands for the whole record: note it in another place, "
            "and give it the next time. Exit status: 0 nothing was changed, 1 something was."
        ),
        (
            f"{_STORE[1]}\n\n나오는 끝값(head)은 기록 전체를 대신합니다. 다른 곳에 적어 두었다가 다음에 "
            "--head로 주십시오. 종료 코드: 0 바뀌지 않음, 1 바뀜."
        ),
    ),
)
@_store
@option(
    "--head",
    metavar="DIGEST",
    texts=(
        "What was noted before; it must still be in the record.",
        "전에 적어 둔 끝값. 기록에 그대로 있어야 합니다.",
    ),
)
@click.pass_obj
@options.as_json
def history_verify_command(session: Session, store: str, *, head: str | None) -> int:
    """Check every link."""
    history = _history(session, store)
    try:
        verified = history.verify(head=head and head.strip().lower())
    except kcert.FormatError as error:
        raise Refusal(
            (str(error), error.message_ko),
            (
                "do not rely on it; keep a copy with `kcert history export`",
                "이 기록을 믿지 말고 `kcert history export`로 사본을 남기십시오",
            ),
            Status.NO,
        ) from None
    if session.as_json:
        fields = {"events": verified.events, "head": verified.head}
        session.write_json("history_verify/1", fields)
        return Status.FINE
    session.voice.facts(
        [(("events", "기록 수"), str(verified.events)), (("head", "끝값(head)"), verified.head)]
    )
    session.voice.say("nothing was changed", "바뀐 것이 없습니다", colour="green")
    return Status.FINE


@command(
    "history export",
    (
        (
            f"{_STORE[0]} The lines are written as they are stored, unchecked: also those of a record that "
            "was damaged."
        ),
        f"{_STORE[1]} 저장된 줄을 확인하지 않고 그대로 씁니다. 손상된 기록도 쓸 수 있습니다.",
    ),
)
@_store
@option(
    "--out",
    type=click.Path(path_type=Path),
    default="-",
    metavar="TARGET",
    texts=("Where to write; default standard output.", "쓸 곳. 기본값은 표준 출력입니다."),
)
@click.pass_obj
def history_export_command(session: Session, store: str, *, out: Path) -> int:
    """Write the record."""
    lines = "".join(f"{line}\n" for line in _history(session, store).export())
    if str(out) == "-":
        session.voice.write(lines, lines)
        return Status.FINE
    session.where = str(out)
    write_new(out, lines.encode())
    session.complaints.say(f"written: {out}", f"저장했습니다: {out}", colour="green")
    return Status.FINE


def _history(session: Session, address: str) -> History:
    session.where = address
    history = kcert.open_store(address).history
    if history is None:
        raise Refusal(
            ("this store keeps no history", "이 저장소에는 기록이 없습니다"),
            ("name a folder, or npki:", "폴더나 npki:를 지정하십시오"),
        )
    return history


def _show(session: Session, events: list[Event]) -> None:
    voice = session.voice
    session.voice.table(
        [
            "#",
            voice.pick("when (Korea)", "일시(한국)"),
            voice.pick("what", "일"),
            "id",
            voice.pick("more", "비고"),
        ],
        [
            [
                str(event.number),
                event.at.astimezone(_KOREA).strftime("%Y-%m-%d %H:%M:%S"),
                voice.pick(*_WORDS[event.kind]),
                (event.fingerprint or "-")[:ID_LENGTH],
                _more(session, event),
            ]
            for event in events
        ],
    )


def _more(session: Session, event: Event) -> str:
    if event.renews is not None:
        before = event.renews[:ID_LENGTH]
        return session.voice.pick(f"in the place of {before}", f"{before}의 후속")
    if event.medium is not None:
        return session.voice.pick(f"to {event.medium}", f"{event.medium}(으)로")
    return ""
