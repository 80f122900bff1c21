# SPDX-License-Identifier: Apache-2.0
"""`kcert vault recipients` and `kcert vault rotate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.access import access
from kcert.cli.failures import Refusal
from kcert.cli.group import command, option
from kcert.cli.progress import progress_bar
from kcert.cli.vaulting import ADDRESS, new_identity, new_identity_option, show_vault

if TYPE_CHECKING:
    from pathlib import Path

    from kcert import Passphrase, VaultIdentity
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["vault_recipients_command", "vault_rotate_command"]


@command(
    "vault recipients",
    (
        (
            f"{ADDRESS[0]} Lists who can open it. Who is added opens new entries, after `kcert vault "
            "rotate` the older ones too. Removing somebody seals every entry anew, and asks first; what "
            "was read before stays read."
        ),
        (
            f"{ADDRESS[1]} 금고를 열 수 있는 사람을 보여 줍니다. 추가한 사람은 새 항목을 열 수 있고, `kcert vault "
            "rotate`를 하면 이전 것도 열 수 있습니다. 빼면 모든 항목을 다시 봉인하므로 먼저 물어봅니다. 이미 읽은 "
            "것은 되돌릴 수 없습니다."
        ),
    ),
)
@click.argument("address")
@option(
    "--add",
    multiple=True,
    metavar="age1…",
    texts=(
        "Add this recipient. More than once.",
        "이 수신자를 추가합니다. 여러 번 쓸 수 있습니다.",
    ),
)
@option("--remove", metavar="age1…", texts=("Take this recipient out.", "이 수신자를 뺍니다."))
@options.yes
@click.pass_obj
@options.as_json
@access
def vault_recipients_command(
    session: Session,
    address: str,
    *,
    add: tuple[str, ...],
    remove: str | None,
    yes: bool,
    access: Access,
) -> int:
    """List, add and remove."""
    if remove is not None:
        session.confirm(
            "Seal every entry anew without this recipient?",
            "이 수신자를 빼고 모든 항목을 다시 봉인할까요?",
            yes=yes,
        )
    sealing = access.sealing(address)
    store = access.vault(address, sealing)
    for recipient in add:
        store.add_recipient(recipient)
    if remove is not None:
        with progress_bar(session) as bar:
            count = store.remove_recipient(remove, sealing, progress=bar)
        _say_count(session, count)
    show_vault(session, store)
    return 0


@command(
    "vault rotate",
    (
        (
            f"{ADDRESS[0]} Draws a new identity and new keys, and seals every entry anew. Asks first. After "
            "a crash run it again: it goes on where it was. Tokens of writers have to be made anew."
        ),
        (
            f"{ADDRESS[1]} 새 신원 키와 키를 만들고 모든 항목을 다시 봉인합니다. 먼저 물어봅니다. 중단되었으면 다시 "
            "실행하면 이어서 합니다. 쓰기 전용 토큰은 새로 만들어야 합니다."
        ),
    ),
)
@click.argument("address")
@option(
    "--new-passphrase",
    is_flag=True,
    texts=("Ask for another passphrase.", "다른 암호를 묻습니다."),
)
@new_identity_option
@options.yes
@click.pass_obj
@access
def vault_rotate_command(
    session: Session,
    address: str,
    *,
    new_passphrase: bool,
    new_identity_file: Path | None,
    yes: bool,
    access: Access,
) -> int:
    """Seal everything anew."""
    if access.identity is not None and new_identity_file is None and not new_passphrase:
        raise Refusal(
            ("the new identity has to go somewhere", "새 신원 키를 둘 곳이 필요합니다"),
            (
                "give --new-identity FILE, or --new-passphrase",
                "--new-identity FILE이나 --new-passphrase를 주십시오",
            ),
        )
    session.confirm(
        f"Seal every entry of {address} anew?",
        f"{address}의 모든 항목을 다시 봉인할까요?",
        yes=yes,
    )
    old = access.sealing(address)
    store = access.vault(address, old)
    sealing: Passphrase | VaultIdentity = old
    if new_passphrase:
        sealing = kcert.Passphrase(access.passwords.new_vault())
    elif new_identity_file is not None:
        sealing = new_identity(session, new_identity_file)
    with progress_bar(session) as bar:
        count = store.rotate(sealing, progress=bar)
    _say_count(session, count)
    return 0


def _say_count(session: Session, count: int) -> None:
    session.complaints.say(
        f"{count} entries were sealed anew", f"항목 {count}개를 다시 봉인했습니다", colour="green"
    )
