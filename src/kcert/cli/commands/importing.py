# SPDX-License-Identifier: Apache-2.0
"""`kcert import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.choosing import Chosen
from kcert.cli.group import command, option
from kcert.cli.relock import LOCKS, for_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert import Credential
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["import_command"]


@command(
    "import",
    (
        (
            "FILE is a .pfx, .p12, .pem or .zip file, or a folder with one certificate or many. Keys "
            "are put under the lock that Korean programs open, where they are under another, and then "
            "the password is asked. R and the key-management pair come along. What the store has is "
            "not overwritten."
        ),
        (
            "FILE은 .pfx, .p12, .pem, .zip 파일이나 인증서가 든 폴더입니다. 키가 국내 프로그램이 여는 방식으로 "
            "잠겨 있지 않으면 비밀번호를 물어 다시 잠급니다. R 값과 암호용 쌍이 함께 옵니다. 저장소에 있는 것을 "
            "덮어쓰지 않습니다."
        ),
    ),
)
@click.argument("file")
@option(
    "--to",
    "target",
    default="npki:",
    metavar="STORE",
    texts=(
        "The store: npki:, which is the default, or a folder.",
        "저장소: npki:(기본값) 또는 폴더.",
    ),
)
@option(
    "--lock",
    type=click.Choice(list(LOCKS)),
    texts=("How keys are locked in the store.", "저장소에서 키를 잠그는 방식입니다."),
)
@click.pass_obj
@options.passwords
def import_command(
    session: Session, file: str, target: str, lock: str | None, passwords: Passwords
) -> int:
    """Take credentials into a store."""
    session.where = file
    credentials = [
        for_folder(credential, passwords, lock) for credential in _load_all(Path(file), passwords)
    ]
    session.where = target
    store = kcert.open_store(target, create=True)
    for credential in credentials:
        entry = store.add(credential)
        name = credential.certificate.holder_name or "-"
        session.voice.put(f"{entry.id}  {name}")
    return 0


def _load_all(path: Path, passwords: Passwords) -> Iterator[Credential]:
    if path.is_dir():
        found = [entry.load() for entry in kcert.open_store(path).entries()]
    elif path.suffix.lower() == ".zip" and path.is_file():
        found = [archived.load() for archived in kcert.archive.load_all(path.read_bytes())]
    else:
        found = [Chosen(path=path).load(passwords)]
    if not found:
        raise kcert.NotFoundError(
            "there is no certificate in it", "인증서가 들어 있지 않습니다", backend="file"
        )
    yield from found
