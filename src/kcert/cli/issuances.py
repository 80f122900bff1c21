# SPDX-License-Identifier: Apache-2.0
"""How an issue, a renewal or a reissue is told: step by step, then what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from kcert.cli.group import option
from kcert.cli.relock import LOCKS
from kcert.cli.schema import summary_fields
from kcert.lifecycle import Renewal, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert import Entry
    from kcert.cli.session import Session
    from kcert.cli.voice import Text
    from kcert.lifecycle import Issuance

__all__ = ["backup_to", "issuance_fields", "lock", "show_issuance", "steps_of"]

_STEPS: Final[dict[Step, Text]] = {
    Step.OPENED: ("it opens with its password", "비밀번호로 열었습니다"),
    Step.CHECKED: ("it can be done now", "지금 할 수 있음을 확인했습니다"),
    Step.IDENTIFIED: ("the enrolment is at hand", "참조번호와 인가코드를 받았습니다"),
    Step.STORED: ("issued, stored and read back", "발급받아 저장하고 다시 읽었습니다"),
    Step.SIGNED: ("its key signs", "새 키로 서명해 보았습니다"),
    Step.CONFIRMED: ("the authority has it in force", "인증기관이 효력을 확인했습니다"),
    Step.BACKED_UP: ("backed up, and read back", "백업하고 다시 읽었습니다"),
    Step.CLEARED: ("what an earlier run left was removed", "이전에 중단된 것을 지웠습니다"),
    Step.RETIRED: ("the old one is where it should be", "이전 인증서를 정리했습니다"),
}

lock = option(
    "--lock",
    type=click.Choice(list(LOCKS)),
    default="npki",
    texts=("How to lock the keys.", "키를 잠그는 방식."),
)
backup_to = option(
    "--backup-to",
    metavar="STORE",
    texts=("Copy it there, too: a folder or a vault.", "여기에도 복사합니다: 폴더나 금고."),
)


def steps_of(session: Session) -> Callable[[Step], None]:
    """What is called after each step: it says so on standard error, but not beside JSON."""

    def told(step: Step) -> None:
        if not session.as_json:
            english, korean = _STEPS[step]
            session.complaints.say(f"- {english}", f"- {korean}")

    return told


def issuance_fields(done: Issuance, at: datetime) -> dict[str, Any]:
    """What came of it, as JSON values."""
    fields: dict[str, Any] = {
        "id": done.entry.id,
        "location": done.entry.location,
        "certificate": _summary(done.entry, at),
        "backup": None if done.backup is None else done.backup.location,
        "steps": [step.value for step in done.steps],
        "resumed": done.resumed,
    }
    if isinstance(done, Renewal):
        fields["old"] = None if done.old is None else done.old.id
    return fields


def show_issuance(session: Session, done: Issuance) -> None:
    """Say what came of it."""
    certificate = done.entry.certificate
    rows: list[tuple[Text, str]] = [(("new", "새 인증서"), done.entry.id)]
    if certificate is not None:
        rows.append((("holder", "이름"), certificate.holder_name or "-"))
        rows.append((("last day", "만료일"), certificate.validity.last_day.isoformat()))
    if isinstance(done, Renewal) and done.old is not None:
        rows.append((("old", "이전 인증서"), done.old.id))
    session.voice.facts(rows)


def _summary(entry: Entry, at: datetime) -> dict[str, Any] | None:
    return None if entry.certificate is None else summary_fields(entry.certificate, at)
