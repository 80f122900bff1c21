# SPDX-License-Identifier: Apache-2.0
"""Sticks: the contract, the NPKI layout at the root, and the wrong stick at the right place."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import threading

import pytest

from kcert.errors import AlreadyExistsError, StorageError, UnavailableError
from kcert.storage.folder import Folder
from kcert.storage.media import find_medium
from kcert.storage.removable import RemovableBackend
from kcert.store import open_store
from kcert.testing import FakeAuthority
from kcert.testing.folder_backend import FolderBackendContract

FOLDER = "yessign/USER/cn=test"
FILES = {"signPri.key": b"key", "signCert.der": b"certificate"}


def opened(computer, which=""):
    return RemovableBackend(find_medium(which, computer.platform), platform=computer.platform)


class TestStickInAFolder(FolderBackendContract):
    @pytest.fixture
    def backend(self, computer):
        computer.plug()
        return opened(computer)

    def make_backend(self, tmp_path):
        raise AssertionError("made by the fixture")


class TestStick(FolderBackendContract):
    @pytest.fixture
    def backend(self, computer):
        computer.plug(tmpfs="size=16m")
        return opened(computer)

    def make_backend(self, tmp_path):
        raise AssertionError("made by the fixture")


def without_links(monkeypatch):
    """What FAT does not have: hard links, permissions, flushing of folders."""

    def refuse(*args, **kwargs):
        raise OSError(errno.EPERM, "not on FAT")

    fsync = os.fsync

    def files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not on FAT")
        fsync(descriptor)

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "fchmod", refuse)
    monkeypatch.setattr(os, "fsync", files_only)


class TestStickWithFat(FolderBackendContract):
    @pytest.fixture
    def backend(self, computer, monkeypatch):
        without_links(monkeypatch)
        computer.plug()
        return opened(computer)

    def make_backend(self, tmp_path):
        raise AssertionError("made by the fixture")


@pytest.fixture
def fat(computer, mount_faulty):
    """A stick with FAT's rules: one case, no links, no permissions, forbidden characters."""
    return mount_faulty(computer.plug(), "--fat")


class TestStickWithFatsRules(FolderBackendContract):
    @pytest.fixture
    def backend(self, computer, fat):
        return opened(computer)

    def make_backend(self, tmp_path):
        raise AssertionError("made by the fixture")


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동", password="correct horse", km=True)


def test_certificates_lie_where_banks_programs_look_for_them(computer, credential):
    path = computer.plug()
    entry = open_store("usb:MYSTICK", platform=computer.platform).add(credential)
    assert (path / "NPKI" / entry.location / "signCert.der").is_file()
    assert open_store(f"usb:{path}", platform=computer.platform).get(entry.id).load() == credential
    assert open_store(path / "NPKI").get(entry.id).load() == credential


def test_the_npki_folder_is_used_as_it_is_written(computer, credential):
    path = computer.plug()
    (path / "npki").mkdir()
    entry = open_store("usb:", platform=computer.platform).add(credential)
    assert (path / "npki" / entry.location).is_dir()
    assert not (path / "NPKI").exists() or (path / "NPKI").samefile(path / "npki")


def test_looking_at_a_stick_writes_nothing(computer):
    path = computer.plug()
    assert list(open_store("usb:", platform=computer.platform).entries()) == []
    assert list(path.iterdir()) == []


def test_what_fat_refuses_in_a_name_is_written_otherwise(computer, monkeypatch):
    path = computer.plug()
    make = os.mkdir

    def picky(name, *args, **kwargs):
        if any(character in ':*?"<>|' for character in str(name)):
            raise OSError(errno.EINVAL, "not on FAT")
        make(name, *args, **kwargs)

    monkeypatch.setattr(os, "mkdir", picky)
    credential = FakeAuthority("yessign").issue('홍*길?동 "A<B>C|D: E', password="correct horse")
    entry = open_store("usb:", platform=computer.platform).add(credential)
    assert open_store("usb:", platform=computer.platform).get(entry.id).load() == credential
    assert (path / "NPKI" / entry.location).is_dir()


def test_a_name_the_file_system_refuses_is_a_clear_error(computer, monkeypatch):
    computer.plug()
    backend = opened(computer)

    def refuse(self, name, data):
        raise OSError(errno.EINVAL, "not on FAT")

    backend.put("other", b"x")
    monkeypatch.setattr(Folder, "write_file", refuse)
    with pytest.raises(StorageError, match="does not take this name") as caught:
        backend.put('a"b', b"x")
    assert (caught.value.backend, caught.value.name) == ("usb", 'a"b')


# Pulled, and back again


def everything(backend):
    listings = list(backend.folders())
    return {f"{listing.name}/{leaf}" for listing in listings for leaf in listing.files}, next(
        (listing.problem for listing in listings if listing.problem), None
    )


@pytest.mark.parametrize("tmpfs", [None, "size=1m"], ids=["folder", "tmpfs"])
def test_a_pulled_stick_is_told_and_nothing_lands_on_the_system_disk(computer, tmpfs):
    path = computer.plug(tmpfs=tmpfs)
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    computer.pull(path)
    if tmpfs is None:
        shutil.rmtree(path)
        path.mkdir()
    for verb in (
        lambda: backend.put("a", b"x"),
        lambda: backend.put_folder("b", {"x": b"x"}),
        lambda: backend.get(f"{FOLDER}/signPri.key"),
        lambda: backend.delete(f"{FOLDER}/signPri.key"),
        lambda: list(backend.list()),
    ):
        with pytest.raises(UnavailableError) as caught:
            verb()
        assert caught.value.retryable
        assert caught.value.backend == "usb"
    assert isinstance(everything(backend)[1], UnavailableError)
    assert list(path.iterdir()) == []


def test_a_stick_whose_mount_point_is_a_plain_folder_now_is_not_written_to(computer):
    """Also where the mount table still has it: the folder that is open is not the one it was."""
    path = computer.plug()
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    path.rename(path.with_name("pulled"))
    path.mkdir()
    with pytest.raises(UnavailableError):
        backend.put("a", b"x")
    assert list(path.iterdir()) == []


def test_the_same_stick_plugged_in_again_goes_on_under_a_new_number(computer):
    path = computer.plug(uuid="1234-ABCD")
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    computer.pull(path)
    moved = path.with_name("elsewhere")
    path.rename(moved)
    shutil.copytree(moved, path)  # other file numbers
    with pytest.raises(UnavailableError):
        backend.put("a", b"x")
    computer.plug(number=2, uuid="1234-ABCD")
    backend.put("a", b"x")
    assert backend.get(f"{FOLDER}/signPri.key").data == b"key"


def test_a_stick_without_a_serial_number_is_known_by_what_kcert_wrote_on_it(computer):
    path = computer.plug()
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    shutil.copytree(path, path.with_name("copy"))
    shutil.rmtree(path)
    path.with_name("copy").rename(path)
    backend.put("a", b"x")
    assert (path / "NPKI/a").read_bytes() == b"x"


@pytest.mark.parametrize("serial", ["another", "none"])
def test_another_stick_in_its_place_is_neither_read_nor_written(computer, serial):
    path = computer.plug(uuid="1234-ABCD" if serial == "another" else None)
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    computer.pull(path)
    path.rename(path.with_name("first"))
    computer.plug(number=1, uuid="FFFF-0000" if serial == "another" else None)
    (path / "NPKI").mkdir()
    for verb in (lambda: backend.put("a", b"x"), lambda: backend.get(f"{FOLDER}/signPri.key")):
        with pytest.raises(UnavailableError, match="another stick"):
            verb()
    assert list((path / "NPKI").iterdir()) == []


def test_another_stick_with_the_same_number_and_label_is_noticed_before_a_write(computer):
    """FAT gives every root folder the same number, and so does the kernel the device."""
    path = computer.plug()
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    (path / ".kcert/medium").write_bytes(b"0" * 32)
    with pytest.raises(UnavailableError, match="another stick"):
        backend.put("a", b"x")
    (path / ".kcert/medium").unlink()
    with pytest.raises(UnavailableError, match="another stick"):
        backend.put("a", b"x")


def test_two_objects_on_a_new_stick_agree_on_its_identity(computer):
    computer.plug()
    backends = [opened(computer) for _ in range(4)]
    failures = []
    barrier = threading.Barrier(len(backends))

    def write(number, backend):
        barrier.wait()
        try:
            backend.put(f"a/{number}", b"x")
            backend.put(f"b/{number}", b"x")
        except StorageError as error:
            failures.append(error)

    threads = [
        threading.Thread(target=write, args=(n, backend)) for n, backend in enumerate(backends)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# Media that do not do what they should


def test_what_came_back_from_a_stick_is_on_its_medium(computer, fat, credential):
    """Pulled without ejecting, right after the call."""
    store = open_store("usb:", platform=computer.platform)
    entry = store.add(credential)
    fat.tell("powercut")
    store = open_store("usb:", platform=computer.platform)
    assert store.get(entry.id).load() == credential
    assert [event.kind.value for event in store.history.events()] == ["added"]


def test_names_that_fat_takes_for_one_are_told_apart_before(computer, fat):
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)
    with pytest.raises(AlreadyExistsError):
        backend.put_folder(FOLDER.replace("test", "TEST"), FILES)
    assert backend.get_folder(FOLDER, FILES)["signPri.key"].data == b"key"


def test_a_stick_that_breaks_is_told_and_goes_on_when_it_is_back(computer, fat, credential):
    store = open_store("usb:", platform=computer.platform)
    entry = store.add(credential)
    fat.tell("eio 0")
    with pytest.raises(UnavailableError) as caught:
        store.remove(entry.id)
    assert caught.value.retryable
    (broken,) = store.entries()
    assert broken.problem.retryable
    fat.tell("eio -1")
    assert store.get(entry.id).load() == credential


def test_a_full_stick_keeps_what_it_has(computer):
    computer.plug(tmpfs="size=64k")
    backend = opened(computer)
    backend.put_folder(FOLDER, FILES)

    def fill():
        for number in range(100):
            backend.put(f"fill/{number}", bytes(4096))

    with pytest.raises(UnavailableError, match="full") as caught:
        fill()
    assert not caught.value.retryable
    assert backend.get(f"{FOLDER}/signPri.key").data == b"key"


def test_a_write_protected_stick_is_read_and_says_so(computer):
    path = computer.plug(tmpfs="size=1m")
    opened(computer).put_folder(FOLDER, FILES)
    subprocess.run(["mount", "-o", "remount,ro", str(path)], check=True)
    backend = opened(computer)
    assert backend.get(f"{FOLDER}/signPri.key").data == b"key"
    with pytest.raises(UnavailableError, match="read-only"):
        backend.put("a", b"x")


def test_a_write_protected_stick_that_is_new_says_so_too(computer):
    computer.plug(tmpfs="size=1m,ro")
    with pytest.raises(UnavailableError, match="read-only"):
        opened(computer).put("a", b"x")


def test_a_stick_pulled_in_the_middle_of_a_write_has_the_old_state_or_the_new(
    computer, monkeypatch
):
    write = os.write
    for nth in range(1, 30):
        path = computer.plug(tmpfs="size=1m")
        backend = opened(computer)
        backend.put_folder(FOLDER, FILES)
        kept = os.open(path, os.O_RDONLY)
        versions = {n: b.version for n, b in backend.get_folder(FOLDER, FILES).items()}
        left = nth

        def pulling(descriptor, data, path=path):
            nonlocal left
            left -= 1
            if left == 0:
                computer.pull(path)
            return write(descriptor, data)

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", pulling)
            changes = dict.fromkeys(FILES, b"new")
            try:
                backend.change_folder(FOLDER, changes, replace=versions)
            except StorageError as error:
                assert error.backend == "usb"
        found = {name: _read(kept, f"NPKI/{FOLDER}/{name}") for name in FILES}
        change = _read(kept, f"NPKI/{FOLDER}/.kcert-change")
        os.close(kept)
        assert list(path.iterdir()) == [] or left > 0
        assert found in (FILES, changes) or change is not None
        if left > 0:
            return
        computer.lines.pop(path, None)
    raise AssertionError("the change did not end")


def _read(folder, name):
    try:
        descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)
