# SPDX-License-Identifier: Apache-2.0
"""The gate that every name passes. What it refuses is in the contract of backends."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.errors import FormatError
from kcert.storage.names import check_folder, check_leaf, check_name, is_device_name, twin_key


@given(st.text(max_size=60))
def test_a_name_passes_unchanged_the_second_time_or_never(name):
    try:
        passed = check_name(name)
    except FormatError:
        return
    assert check_name(passed) == passed == unicodedata.normalize("NFC", passed)
    assert not any(segment in {"", ".", ".."} for segment in passed.split("/"))
    assert not set(passed) & set("\\:\x00\n\r")


def test_the_longest_name_of_an_npki_folder_passes():
    name = "/".join(["yessign", "USER", "홍" * 85, "signCert.der"])
    assert check_name(name) == name


def test_the_root_is_a_folder_but_not_a_name():
    assert check_folder("") == ""
    with pytest.raises(FormatError):
        check_name("")


def test_a_file_of_a_folder_has_no_slash():
    with pytest.raises(FormatError):
        check_leaf("a/b")


@pytest.mark.parametrize("name", ["con", "CON.der", "Nul .txt", "COM1", "lpt9.x.y", "conin$"])
def test_windows_devices_are_known_in_any_case_and_with_any_extension(name):
    assert is_device_name(name)


@pytest.mark.parametrize("name", ["contact", "com10", "cn=con", "null", "console.der", "lpt"])
def test_names_that_only_begin_like_a_device_are_fine(name):
    assert not is_device_name(name)
    assert check_name(name) == name


def test_the_gate_judges_the_normal_form():
    with pytest.raises(FormatError):
        check_name("CO\u004e")
    assert check_name("\u212a") == "K"


def test_the_refusal_does_not_repeat_the_name():
    with pytest.raises(FormatError) as caught:
        check_name("cn=홍길동:x")
    assert "홍길동" not in str(caught.value) + caught.value.message_ko


def test_twins_have_one_key():
    assert twin_key("USER") == twin_key("User")
    assert twin_key("e\u0301") == twin_key("\u00c9")
    assert twin_key("a") != twin_key("b")


def test_only_text_is_a_name():
    with pytest.raises(TypeError):
        check_name(b"a")
