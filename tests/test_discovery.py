# SPDX-License-Identifier: Apache-2.0
"""Discovery on every system, on computers made up in a temporary folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kcert
from kcert.discovery import Drive, DriveKind, Found, PlaceKind, Platform, System, discover
from kcert.errors import KcertError, NotFoundError, UnavailableError
from kcert.formats import gpki, npki
from kcert.storage import platform as platform_module
from kcert.testing import FakeAuthority


@pytest.fixture(scope="module")
def issue():
    made = {}

    def issue(holder="홍길동"):
        if holder not in made:
            made[holder] = FakeAuthority("yessign").issue(holder)
        return made[holder]

    return issue


@pytest.fixture
def install(issue):
    """Write a credential into an NPKI folder, as a bank's program does."""

    def install(root, holder="홍길동", user="USER"):
        credential = issue(holder)
        folder = Path(root) / "yessign" / user / credential.certificate.subject.npki()
        folder.mkdir(parents=True)
        for name, data in npki.dump(credential).items():
            (folder / name).write_bytes(data)
        return folder

    return install


def found_in(platform):
    return {(found.certificate.holder_name, found.place) for found in discover(platform=platform)}


def test_windows_is_looked_through(tmp_path, install):
    home = tmp_path / "C" / "Users" / "gildong"
    programs, old_programs = tmp_path / "C" / "Program Files", tmp_path / "C" / "Program Files x86"
    cloud = home / "OneDrive"
    install(home / "AppData/LocalLow/NPKI", "로컬")
    install(home / "Documents/NPKI", "문서")
    install(cloud / "문서/NPKI", "구름")
    install(programs / "NPKI", "프로그램", user="User")
    install(old_programs / "npki", "옛프로그램")
    install(tmp_path / "C/NPKI", "시디스크")
    install(tmp_path / "D/NPKI", "디디스크")
    install(tmp_path / "E/Npki", "이동식")
    install(tmp_path / "N/NPKI", "네트워크")
    install(tmp_path / "F/named", "환경")
    platform = Platform(
        system=System.WINDOWS,
        home=home,
        environ={
            "PROGRAMFILES": str(programs),
            "ProgramFiles(x86)": str(old_programs),
            "ProgramW6432": str(programs),
            "OneDrive": str(cloud),
            "KCERT_NPKI_PATH": f"{tmp_path / 'F' / 'named'};",
        },
        drives=lambda: [
            Drive(tmp_path / "A", DriveKind.REMOVABLE),
            Drive(tmp_path / "C", DriveKind.FIXED),
            Drive(tmp_path / "D", DriveKind.FIXED),
            Drive(tmp_path / "E", DriveKind.REMOVABLE),
            Drive(tmp_path / "N", DriveKind.OTHER),
        ],
    )
    assert found_in(platform) == {
        ("환경", PlaceKind.ENVIRONMENT),
        ("로컬", PlaceKind.USER),
        ("문서", PlaceKind.USER),
        ("구름", PlaceKind.USER),
        ("프로그램", PlaceKind.PROGRAM),
        ("옛프로그램", PlaceKind.PROGRAM),
        ("시디스크", PlaceKind.DRIVE),
        ("디디스크", PlaceKind.DRIVE),
        ("이동식", PlaceKind.REMOVABLE),
    }


def test_a_mac_is_looked_through(tmp_path, install):
    home = tmp_path / "Users" / "gildong"
    install(home / "Library/Preferences/NPKI", "설정")
    install(home / "Documents/NPKI", "문서")
    install(home / "NPKI", "집")
    install(tmp_path / "Volumes/STICK/npki", "이동식")
    install(tmp_path / "NPKI", "뿌리")
    (tmp_path / "Volumes" / "Macintosh HD").symlink_to(tmp_path)
    platform = Platform(system=System.MACOS, home=home, root=tmp_path)
    assert found_in(platform) == {
        ("설정", PlaceKind.USER),
        ("문서", PlaceKind.USER),
        ("집", PlaceKind.USER),
        ("이동식", PlaceKind.REMOVABLE),
    }


def mount_table(root, *mounts):
    """What the kernel says about mounts: (device number, mount point, removable)."""
    (root / "proc/self").mkdir(parents=True)
    lines = []
    for number, (device, point, removable) in enumerate(mounts):
        lines.append(f"{number} 1 {device} / {point} rw,nosuid - vfat /dev/sd{number} rw")
        disk = root / "sys/devices" / f"disk{number}"
        (disk / "part").mkdir(parents=True)
        (disk / "removable").write_text("1\n" if removable else "0\n", "ascii")
        (root / "sys/dev/block").mkdir(parents=True, exist_ok=True)
        (root / "sys/dev/block" / device).symlink_to(disk / "part")
    (root / "proc/self/mountinfo").write_text("\n".join([*lines, "short line", ""]), "utf-8")


def test_a_linux_is_looked_through(tmp_path, install):
    home = tmp_path / "home" / "gildong"
    install(home / "NPKI", "집")
    install(tmp_path / "media/gildong/STICK/NPKI", "매체")
    install(tmp_path / "run/media/gildong/OTHER/npki", "매체둘")
    install(tmp_path / "media/cdrom/NPKI", "매체셋")
    install(tmp_path / "mnt/usb stick/NPKI", "표에서")
    install(tmp_path / "srv/disk/NPKI", "고정")
    install(tmp_path / "media/somebody/STICK/NPKI", "남의것")
    mount_table(
        tmp_path,
        ("8:17", "/mnt/usb\\040stick", True),
        ("8:1", "/srv/disk", False),
        ("0:5", "/nowhere", True),
    )
    platform = Platform(system=System.LINUX, home=home, root=tmp_path, environ={"USER": "gildong"})
    assert found_in(platform) == {
        ("집", PlaceKind.USER),
        ("매체", PlaceKind.REMOVABLE),
        ("매체둘", PlaceKind.REMOVABLE),
        ("매체셋", PlaceKind.REMOVABLE),
        ("표에서", PlaceKind.REMOVABLE),
    }


def test_within_windows_both_sides_are_looked_through(tmp_path, install):
    home = tmp_path / "home" / "gildong"
    install(home / "NPKI", "리눅스")
    install(tmp_path / "mnt/c/Users/길동/AppData/LocalLow/NPKI", "윈도")
    install(tmp_path / "mnt/c/Program Files (x86)/NPKI", "프로그램")
    install(tmp_path / "mnt/d/NPKI", "디디스크")
    install(tmp_path / "mnt/wsl/NPKI", "아님")
    platform = Platform(system=System.WSL, home=home, root=tmp_path)
    assert found_in(platform) == {
        ("리눅스", PlaceKind.USER),
        ("윈도", PlaceKind.WINDOWS_SIDE),
        ("프로그램", PlaceKind.WINDOWS_SIDE),
        ("디디스크", PlaceKind.WINDOWS_SIDE),
    }


@pytest.mark.parametrize("system", System)
def test_an_empty_computer_has_nothing_and_no_problems(tmp_path, system):
    assert list(discover(platform=Platform(system=system, home=tmp_path, root=tmp_path))) == []
    missing = tmp_path / "not" / "there"
    assert list(discover(platform=Platform(system=system, home=missing, root=missing))) == []


def test_the_computer_this_runs_on_can_be_looked_at():
    platform = Platform.current()
    assert platform.system in System
    assert all(isinstance(found, Found) for found in discover(platform=platform))


@pytest.mark.parametrize(
    ("name", "release", "system"),
    [
        ("linux", "6.1.0-generic", System.LINUX),
        ("linux", "5.15.153.1-microsoft-standard-WSL2", System.WSL),
        ("darwin", "", System.MACOS),
        ("win32", "", System.WINDOWS),
    ],
)
def test_systems_are_told_apart(monkeypatch, name, release, system):
    monkeypatch.setattr(platform_module.sys, "platform", name)
    monkeypatch.setattr(Path, "read_text", lambda *args, **kwargs: release)
    assert platform_module._system() is system


def test_environment_variables_count_in_any_case_and_not_when_empty(tmp_path):
    platform = Platform(system=System.WINDOWS, home=tmp_path, environ={"USER": "", "Path": "x"})
    assert platform.variable("path") == "x"
    assert platform.variable("USER") is None


# Explicit roots


def test_explicit_roots_are_looked_into_and_nothing_else(tmp_path, install):
    folder = install(tmp_path / "any" / "where")
    (found,) = discover(tmp_path / "any")
    assert (found.location, found.place) == (folder, PlaceKind.EXPLICIT)
    assert [f.location for f in discover([str(folder)])] == [folder]
    assert list(discover([])) == []


def test_what_is_found_can_be_loaded(tmp_path, install, issue):
    install(tmp_path)
    (found,) = discover(tmp_path)
    assert found.load() == issue()
    assert found.certificate == issue().certificate


def test_an_explicit_root_that_is_missing_is_a_problem(tmp_path):
    (found,) = discover(tmp_path / "missing")
    assert isinstance(found.problem, NotFoundError)
    with pytest.raises(NotFoundError):
        found.load()
    (found,) = discover("a\x00b")
    assert isinstance(found.problem, NotFoundError)


def test_a_missing_folder_of_the_environment_is_a_problem(tmp_path):
    missing = tmp_path / "missing"
    platform = Platform(
        system=System.LINUX, home=tmp_path, environ={"KCERT_NPKI_PATH": str(missing)}
    )
    (found,) = discover(platform=platform)
    assert (found.location, found.place) == (missing, PlaceKind.ENVIRONMENT)
    assert isinstance(found.problem, NotFoundError)


def test_a_root_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (found,) = discover(tmp_path / "file")
    assert isinstance(found.problem, KcertError)


# Damage and doubles


def test_broken_folders_are_told_and_stop_nothing(tmp_path, install):
    no_key, no_certificate, rubbish = (install(tmp_path, holder) for holder in ("가", "나", "다"))
    (no_key / "signPri.key").unlink()
    (no_certificate / "signCert.der").unlink()
    (rubbish / "signCert.der").write_bytes(b"\x30\x03rub")
    sound = install(tmp_path, "라")
    by_place = {found.location: found for found in discover(tmp_path)}
    assert set(by_place) == {no_key, no_certificate, rubbish, sound}
    assert [place for place, found in by_place.items() if found.problem is None] == [sound]
    assert by_place[no_key].certificate is not None
    for folder in (no_key, no_certificate, rubbish):
        assert isinstance(by_place[folder].problem, KcertError)
        with pytest.raises(KcertError):
            by_place[folder].load()


def test_the_same_certificate_in_two_places_is_told_as_such(tmp_path, install):
    here, stick = install(tmp_path / "here"), install(tmp_path / "stick")
    other = install(tmp_path / "stick", "홍길순")
    found = list(discover([tmp_path / "here", tmp_path / "stick"]))
    assert {f.location: f.duplicate_of for f in found} == {here: None, stick: here, other: None}


def test_the_same_folder_reached_twice_is_one_place(tmp_path, install):
    folder = install(tmp_path / "here")
    (tmp_path / "link").symlink_to(tmp_path / "here")
    roots = [tmp_path / "here", tmp_path / "link", tmp_path / "here" / "yessign", folder]
    assert [(f.location, f.duplicate_of) for f in discover(roots)] == [(folder, None)]


def test_links_in_a_circle_and_a_thousand_levels_are_survived(tmp_path, install):
    folder = install(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder)
    deep = tmp_path
    for _ in range(60):
        deep = deep / "d"
        deep.mkdir()
    found = list(discover(tmp_path))
    assert [f.location for f in found if f.certificate] == [folder]
    assert len([f for f in found if f.problem]) == 1


def test_an_unreadable_folder_is_told_and_stops_nothing(tmp_path, install, monkeypatch):
    folder = install(tmp_path)
    (tmp_path / "closed").mkdir()
    real = os.open

    def refuse(path, *args, **kwargs):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    found = {f.location: f for f in discover(tmp_path)}
    assert set(found) == {folder, tmp_path / "closed"}
    assert isinstance(found[tmp_path / "closed"].problem, UnavailableError)
    with pytest.raises(UnavailableError):
        found[tmp_path / "closed"].load()


def test_nothing_is_changed_by_looking(tmp_path, install):
    install(tmp_path)
    (tmp_path / "yessign" / ".kcert-change").write_bytes(b"x")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    list(discover(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_repr_does_not_show_the_person(tmp_path, install):
    install(tmp_path / "홍길동")
    (found,) = discover(tmp_path)
    assert "홍길동" not in repr(found) + repr(found.entry)
    assert "홍길동" not in repr(Platform(system=System.LINUX, home=tmp_path / "홍길동"))


def test_listing_is_lazy_and_light(tmp_path, install):
    """One entry is read at a time, and no general cryptography is loaded for it."""
    for number in range(3):
        install(tmp_path, f"사람{number}")
    first = next(iter(discover(tmp_path)))
    assert first.certificate is not None
    program = (
        "import sys, kcert\n"
        "assert len([f.certificate.holder_name for f in kcert.discover(sys.argv[1])]) == 3\n"
        "assert not {'cryptography', 'pyasn1'} & set(sys.modules), sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_the_front_door_has_it():
    assert kcert.discover is discover
    assert kcert.Found is Found


# Government files


@pytest.fixture(scope="module")
def official():
    made = {}

    def official(name):
        if name not in made:
            made[name] = FakeAuthority("GPKI").issue(name, common_name=f"123{name}456", km=True)
        return made[name]

    return official


def test_government_folders_are_looked_through_on_windows(tmp_path, official):
    home, drive = tmp_path / "C" / "Users" / "gildong", tmp_path / "C"
    gpki.write_folder(official("홍길동"), drive / "GPKI" / "Certificate" / "class2")
    gpki.write_folder(official("홍길순"), drive / "GPKI" / "Certificate" / "class2")
    gpki.write_folder(official("서버"), drive / "gpki" / "Certificate" / "class1")
    gpki.write_folder(official("로컬"), home / "AppData" / "LocalLow" / "GPKI")
    gpki.write_folder(official("교사"), drive / "EPKI" / "Certificate" / "class2")
    platform = Platform(
        system=System.WINDOWS, home=home, drives=lambda: [Drive(drive, DriveKind.FIXED)]
    )

    assert found_in(platform) == {
        ("홍길동", PlaceKind.DRIVE),
        ("홍길순", PlaceKind.DRIVE),
        ("서버", PlaceKind.DRIVE),
        ("로컬", PlaceKind.USER),
        ("교사", PlaceKind.DRIVE),
    }


@pytest.mark.parametrize(
    ("system", "parent"),
    [
        (System.LINUX, "home"),
        (System.MACOS, "home/Library/Preferences"),
        (System.MACOS, "Volumes/STICK"),
        (System.WSL, "mnt/c"),
        (System.WSL, "mnt/c/Users/gildong/AppData/LocalLow"),
    ],
)
@pytest.mark.parametrize("name", ["GPKI", "EPKI", "gpki"])
def test_government_folders_are_looked_through_elsewhere(tmp_path, official, system, parent, name):
    gpki.write_folder(official("홍길동"), tmp_path / parent / name / "Certificate" / "class2")
    platform = Platform(system=system, home=tmp_path / "home", root=tmp_path)

    assert [found.certificate.holder_name for found in discover(platform=platform)] == ["홍길동"]


def test_what_is_found_in_government_files_loads_by_its_location(tmp_path, official):
    folder = tmp_path / "class2"
    gpki.write_folder(official("홍길동"), folder)
    gpki.write_folder(official("홍길순"), folder)

    found = {one.certificate.holder_name: one for one in discover([tmp_path])}

    for name in ("홍길동", "홍길순"):
        assert found[name].load() == official(name)
        assert found[name].location == folder / f"123{name}456_sig.cer"
        assert kcert.load(found[name].location) == official(name)


def test_environment_names_government_folders_too(tmp_path, official):
    gpki.write_folder(official("홍길동"), tmp_path / "named" / "class2")
    platform = Platform(
        system=System.LINUX,
        home=tmp_path / "home",
        root=tmp_path,
        environ={"KCERT_NPKI_PATH": str(tmp_path / "named")},
    )

    assert found_in(platform) == {("홍길동", PlaceKind.ENVIRONMENT)}


def test_a_broken_government_file_is_told_and_stops_nothing(tmp_path, official):
    folder = tmp_path / "class2"
    gpki.write_folder(official("홍길동"), folder)
    gpki.write_folder(official("홍길순"), folder)
    (folder / "123홍길순456_sig.key").write_bytes(b"damaged")

    found = {one.certificate.holder_name: one for one in discover([folder])}

    assert found["홍길동"].problem is None
    assert "_sig.key" in str(found["홍길순"].problem)
