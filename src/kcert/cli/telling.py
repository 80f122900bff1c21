# SPDX-License-Identifier: Apache-2.0
"""`kcert remind --events`: what has happened since the last time, for a scheduler's mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kcert
from kcert import lifecycle
from kcert.cli.failures import Status
from kcert.cli.outcome import replace_file
from kcert.cli.schema import problem_fields
from kcert.cli.views import ID_LENGTH, korean_day
from kcert.lifecycle import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kcert import Store
    from kcert.cli.session import Session
    from kcert.cli.voice import Text
    from kcert.lifecycle import WatchEvent

__all__ = ["tell_events"]

_WORDS: dict[EventKind, Text] = {
    EventKind.FOUND: ("found", "새로 발견됨"),
    EventKind.WINDOW_OPENED: ("can be renewed now", "갱신할 수 있음"),
    EventKind.EXPIRING: ("ends soon", "곧 만료됨"),
    EventKind.EXPIRED: ("has ended", "만료됨"),
    EventKind.REVOKED: ("was revoked", "폐지됨"),
    EventKind.GONE: ("is gone", "사라짐"),
}
_BEGIN = b'{"version":'


def tell_events(
    session: Session, stores: Sequence[Store], memory: Path, at: datetime, *, quiet: bool
) -> int:
    """Tell what has happened, then remember that it was told.

    Args:
        session: Whom to tell.
        stores: Where to look.
        memory: File with what was told before; made where it is missing.
        at: The moment.
        quiet: Only by the exit status.

    Returns:
        The exit status.
    """
    session.where = str(memory)
    state = memory.read_text("utf-8", "replace") if memory.exists() else None
    watcher = lifecycle.Watcher(stores, state=state, clock=lambda: at)
    events = watcher.poll()
    if session.as_json:
        session.write_json(
            "events/1",
            {
                "at": at.isoformat(),
                "events": [event.to_dict() for event in events],
                "problems": [problem_fields(problem) for problem in watcher.problems],
            },
        )
    elif not quiet:
        _show(session, events)
        for problem in watcher.problems:
            session.complaints.say(f"kcert: {problem}", f"kcert: {problem.message_ko}")
    replace_file(memory, watcher.state.encode(), begins=_BEGIN)
    if events:
        return Status.NO
    unread = any(isinstance(problem, kcert.StorageError) for problem in watcher.problems)
    return Status.MEDIUM if unread else Status.FINE


def _show(session: Session, events: Sequence[WatchEvent]) -> None:
    voice = session.voice
    if not events:
        voice.say("nothing new", "새 일이 없습니다", colour="green")
        return
    headers = ("id", voice.pick("what", "일"), voice.pick("last day", "만료일"))
    voice.table(
        [*headers, voice.pick("days", "남은 날")],
        [
            [
                event.fingerprint[:ID_LENGTH],
                voice.pick(*_WORDS[event.kind]),
                korean_day(event.not_after),
                str(event.days_left),
            ]
            for event in events
        ],
    )
