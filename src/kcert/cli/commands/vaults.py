# SPDX-License-Identifier: Apache-2.0
"""`kcert vault create` and `kcert vault passphrase`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli.access import access
from kcert.cli.choosing import is_address
from kcert.cli.group import command, group, option
from kcert.cli.options import as_json
from kcert.cli.vaulting import ADDRESS, new_identity, new_identity_option, show_vault
from kcert.store import is_vault

if TYPE_CHECKING:
    from pathlib import Path

    from kcert import Passphrase, VaultIdentity
    from kcert.cli.access import Access
    from kcert.cli.session import Session

__all__ = ["vault_command", "vault_create_command", "vault_passphrase_command"]

_ON_THIS_COMPUTER = {"file", "npki", "usb"}

vault_command = group("vault")


@command(
    "vault create",
    (
        (
            f"{ADDRESS[0]} Everything is sealed on this computer; the service sees no name and no key. A "
            "passphrase is asked for twice, unless an identity is given.\n\n"
            "Lose the passphrase or the identity and all that is in the vault is gone."
        ),
        (
            f"{ADDRESS[1]} 모든 것을 이 컴퓨터에서 봉인하므로 서비스는 이름도 키도 보지 못합니다. 신원 키를 주지 "
            "않으면 암호를 두 번 묻습니다.\n\n"
            "암호나 신원 키를 잃으면 금고에 든 것을 모두 잃습니다."
        ),
    ),
)
@click.argument("address")
@new_identity_option
@option(
    "--months",
    is_flag=True,
    texts=(
        "Names show in which month a certificate ends; the service sees that.",
        "이름에 만료되는 달을 씁니다. 서비스도 그것을 봅니다.",
    ),
)
@click.pass_obj
@as_json
@access
def vault_create_command(
    session: Session, address: str, *, new_identity_file: Path | None, months: bool, access: Access
) -> int:
    """Make a vault."""
    session.where = address
    # A cloud service cannot be asked without what opens it: there the vault is opened, if it is.
    here = not is_address(address) or address.partition(":")[0].lower() in _ON_THIS_COMPUTER
    if here and is_vault(address):
        raise kcert.AlreadyExistsError(
            "there is a vault already", "금고가 이미 있습니다", backend="file"
        )
    sealing: Passphrase | VaultIdentity | None = access.identity_given()
    if new_identity_file is not None:
        sealing = new_identity(session, new_identity_file)
    sealing = sealing or kcert.Passphrase(access.passwords.new_vault())
    store = access.vault(address, sealing, create=True, months=months or None)
    show_vault(session, store)
    return 0


@command(
    "vault passphrase",
    (
        (
            f"{ADDRESS[0]} No entry is touched. Who knew the old passphrase and kept a copy can open that "
            "still: `kcert vault rotate` shuts them out of what comes."
        ),
        (
            f"{ADDRESS[1]} 들어 있는 것은 그대로입니다. 이전 암호를 알고 사본을 가진 사람은 그 사본을 계속 열 수 "
            "있습니다. 앞으로의 것을 막으려면 `kcert vault rotate`를 쓰십시오."
        ),
    ),
)
@click.argument("address")
@click.pass_obj
@access
def vault_passphrase_command(session: Session, address: str, *, access: Access) -> int:
    """Put the vault under another passphrase."""
    store = access.vault(address, access.sealing(address))
    store.change_passphrase(kcert.Passphrase(access.passwords.new_vault()))
    session.complaints.say("the passphrase was changed", "금고의 암호를 바꿨습니다", colour="green")
    return 0
