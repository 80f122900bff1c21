# SPDX-License-Identifier: Apache-2.0
"""Storage: named bytes on a medium, below the lock.

Backends move bytes and never see a password or an open key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kcert.storage.backend import (
        ANY,
        AnyVersion,
        Backend,
        Blob,
        FolderBackend,
        FolderListing,
        Properties,
        Version,
    )
    from kcert.storage.file import FileBackend
    from kcert.storage.memory import MemoryBackend

__all__ = [
    "ANY",
    "AnyVersion",
    "Backend",
    "Blob",
    "FileBackend",
    "FolderBackend",
    "FolderListing",
    "MemoryBackend",
    "Properties",
    "Version",
]

_HOMES = {
    "FileBackend": "kcert.storage.file",
    "MemoryBackend": "kcert.storage.memory",
}


def __getattr__(name: str) -> object:
    """Import a name on its first use (PEP 562): who loads one folder needs no backend."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "kcert.storage.backend")), name)
