# SPDX-License-Identifier: Apache-2.0
"""Credentials in a named file."""

from __future__ import annotations

import os

import pytest

import kcert
from kcert.errors import NotFoundError, StorageError
from kcert.storage.cloud_profiles import CloudProfile, credentials_of

KEYS = 'access_key_id = "AK"\nsecret_access_key = "SK"\n'


def written(folder, text, mode=0o600):
    path = folder / "profiles.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_a_profile_is_a_table_of_a_named_file(tmp_path):
    path = written(tmp_path, f"[work]\n{KEYS}[home]\ntoken = 'x'\n")
    found = credentials_of(CloudProfile(path, "work"))
    assert found == {"access_key_id": "AK", "secret_access_key": "SK"}
    assert "SK" not in repr(CloudProfile(path, "work"))


def test_what_was_given_is_taken_as_it_is():
    assert credentials_of(None) is None
    assert credentials_of({"token": "x"}) == {"token": "x"}


def test_an_absent_file_or_table_is_not_found(tmp_path):
    path = written(tmp_path, f"[work]\n{KEYS}")
    for profile in (CloudProfile(path, "home"), CloudProfile(tmp_path / "none", "work")):
        with pytest.raises(NotFoundError):
            credentials_of(profile)


@pytest.mark.parametrize("text", ["[work", "[work]\nport = 1", "[work]\nkey = 'SK"])
def test_anything_else_is_refused_without_its_content(tmp_path, text):
    with pytest.raises(StorageError) as caught:
        credentials_of(CloudProfile(written(tmp_path, text), "work"))
    assert "SK" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.skipif(os.name != "posix", reason="this backend does not promise it")
def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = written(tmp_path, f"[work]\n{KEYS}", mode=0o640)
    with pytest.raises(StorageError, match="others"):
        credentials_of(CloudProfile(path, "work"))


def test_a_store_is_opened_with_a_profile(tmp_path):
    pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    path = written(tmp_path, f"[work]\n{KEYS}")
    address = "s3://bucket/x?endpoint=http://127.0.0.1:9"
    with pytest.raises(kcert.UnavailableError):
        kcert.open_store(
            address,
            sealing=kcert.VaultIdentity.generate(),
            credentials=kcert.CloudProfile(path, "work"),
            timeout=0.3,
        )
