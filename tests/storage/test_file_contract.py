# SPDX-License-Identifier: Apache-2.0
"""The backend on a file system keeps the contract, in both ways of walking to a folder."""

from __future__ import annotations

import pytest

from kcert.storage import FileBackend, reading
from kcert.testing.folder_backend import FolderBackendContract


class TestFileBackend(FolderBackendContract):
    def make_backend(self, tmp_path):
        return FileBackend(tmp_path / "store")


class TestFileBackendByCheckedPaths(FolderBackendContract):
    """As on Windows, where a system has no calls relative to an open folder."""

    @pytest.fixture(autouse=True)
    def _by_path(self, monkeypatch):
        monkeypatch.setattr(reading, "DESCRIPTOR_RELATIVE", False)

    def make_backend(self, tmp_path):
        return FileBackend(tmp_path / "store")
