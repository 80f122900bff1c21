# SPDX-License-Identifier: Apache-2.0
"""The tests a backend has to pass that can write the files of a folder at once. Needs pytest."""

from __future__ import annotations

from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kcert.errors import AlreadyExistsError, ConflictError, FormatError, NotFoundError
from kcert.storage.backend import ANY, FolderBackend
from kcert.testing.backend import BackendContract

if TYPE_CHECKING:
    from pathlib import Path

    from kcert.storage.backend import Version

__all__ = ["FolderBackendContract"]


class FolderBackendContract(BackendContract):
    """What holds besides for a backend that can write the files of a folder at once."""

    @abstractmethod
    def make_backend(self, tmp_path: Path) -> FolderBackend:
        """Return a new, empty backend."""

    @pytest.fixture
    def backend(self, tmp_path: Path) -> FolderBackend:
        """The backend under test, empty."""
        return self.make_backend(tmp_path)

    def versions(self, backend: FolderBackend, folder: str, *names: str) -> dict[str, Version]:
        """Versions of these files as they are now."""
        files = backend.get_folder(folder, names)
        return {name: blob.version for name, blob in files.items()}

    def test_it_is_a_folder_backend(self, backend: FolderBackend) -> None:
        """The store above asks with `isinstance`."""
        assert isinstance(backend, FolderBackend)

    def test_a_folder_is_written_and_read_as_one(self, backend: FolderBackend) -> None:
        """The verbs for single names see the same."""
        backend.put_folder("a/b", {"x": b"1", "Y": b"2"})
        files = backend.get_folder("a/b", ["x", "Y", "absent"])
        assert {name: blob.data for name, blob in files.items()} == {"x": b"1", "Y": b"2"}
        assert sorted(backend.list()) == ["a/b/Y", "a/b/x"]
        assert backend.get("a/b/x") == files["x"]

    def test_an_absent_folder_is_not_found(self, backend: FolderBackend) -> None:
        """Not an empty answer."""
        with pytest.raises(NotFoundError):
            backend.get_folder("a/b", ["x"])

    def test_a_folder_is_created_only(self, backend: FolderBackend) -> None:
        """Neither over itself nor over a twin of its name."""
        backend.put_folder("a/b", {"x": b"1"})
        for folder in ("a/b", "a/B"):
            with pytest.raises(AlreadyExistsError):
                backend.put_folder(folder, {"y": b"2"})
        assert list(backend.list()) == ["a/b/x"]

    def test_folders_lists_files_by_folder(self, backend: FolderBackend) -> None:
        """Each folder with files once, with exactly its own files."""
        backend.put_folder("a/b", {"x": b"1", "y": b"2"})
        backend.put_folder("a/b/c", {"z": b"3"})
        backend.put("top", b"4")
        listed = {f.name: set(f.files) for f in backend.folders() if f.files}
        assert listed == {"": {"top"}, "a/b": {"x", "y"}, "a/b/c": {"z"}}
        below = {f.name for f in backend.folders("a/b") if f.files}
        assert below == {"a/b", "a/b/c"}
        assert not [f for f in backend.folders("nowhere") if f.files or f.problem]

    def test_several_files_change_at_once(self, backend: FolderBackend) -> None:
        """Replaced, removed and created in one step; the others stay."""
        backend.put_folder("a", {"x": b"1", "y": b"2", "z": b"3"})
        replace = self.versions(backend, "a", "x", "y")
        backend.change_folder("a", {"x": b"new", "y": None, "w": b"4"}, replace=replace)
        files = backend.get_folder("a", ["w", "x", "y", "z"])
        assert {n: b.data for n, b in files.items()} == {"w": b"4", "x": b"new", "z": b"3"}
        assert sorted(backend.list()) == ["a/w", "a/x", "a/z"]

    def test_one_stale_version_stops_the_whole_change(self, backend: FolderBackend) -> None:
        """Also that of a file which would not change."""
        backend.put_folder("a", {"x": b"1", "y": b"2", "guard": b"3"})
        stale = self.versions(backend, "a", "x", "y", "guard")
        backend.put("a/guard", b"other", replace=ANY)
        with pytest.raises(ConflictError):
            backend.change_folder("a", {"x": b"new", "y": b"new"}, replace=stale)
        assert backend.get("a/x").data + backend.get("a/y").data == b"12"

    def test_a_change_does_not_overwrite_what_was_not_read(self, backend: FolderBackend) -> None:
        """A file without a version must be new."""
        backend.put_folder("a", {"x": b"1", "y": b"2"})
        replace = self.versions(backend, "a", "x")
        with pytest.raises(AlreadyExistsError):
            backend.change_folder("a", {"x": b"new", "y": b"new"}, replace=replace)
        assert backend.get("a/x").data + backend.get("a/y").data == b"12"

    def test_a_change_in_a_folder_that_is_gone_is_a_conflict(self, backend: FolderBackend) -> None:
        """Somebody removed it meanwhile."""
        backend.put_folder("a", {"x": b"1"})
        replace = self.versions(backend, "a", "x")
        backend.delete("a/x")
        with pytest.raises(ConflictError):
            backend.change_folder("a", {"x": b"new"}, replace=replace)

    def test_a_folder_whose_files_all_go_can_be_created_again(self, backend: FolderBackend) -> None:
        """Nothing of it is left."""
        backend.put_folder("a/b", {"x": b"1", "y": b"2"})
        replace = self.versions(backend, "a/b", "x", "y")
        backend.change_folder("a/b", {"x": None, "y": None}, replace=replace)
        assert list(backend.list()) == []
        backend.put_folder("a/b", {"x": b"3"})
        assert backend.get("a/b/x").data == b"3"

    @pytest.mark.parametrize("name", ["../x", "x/y", "..", "CON", ""])
    def test_names_in_a_folder_pass_the_gate_too(self, backend: FolderBackend, name: str) -> None:
        """A folder cannot write outside itself."""
        backend.put_folder("a", {"x": b"1"})
        with pytest.raises(FormatError):
            backend.put_folder("b", {name: b"1"})
        with pytest.raises(FormatError):
            backend.change_folder("a", {name: b"1"}, replace={})
        with pytest.raises(FormatError):
            backend.get_folder("a", [name])
        assert list(backend.list()) == ["a/x"]

    def test_a_reader_never_sees_half_a_change(self, backend: FolderBackend) -> None:
        """Two files that belong together are read together."""
        backend.put_folder("a", {"x": b"0", "y": b"0"})

        def write(_: int) -> None:
            for number in range(1, 25):
                replace = self.versions(backend, "a", "x", "y")
                data = b"%d" % number
                backend.change_folder("a", {"x": data, "y": data}, replace=replace)

        def read(_: int) -> int:
            pairs = (backend.get_folder("a", ["x", "y"]) for _ in range(60))
            return sum(files["x"].data != files["y"].data for files in pairs)

        with ThreadPoolExecutor(3) as pool:
            writer = pool.submit(write, 0)
            assert sum(pool.map(read, range(2))) == 0
            writer.result()
