# SPDX-License-Identifier: Apache-2.0
"""`open_store`: from a path or a short address to a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.storage.urls import open_backend
from kcert.store.credentials import Store

if TYPE_CHECKING:
    import os

    from kcert.storage.platform import Platform

__all__ = ["open_store"]


def open_store(
    where: str | os.PathLike[str], *, create: bool = False, platform: Platform | None = None
) -> Store:
    """Open the store at an address.

    Args:
        where: ``"npki:"`` is this system's NPKI folder; ``"memory:"`` a new store in memory;
            ``"file:…"`` or a path a folder. A `pathlib.Path` is always a path.
        create: Whether a folder that does not exist is made by the first `Store.add`. The NPKI
            folder always is.
        platform: The system to look for the NPKI folder on; default this one.

    Raises:
        NotFoundError: If there is no such folder, and ``create`` is not set.
        StorageError: If the address is of a kind that is not known.
    """
    return Store(open_backend(where, create=create, platform=platform))
