# SPDX-License-Identifier: Apache-2.0
"""`kcert revoke`, `kcert suspend` and `kcert resume`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

import kcert
from kcert import lifecycle
from kcert.cli import options
from kcert.cli.access import access, store_or_vault
from kcert.cli.authorities import counterpart
from kcert.cli.choosing import BODY, certificate_alone
from kcert.cli.enrolling import CODE_BODY, handout
from kcert.cli.failures import Refusal, Status
from kcert.cli.group import command, option
from kcert.cli.homes import at_home
from kcert.lifecycle import RevocationReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert import Certificate, Entry, Store
    from kcert.cli.access import Access
    from kcert.cli.authorities import Counterpart
    from kcert.cli.enrolling import Handout
    from kcert.cli.session import Session
    from kcert.cli.voice import Text

__all__ = ["resume_command", "revoke_command", "suspend_command"]

_REASONS = {
    reason.name.lower().replace("_", "-"): reason
    for reason in RevocationReason
    if reason not in {RevocationReason.CERTIFICATE_HOLD, RevocationReason.REMOVE_FROM_CRL}
}
_BODY: Text = (
    (
        f"{BODY[0]}\n\nThe request is signed with its key, so its password is asked for. Where the key or "
        f"the password is lost, give --reference, and CERT may be the certificate's file alone. "
        f"{CODE_BODY[0]} Asks first. The files stay."
    ),
    (
        f"{BODY[1]}\n\n요청에 그 키로 서명하므로 비밀번호를 묻습니다. 키나 비밀번호를 잃었으면 --reference를 "
        f"주며, CERT는 인증서 파일만이어도 됩니다. {CODE_BODY[1]} 먼저 물어봅니다. 파일은 그대로 둡니다."
    ),
)


@frozen
class _Change:
    """What is asked for: the state it leads to, the question before it, and the answer."""

    state: str
    question: Text
    done: Text


_REVOKE = _Change(
    "revoked",
    ("Revoke it for good?", "완전히 폐지할까요? 되돌릴 수 없습니다."),
    ("it was revoked", "폐지했습니다"),
)
_SUSPEND = _Change(
    "suspended",
    ("Suspend it until it is resumed?", "효력회복을 할 때까지 효력을 정지할까요?"),
    ("it was suspended", "효력을 정지했습니다"),
)
_RESUME = _Change(
    "good",
    ("Have it take effect again?", "효력을 회복할까요?"),
    ("it is in force again", "효력을 회복했습니다"),
)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that the three have in common."""
    given = options.as_json(counterpart(handout(access(function))))
    decorated: Callable[..., Any] = store_or_vault(options.yes(click.pass_obj(given)))
    return decorated


@command("revoke", _BODY)
@click.argument("cert")
@option(
    "--reason",
    type=click.Choice(list(_REASONS)),
    default="unspecified",
    texts=("Why.", "폐지하는 이유."),
)
@_options
def revoke_command(session: Session, cert: str, *, reason: str, **given: Any) -> int:
    """Have it revoked."""
    ask = partial(lifecycle.revoke, reason=_REASONS[reason])
    return _change(session, cert, _REVOKE, ask, **given)


@command("suspend", _BODY)
@click.argument("cert")
@_options
def suspend_command(session: Session, cert: str, **given: Any) -> int:
    """Have it suspended."""
    return _change(session, cert, _SUSPEND, lifecycle.suspend, **given)


@command("resume", _BODY)
@click.argument("cert")
@_options
def resume_command(session: Session, cert: str, **given: Any) -> int:
    """Have it resumed."""
    return _change(session, cert, _RESUME, lifecycle.resume, **given)


def _change(
    session: Session,
    cert: str,
    change: _Change,
    ask: Callable[..., None],
    *,
    store: str | None,
    yes: bool,
    authority: Counterpart,
    handout: Handout,
    access: Access,
) -> int:
    other = authority.connect(session)
    whole, subject = _subject(access, cert, store)
    certificate = subject if isinstance(subject, kcert.Certificate) else subject.certificate
    holder = (None if certificate is None else certificate.holder_name) or "-"
    session.confirm(f"{holder}: {change.question[0]}", f"{holder}: {change.question[1]}", yes=yes)
    if handout.reference is not None:
        with handout.proof(access.passwords) as identity:
            ask(whole, subject, other, identity=identity)
    elif isinstance(subject, kcert.Certificate):
        raise Refusal(
            ("this is a certificate without its key", "키가 없는 인증서입니다"),
            (
                "give --reference, which the office hands out where the key is lost",
                "키를 잃었으면 발급기관이 준 참조번호를 --reference로 주십시오",
            ),
        )
    else:
        ask(whole, subject, other, password=access.passwords.current(certificate))
    if session.as_json:
        fingerprint = None if certificate is None else certificate.fingerprint()
        session.write_json("standing/1", {"fingerprint": fingerprint, "state": change.state})
    else:
        session.voice.say(*change.done, colour="green")
    return Status.FINE


def _subject(access: Access, cert: str, store: str | None) -> tuple[Store, Entry | Certificate]:
    """What is meant, and the store whose history is told."""
    path = Path(cert)
    alone = certificate_alone(path) if path.is_file() else None
    if alone is not None:
        whole = access.open("memory:" if store is None else store)
        access.session.where = cert
        return whole, alone
    home = at_home(access, cert, store)
    if home.entry is None:
        raise kcert.NotFoundError(
            "there is no such certificate", "그런 인증서가 없습니다", backend="store"
        )
    return home.store, home.entry
