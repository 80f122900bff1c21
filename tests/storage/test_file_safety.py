# SPDX-License-Identifier: Apache-2.0
"""The file backend among hostile neighbours: links, pipes, modes, other programs, pulled sticks."""

from __future__ import annotations

import os
import stat
import threading
import unicodedata
from pathlib import Path

import pytest

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    LimitError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.storage import ANY, FileBackend, journal, reading

ENTRY = "yessign/USER/cn=홍길동"
SECRET = b"somebody else's file"

posix = pytest.mark.skipif(os.name != "posix", reason="modes and pipes of POSIX")


@pytest.fixture(params=["relative", "by path"])
def backend(request, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "DESCRIPTOR_RELATIVE", request.param == "relative")
    return FileBackend(tmp_path / "store")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def victim(tmp_path):
    """A file and a folder outside the store, which must stay as they are."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(SECRET)
    yield outside
    assert (outside / "file").read_bytes() == SECRET
    assert [path.name for path in outside.iterdir()] == ["file"]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def hidden(root):
    return list(root.rglob(".kcert-*"))


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_and_folders_belong_to_their_owner_alone_under_any_umask(backend, root, umask):
    before = os.umask(umask)
    try:
        backend.put_folder(ENTRY, {"signPri.key": b"1", "signCert.der": b"2"})
        backend.put("a/b", b"3")
        backend.put("a/b", b"4", replace=ANY)
    finally:
        os.umask(before)
    for path in [root, *root.rglob("*")]:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


@posix
def test_writing_tightens_a_folder_that_others_could_enter(backend, root):
    backend.put("a/b", b"1")
    (root / "a").chmod(0o777)
    (root / "a" / "b").chmod(0o644)
    backend.put("a/b", b"2", replace=ANY)
    if reading.DESCRIPTOR_RELATIVE:
        assert mode(root / "a") == 0o700
    assert mode(root / "a" / "b") == 0o600


def test_a_link_in_place_of_a_file_is_neither_read_nor_written_through(backend, root, victim):
    backend.put("a/other", b"1")
    (root / "a" / "key").symlink_to(victim / "file")
    assert list(backend.list()) == ["a/other"]
    with pytest.raises(StorageError):
        backend.get("a/key")
    with pytest.raises(AlreadyExistsError):
        backend.put("a/key", b"x")
    backend.put("a/key", b"x", replace=ANY)
    assert not (root / "a" / "key").is_symlink()
    assert backend.get("a/key").data == b"x"


def test_deleting_a_link_deletes_the_link(backend, root, victim):
    backend.put("a/other", b"1")
    (root / "a" / "key").symlink_to(victim / "file")
    backend.delete("a/key")
    assert not (root / "a" / "key").is_symlink()


def test_a_link_in_place_of_a_folder_is_not_followed(backend, root, victim):
    backend.put("other", b"1")
    (root / "a").symlink_to(victim)
    for action in (
        lambda: backend.get("a/file"),
        lambda: backend.put("a/new", b"x"),
        lambda: backend.put("a/file", b"x", replace=ANY),
        lambda: backend.delete("a/file"),
        lambda: backend.put_folder("a/b", {"x": b"1"}),
        lambda: backend.put_folder("a", {"x": b"1"}),
        lambda: backend.get_folder("a", ["file"]),
    ):
        with pytest.raises(StorageError):
            action()
    assert list(backend.list()) == ["other"]


def test_a_root_that_is_a_link_is_read_but_not_written(root, victim):
    root.symlink_to(victim)
    backend = FileBackend(root)
    assert backend.get("file").data == SECRET
    with pytest.raises(StorageError):
        backend.put("new", b"x")
    with pytest.raises(StorageError):
        backend.delete("file")


def test_links_in_a_circle_end(backend, root):
    backend.put("a/b", b"1")
    (root / "a" / "loop").symlink_to(root)
    (root / "a" / "self").symlink_to("self")
    assert list(backend.list()) == ["a/b"]


def test_a_hard_link_to_somebody_elses_file_does_not_reach_it(backend, root, victim):
    backend.put("a/other", b"1")
    os.link(victim / "file", root / "a" / "key")
    backend.put("a/key", b"x", replace=ANY)
    os.link(victim / "file", root / "a" / "second")
    backend.delete("a/second")


@posix
def test_what_is_not_a_file_is_an_error_at_once(backend, root):
    backend.put("a/other", b"1")
    os.mkfifo(root / "a" / "pipe")
    (root / "a" / "folder").mkdir()
    os.mknod(root / "a" / "socket", stat.S_IFSOCK | 0o600)
    for name in ("pipe", "folder", "socket"):
        with pytest.raises(StorageError):
            backend.get(f"a/{name}")
        with pytest.raises(StorageError):
            backend.get_folder("a", [name])
    assert list(backend.list()) == ["a/other"]


def test_a_huge_file_is_refused_without_reading_it(backend, root):
    backend.put("a/b", b"1")
    with (root / "a" / "b").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(LimitError) as caught:
        backend.get("a/b")
    assert caught.value.value == 1 << 40


def test_the_cap_is_an_argument_and_inclusive(root):
    backend = FileBackend(root, max_size=3)
    backend.put("a", b"123")
    assert backend.get("a").data == b"123"
    with pytest.raises(LimitError):
        backend.put("b", b"1234")


def test_a_name_in_nfd_on_the_medium_is_found_by_its_nfc_name(backend, root):
    nfd = unicodedata.normalize("NFD", "홍길동")
    assert nfd != "홍길동"
    (root / nfd).mkdir(parents=True)
    (root / nfd / nfd).write_bytes(b"1")
    backend = FileBackend(root)
    assert list(backend.list()) == ["홍길동/홍길동"]
    blob = backend.get("홍길동/홍길동")
    backend.put("홍길동/홍길동", b"2", replace=blob.version)
    assert [path.name for path in (root / nfd).iterdir()] == [nfd]
    backend.delete("홍길동/홍길동")
    assert list(root.iterdir()) == []


def test_a_twin_is_refused_on_a_file_system_that_would_allow_it(backend):
    backend.put("Folder/Name", b"1")
    for name in ("Folder/name", "folder/Name", "FOLDER/other"):
        with pytest.raises(AlreadyExistsError):
            backend.put(name, b"2")
    assert list(backend.list()) == ["Folder/Name"]


LOOK_ALIKES = [
    "\uff0e\uff0e/evil",  # full-width dots
    "\u2024\u2024/evil",  # one dot leaders
    "\uff0fetc\uff0fpasswd",  # full-width slashes
    "\u2215etc\u2044passwd",  # division and fraction slashes
    "..\uff3cevil",  # a full-width backslash
    "\uff23\uff1a\uff3cevil",  # a drive in full width
    "\u0421\u041e\u041d",  # a device in Cyrillic
    "yessign/\u13d4\u0405ER",  # USER in Cherokee and Cyrillic
]


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_a_way_out_is_a_name_inside(backend, root, name):
    backend.put("yessign/USER", b"the real one")
    backend.put(name, b"look-alike")
    assert backend.get(name).data == b"look-alike"
    assert backend.get("yessign/USER").data == b"the real one"
    assert sorted(backend.list()) == sorted([name, "yessign/USER"])
    inside = [path for path in root.parent.rglob("*") if path.is_file()]
    assert len(inside) == 2
    assert all(path.is_relative_to(root) for path in inside)


def test_names_no_gate_lets_through_are_passed_over_and_told(backend, root):
    backend.put("good/file", b"1")
    (root / "good" / "bad:name").write_bytes(b"2")
    (root / "bad\\folder").mkdir()
    (root / os.fsdecode(b"\xc8\xab\xb1\xe6\xb5\xbf")).mkdir()
    names = []
    with pytest.raises(StorageError):
        names.extend(backend.list())
    listings = list(backend.folders())
    assert [f.name for f in listings if f.files] == ["good"]
    assert [f.name for f in listings if f.problem] == [""]


def test_a_thousand_levels_are_survived(backend, root):
    backend.put("a/b", b"1")
    descriptor = os.open(root, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("d", dir_fd=descriptor)
        inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    listings = list(backend.folders())
    assert [f.name for f in listings if f.files] == ["a"]
    assert len([f for f in listings if f.problem]) == 1
    while (root / "d" / "d").exists():  # nothing that removes trees goes so deep
        (root / "d" / "d").rename(root / "e")
        (root / "d").rmdir()
        (root / "e").rename(root / "d")


def test_a_folder_that_vanishes_during_the_listing_is_passed_over(backend):
    for number in range(4):
        backend.put(f"a{number}/x", b"1")
    names = []
    for name in backend.list():
        names.append(name)
        if name == "a0/x":
            backend.delete("a1/x")
    assert names == ["a0/x", "a2/x", "a3/x"]


def test_a_change_by_another_program_is_a_conflict_and_its_data_stay(backend, root):
    version = backend.put("a/b", b"1")
    (root / "a" / "b").write_bytes(b"the bank's")
    with pytest.raises(ConflictError):
        backend.put("a/b", b"2", replace=version)
    assert backend.get("a/b").data == b"the bank's"


def test_a_write_that_another_program_undid_is_the_same_version(backend, root):
    version = backend.put("a/b", b"1")
    os.utime(root / "a" / "b", (0, 0))
    assert backend.put("a/b", b"2", replace=version)


def test_a_pulled_stick_is_not_written_to_the_disk_below(tmp_path):
    mount = tmp_path / "stick"
    mount.mkdir()
    backend = FileBackend(mount)
    backend.put("a", b"1")
    mount.rename(tmp_path / "pulled")
    for again in (False, True):
        if again:
            mount.mkdir()
        for action in (
            lambda: backend.put("b", b"2"),
            lambda: backend.put_folder("c", {"x": b"2"}),
            lambda: backend.get("a"),
        ):
            with pytest.raises(UnavailableError) as caught:
                action()
            assert caught.value.retryable
        with pytest.raises(UnavailableError):
            list(backend.list())
    assert list(mount.iterdir()) == []
    mount.rmdir()
    (tmp_path / "pulled").rename(mount)
    assert backend.get("a").data == b"1"


def test_a_missing_root_is_empty_until_the_first_write(tmp_path):
    backend = FileBackend(tmp_path / "not" / "yet")
    assert list(backend.list()) == []
    with pytest.raises(NotFoundError):
        backend.get("a")
    assert not (tmp_path / "not").exists()
    backend.put("a", b"1")
    assert backend.get("a").data == b"1"


def test_a_root_that_is_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    backend = FileBackend(tmp_path / "file")
    with pytest.raises(StorageError):
        list(backend.list())
    with pytest.raises(StorageError):
        backend.put("a", b"1")


def test_our_old_leftovers_go_and_nothing_else_does(backend, root):
    backend.put("a/b", b"1")
    old, young = (root / "a" / f".kcert-{digit * 32}.tmp" for digit in "01")
    folder = root / "a" / f".kcert-{'2' * 32}.tmp"
    foreign = [root / "a" / name for name in (".kcert-note.txt", ".kcert-1.tmp", "x.tmp")]
    folder.mkdir()
    for path in (old, young, folder / "signPri.key", *foreign):
        path.write_bytes(b"left")
    for path in (old, folder, *foreign):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert list(backend.list()) == ["a/b", "a/x.tmp"]
    backend.put("a/c", b"2")
    left = sorted(path for path in (root / "a").iterdir() if path.suffix in {".tmp", ".txt"})
    assert left == sorted([young, *foreign])


@posix
def test_leftovers_of_another_user_stay(backend, root):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to somebody else")
    backend.put("a/b", b"1")
    path = root / "a" / f".kcert-{'0' * 32}.tmp"
    path.write_bytes(b"left")
    os.chown(path, 65534, 65534)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    backend.put("a/c", b"2")
    assert path.exists()


def test_nothing_is_left_after_success_and_after_refusals(backend, root):
    backend.put_folder("a", {"x": b"1", "y": b"2"})
    for action in (
        lambda: backend.put("a/x", b"2"),
        lambda: backend.put_folder("a", {"x": b"1"}),
        lambda: backend.put("a/x", b"2", replace="stale"),
    ):
        with pytest.raises(StorageError):
            action()
    backend.put("a/x", b"3", replace=ANY)
    assert hidden(root) == []


def test_the_bytes_of_a_deleted_file_are_overwritten_first(backend, root):
    backend.put("a/key", b"locked key")
    with (root / "a" / "key").open("rb") as held:
        backend.delete("a/key")
        assert held.read() == bytes(10)


def test_other_files_in_a_folder_keep_it(backend, root):
    backend.put_folder("a", {"x": b"1"})
    (root / "a" / "mine.txt").write_bytes(b"note")
    version = backend.get("a/x").version
    backend.change_folder("a", {"x": None}, replace={"x": version})
    assert (root / "a" / "mine.txt").read_bytes() == b"note"


# A change that was begun and not finished


def interrupted(backend, root, change):
    """The folder ``a`` as a crash right after the moment of change leaves it."""
    backend.put_folder("a", {"x": b"1", "y": b"2", "z": b"3"})
    (root / "a" / journal.CHANGE_FILE).write_bytes(journal._encode(change))


def test_readers_see_a_change_that_was_begun_as_done(backend, root):
    interrupted(backend, root, {"x": b"new", "y": None, "w": b"4"})
    assert sorted(backend.list()) == ["a/w", "a/x", "a/z"]
    assert backend.get("a/x").data == b"new"
    files = backend.get_folder("a", ["w", "x", "y", "z"])
    assert {name: blob.data for name, blob in files.items()} == {
        "w": b"4",
        "x": b"new",
        "z": b"3",
    }
    with pytest.raises(NotFoundError):
        backend.get("a/y")
    assert (root / "a" / "x").read_bytes() == b"1"


def test_the_next_writer_finishes_a_change_that_was_begun(backend, root):
    interrupted(backend, root, {"x": b"new", "y": None})
    backend.put("a/other", b"5")
    contents = {path.name: path.read_bytes() for path in (root / "a").iterdir()}
    assert contents == {"x": b"new", "z": b"3", "other": b"5"}


def test_what_a_listing_saw_of_a_crash_is_tidied_by_the_next_write_anywhere(backend, root):
    interrupted(backend, root, {"x": None, "y": None, "z": None})
    backend.put("b/c", b"1")
    assert sorted(path.name for path in (root / "a").iterdir()) == [
        journal.CHANGE_FILE,
        "x",
        "y",
        "z",
    ]
    assert list(backend.list()) == ["b/c"]
    backend.put("b/d", b"1")
    assert not (root / "a").exists()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"torn",
        b"0" * 64 + b"\n{}",
        journal._encode({"../../evil": b"x"}),
        journal._encode({"a/b": b"x"}),
        journal._encode({".kcert-change": b"x"}),
    ],
)
def test_what_is_not_a_whole_change_never_was_one(backend, root, text):
    backend.put_folder("a", {"x": b"1"})
    (root / "a" / journal.CHANGE_FILE).write_bytes(text)
    assert backend.get("a/x").data == b"1"
    backend.put("a/y", b"2")
    assert sorted(path.name for path in (root / "a").iterdir()) == ["x", "y"]
    assert not (root.parent / "evil").exists()


def test_a_writer_waits_for_another_and_says_so_when_it_takes_too_long(backend, root, monkeypatch):
    from kcert.storage import locks
    from kcert.storage.folder import Folder

    backend.put("a/x", b"1")
    monkeypatch.setattr(locks, "_WAIT", 0.05)
    with Folder.open(str(root / "a")) as other, other.lock():
        with pytest.raises(UnavailableError) as caught:
            backend.put("a/y", b"2")
        assert caught.value.retryable
    backend.put("a/y", b"2")


def test_a_medium_without_locks_is_written_all_the_same(backend, monkeypatch):
    import errno

    from kcert.storage import locks

    def no_locks(descriptor):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(locks, "_try", no_locks)
    version = backend.put("a/x", b"1")
    backend.put("a/x", b"2", replace=version)
    winners = []

    def create():
        try:
            backend.put("a/new", b"3")
            winners.append(1)
        except AlreadyExistsError:
            pass

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert winners == [1]


def test_a_medium_without_hard_links_still_creates_only(backend, root, monkeypatch):
    import errno

    def no_links(*args, **kwargs):
        raise OSError(errno.EPERM, "FAT has no links")

    monkeypatch.setattr(os, "link", no_links)
    backend.put("a/x", b"1")
    with pytest.raises(AlreadyExistsError):
        backend.put("a/x", b"2")
    assert backend.get("a/x").data == b"1"
    assert hidden(root) == []


class SharingViolationError(PermissionError):
    """What Windows raises while a scanner has the file open."""

    winerror = 32


@pytest.mark.parametrize("call", ["replace", "unlink", "rename"])
def test_a_file_that_windows_says_is_in_use_is_tried_again(backend, monkeypatch, call):
    backend.put("a/x", b"1")
    real, failures = getattr(os, call), [SharingViolationError(), SharingViolationError()]

    def busy(*args, **kwargs):
        if failures:
            raise failures.pop()
        return real(*args, **kwargs)

    monkeypatch.setattr(os, call, busy)
    backend.put("a/x", b"2", replace=ANY)
    assert backend.get("a/x").data == b"2"
    backend.delete("a/x")
    assert not failures


def test_a_refusal_is_not_tried_again(backend, monkeypatch):
    backend.put("a/x", b"1")
    calls = []

    def refuse(*args, **kwargs):
        calls.append(1)
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UnavailableError):
        backend.put("a/x", b"2", replace=ANY)
    assert len(calls) == 1
    assert backend.get("a/x").data == b"1"


def test_no_descriptor_is_left_open(backend):
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("needs /proc")
    backend.put_folder("a", {"x": b"1"})
    before = len(list(descriptors.iterdir()))
    for _ in range(20):
        next(iter(backend.folders()))
        for action in (
            lambda: backend.put("a/x", b"2"),
            lambda: backend.get("a/absent"),
            lambda: backend.put_folder("a", {}),
            lambda: backend.get("a"),
        ):
            with pytest.raises(StorageError):
                action()
    assert len(list(descriptors.iterdir())) == before
