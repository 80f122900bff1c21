# SPDX-License-Identifier: Apache-2.0
"""The backend in memory keeps the contract."""

from __future__ import annotations

from kcert.storage import MemoryBackend
from kcert.testing.folder_backend import FolderBackendContract


class TestMemoryBackend(FolderBackendContract):
    def make_backend(self, tmp_path):
        return MemoryBackend()


def test_its_repr_shows_no_name():
    backend = MemoryBackend()
    backend.put("홍길동", b"x")
    assert "홍길동" not in repr(backend)
