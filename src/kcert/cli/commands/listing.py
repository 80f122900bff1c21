# SPDX-License-Identifier: Apache-2.0
"""`kcert list`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

import kcert
from kcert.cli import options, views
from kcert.cli.access import access
from kcert.cli.choosing import in_place
from kcert.cli.group import command, option
from kcert.cli.schema import problem_fields, summary_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert import Certificate, KcertError
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["list_command"]


@frozen
class _Item:
    id: str
    certificate: Certificate | None
    problem: KcertError | None
    location: str
    is_repeated: bool = False


@command(
    "list",
    (
        (
            "Without PLACE: all certificates of this computer and the sticks plugged into it. PLACE is "
            "a folder, or a store's address such as npki:. No password is asked but for a vault. What is "
            "damaged is listed with its problem. The exit status is 3 where there is none."
        ),
        (
            "PLACE가 없으면 이 컴퓨터와 연결된 USB의 인증서를 모두 보여 줍니다. PLACE는 폴더나 npki: 같은 "
            "저장소 주소입니다. 금고가 아니면 비밀번호를 묻지 않습니다. 손상된 것은 이유와 함께 나옵니다. 하나도 없으면 "
            "종료 코드는 3입니다."
        ),
    ),
)
@click.argument("places", nargs=-1, metavar="[PLACE]...")
@options.at
@option(
    "--long",
    is_flag=True,
    texts=("Say where each lies, too.", "각각의 위치도 보여 줍니다."),
)
@click.pass_obj
@options.as_json
@access
def list_command(
    session: Session, places: tuple[str, ...], at: datetime | None, *, long: bool, access: Access
) -> int:
    """List certificates."""
    at = at or datetime.now(UTC)
    items = list(_items(access, places))
    if session.as_json:
        session.write_json(
            "list/1", {"at": at.isoformat(), "items": [_fields(i, at) for i in items]}
        )
    elif not items:
        session.complaints.say(
            "kcert: no certificates found; name a folder, as in `kcert list PATH`",
            "kcert: 인증서가 없습니다. `kcert list 경로`처럼 폴더를 지정해 보십시오",
        )
    else:
        _show(session, items, at, long=long)
    return 0 if items else 3


def _items(access: Access, places: tuple[str, ...]) -> Iterator[_Item]:
    if not places:
        for found in kcert.discover():
            name = "-" if found.entry is None else found.entry.id
            repeated = found.duplicate_of is not None
            yield _Item(name, found.certificate, found.problem, str(found.location), repeated)
    for place in places:
        for location, entry in in_place(access, place):
            yield _Item(entry.id, entry.certificate, entry.problem, location)


def _fields(item: _Item, at: datetime) -> dict[str, Any]:
    certificate = item.certificate
    return {
        "id": item.id,
        "location": item.location,
        "certificate": None if certificate is None else summary_fields(certificate, at),
        "problem": problem_fields(item.problem),
        "repeated": item.is_repeated,
    }


def _show(session: Session, items: list[_Item], at: datetime, *, long: bool) -> None:
    voice = session.voice
    views.show_list(voice, [(item.id, item.certificate) for item in items], at)
    if long or any(item.problem or item.is_repeated for item in items):
        voice.say()
    for item in items:
        name = item.id[: views.ID_LENGTH]
        if item.problem is not None:
            voice.beside(name, voice.error(item.problem))
        elif item.is_repeated:
            again = ("the same once more, in another place", "같은 인증서가 다른 위치에도 있음")
            voice.beside(name, voice.pick(*again))
        if long:
            voice.put(f"{name}  {item.location}")
