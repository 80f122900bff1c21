# SPDX-License-Identifier: Apache-2.0
"""Stores that commands work on: folders as they are, vaults with what opens them."""

from __future__ import annotations

import os
import stat
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import define

import kcert
from kcert.cli import options
from kcert.cli.failures import Refusal, Status
from kcert.cli.group import option
from kcert.store import is_vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert import Passphrase, Store, VaultIdentity
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session
    from kcert.store.sealing import SealedStore

__all__ = ["Access", "access", "store_or_vault"]

_LARGEST = 1 << 16


@define(repr=False)
class Access:
    """What opens the stores that a command names.

    Attributes:
        session: Told which store is being opened.
        passwords: Asked for the passphrase of a vault.
        identity: File with an age identity, instead of a passphrase.
        member: The identity is that of a recipient, not the owner's.
        memory: File that remembers what was seen of vaults; ``None`` for the one of this user.
        credentials: File with the credentials of cloud services.
        profile: Which table of it.
    """

    session: Session
    passwords: Passwords
    identity: Path | None
    member: bool
    memory: Path | None
    credentials: Path | None
    profile: str

    def open(self, address: str, *, create: bool = False) -> Store:
        """Open a store; the passphrase of a vault is asked for.

        Raises:
            KcertError: It cannot be opened.
            Refusal: Something is missing that it needs.
        """
        self.session.where = address
        if not is_vault(address):
            return kcert.open_store(address, create=create)
        return self.vault(address, self.sealing(address))

    def vault(
        self,
        address: str,
        sealing: Passphrase | VaultIdentity,
        *,
        create: bool = False,
        months: bool | None = None,
    ) -> SealedStore:
        """Open a vault, or make one, with what seals it."""
        credentials = None
        if self.credentials is not None:
            credentials = kcert.CloudProfile(self.credentials, self.profile)
        store = kcert.open_store(
            address,
            create=create,
            sealing=sealing,
            credentials=credentials,
            expiry_months=months,
            memory=kcert.VaultMemory(self.memory or _memory_of_user()),
        )
        return cast("SealedStore", store)

    def sealing(self, address: str) -> Passphrase | VaultIdentity:
        """What opens a vault: the identity of a file, or a passphrase that is asked for.

        Raises:
            Refusal: There is no vault at the address.
        """
        self.session.where = address
        if not is_vault(address):
            raise Refusal(
                ("there is no vault here", "여기에는 금고가 없습니다"),
                ("make one with `kcert vault create`", "`kcert vault create`로 만드십시오"),
                Status.NOT_FOUND,
            )
        return self.identity_given() or kcert.Passphrase(self.passwords.vault(address))

    def identity_given(self) -> VaultIdentity | None:
        """The identity of the file that was named; ``None`` where none was.

        Raises:
            Refusal: Others may read the file.
            FormatError: It holds something else.
        """
        if self.identity is None:
            return None
        return kcert.VaultIdentity(_identity_in(self.identity), member=self.member)


def _identity_in(path: Path) -> str:
    """The text of an identity file, which nobody else may be able to read.

    Raises:
        Refusal: Others may read it, or it is no text.
    """
    with path.open("rb") as file:
        if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise Refusal(
                (
                    "others can read the identity file",
                    "다른 사용자가 신원 키 파일을 읽을 수 있습니다",
                ),
                ("take their rights away (chmod 600)", "권한을 없애십시오(chmod 600)"),
            )
        return file.read(_LARGEST).decode("utf-8", "replace")


def _memory_of_user() -> Path:
    """Where this user's programs keep what they remember; made where it is missing."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = base / "kcert"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "vaults.db"


store_or_vault = option(
    "--store",
    metavar="STORE",
    texts=(
        "Look for CERT in this store: npki:, a folder or a vault; default this whole computer.",
        "CERT를 찾을 저장소: npki:, 폴더 또는 금고. 기본값은 이 컴퓨터 전체입니다.",
    ),
)


def access(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options for vaults, and for passwords; the function is given `Access` as ``access``."""

    @wraps(function)
    def wrapper(session: Session, *args: Any, passwords: Passwords, **kwargs: Any) -> Any:
        made = Access(
            session,
            passwords,
            identity=kwargs.pop("identity"),
            member=kwargs.pop("member"),
            memory=kwargs.pop("memory"),
            credentials=kwargs.pop("credentials"),
            profile=kwargs.pop("profile"),
        )
        return function(session, *args, access=made, **kwargs)

    path = click.Path(path_type=Path)
    for decorate in (
        option(
            "--profile",
            default="default",
            metavar="NAME",
            texts=("Which table of --credentials.", "--credentials 파일의 어느 표인지 정합니다."),
        ),
        option(
            "--credentials",
            type=path,
            metavar="FILE",
            texts=(
                "Credentials of a cloud service, TOML; for you alone to read.",
                "클라우드 서비스의 자격 증명(TOML). 본인만 읽을 수 있어야 합니다.",
            ),
        ),
        option(
            "--memory",
            type=path,
            metavar="FILE",
            texts=(
                "What was seen of vaults, so that an older state is noticed; default yours.",
                "금고에서 본 것을 적어 두어 되돌린 것을 알아채는 파일. 기본값은 사용자의 것입니다.",
            ),
        ),
        option(
            "--member",
            is_flag=True,
            texts=(
                "The identity is a recipient's, not the owner's.",
                "소유자가 아니라 추가된 수신자의 신원 키입니다.",
            ),
        ),
        option(
            "--identity",
            type=path,
            metavar="FILE",
            texts=(
                "Open a vault with this age identity, not a passphrase.",
                "암호 대신 이 age 신원 키로 금고를 엽니다.",
            ),
        ),
    ):
        wrapper = decorate(wrapper)
    return options.passwords(wrapper)
