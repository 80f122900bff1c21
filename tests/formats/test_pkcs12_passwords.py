# SPDX-License-Identifier: Apache-2.0
"""What a password of a PKCS#12 file means."""

from __future__ import annotations

import unicodedata

import pytest
from attrs import evolve

from kcert import pkcs12, profiles
from kcert.errors import LimitError, UnlockError
from kcert.testing import FakeAuthority, clear_error

PASSWORD = "kcert-Test-1!"
QUICK = evolve(
    profiles.PKCS12_MODERN,
    name="modern, few rounds",
    key=evolve(profiles.MODERN, iterations=2_048),
    certificates=evolve(profiles.MODERN, iterations=2_048),
    mac_iterations=2_048,
)


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(password=PASSWORD, profile=profiles.CHEAPEST)


@pytest.fixture(scope="module")
def write(credential):
    def under(password, profile=profiles.PKCS12_KOREAN):
        with credential.unlock(PASSWORD) as opened:
            return pkcs12.dump(opened, password, profile=profile)

    return under


def opens(data, password):
    with pkcs12.load(data, password).unlock("" if password is None else password) as opened:
        return opened.certificate


def test_text_octets_and_buffers_of_a_password_are_the_same(write, credential):
    password = "한글 비밀번호"
    octets = password.encode()
    for written in (password, octets, bytearray(octets), memoryview(octets)):
        data = write(written)
        for given in (password, octets, bytearray(octets), memoryview(octets)):
            assert opens(data, given) == credential.certificate


@pytest.mark.parametrize("password", [" lead", "trail ", "\ttab\t", "line\n", " "])
def test_blanks_belong_to_a_password(write, password):
    data = write(password)
    opens(data, password)
    with clear_error(UnlockError):
        opens(data, password.strip())


def test_nothing_is_normalised(write):
    composed, decomposed = (unicodedata.normalize(form, "비밀번호é") for form in ("NFC", "NFD"))
    assert composed != decomposed
    for written, other in ((composed, decomposed), (decomposed, composed)):
        data = write(written)
        opens(data, written)
        with clear_error(UnlockError):
            opens(data, other)


@pytest.mark.parametrize("profile", [profiles.PKCS12_KOREAN, QUICK], ids=lambda p: p.name)
@pytest.mark.parametrize("password", ["\0abc", "abc\0def", "abc\0"])
def test_a_zero_character_does_not_end_a_password(write, password, profile):
    data = write(password, profile)
    opens(data, password)
    for shorter in {"", password.split("\0")[0], password.replace("\0", "")}:
        with clear_error(UnlockError):
            opens(data, shorter)


def test_a_zero_alone_is_an_empty_password_to_these_files_and_to_no_others(write, credential):
    """RFC 7292 B.2 repeats the password to whole blocks, and HMAC fills its key up with zeros."""
    for profile in (profiles.PKCS12_KOREAN, QUICK):
        for written, given in (("\0", ""), ("", "\0")):
            opens(write(written, profile), given)
    with credential.unlock(PASSWORD) as opened, clear_error(UnlockError):
        opened.private_key.lock("\0", profiles.CHEAPEST).unlock("")


@pytest.mark.parametrize("password", ["", b"", None])
def test_an_empty_password_is_opened_by_any_way_to_say_so(write, password):
    for profile in (profiles.PKCS12_KOREAN, QUICK):
        data = write("", profile)
        opens(data, password)
        with clear_error(UnlockError):
            opens(data, " ")


@pytest.mark.parametrize("password", [None, "", b""])
def test_a_file_with_a_password_is_not_opened_without_one(write, password):
    with clear_error(UnlockError):
        opens(write(PASSWORD), password)


def test_more_than_a_mebibyte_is_refused_before_any_work(write):
    data = write(PASSWORD)
    for password in ("x" * ((1 << 20) + 1), bytes((1 << 20) + 1)):
        with clear_error(LimitError):
            pkcs12.load(data, password)
        with clear_error(LimitError):
            write(password)


def test_a_character_beyond_the_basic_plane_is_a_surrogate_pair(write):
    opens(write("😀 password"), "😀 password")


@pytest.mark.parametrize("password", [5, 1.5, ["a"], object()])
def test_what_is_neither_text_nor_octets_is_the_programmers_error(write, password):
    with pytest.raises(TypeError):
        pkcs12.load(write(PASSWORD), password)
    with pytest.raises(TypeError):
        write(password)
