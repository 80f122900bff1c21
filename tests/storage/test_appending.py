# SPDX-License-Identifier: Apache-2.0
"""Appending to a file: only behind the state that was read, and never into somebody else's."""

from __future__ import annotations

import os
import sys

import pytest

from kcert.errors import ConflictError, FormatError, LimitError, StorageError
from kcert.storage import ANY, AppendBackend, FileBackend, MemoryBackend, RemovableBackend, reading
from kcert.storage.folder import Folder
from kcert.storage.media import find_medium


@pytest.fixture(params=["file", "checked paths", "usb"])
def backend(request, tmp_path, monkeypatch):
    if request.param == "checked paths":
        monkeypatch.setattr(reading, "DESCRIPTOR_RELATIVE", False)
    if request.param != "usb":
        return FileBackend(tmp_path / "store")
    computer = request.getfixturevalue("computer")
    medium = find_medium(str(computer.plug()), computer.platform)
    return RemovableBackend(medium, platform=computer.platform)


def test_what_is_appended_follows_what_was_there(backend):
    assert isinstance(backend, AppendBackend)
    version = backend.put("a/lines", b"1\n")
    for number in (2, 3):
        version = backend.append("a/lines", b"%d\n" % number, after=version)
    blob = backend.get("a/lines")
    assert (blob.data, blob.version) == (b"1\n2\n3\n", version)


def test_nothing_is_appended_to_another_state_or_to_nothing(backend):
    old = backend.put("a/lines", b"1\n")
    backend.put("a/lines", b"other\n", replace=ANY)
    with pytest.raises(ConflictError):
        backend.append("a/lines", b"2\n", after=old)
    assert backend.get("a/lines").data == b"other\n"
    for name in ("a/none", "none/lines"):
        with pytest.raises(ConflictError):
            backend.append(name, b"2\n", after=old)
    assert list(backend.list()) == ["a/lines"]


def test_names_and_sizes_are_checked_as_ever(tmp_path):
    backend = FileBackend(tmp_path, max_size=10)
    version = backend.put("a", b"12345")
    with pytest.raises(LimitError):
        backend.append("a", b"678901", after=version)
    with pytest.raises(FormatError):
        backend.append("../a", b"6", after=version)
    assert backend.get("a").data == b"12345"


@pytest.mark.skipif(sys.platform == "win32", reason="needs links without a right")
def test_a_hard_link_to_somebody_elses_file_does_not_reach_it(tmp_path):
    backend = FileBackend(tmp_path / "store")
    (tmp_path / "theirs").write_bytes(b"theirs\n")
    (tmp_path / "store").mkdir()
    os.link(tmp_path / "theirs", tmp_path / "store/lines")
    backend.append("lines", b"ours\n", after=backend.get("lines").version)
    assert backend.get("lines").data == b"theirs\nours\n"
    assert (tmp_path / "theirs").read_bytes() == b"theirs\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs links without a right")
@pytest.mark.parametrize("relative", [True, False])
def test_a_link_that_was_planted_is_not_written_through(tmp_path, monkeypatch, relative):
    monkeypatch.setattr(reading, "DESCRIPTOR_RELATIVE", relative)
    backend = FileBackend(tmp_path / "store")
    version = backend.put("lines", b"1\n")
    (tmp_path / "theirs").write_bytes(b"1\n")
    (tmp_path / "store/lines").unlink()
    (tmp_path / "store/lines").symlink_to(tmp_path / "theirs")
    with pytest.raises(StorageError):
        backend.append("lines", b"2\n", after=version)
    folder = Folder.open(str(tmp_path / "store"))
    with folder, pytest.raises(OSError, match="link"):
        folder.append("lines", b"2\n", size=2)
    assert (tmp_path / "theirs").read_bytes() == b"1\n"


def test_a_backend_with_the_four_verbs_is_none_of_these():
    assert not isinstance(MemoryBackend(), AppendBackend)
