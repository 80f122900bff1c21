# SPDX-License-Identifier: Apache-2.0
"""Addresses of stores."""

from __future__ import annotations

import pytest

import kcert
from kcert.errors import NotFoundError, StorageError
from kcert.storage.platform import Platform, System
from kcert.storage.urls import open_backend
from kcert.store import open_store
from kcert.testing import FakeAuthority


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동")


def test_a_path_is_a_store(tmp_path, credential):
    entry = open_store(tmp_path).add(credential)
    assert open_store(str(tmp_path)).get(entry.id).load() == credential
    assert open_store(f"file:{tmp_path}").get(entry.id).load() == credential
    assert open_store(f"FILE://{tmp_path}").get(entry.id).load() == credential
    assert open_store(f"file://localhost{tmp_path}").get(entry.id).load() == credential


def test_a_file_address_is_percent_encoded(tmp_path, credential):
    folder = tmp_path / "한글 폴더"
    folder.mkdir()
    from urllib.parse import quote

    entry = open_store(f"file:{quote(str(folder))}").add(credential)
    assert open_store(folder).get(entry.id).load() == credential


def test_memory_is_a_new_store_each_time(credential):
    open_store("memory:").add(credential)
    assert list(open_store("memory:").entries()) == []


def test_a_missing_folder_is_not_found_unless_it_may_be_made(tmp_path, credential):
    missing = tmp_path / "new" / "store"
    with pytest.raises(NotFoundError):
        open_store(missing)
    store = open_store(missing, create=True)
    assert not missing.exists()
    assert list(store.entries()) == []
    store.add(credential)
    assert missing.is_dir()


def test_a_file_is_not_a_store(tmp_path):
    (tmp_path / "signCert.der").write_bytes(b"x")
    with pytest.raises(NotFoundError):
        open_store(tmp_path / "signCert.der")


@pytest.mark.parametrize(
    ("system", "folder"),
    [
        (System.WINDOWS, "AppData/LocalLow/NPKI"),
        (System.MACOS, "Library/Preferences/NPKI"),
        (System.LINUX, "NPKI"),
        (System.WSL, "NPKI"),
    ],
)
def test_npki_is_the_systems_own_folder_and_is_made_when_needed(
    tmp_path, credential, system, folder
):
    platform = Platform(system=system, home=tmp_path)
    store = open_store("npki:", platform=platform)
    assert list(store.entries()) == []
    entry = store.add(credential)
    assert (tmp_path / folder / entry.location / "signCert.der").is_file()


def test_npki_uses_the_folder_as_it_is_spelled(tmp_path, credential):
    (tmp_path / "npki").mkdir()
    platform = Platform(system=System.LINUX, home=tmp_path)
    open_store("npki:", platform=platform).add(credential)
    assert [path.name for path in tmp_path.iterdir()] == ["npki"]


def test_the_environment_names_another_npki_folder(tmp_path, credential):
    one, two = tmp_path / "one", tmp_path / "two"
    platform = Platform(
        system=System.LINUX, home=tmp_path, environ={"KCERT_NPKI_PATH": f"{one}:{two}"}
    )
    open_store("npki:", platform=platform).add(credential)
    assert one.is_dir()
    assert not two.exists()


@pytest.mark.parametrize(
    "address", ["s3://bucket/prefix", "what:ever", "memory:name", "npki:x", "file://host/path", ""]
)
def test_an_unknown_address_is_said_to_be_unknown(address):
    with pytest.raises(StorageError):
        open_backend(address)


def test_no_part_of_an_unknown_address_is_repeated_but_its_kind():
    with pytest.raises(StorageError) as caught:
        open_store("ftp://user:secret@host/x")
    assert caught.value.backend == "ftp"
    assert "secret" not in str(caught.value) + caught.value.message_ko


def test_the_front_door_has_it():
    assert kcert.open_store is open_store
