# SPDX-License-Identifier: Apache-2.0
"""`kcert export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.choosing import BODY, choose
from kcert.cli.failures import Refusal
from kcert.cli.group import command, option
from kcert.cli.outcome import refuse_taken, write_new
from kcert.cli.relock import LOCKS, for_folder

if TYPE_CHECKING:
    from kcert import UnlockedCredential
    from kcert.cli.asking import Passwords
    from kcert.cli.choosing import Chosen
    from kcert.cli.session import Session

__all__ = ["export_command"]

_BY_SUFFIX = {".pfx": "pfx", ".p12": "pfx", ".pem": "pem", ".zip": "zip", "": "folder"}
_PKCS12 = {"modern": kcert.profiles.PKCS12_MODERN, "korean": kcert.profiles.PKCS12_KOREAN}


@command(
    "export",
    (
        BODY[0] + "\n\n"
        "TARGET decides the format: .pfx or .p12, .pem, .zip, or a new folder. R, which identity "
        "checks need, and the key-management pair go along. Nothing is overwritten. The file is "
        "opened by the same password, unless --new-password is given.",
        BODY[1] + "\n\n"
        "TARGET의 이름이 형식을 정합니다: .pfx나 .p12, .pem, .zip, 또는 새 폴더. 본인확인에 필요한 R 값과 "
        "암호용 쌍이 함께 갑니다. 덮어쓰지 않습니다. --new-password가 없으면 같은 비밀번호로 열립니다.",
    ),
)
@click.argument("cert")
@click.argument("target", type=click.Path(path_type=Path))
@options.store
@option(
    "--format",
    type=click.Choice(["pfx", "pem", "zip", "folder"]),
    texts=("The format, whatever the name of TARGET.", "TARGET의 이름과 관계없이 형식을 정합니다."),
)
@option(
    "--protection",
    type=click.Choice(list(_PKCS12)),
    default="modern",
    texts=(
        "How a .pfx is protected: modern, or as Korean programs read it.",
        ".pfx의 보호 방식. korean은 국내 프로그램이 읽는 방식입니다.",
    ),
)
@option(
    "--lock",
    type=click.Choice(list(LOCKS)),
    texts=("How keys are locked in a folder or .zip.", "폴더나 .zip에서 키를 잠그는 방식입니다."),
)
@option(
    "--new-password",
    is_flag=True,
    texts=("Ask for another password for TARGET.", "TARGET에 쓸 다른 비밀번호를 묻습니다."),
)
@option(
    "--certificates-only",
    is_flag=True,
    texts=("Only certificates, no keys; as .pem.", "키 없이 인증서만 .pem으로 씁니다."),
)
@click.pass_obj
@options.passwords
def export_command(
    session: Session,
    cert: str,
    target: Path,
    *,
    store: str | None,
    format: str | None,
    protection: str,
    lock: str | None,
    passwords: Passwords,
    new_password: bool,
    certificates_only: bool,
) -> int:
    """Write one credential in another format."""
    kind = "pem" if certificates_only else format or _BY_SUFFIX.get(target.suffix.lower())
    if kind is None:
        raise Refusal(
            (
                f"the suffix {target.suffix} tells no format",
                f"{target.suffix} 형식을 알 수 없습니다",
            ),
            (
                "give --format pfx, pem, zip or folder",
                "--format pfx, pem, zip, folder 중 하나를 주십시오",
            ),
        )
    chosen = choose(session, cert, store)
    session.where = str(target)
    refuse_taken(target)
    session.where = cert
    if certificates_only:
        credential = chosen.load(passwords)
        _write(
            session,
            target,
            kcert.pem.dump_certificates((credential.certificate, *credential.ca_certificates)),
        )
    elif kind in {"pfx", "pem"}:
        with chosen.unlock(passwords) as unlocked:
            password = passwords.new() if new_password else passwords.current()
            _write(session, target, _dump(unlocked, kind, password, protection))
    else:
        _write_files(
            session, chosen, target, kind, lock=lock, passwords=passwords, new_password=new_password
        )
    session.where = None
    session.complaints.say(f"written: {target}", f"저장했습니다: {target}", colour="green")
    return 0


def _dump(unlocked: UnlockedCredential, kind: str, password: str | bytes, protection: str) -> bytes:
    if kind == "pfx":
        return kcert.pkcs12.dump(unlocked, password, profile=_PKCS12[protection])
    return kcert.pem.dump(unlocked, password)


def _write(session: Session, target: Path, data: bytes) -> None:
    session.where = str(target)
    write_new(target, data)


def _write_files(
    session: Session,
    chosen: Chosen,
    target: Path,
    kind: str,
    *,
    lock: str | None,
    passwords: Passwords,
    new_password: bool,
) -> None:
    """A folder or an archive of one: the keys stay locked as they are, where that will do."""
    credential = chosen.load(passwords)
    if new_password:
        current = passwords.current(credential.certificate)
        with credential.unlock(current) as unlocked:
            credential = unlocked.lock(passwords.new(), profile=LOCKS[lock or "npki"])
    else:
        credential = for_folder(credential, passwords, lock)
    session.where = str(target)
    if kind == "zip":
        write_new(target, kcert.archive.dump(credential))
    else:
        kcert.npki.write_folder(credential, target)
