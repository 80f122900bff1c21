# SPDX-License-Identifier: Apache-2.0
"""Folders over a backend that has only the four verbs."""

from __future__ import annotations

import pytest

from kcert.errors import AlreadyExistsError, ConflictError, NotFoundError, UnavailableError
from kcert.storage import ANY, FolderBackend, MemoryBackend
from kcert.storage.ordered import OrderedFolders, with_folders

FILES = {"signPri.key": b"1", "kmPri.key": b"2", "signCert.der": b"3"}


class FourVerbs:
    """A backend without the power over folders; fails at the Nth write where asked."""

    def __init__(self):
        self.memory = MemoryBackend()
        self.properties = self.memory.properties
        self.list, self.get = self.memory.list, self.memory.get
        self.left = None
        self.lasting = False
        self.log = []

    def fault(self):
        if self.left is not None:
            self.left -= 1
            if self.left == 0 or (self.left < 0 and self.lasting):
                raise UnavailableError("network down", backend="memory")

    def put(self, name, data, *, replace=None):
        self.fault()
        self.log.append(("put", name))
        return self.memory.put(name, data, replace=replace)

    def delete(self, name):
        self.fault()
        self.log.append(("delete", name))
        self.memory.delete(name)


@pytest.fixture
def plain():
    return FourVerbs()


@pytest.fixture
def folders(plain):
    return OrderedFolders(plain)


def test_a_backend_that_has_the_power_is_used_as_it_is(plain):
    memory = MemoryBackend()
    assert with_folders(memory) is memory
    assert isinstance(with_folders(plain), OrderedFolders)
    assert isinstance(OrderedFolders(plain), FolderBackend)


def test_it_does_not_promise_what_it_cannot(folders, plain):
    assert plain.properties.atomic_folders
    assert not folders.properties.atomic_folders
    assert folders.properties.conditional


def test_the_last_file_is_written_last(folders, plain):
    folders.put_folder("a", FILES)
    assert plain.log[-1] == ("put", "a/signCert.der")


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_folder_that_a_crash_left_without_its_mark_is_taken_over(folders, plain, nth):
    plain.left, plain.lasting = nth, True
    with pytest.raises(UnavailableError):
        folders.put_folder("a", FILES)
    assert "a/signCert.der" not in list(folders.list())
    plain.left = None
    folders.put_folder("a", FILES)
    assert {name: blob.data for name, blob in folders.get_folder("a", FILES).items()} == FILES


def test_a_whole_folder_is_not_taken_over(folders):
    folders.put_folder("a", FILES)
    with pytest.raises(AlreadyExistsError):
        folders.put_folder("a", FILES)
    assert len(list(folders.list())) == 3


def test_who_loses_the_race_for_the_mark_removes_nothing(folders, plain):
    put = plain.put

    def faster(name, data, *, replace=None):
        if name == "a/signCert.der" and not list(plain.list("a"))[2:]:
            put(name, data)
        return put(name, data, replace=replace)

    plain.put = faster
    with pytest.raises(AlreadyExistsError):
        folders.put_folder("a", FILES)
    assert {name: blob.data for name, blob in folders.get_folder("a", FILES).items()} == FILES


def test_a_folder_of_another_lock_is_left_as_it_was(folders, plain):
    plain.memory.put("a/kmPri.key", b"another password")
    with pytest.raises(AlreadyExistsError):
        folders.put_folder("a", FILES)
    assert list(folders.list()) == ["a/kmPri.key"]


def test_what_somebody_else_left_is_neither_overwritten_nor_removed(folders, plain):
    plain.memory.put("a/kmPri.key", b"not ours")
    with pytest.raises(AlreadyExistsError):
        folders.put_folder("a", FILES)
    assert list(folders.list()) == ["a/kmPri.key"]
    assert folders.get("a/kmPri.key").data == b"not ours"


def test_listing_groups_names_by_folder_whatever_lies_between(folders):
    for name in ("a/1", "a/b/2", "a/c", "a b/3", "4"):
        folders.put(name, b"x")
    listed = {listing.name: listing.files for listing in folders.folders()}
    assert listed == {"": ("4",), "a": ("1", "c"), "a/b": ("2",), "a b": ("3",)}


def test_a_listing_that_breaks_off_says_so(plain, folders):
    def broken(prefix=""):
        yield "a/1"
        raise UnavailableError("network down", backend="memory")

    plain.list = broken
    listings = list(folders.folders())
    assert [listing.name for listing in listings if listing.files] == ["a"]
    assert any(listing.problem for listing in listings)


def test_reading_an_absent_folder_is_not_found(folders):
    folders.put("a/1", b"x")
    assert folders.get_folder("a", ["2"]) == {}
    with pytest.raises(NotFoundError):
        folders.get_folder("b", ["1"])


def test_a_stale_version_stops_a_change_before_it_begins(folders):
    folders.put_folder("a", FILES)
    stale = {name: blob.version for name, blob in folders.get_folder("a", FILES).items()}
    folders.put("a/kmPri.key", b"other", replace=ANY)
    with pytest.raises(ConflictError):
        folders.change_folder("a", dict.fromkeys(FILES), replace=stale)
    folders.delete("a/kmPri.key")
    with pytest.raises(ConflictError):
        folders.change_folder("a", {"signPri.key": b"new"}, replace=stale)
    assert folders.get("a/signPri.key").data == b"1"
