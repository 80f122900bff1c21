# SPDX-License-Identifier: Apache-2.0
"""Folder names: for every subject one that every file system takes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.storage import MemoryBackend
from kcert.storage.names import check_name
from kcert.store import Store, layout
from kcert.testing import FakeAuthority


@given(st.text(min_size=1, max_size=40))
def test_any_text_becomes_a_name_and_back(text):
    encoded = layout.encode_segment(text)
    if len(encoded.encode()) <= 255:
        assert check_name(encoded) == encoded
        assert not set(encoded) & set('\\/:*?"<>|')
    assert layout.decode_segment(encoded) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "name",
    [
        "cn=홍길동()0020049,ou=KFTC,o=yessign,c=kr",
        "cn=홍길동-1234,ou=(주)은행,ou=licensedCA,o=KICA",
    ],
)
def test_usual_names_are_written_as_korean_programs_write_them(name):
    assert layout.encode_segment(name) == name


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("CON", "%43ON"),
        ("end.", "end%2E"),
        ("100%", "100%25"),
        ("a\x00", "a%00"),
        (" a", "%20a"),
        (".kcert-x", "%2Ekcert-x"),
        ("\u202eevil", "%E2%80%AEevil"),
        ("홍길동\u200b", "홍길동%E2%80%8B"),
        ("\u3164", "%E3%85%A4"),
    ],
)
def test_what_a_file_system_refuses_is_escaped(text, encoded):
    assert layout.encode_segment(text) == encoded


@pytest.mark.parametrize(
    "common_name",
    [
        "../../evil",
        "a\\b:c",
        "홍" * 60,
        "x." * 30 + ".",
        'q"*<>|?',
        "홍길동 ",
        "CON",
        "%2F",
        "a\nb",
    ],
)
def test_hostile_subjects_stay_within_the_store(common_name):
    backend = MemoryBackend()
    store = Store(backend)
    credential = FakeAuthority("KICA").issue("홍길동", common_name=common_name)
    entry = store.add(credential)
    assert entry.location.count("/") == 2
    assert entry.location.startswith("KICA/USER/")
    assert check_name(entry.location) == entry.location
    assert store.get(entry.id).load() == credential


def test_two_long_subjects_that_begin_alike_get_two_folders():
    store = Store(MemoryBackend())
    authority = FakeAuthority("KICA")
    long = "홍" * 64
    units = ("은" * 60, "행" * 60)
    first, second = (
        store.add(authority.issue("홍길동", common_name=long, organizational_unit=unit))
        for unit in units
    )
    assert first.location != second.location
    for entry in (first, second):
        leaf = entry.location.rpartition("/")[2]
        assert len(leaf.encode()) <= 255
        assert leaf.endswith("~" + entry.certificate.fingerprint()[:12])


def test_names_that_differ_in_case_only_get_two_folders():
    store = Store(MemoryBackend())
    authority = FakeAuthority("KICA")
    entries = [store.add(authority.issue("A", common_name=name)) for name in ("Hong", "HONG")]
    assert len({entry.location.casefold() for entry in entries}) == 2


def test_only_a_certificate_or_a_key_makes_a_credential_folder():
    assert layout.credential_files(["CaPubs", "x"]) == ()
    assert layout.credential_files(["signpri.KEY", "CAPUBS", "x"]) == ("signpri.KEY", "CAPUBS")
