# SPDX-License-Identifier: Apache-2.0
"""`kcert check`, for people and for cron."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

import kcert
from kcert.cli import options, views
from kcert.cli.access import access
from kcert.cli.choosing import certificate_of, in_place, is_address
from kcert.cli.group import command, option
from kcert.cli.schema import problem_fields, summary_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert import Entry, KcertError, Report
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["check_command"]


@frozen
class _Checked:
    id: str
    report: Report | None
    problem: KcertError | None

    def is_sound(self, days: int | None, at: datetime, *, strict: bool) -> bool:
        if self.report is None or self.problem is not None:
            return False
        if days is not None and self.report.certificate.validity.days_left(at) <= days:
            return False
        return self.report.ok and not (strict and self.report.warnings)


@command(
    "check",
    (
        (
            "Without CERT: all certificates of this computer. CERT is a file, a folder, an id, or a "
            "store's address such as npki:. No password is asked, except for a file that hides "
            "everything.\n\n"
            "Exit status: 0 nothing is wrong, 1 problems were found, 3 there is nothing to check. "
            "Warnings are no problems unless --strict is given."
        ),
        (
            "CERT가 없으면 이 컴퓨터의 모든 인증서를 점검합니다. CERT는 파일, 폴더, id, 또는 npki: 같은 저장소 "
            "주소입니다. 모든 것을 감춘 파일이 아니면 비밀번호를 묻지 않습니다.\n\n"
            "종료 코드: 0 문제없음, 1 문제가 있음, 3 점검할 것이 없음. --strict를 주지 않으면 주의 사항은 "
            "문제로 보지 않습니다."
        ),
    ),
)
@click.argument("certs", nargs=-1, metavar="[CERT]...")
@options.at
@option(
    "--days",
    type=click.IntRange(0),
    metavar="N",
    texts=(
        "Count as a problem what expires within N days.",
        "N일 안에 만료되는 것도 문제로 봅니다.",
    ),
)
@option(
    "--strict", is_flag=True, texts=("Count warnings as problems.", "주의 사항도 문제로 봅니다.")
)
@options.quiet
@click.pass_obj
@options.as_json
@access
def check_command(
    session: Session,
    certs: tuple[str, ...],
    at: datetime | None,
    *,
    days: int | None,
    strict: bool,
    quiet: bool,
    access: Access,
) -> int:
    """Find problems."""
    at = at or datetime.now(UTC)
    checked = list(_check_all(access, certs, at))
    bad = [one.id for one in checked if not one.is_sound(days, at, strict=strict)]
    if session.as_json:
        items = [_fields(one, at, sound=one.id not in bad) for one in checked]
        session.write_json("check/1", {"at": at.isoformat(), "ok": not bad, "items": items})
    elif not quiet:
        _show(session, checked, bad, at)
    return 3 if not checked else 1 if bad else 0


def _check_all(access: Access, certs: tuple[str, ...], at: datetime) -> Iterator[_Checked]:
    if not certs:
        for found in kcert.discover():
            if found.entry is not None and found.duplicate_of is None:
                yield _check_entry(found.entry, at)
    for cert in certs:
        if Path(cert).is_dir() or is_address(cert):
            for _, entry in in_place(access, cert):
                yield _check_entry(entry, at)
            continue
        access.passwords.forget()
        subject = certificate_of(access.session, cert, None, access.passwords)
        report = kcert.inspect(subject, at)
        yield _Checked(report.certificate.fingerprint()[:16], report, None)


def _check_entry(entry: Entry, at: datetime) -> _Checked:
    try:
        return _Checked(entry.id, kcert.inspect(entry.load(), at), entry.problem)
    except kcert.KcertError as error:
        report = None if entry.certificate is None else kcert.inspect(entry.certificate, at)
        return _Checked(entry.id, report, error)


def _fields(one: _Checked, at: datetime, *, sound: bool) -> dict[str, Any]:
    report = one.report
    return {
        "id": one.id,
        "ok": sound,
        "certificate": None if report is None else summary_fields(report.certificate, at),
        "findings": [] if report is None else [finding.to_dict() for finding in report.findings],
        "problem": problem_fields(one.problem),
    }


def _show(session: Session, checked: list[_Checked], bad: list[str], at: datetime) -> None:
    voice = session.voice
    if not checked:
        session.complaints.say(
            "kcert: there is nothing to check; name a folder or a file",
            "kcert: 점검할 것이 없습니다. 폴더나 파일을 지정하십시오",
        )
        return
    rows = [(one.id, None if one.report is None else one.report.certificate) for one in checked]
    views.show_list(voice, rows, at)
    for one in checked:
        if one.problem is not None:
            voice.say()
            voice.beside(one.id[: views.ID_LENGTH], voice.error(one.problem), colour="red")
    reports = [(one.id[: views.ID_LENGTH], one.report) for one in checked if one.report is not None]
    if any(report.findings for _, report in reports):
        voice.say()
        views.show_findings(voice, reports)
    voice.say()
    if bad:
        voice.say(
            f"{len(bad)} of {len(checked)} need attention",
            f"{len(checked)}개 중 {len(bad)}개에 문제가 있습니다",
            colour="red",
        )
    else:
        voice.say(
            f"nothing is wrong with {len(checked)}",
            f"{len(checked)}개에 문제가 없습니다",
            colour="green",
        )
