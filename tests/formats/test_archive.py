# SPDX-License-Identifier: Apache-2.0
"""Zip archives, as customers send them and as attackers make them."""

from __future__ import annotations

import io
import os
import stat
import struct
import subprocess
import tracemalloc
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import archive, gpki, npki
from kcert.errors import (
    AmbiguousError,
    FormatError,
    KcertError,
    LimitError,
    NotFoundError,
    UnsupportedAlgorithmError,
)
from kcert.formats import archive_members
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority, assert_clear_error, clear_error
from kcert.testing.strategies import mutations

HOME = "NPKI/yessign/USER/cn=홍길동()0001,ou=x"


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def other():
    return FakeAuthority("KICA").issue("홍길순", profile=CHEAPEST)


@pytest.fixture(scope="module")
def official():
    return FakeAuthority("GPKI").issue(common_name="123홍길동456", profile=CHEAPEST, km=True)


def zip_of(*members, **options):
    """A zip of (name or ZipInfo, content) pairs; names may come more than once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as file:
        for name, data in members:
            if isinstance(name, str) and name in file.namelist():
                with pytest.warns(UserWarning, match="Duplicate name"):
                    file.writestr(name, data)
            else:
                file.writestr(name, data)
    return buffer.getvalue()


def folder_of(credential, prefix=HOME):
    return [(f"{prefix}/{name}".lstrip("/"), data) for name, data in npki.dump(credential).items()]


def renamed(data, old: bytes, new: bytes, *, utf8=False):
    """The archive with a name's octets replaced, and its flag for UTF-8 set or not."""
    assert len(old) == len(new)
    changed = bytearray(data.replace(old, new))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = changed.find(mark)
        while position >= 0:
            flags = struct.unpack_from("<H", changed, position + at)[0]
            flags = flags | 0x800 if utf8 else flags & ~0x800
            struct.pack_into("<H", changed, position + at, flags)
            position = changed.find(mark, position + 1)
    return bytes(changed)


# What opens


@pytest.mark.parametrize("prefix", ["", "cn=x", HOME, "a/b/c/d/e/f/g"])
def test_a_folder_at_any_depth_opens(credential, prefix):
    assert archive.load(zip_of(*folder_of(credential, prefix))) == credential


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_members_open(credential, method):
    assert archive.load(zip_of(*folder_of(credential), compression=method)) == credential


def test_the_64_bit_form_opens_and_is_held_to_the_same_caps(credential):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in folder_of(credential):
            with file.open(name, "w", force_zip64=True) as member:
                member.write(data)
    assert archive.load(buffer.getvalue()) == credential

    extra = struct.pack("<HHQQ", 1, 16, 1 << 60, 10)
    huge = zipfile.ZipInfo("signCert.der")
    huge.extra = extra
    data = bytearray(zip_of((huge, b"x" * 10)))
    struct.pack_into("<II", data, data.index(b"PK\x01\x02") + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    with clear_error((LimitError, FormatError)):
        archive.load(bytes(data))


def test_names_count_in_any_case_and_other_files_are_ignored(credential):
    members = [(name.upper(), data) for name, data in folder_of(credential)]
    members += [
        ("__MACOSX/._signCert.der", b"\0"),
        ("readme.txt", b"hello"),
        (HOME.upper() + "/picture.png", b"\x89PNG"),
        ("empty/", b""),
    ]

    assert archive.load(zip_of(*members)) == credential


def test_a_whole_tree_yields_every_credential_and_its_problem(credential, other, official):
    members = [
        *folder_of(credential),
        *folder_of(other, "NPKI/KICA/USER/cn=홍길순"),
        ("NPKI/KICA/USER/half/signCert.der", other.certificate.der),
        *((f"GPKI/class2/{name}", data) for name, data in gpki.dump(official).items()),
    ]

    found = {one.location: one for one in archive.load_all(zip_of(*members))}

    assert found[HOME].load() == credential
    assert found["NPKI/KICA/USER/cn=홍길순"].load() == other
    assert found["GPKI/class2/123홍길동456_sig.cer"].load() == official
    half = found["NPKI/KICA/USER/half"]
    assert half.certificate is None
    assert_clear_error(half.problem)
    with clear_error(FormatError):
        half.load()
    assert len(found) == 4
    assert "홍길동" not in repr(found[HOME])


def test_of_several_one_is_named_by_its_location(credential, other):
    data = archive.dump([credential, other])

    with clear_error(AmbiguousError) as caught:
        archive.load(data)
    locations = caught.error.choices
    assert {archive.load(data, one).certificate for one in locations} == {
        credential.certificate,
        other.certificate,
    }
    assert archive.load(data, unicodedata.normalize("NFD", locations[0]))
    with clear_error(NotFoundError):
        archive.load(data, "elsewhere")


def test_one_that_is_damaged_says_why(credential):
    members = [m for m in folder_of(credential) if not m[0].endswith("signPri.key")]

    with clear_error(FormatError) as caught:
        archive.load(zip_of(*members))

    assert "signPri.key is missing" in str(caught.error)


def test_names_in_the_code_page_of_korean_windows_are_read(credential):
    members = [(name.replace("홍길동", "AABBCC"), data) for name, data in folder_of(credential)]
    data = renamed(zip_of(*members), b"AABBCC", "홍길동".encode("cp949"))

    (found,) = archive.load_all(data)

    assert found.location == HOME
    assert found.load() == credential


def test_names_in_utf8_that_do_not_say_so_are_read(credential):
    members = [(name.replace("홍길동", "AAABBBCCC"), data) for name, data in folder_of(credential)]
    data = renamed(zip_of(*members), b"AAABBBCCC", "홍길동".encode())

    assert [found.location for found in archive.load_all(data)] == [HOME]


def test_names_from_a_mac_come_out_in_nfc(credential):
    members = [(unicodedata.normalize("NFD", name), data) for name, data in folder_of(credential)]

    assert [found.location for found in archive.load_all(zip_of(*members))] == [HOME]


def test_backslashes_of_old_windows_programs_separate_folders(credential):
    members = [
        (name.replace("/", "|"), data) for name, data in folder_of(credential, "NPKI/yessign/x")
    ]
    data = zip_of(*members).replace(b"NPKI|yessign|x|", b"NPKI\\yessign\\x\\")

    assert [found.location for found in archive.load_all(data)] == ["NPKI/yessign/x"]


# What is written


def test_what_is_written_lies_as_in_an_npki_folder(credential, other):
    data = archive.dump([credential, other])

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        names = file.namelist()
        infos = file.infolist()
    subject = credential.certificate.subject.npki()
    assert f"NPKI/yessign/USER/{subject}/signCert.der" in names
    assert {name.split("/")[1] for name in names} == {"yessign", "KICA"}
    assert all(info.flag_bits & 0x800 for info in infos), "UTF-8"
    assert {stat.S_IMODE(info.external_attr >> 16) for info in infos} == {0o600}
    assert {one.load().certificate for one in archive.load_all(data)} == {
        credential.certificate,
        other.certificate,
    }


def test_the_same_gives_the_same_octets(credential):
    at = datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)

    assert archive.dump(credential) == archive.dump([credential])
    assert archive.dump(credential, at=at) == archive.dump(credential, at=at)
    with zipfile.ZipFile(io.BytesIO(archive.dump(credential, at=at))) as file:
        assert {info.date_time for info in file.infolist()} == {(2026, 1, 2, 3, 4, 6)}


def test_a_renewed_certificate_goes_beside_the_old_one():
    authority = FakeAuthority("yessign")
    same = authority.issue(profile=CHEAPEST, common_name="a")
    again = authority.issue(profile=CHEAPEST, common_name="a")

    found = list(archive.load_all(archive.dump([same, again])))

    assert [one.load() for one in found] in ([same, again], [again, same])


def test_a_mistake_of_the_program_is_a_value_error(credential):
    for arguments in ([], [credential] * 4):
        with pytest.raises(ValueError):
            archive.dump(arguments)
    with pytest.raises(ValueError, match="aware"):
        archive.dump(credential, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("year", [1970, 2200])
def test_a_moment_that_the_format_cannot_say_is_the_nearest(credential, year):
    data = archive.dump(credential, at=datetime(year, 6, 1, tzinfo=UTC))

    assert archive.load(data) == credential


@pytest.mark.peer("unzip")
def test_other_programs_unpack_what_is_written(tmp_path, credential):
    (tmp_path / "a.zip").write_bytes(archive.dump(credential))

    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["unzip", "-q", "a.zip"], cwd=tmp_path, env=environment, check=True, timeout=30)

    (folder,) = tmp_path.glob("NPKI/*/*/*")
    assert npki.read_folder(folder) == credential


# Hostile archives


@pytest.mark.parametrize(
    "name",
    [
        "../signCert.der",
        "a/../../signCert.der",
        "/etc/signCert.der",
        "C:/signCert.der",
        "c:signCert.der",
        "//host/share/signCert.der",
        "..\\signCert.der",
        "\\signCert.der",
        "a/..",
        "..",
    ],
)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(
    tmp_path, monkeypatch, credential, name
):
    monkeypatch.chdir(tmp_path)
    data = zip_of(*folder_of(credential), (name, credential.certificate.der))

    with clear_error(FormatError) as caught:
        archive.load(data)

    assert "leads to a place outside" in str(caught.error)
    assert not list(tmp_path.iterdir())


def test_a_name_with_nul_is_refused(credential):
    data = zip_of(*folder_of(credential), ("signCert.der@.txt", b"x"))

    with clear_error(FormatError):
        archive.load(data.replace(b"signCert.der@.txt", b"signCert.der\0.txt"))


def test_loading_writes_nothing(tmp_path, monkeypatch, credential):
    monkeypatch.chdir(tmp_path)
    archive.load(archive.dump(credential))

    assert not list(tmp_path.iterdir())


def test_links_and_devices_are_left_out(credential):
    link = zipfile.ZipInfo(f"{HOME}/kmPri.key")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pipe = zipfile.ZipInfo(f"{HOME}/CaPubs")
    pipe.create_system = 3
    pipe.external_attr = (stat.S_IFIFO | 0o600) << 16
    members = [
        m for m in folder_of(credential) if not m[0].endswith(("kmPri.key", "CaPubs", "kmCert.der"))
    ]

    loaded = archive.load(zip_of(*members, (link, b"/etc/passwd"), (pipe, b"")))

    assert loaded.key_management is None
    assert loaded.certificate == credential.certificate


def test_two_members_of_one_name_are_refused(credential, other):
    data = zip_of(*folder_of(credential), (f"{HOME}/signCert.der", other.certificate.der))

    with clear_error(FormatError) as caught:
        archive.load(data)

    assert "two members have the same name" in str(caught.error)


def test_too_many_members_are_refused_before_they_are_read(credential):
    members = [(f"{number}.txt", b"") for number in range(archive.MAX_MEMBERS)]

    with clear_error(LimitError):
        archive.load(zip_of(*folder_of(credential), *members))


def test_an_end_record_that_lies_about_the_number_does_not_help():
    data = bytearray(zip_of(*((f"{number}.txt", b"") for number in range(3000))))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 1, 1)

    with clear_error(LimitError):
        archive.load(bytes(data))


def peak_of(data):
    tracemalloc.start()
    try:
        with pytest.raises(KcertError) as caught:
            archive.load(data)
        return tracemalloc.get_traced_memory()[1], caught.value
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["signCert.der", "other.bin"])
def test_a_bomb_is_refused_before_it_is_unpacked(name):
    data = zip_of((name, bytes(64 << 20)), compression=zipfile.ZIP_DEFLATED)

    peak, error = peak_of(data)

    assert type(error) is LimitError
    assert_clear_error(error)
    assert peak < 4 << 20


@pytest.mark.parametrize("claimed", [0, 100, 0xFFFFFFFF])
def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either(claimed):
    key = ("signPri.key", b"x")
    data = bytearray(
        zip_of(("signCert.der", bytes(64 << 20)), key, compression=zipfile.ZIP_DEFLATED)
    )
    struct.pack_into("<I", data, 22, claimed)
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, claimed)

    peak, error = peak_of(bytes(data))

    assert_clear_error(error)
    assert peak < 4 << 20


def test_overlapping_members_are_refused(credential):
    members = folder_of(credential)
    data = bytearray(zip_of(*members))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    offset = struct.unpack_from("<I", data, second + 42)[0]
    struct.pack_into("<I", data, first + 42, offset)

    with clear_error(FormatError):
        archive.load(bytes(data))


def test_a_wrong_checksum_is_a_format_error(credential):
    data = bytearray(zip_of(*folder_of(credential)))
    start = data.index(credential.key.der)
    data[start + 100] ^= 1

    with clear_error(FormatError) as caught:
        archive.load(bytes(data))

    assert "damaged" in str(caught.error)


@pytest.mark.parametrize("flag", [0x1, 0x40 | 0x1, 0x2000])
def test_a_password_of_the_archive_is_told(credential, flag):
    data = bytearray(zip_of(*folder_of(credential)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(mark)
        flags = struct.unpack_from("<H", data, position + at)[0]
        struct.pack_into("<H", data, position + at, flags | flag)

    with clear_error(FormatError) as caught:
        archive.load(bytes(data))

    assert "protected with a password" in str(caught.error)
    assert "비밀번호" in caught.error.message_ko


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_an_unsupported_algorithm(credential, method):
    with clear_error(UnsupportedAlgorithmError) as caught:
        archive.load(zip_of(*folder_of(credential), compression=method))

    assert f"compression method {method}" in str(caught.error)


def test_every_cut_is_a_format_error(credential):
    data = archive.dump(credential)
    for end in range(0, len(data), 97):
        with clear_error(KcertError):
            archive.load(data[:end])


def test_an_archive_over_the_cap_is_refused():
    with clear_error(LimitError):
        archive.load(bytes(archive_members.MAX_SIZE + 1))


@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_archive_gives_a_credential_or_a_clear_error(credential, data):
    original = archive.dump(credential)
    # Mostly the structure rather than the content.
    position = data.draw(st.sampled_from([0, original.index(b"PK\x01\x02")]))
    changed = original[:position] + data.draw(mutations(original[position:]))
    try:
        archive.load(changed)
    except KcertError as error:
        assert_clear_error(error)


@settings(max_examples=100)
@given(data=st.binary(max_size=200))
def test_any_octets_that_begin_like_a_zip_give_a_clear_error(data):
    for start in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02"):
        with clear_error(KcertError):
            archive.load(start + data)
