# SPDX-License-Identifier: Apache-2.0
"""`kcert encrypt` and `kcert decrypt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kcert import Credential, cms
from kcert.cli import options
from kcert.cli.choosing import BODY, certificate_of, choose
from kcert.cli.failures import Refusal
from kcert.cli.group import command, option
from kcert.cli.outcome import refuse_taken, write_new

if TYPE_CHECKING:
    from kcert import Certificate
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["decrypt_command", "encrypt_command"]

_CIPHERS = {each.name.lower().replace("_", "-"): each for each in cms.Cipher if not each.read_only}
_SUFFIX = ".p7e"


@command(
    "encrypt",
    (
        "Writes FILE.p7e, which the holders of the certificates named with --to can open. The "
        "key-management certificate (kmCert) is used where there is one. " + BODY[0],
        "--to로 지정한 인증서의 소유자가 열 수 있는 FILE.p7e를 씁니다. 암호용 인증서(kmCert)가 있으면 그것을 "
        "씁니다. " + BODY[1],
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option(
    "--to",
    "certs",
    required=True,
    multiple=True,
    metavar="CERT",
    texts=("Who is to open it. More than once.", "받을 사람. 여러 번 쓸 수 있습니다."),
)
@options.store
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="TARGET",
    texts=("Where to write; - for standard output.", "쓸 곳. -는 표준 출력입니다."),
)
@option(
    "--cipher",
    type=click.Choice(list(_CIPHERS)),
    default="aes-256-cbc",
    texts=("How to encrypt the content.", "내용을 암호화하는 방식."),
)
@option(
    "--any-key-usage",
    is_flag=True,
    texts=(
        "Take certificates that are not meant for encryption, too.",
        "암호화용이 아닌 인증서도 씁니다.",
    ),
)
@click.pass_obj
@options.passwords
def encrypt_command(
    session: Session,
    file: Path,
    *,
    certs: tuple[str, ...],
    store: str | None,
    out: Path | None,
    cipher: str,
    any_key_usage: bool,
    passwords: Passwords,
) -> int:
    """Encrypt a file."""
    target = out or file.with_name(file.name + _SUFFIX)
    session.where = str(target)
    refuse_taken(target)
    recipients = []
    for cert in certs:
        passwords.forget()
        recipients.append(_recipient(certificate_of(session, cert, store, passwords)))
    session.where = str(file)
    data = file.read_bytes()
    session.where = None
    message = cms.encrypt(data, recipients, cipher=_CIPHERS[cipher], any_key_usage=any_key_usage)
    session.where = str(target)
    write_new(target, message)
    session.complaints.say(f"written: {target}", f"저장했습니다: {target}", colour="green")
    return 0


def _recipient(subject: Certificate | Credential) -> Certificate:
    if not isinstance(subject, Credential):
        return subject
    pair = subject.key_management
    return subject.certificate if pair is None else pair.certificate


@command(
    "decrypt",
    (
        "Opens FILE and writes its content beside it, without the .p7e, or to --out. " + BODY[0],
        "FILE을 열어 내용을 .p7e를 뗀 이름이나 --out에 씁니다. " + BODY[1],
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option(
    "--with",
    "cert",
    required=True,
    metavar="CERT",
    texts=("Whose key opens it.", "여는 데 쓸 인증서."),
)
@options.store
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="TARGET",
    texts=("Where to write; - for standard output.", "쓸 곳. -는 표준 출력입니다."),
)
@click.pass_obj
@options.passwords
def decrypt_command(
    session: Session,
    file: Path,
    *,
    cert: str,
    store: str | None,
    out: Path | None,
    passwords: Passwords,
) -> int:
    """Decrypt a file."""
    if out is None and file.suffix != _SUFFIX:
        raise Refusal(
            ("where to write is not clear", "쓸 곳을 알 수 없습니다"),
            ("name it with --out", "--out으로 지정하십시오"),
        )
    target = out or file.with_suffix("")
    session.where = str(target)
    refuse_taken(target)
    session.where = str(file)
    data = file.read_bytes()
    with choose(session, cert, store).unlock(passwords) as unlocked:
        session.where = str(file)
        content = cms.decrypt(data, unlocked).content
    session.where = str(target)
    write_new(target, content)
    session.complaints.say(f"written: {target}", f"저장했습니다: {target}", colour="green")
    return 0
