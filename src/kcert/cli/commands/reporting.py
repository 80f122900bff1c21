# SPDX-License-Identifier: Apache-2.0
"""`kcert report`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.access import access
from kcert.cli.believing import belief
from kcert.cli.choosing import certificate_of, in_place
from kcert.cli.group import command, option
from kcert.cli.outcome import refuse_taken, replace_file, write_new
from kcert.cli.report.elements import PREFIX
from kcert.cli.report.model import Page
from kcert.cli.report.page import render
from kcert.cli.report.reading import Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert import Entry
    from kcert.cli.access import Access
    from kcert.cli.believing import Belief
    from kcert.cli.session import Session

__all__ = ["report_command"]

_REVOCATION = {
    kcert.Revocation.SKIP: (
        "Whether any was revoked was not asked.",
        "폐지 여부는 확인하지 않았습니다.",
    ),
    kcert.Revocation.CHECK_IF_AVAILABLE: (
        "Whether any was revoked was asked where that could be found out.",
        "폐지 여부는 알 수 있는 것만 확인했습니다.",
    ),
    kcert.Revocation.REQUIRE: (
        "Whether any was revoked was asked of each.",
        "폐지 여부를 모두 확인했습니다.",
    ),
}


@command(
    "report",
    (
        (
            "One HTML file with everything about the certificates of PLACE: how they stand, until "
            "when, whom they lead to and what was found. PLACE is a folder, a store's address such "
            "as npki:, or a file; without it, all of this computer. The page loads nothing from any "
            "network.\n\n"
            "It tells names: the file is for its owner alone; --no-names leaves them out. A file that "
            "is there is kept; --force replaces an earlier page, and nothing else. The exit status "
            "is 3 where there are no certificates."
        ),
        (
            "PLACE에 있는 인증서의 상태, 만료일, 신뢰 경로, 점검 결과를 HTML 파일 하나에 담습니다. "
            "PLACE는 폴더, npki: 같은 저장소 주소, 또는 파일이며, 없으면 이 컴퓨터 전체입니다. 페이지는 "
            "네트워크에서 아무것도 불러오지 않습니다.\n\n"
            "이름이 들어가므로 본인만 보는 파일입니다. --no-names로 뺄 수 있습니다. 이미 있는 파일은 바꾸지 "
            "않으며, --force는 전에 만든 페이지만 바꿉니다. 인증서가 하나도 없으면 종료 코드는 3입니다."
        ),
    ),
)
@click.argument("places", nargs=-1, metavar="[PLACE]...")
@option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("kcert-report.html"),
    metavar="TARGET",
    texts=(
        "Where to write; - for standard output. Default kcert-report.html.",
        "쓸 곳. -는 표준 출력입니다. 기본값은 kcert-report.html입니다.",
    ),
)
@option("--force", is_flag=True, texts=("Replace an earlier page.", "전에 만든 페이지를 바꿉니다."))
@option(
    "--no-names",
    is_flag=True,
    texts=(
        "Leave out who the holders are and where the certificates lie.",
        "소유자의 이름과 인증서의 위치를 뺍니다.",
    ),
)
@options.at
@click.pass_obj
@access
@belief
def report_command(
    session: Session,
    places: tuple[str, ...],
    *,
    out: Path,
    force: bool,
    no_names: bool,
    at: datetime | None,
    access: Access,
    belief: Belief,
) -> int:
    """Write the page."""
    at = at or datetime.now(UTC)
    session.where = str(out)
    if not force:
        refuse_taken(out)
    session.where = None
    reader = Reader(session.voice, at, belief, names=not no_names)
    cards = reader.cards(_sources(access, places))
    if not cards:
        session.complaints.say(
            "kcert: no certificates found; name a folder, as in `kcert report PATH`",
            "kcert: 인증서가 없습니다. `kcert report 경로`처럼 폴더를 지정해 보십시오",
        )
        return 3
    page = Page(
        language=session.voice.language,
        at=at,
        cards=cards,
        places=() if no_names else places,
        has_names=not no_names,
        revocation=session.voice.pick(*_REVOCATION[belief.revocation]),
        version=kcert.__version__,
    )
    session.where = str(out)
    text = render(page).encode()
    if force:
        replace_file(out, text, begins=PREFIX.encode())
    else:
        write_new(out, text)
    session.complaints.say(f"written: {out}", f"저장했습니다: {out}", colour="green")
    return 0


def _sources(access: Access, places: tuple[str, ...]) -> Iterator[Source]:
    if not places:
        for found in kcert.discover():
            if found.entry is None:
                yield Source("-", str(found.location), None, found.problem)
            else:
                yield _of_entry(found.entry, str(found.location))
    for place in places:
        if Path(place).is_file():
            access.passwords.forget()
            subject = certificate_of(access.session, place, None, access.passwords)
            known = subject if isinstance(subject, kcert.Certificate) else subject.certificate
            yield Source(known.fingerprint()[:16], place, subject)
            continue
        for location, entry in in_place(access, place):
            yield _of_entry(entry, location)
    access.session.where = None


def _of_entry(entry: Entry, place: str) -> Source:
    try:
        return Source(entry.id, place, entry.load(), entry.problem)
    except kcert.KcertError as error:
        return Source(entry.id, place, entry.certificate, error)
