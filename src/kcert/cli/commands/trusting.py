# SPDX-License-Identifier: Apache-2.0
"""`kcert trust`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import kcert
from kcert import Credential
from kcert.cli import options
from kcert.cli.believing import belief
from kcert.cli.choosing import BODY, certificate_of
from kcert.cli.group import command, option

if TYPE_CHECKING:
    from datetime import datetime

    from kcert import ValidatedPath
    from kcert.cli.asking import Passwords
    from kcert.cli.believing import Belief
    from kcert.cli.session import Session

__all__ = ["trust_command"]

_PURPOSES = {each.value: each for each in kcert.Purpose}


@command(
    "trust",
    (
        BODY[0] + "\n\n"
        "Validates the path to a root of Korea (RFC 5280). Exit status: 0 it is to be believed, 1 "
        "it is not, with the reason.",
        BODY[1] + "\n\n"
        "한국의 최상위인증기관까지 경로를 검증합니다(RFC 5280). 종료 코드: 0 믿을 수 있음, 1 믿을 수 없음"
        "(이유와 함께).",
    ),
)
@click.argument("cert")
@options.store
@options.at
@option(
    "--purpose",
    type=click.Choice(list(_PURPOSES)),
    texts=("It must be for this.", "이 용도로 쓸 수 있어야 합니다."),
)
@click.pass_obj
@options.as_json
@options.passwords
@belief
def trust_command(
    session: Session,
    cert: str,
    *,
    store: str | None,
    at: datetime | None,
    purpose: str | None,
    passwords: Passwords,
    belief: Belief,
) -> int:
    """Validate the path of one."""
    subject = certificate_of(session, cert, store, passwords)
    credential = subject if isinstance(subject, Credential) else None
    certificate = subject.certificate if isinstance(subject, Credential) else subject
    path = belief.store.verify(
        certificate,
        at,
        intermediates=() if credential is None else credential.ca_certificates,
        revocation=belief.revocation,
        purpose=None if purpose is None else _PURPOSES[purpose],
    )
    if session.as_json:
        session.write_json("trust/1", path_fields(path))
        return 0
    voice = session.voice
    for depth, each in enumerate(path.certificates):
        name = each.holder_name or each.subject.common_name or each.subject.rfc4514()
        voice.put("  " * depth + name)
    anchors = [path.anchor] if path.root == path.anchor else [path.anchor, path.root]
    for depth, anchor in enumerate(anchors, len(path.certificates)):
        voice.put("  " * depth + (anchor.subject.common_name or anchor.subject.rfc4514()))
    voice.say()
    voice.say("it is to be believed", "믿을 수 있습니다", colour="green")
    unknown = any(status.evidence is None for status in path.revocation)
    if unknown or not path.revocation:
        voice.say(
            "whether it was revoked was not found out (--revocation require --online)",
            "폐지 여부는 확인하지 않았습니다(--revocation require --online)",
            colour="yellow",
        )
    return 0


def path_fields(path: ValidatedPath) -> dict[str, Any]:
    """A validated path as JSON."""
    return {
        "at": path.at.isoformat(),
        "trusted": True,
        "path": [certificate.fingerprint() for certificate in path.certificates],
        "anchor": path.anchor.subject.rfc4514(),
        "root": path.root.subject.rfc4514(),
        "policies": sorted(path.policies),
        "revocation": [
            {
                "fingerprint": status.fingerprint,
                "known": status.evidence is not None,
                "kind": None if status.evidence is None else status.evidence.kind.value,
            }
            for status in path.revocation
        ],
    }
