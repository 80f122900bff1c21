# SPDX-License-Identifier: Apache-2.0
"""Storage: named bytes on a medium, below the lock.

Backends move bytes and never see a password or an open key.
"""

from __future__ import annotations

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
