# SPDX-License-Identifier: Apache-2.0
"""`kcert renew`, of one certificate or of all that are due in a store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

import kcert
from kcert import lifecycle
from kcert.cli import options
from kcert.cli.access import access, store_or_vault
from kcert.cli.authorities import counterpart
from kcert.cli.choosing import BODY
from kcert.cli.failures import Refusal, Status, advice_on, explain, status_of
from kcert.cli.group import command, option
from kcert.cli.homes import Home, at_home
from kcert.cli.issuances import backup_to, issuance_fields, lock, show_issuance, steps_of
from kcert.cli.old_entries import old_entry, retire
from kcert.cli.relock import LOCKS
from kcert.cli.schema import problem_fields
from kcert.cli.views import ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.cli.access import Access
    from kcert.cli.authorities import Counterpart
    from kcert.cli.old_entries import OldChoice
    from kcert.cli.session import Session
    from kcert.lifecycle import Renewal

    Renew = Callable[[Home], Renewal]

__all__ = ["renew_command"]


@command(
    "renew",
    (
        (
            f"{BODY[0]}\n\n"
            "From 30 days before its last day on, with its own key and password. The new one is stored, "
            "read back and tried before the authority hears that it is accepted; the old one stays until "
            "the new one counts. Broken off, run it again with the same words. What cannot be renewed is "
            "told with the reason, and exit status 1.\n\n"
            "With --password-stdin the first line is the password, the second, with --new-password, the "
            "new one; with --all-due so for each certificate, the first to end first. What has a "
            "successor in the store is passed over."
        ),
        (
            f"{BODY[1]}\n\n"
            "만료일 30일 전부터 자신의 키와 비밀번호로 갱신합니다. 새 인증서는 저장하고 다시 읽어 서명해 본 "
            "다음에야 인증기관에 수락을 알리며, 그 전에는 이전 것에 손대지 않습니다. 중단되었으면 같은 명령을 다시 "
            "실행하십시오. 갱신할 수 없으면 이유를 알려 주고 종료 코드는 1입니다.\n\n"
            "--password-stdin을 쓰면 첫 줄이 비밀번호, --new-password를 주었으면 둘째 줄이 새 비밀번호입니다. "
            "--all-due를 주면 먼저 만료되는 것부터 인증서마다 그렇게 줍니다. 새 인증서가 이미 저장소에 있는 것은 "
            "건너뜁니다."
        ),
    ),
)
@click.argument("cert", required=False)
@store_or_vault
@option(
    "--all-due",
    metavar="STORE",
    texts=(
        "Renew all of this store that can be renewed now, instead of CERT.",
        "CERT 대신, 이 저장소에서 지금 갱신할 수 있는 것을 모두 갱신합니다.",
    ),
)
@option(
    "--new-password",
    is_flag=True,
    texts=("Ask for another password for the new one.", "새 인증서에 쓸 다른 비밀번호를 묻습니다."),
)
@lock
@backup_to
@old_entry
@click.pass_obj
@options.as_json
@counterpart
@access
def renew_command(
    session: Session,
    cert: str | None,
    *,
    store: str | None,
    all_due: str | None,
    new_password: bool,
    lock: str,
    backup_to: str | None,
    old: OldChoice,
    authority: Counterpart,
    access: Access,
) -> int:
    """Renew one, or all that are due."""
    if (cert is None) is (all_due is None):
        raise Refusal(
            (
                "name one certificate, or --all-due STORE",
                "인증서 하나나 --all-due 저장소를 주십시오",
            ),
            ("see `kcert renew --help`", "`kcert renew --help`를 보십시오"),
        )
    other = authority.connect(session)
    backup = None if backup_to is None else access.open(backup_to, create=True)
    where_old = retire(access, old)
    passwords = access.passwords

    def renew(home: Home) -> Renewal:
        certificate = None if home.entry is None else home.entry.certificate
        passwords.forget()
        current = passwords.current(certificate)
        if home.entry is not None:
            # A wrong password is told before a new one is asked.
            home.entry.load().unlock(current, key_management=False).close()
        return lifecycle.renew(
            home.store,
            home.subject,
            other,
            current,
            new_password=passwords.new() if new_password else None,
            profile=LOCKS[lock],
            backup_to=backup,
            old=where_old,
            on_step=steps_of(session),
        )

    if all_due is not None:
        return _renew_all(session, access.open(all_due), renew)
    done = renew(at_home(access, cert or "", store))
    if session.as_json:
        session.write_json("renew/1", {"items": [_fields(done)], "failed": []})
    else:
        show_issuance(session, done)
    return Status.FINE


def _renew_all(session: Session, store: kcert.Store, renew: Renew) -> int:
    """Renew one after the other; one that fails stops nothing."""
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    worst = Status.FINE
    for entry, certificate in _renewable(store):
        holder = certificate.holder_name or "-"
        session.complaints.put(f"{entry.id[:ID_LENGTH]} {holder}", colour="bold")
        try:
            renewal = renew(Home(store, entry))
        except kcert.KcertError as error:
            what = (str(error), error.message_ko)
            explain(
                session.complaints,
                what,
                None,
                advice_on(error),
                code=error.code,
                as_json=session.as_json,
            )
            failed.append({"id": entry.id, "problem": problem_fields(error)})
            worst = max(worst, status_of(error))
            continue
        done.append(_fields(renewal))
        if not session.as_json:
            show_issuance(session, renewal)
    if session.as_json:
        session.write_json("renew/1", {"items": done, "failed": failed})
    elif not done and not failed:
        session.voice.say(
            "nothing can be renewed now", "지금 갱신할 인증서가 없습니다", colour="green"
        )
    return worst


def _renewable(store: kcert.Store) -> list[tuple[kcert.Entry, kcert.Certificate]]:
    """What can be renewed now and was not, the first to end first.

    A successor that is known to count stands in the store beside the one it came from, where that
    was kept; one that an earlier run left unfinished is for that run to be finished.
    """
    open_ends = {entry.id for entry in lifecycle.unfinished(store)}
    last: dict[str, datetime] = {}
    for entry in store.entries():
        if entry.certificate is not None and entry.id not in open_ends:
            name, end = _name(entry.certificate), entry.certificate.validity.not_after
            last[name] = max(end, last.get(name, end))
    return [
        (due.entry, certificate)
        for due in lifecycle.due(store)
        if due.state is lifecycle.DueState.RENEWABLE
        and (certificate := due.entry.certificate) is not None
        and due.validity.not_after >= last.get(_name(certificate), due.validity.not_after)
    ]


def _name(certificate: kcert.Certificate) -> str:
    """What a certificate has in common with its successor."""
    policies = " ".join(sorted(certificate.policy_oids))
    return f"{certificate.issuer.rfc4514()} {certificate.subject.rfc4514()} {policies}"


def _fields(renewal: Renewal) -> dict[str, Any]:
    return issuance_fields(renewal, datetime.now(UTC))
