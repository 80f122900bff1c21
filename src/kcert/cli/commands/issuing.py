# SPDX-License-Identifier: Apache-2.0
"""`kcert issue` and `kcert reissue`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert import lifecycle
from kcert.cli import options
from kcert.cli.access import access, store_or_vault
from kcert.cli.authorities import counterpart
from kcert.cli.choosing import BODY, certificate_alone
from kcert.cli.enrolling import CODE_BODY, handout
from kcert.cli.failures import Status
from kcert.cli.group import command, option
from kcert.cli.homes import at_home
from kcert.cli.issuances import backup_to, issuance_fields, lock, show_issuance, steps_of
from kcert.cli.old_entries import old_entry, retire
from kcert.cli.relock import LOCKS

if TYPE_CHECKING:
    from kcert.cli.access import Access
    from kcert.cli.authorities import Counterpart
    from kcert.cli.enrolling import Handout
    from kcert.cli.old_entries import OldChoice
    from kcert.cli.session import Session

__all__ = ["issue_command", "reissue_command"]


@command(
    "issue",
    (
        (
            CODE_BODY[0]
            + " Then a new password is asked for, twice. With --password-stdin the lines "
            "are the code, the identity number where it is asked for, and the new password.\n\n"
            "The key is made here, stored, read back and tried before the authority hears that the "
            "certificate is accepted. What a crash has left, --settle brings to an end."
        ),
        (
            CODE_BODY[1]
            + " 그다음 새 비밀번호를 두 번 묻습니다. --password-stdin을 쓰면 인가코드, (물을 때만) "
            "식별번호, 새 비밀번호의 순서로 한 줄씩 줍니다.\n\n"
            "키는 여기서 만들고, 저장하고 다시 읽어 서명해 본 다음에야 인증기관에 수락을 알립니다. 중단되었으면 "
            "--settle로 마무리합니다."
        ),
    ),
)
@option(
    "--to",
    "target",
    default="npki:",
    metavar="STORE",
    texts=("Where it goes; default npki:.", "저장할 곳. 기본값은 npki:입니다."),
)
@lock
@backup_to
@option(
    "--settle",
    is_flag=True,
    texts=(
        "Finish what an earlier issue has left, or put it back.",
        "중단된 발급을 마무리하거나 되돌립니다.",
    ),
)
@click.pass_obj
@options.as_json
@counterpart
@handout
@access
def issue_command(
    session: Session,
    *,
    target: str,
    lock: str,
    backup_to: str | None,
    settle: bool,
    authority: Counterpart,
    handout: Handout,
    access: Access,
) -> int:
    """Have a certificate issued."""
    other = authority.connect(session)
    store = access.open(target, create=True)
    backup = None if backup_to is None else access.open(backup_to, create=True)
    session.where = target
    if settle:
        return _settle(session, store, other, access, backup)
    with handout.proof(access.passwords) as identity:
        done = lifecycle.issue(
            store,
            other,
            identity,
            access.passwords.new(),
            profile=LOCKS[lock],
            backup_to=backup,
            on_step=steps_of(session),
        )
    if session.as_json:
        session.write_json("issue/1", issuance_fields(done, datetime.now(UTC)))
    else:
        show_issuance(session, done)
    return Status.FINE


def _settle(
    session: Session,
    store: kcert.Store,
    authority: lifecycle.CmpAuthority,
    access: Access,
    backup: kcert.Store | None,
) -> int:
    items = []
    for entry in list(lifecycle.unfinished(store)):
        session.complaints.put(entry.id)
        access.passwords.forget()
        done = lifecycle.settle(
            store,
            entry,
            authority,
            access.passwords.current(entry.certificate),
            backup_to=backup,
            on_step=steps_of(session),
        )
        items.append({"id": entry.id, "counts": done is not None})
        if done is None:
            session.complaints.say("- it was put back", "- 되돌렸습니다")
    if session.as_json:
        session.write_json("settle/1", {"items": items})
    elif not items:
        session.voice.say("nothing was left unfinished", "중단된 발급이 없습니다", colour="green")
    return Status.FINE


@command(
    "reissue",
    (
        (
            "For a certificate whose file or password is lost: the new one has its last day, and the old "
            f"one is revoked. {BODY[0]} Where the file is lost, its certificate alone will do, with "
            f"--store for where the new one goes.\n\n{CODE_BODY[0]} Then a new password is asked for."
        ),
        (
            "파일이나 비밀번호를 잃은 인증서를 대신할 새 인증서를 받습니다. 만료일은 그대로이고 이전 것은 "
            f"폐지됩니다. {BODY[1]} 파일을 잃었으면 인증서 파일만으로도 되며 새 인증서를 둘 곳을 --store로 "
            f"줍니다.\n\n{CODE_BODY[1]} 그다음 새 비밀번호를 묻습니다."
        ),
    ),
)
@click.argument("cert")
@store_or_vault
@lock
@backup_to
@old_entry
@click.pass_obj
@options.as_json
@counterpart
@handout
@access
def reissue_command(
    session: Session,
    cert: str,
    *,
    store: str | None,
    lock: str,
    backup_to: str | None,
    old: OldChoice,
    authority: Counterpart,
    handout: Handout,
    access: Access,
) -> int:
    """Have a lost certificate replaced."""
    other = authority.connect(session)
    lost: kcert.Certificate | kcert.Entry | str | None = _alone(cert)
    if lost is None:
        home = at_home(access, cert, store)
        whole, lost = home.store, home.subject
    else:
        whole = access.open(store or "npki:", create=True)
    backup = None if backup_to is None else access.open(backup_to, create=True)
    where_old = retire(access, old)
    session.where = cert
    with handout.proof(access.passwords) as identity:
        done = lifecycle.reissue(
            whole,
            lost,
            other,
            identity,
            access.passwords.new(),
            profile=LOCKS[lock],
            backup_to=backup,
            old=where_old,
            on_step=steps_of(session),
        )
    if session.as_json:
        session.write_json("reissue/1", issuance_fields(done, datetime.now(UTC)))
    else:
        show_issuance(session, done)
    return Status.FINE


def _alone(cert: str) -> kcert.Certificate | None:
    """The certificate, where a file was named that holds nothing else."""
    path = Path(cert)
    return certificate_alone(path) if path.is_file() else None
