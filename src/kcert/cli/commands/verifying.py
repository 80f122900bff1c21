# SPDX-License-Identifier: Apache-2.0
"""`kcert verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kcert import cms
from kcert.cli import options
from kcert.cli.believing import belief
from kcert.cli.group import command, option
from kcert.cli.outcome import refuse_taken, write_new
from kcert.cli.views import authority_name

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.cli.believing import Belief
    from kcert.cli.session import Session
    from kcert.cms import MessageSigner, SignedMessage

__all__ = ["verify_command"]


@command(
    "verify",
    (
        (
            "FILE is a signed message: DER, BER, PEM, base64 or hexadecimal. Every signature in it must "
            "hold, and every signer's certificate must be believed (see `kcert trust`). Exit status: 0 "
            "all hold, 1 one does not, with the reason."
        ),
        (
            "FILE은 서명 메시지(DER, BER, PEM, base64, 16진수)입니다. 들어 있는 모든 서명이 맞고 모든 서명자의 "
            "인증서를 믿을 수 있어야 합니다(`kcert trust` 참고). 종료 코드: 0 모두 맞음, 1 맞지 않음(이유와 함께)."
        ),
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@option(
    "--content",
    type=click.Path(path_type=Path),
    metavar="FILE",
    texts=("The content, where the message does not hold it.", "메시지에 내용이 없을 때 그 내용."),
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="TARGET",
    texts=(
        "Write the content there, if all signatures hold.",
        "서명이 모두 맞으면 내용을 여기에 씁니다.",
    ),
)
@option(
    "--signature-only",
    is_flag=True,
    texts=(
        "Do not ask who signed: anybody may have.",
        "누가 서명했는지 확인하지 않습니다. 누구나 서명했을 수 있습니다.",
    ),
)
@options.at
@click.pass_obj
@options.as_json
@belief
def verify_command(
    session: Session,
    file: Path,
    *,
    content: Path | None,
    out: Path | None,
    signature_only: bool,
    at: datetime | None,
    belief: Belief,
) -> int:
    """Verify a signed message."""
    if out is not None:
        session.where = str(out)
        refuse_taken(out)
    data = None
    if content is not None:
        session.where = str(content)
        data = content.read_bytes()
    session.where = str(file)
    if content is None:
        session.advice = (
            "name the signed message; where its content is in another file, give that with --content",
            "서명 메시지를 지정하고, 내용이 다른 파일에 있으면 --content로 주십시오",
        )
    message = cms.verify(
        file.read_bytes(),
        data,
        trust=None if signature_only else belief.store,
        at=at,
        revocation=None if signature_only else belief.revocation,
    )
    if out is not None:
        session.where = str(out)
        write_new(out, message.content or b"")
    if session.as_json:
        session.write_json("verify/1", _fields(message))
    else:
        _show(session, message, signature_only=signature_only)
    return 0


def _fields(message: SignedMessage) -> dict[str, Any]:
    return {
        "ok": True,
        "detached": message.is_detached,
        "size": message.size,
        "signers": [_signer(signer) for signer in message.signers],
    }


def _signer(signer: MessageSigner) -> dict[str, Any]:
    return {
        "holder": signer.certificate.holder_name,
        "fingerprint": signer.certificate.fingerprint(),
        "signing_time": None if signer.signing_time is None else signer.signing_time.isoformat(),
        "digest": signer.digest,
        "trusted": signer.path is not None,
        "weaknesses": list(signer.weaknesses),
    }


def _show(session: Session, message: SignedMessage, *, signature_only: bool) -> None:
    voice = session.voice
    for signer in message.signers:
        time = "-" if signer.signing_time is None else signer.signing_time.isoformat()
        voice.facts(
            [
                (("signed by", "서명자"), signer.certificate.holder_name or "-"),
                (("authority", "발급기관"), authority_name(voice, signer.certificate)),
                (("by its clock", "서명자 시각"), time),
                (("hash", "해시"), signer.digest),
                (("SHA-256", "SHA-256"), signer.certificate.fingerprint()),
            ]
        )
        for weakness in signer.weaknesses:
            voice.say(f"weak: {weakness}", f"취약: {weakness}", colour="yellow")
        voice.say()
    if signature_only:
        voice.say(
            "the signatures hold; who made them was not checked",
            "서명은 맞습니다. 누가 서명했는지는 확인하지 않았습니다",
            colour="yellow",
        )
    else:
        voice.say(
            "the signatures hold, and the signers are to be believed",
            "서명이 맞고 서명자를 믿을 수 있습니다",
            colour="green",
        )
