# SPDX-License-Identifier: Apache-2.0
"""What the commands of `kcert vault` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli.group import option
from kcert.cli.outcome import write_new

if TYPE_CHECKING:
    from kcert import VaultIdentity
    from kcert.cli.session import Session
    from kcert.store.sealing import SealedStore

__all__ = ["ADDRESS", "new_identity", "new_identity_option", "show_vault"]

ADDRESS = (
    "ADDRESS is a folder, or that of a cloud service, such as s3://bucket/prefix?region=….",
    "ADDRESS는 폴더나 s3://bucket/prefix?region=… 같은 클라우드 주소입니다.",
)

new_identity_option = option(
    "--new-identity",
    "new_identity_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    texts=(
        "Write a new age identity to FILE, and seal to that, not a passphrase.",
        "암호 대신 새 age 신원 키를 FILE에 쓰고 그것으로 봉인합니다.",
    ),
)


def new_identity(session: Session, path: Path) -> VaultIdentity:
    """Draw an identity, and write it as ``age-keygen`` does before anything is sealed to it.

    Raises:
        AlreadyExistsError: There is something at the path.
    """
    identity = kcert.VaultIdentity.generate()
    text = f"# public key: {identity.recipient}\n{identity.reveal()}\n"
    before, session.where = session.where, str(path)
    write_new(path, text.encode())
    session.where = before
    return identity


def show_vault(session: Session, store: SealedStore) -> None:
    """Say which vault it is, and who can open it."""
    owner, *others = store.recipients
    if session.as_json:
        fields = {"vault": store.vault_id, "owner": owner, "recipients": others}
        session.write_json("vault/1", fields)
        return
    rows = [(("vault", "금고"), store.vault_id), (("owner", "소유자"), owner)]
    rows += [(("recipient", "수신자"), recipient) for recipient in others]
    session.voice.facts(rows)
