# SPDX-License-Identifier: Apache-2.0
"""`open_store`: from a path or a short address to a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import NotFoundError, StorageError
from kcert.storage.cloud_services import CLOUD_SCHEMES, DEFAULT_TIMEOUT
from kcert.storage.urls import open_backend, split_address
from kcert.store.credentials import Store
from kcert.store.history import History

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from kcert.storage.backend import Backend
    from kcert.storage.cloud_profiles import CloudProfile
    from kcert.storage.platform import Platform
    from kcert.store.sealing import VaultMemory
    from kcert.store.sealing.vaults import Sealing

__all__ = ["is_vault", "open_store"]


def open_store(
    where: str | os.PathLike[str],
    *,
    create: bool = False,
    history: bool | History = True,
    platform: Platform | None = None,
    sealing: Sealing | None = None,
    credentials: Mapping[str, str] | CloudProfile | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    expiry_months: bool | None = None,
    memory: VaultMemory | None = None,
) -> Store:
    """Open the store at an address.

    Args:
        where: ``"npki:"`` is this system's NPKI folder; ``"usb:"`` the stick that is plugged in,
            one of several by its label, mount point or drive letter (``"usb:MYSTICK"``,
            ``"usb:/media/x"``, ``"usb:E:"``); ``"memory:"`` a new store in memory; ``"file:…"`` or
            a path a folder. A `pathlib.Path` is always a path. Installed projects may offer more.
        create: Whether a folder that does not exist is made by the first `Store.add`. The NPKI
            folder always is.
        history: Whether to keep a record of what is done, beside the certificates (in a folder
            ``.kcert``; written with the first change or `Entry.unlock`, not by looking); or the
            record to keep.
        platform: The system to look for the NPKI folder and for sticks on; default this one.
        sealing: Seals everything on this computer before the medium sees it: a
            `kcert.Passphrase`, a `kcert.VaultIdentity`, or a `kcert.VaultWriter` for adding only.
            Cloud services are never used without; any other medium may have it. With it ``create``
            makes the vault, and the store is a `SealedStore`. ``history=True`` keeps no record
            then, which would tell the service fingerprints; give a `History` of another place.
        credentials: What a cloud service wants to be shown, by name, or a `kcert.CloudProfile`,
            which names a file with it. They are never looked for elsewhere and never stand in an
            address. ``s3:`` access_key_id, secret_access_key, session_token; ``az:`` account_name,
            account_key or sas_token; ``gs:`` service_account_key (JSON) or token; ``webdavs:``
            username and password, or token; ``gdrive:``, ``onedrive:``, ``dropbox:`` access_token,
            or refresh_token, client_id and client_secret.
        timeout: Seconds one request to a cloud service may take, all tries together.
        expiry_months: For a new vault: whether names show the month in which a certificate runs
            out, so that `Store.find` with ``expiring_within`` looks at those months only. The
            service sees how many run out when.
        memory: What this computer has seen of vaults; default kept in this process only.

    Cloud addresses are ``s3://bucket/prefix?region=…`` (or ``?endpoint=https://…``),
    ``az://container/prefix``, ``gs://bucket/prefix``, ``webdavs://host/path``, ``gdrive:folder``,
    ``onedrive:folder`` and ``dropbox:folder``; they need the extra ``cloud``.

    Raises:
        NotFoundError: If there is no such folder, and ``create`` is not set; if no such stick is
            plugged in.
        AmbiguousError: If several sticks answer to it; ``choices`` has their labels.
        StorageError: If the address is of a kind that is not known, or of a cloud service and
            ``sealing`` is missing.
        UnlockError: If the passphrase or the identity is wrong.
        TamperedError: If the vault's settings are not those that its owner made.
        MissingExtraError: If what a cloud service or sealing needs is not installed.
    """
    scheme = split_address(where)[0]
    if scheme in CLOUD_SCHEMES or sealing is not None:
        backend = (
            _cloud(str(where), credentials, timeout, sealed=sealing is not None)
            if scheme in CLOUD_SCHEMES
            else open_backend(where, create=create, platform=platform)
        )
        return _sealed(backend, sealing, history, memory, create=create, months=expiry_months)
    if credentials is not None or expiry_months is not None or memory is not None:
        raise ValueError("credentials, expiry_months and memory are for sealed stores")
    backend = open_backend(where, create=create, platform=platform)
    if isinstance(history, bool):
        return Store(backend, history=History(backend) if history else None)
    return Store(backend, history=history)


def is_vault(where: str | os.PathLike[str], *, platform: Platform | None = None) -> bool:
    """Whether an address is that of a vault, so that `open_store` needs ``sealing=`` for it.

    A cloud service holds nothing else, and is not asked. Elsewhere it is looked for the vault's
    marker; nothing is opened.

    Args:
        where: As `open_store` takes it.
        platform: The system to look for the NPKI folder and for sticks on; default this one.

    Raises:
        StorageError: As `open_store` does, but not for a folder that does not exist.
    """
    if split_address(where)[0] in CLOUD_SCHEMES:
        return True
    from kcert.store.sealing.vault import MARKER

    try:
        open_backend(where, create=True, platform=platform).get(MARKER)
    except NotFoundError:
        return False
    return True


def _cloud(
    url: str, credentials: Mapping[str, str] | CloudProfile | None, timeout: float, *, sealed: bool
) -> Backend:
    if not sealed:
        raise StorageError(
            "a cloud store is always sealed; give sealing=kcert.Passphrase(…)",
            "클라우드 저장소는 항상 봉인합니다; sealing=kcert.Passphrase(…)를 지정하십시오",
            backend=url.partition(":")[0].lower(),
        )
    from kcert.storage.cloud import CloudBackend
    from kcert.storage.cloud_profiles import credentials_of

    return CloudBackend(url, credentials=credentials_of(credentials), timeout=timeout)


def _sealed(
    backend: Backend,
    sealing: Sealing | None,
    history: bool | History,
    memory: VaultMemory | None,
    *,
    create: bool,
    months: bool | None,
) -> Store:
    from kcert.store.sealing import Passphrase, SealedStore, VaultIdentity, VaultMemory, VaultWriter
    from kcert.store.sealing.vaults import OpenVault

    if not isinstance(sealing, Passphrase | VaultIdentity | VaultWriter):
        raise TypeError("sealing is a Passphrase, a VaultIdentity or a VaultWriter")
    memory = VaultMemory() if memory is None else memory
    vault = OpenVault(backend, sealing, memory, create=create, months=months)
    return SealedStore(vault, history=None if isinstance(history, bool) else history)
