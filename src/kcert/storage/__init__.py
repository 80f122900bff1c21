# SPDX-License-Identifier: Apache-2.0
"""Storage: named bytes on a medium, below the lock.

Backends move bytes and never see a password or an open key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kcert.storage.audit import AuditBackend, Audited
    from kcert.storage.backend import (
        ANY,
        AnyVersion,
        AppendBackend,
        Backend,
        Blob,
        FolderBackend,
        FolderListing,
        Properties,
        Version,
    )
    from kcert.storage.cloud import CloudBackend
    from kcert.storage.cloud_profiles import CloudProfile
    from kcert.storage.file import FileBackend
    from kcert.storage.media import Medium
    from kcert.storage.memory import MemoryBackend
    from kcert.storage.removable import RemovableBackend
    from kcert.storage.retry import RetryBackend
    from kcert.storage.wrappers import ReadOnlyBackend, WrapperBackend

__all__ = [
    "ANY",
    "AnyVersion",
    "AppendBackend",
    "AuditBackend",
    "Audited",
    "Backend",
    "Blob",
    "CloudBackend",
    "CloudProfile",
    "FileBackend",
    "FolderBackend",
    "FolderListing",
    "Medium",
    "MemoryBackend",
    "Properties",
    "ReadOnlyBackend",
    "RemovableBackend",
    "RetryBackend",
    "Version",
    "WrapperBackend",
]

_HOMES = {
    "CloudBackend": "kcert.storage.cloud",
    "CloudProfile": "kcert.storage.cloud_profiles",
    "FileBackend": "kcert.storage.file",
    "Medium": "kcert.storage.media",
    "MemoryBackend": "kcert.storage.memory",
    "RemovableBackend": "kcert.storage.removable",
    "RetryBackend": "kcert.storage.retry",
    **dict.fromkeys(("AuditBackend", "Audited"), "kcert.storage.audit"),
    **dict.fromkeys(("ReadOnlyBackend", "WrapperBackend"), "kcert.storage.wrappers"),
}


def __getattr__(name: str) -> object:
    """Import a name on its first use (PEP 562): who loads one folder needs no backend."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "kcert.storage.backend")), name)
