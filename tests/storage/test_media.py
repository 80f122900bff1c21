# SPDX-License-Identifier: Apache-2.0
"""Which stick is meant, on each operating system."""

from __future__ import annotations

import pytest

from kcert.errors import AmbiguousError, NotFoundError
from kcert.storage.media import find_medium, media
from kcert.storage.platform import Drive, DriveKind, Platform, System


def test_a_stick_is_found_with_its_label_and_serial_number(computer):
    path = computer.plug("MY STICK", uuid="1234-ABCD")
    [medium] = media(computer.platform)
    assert (medium.path, medium.label, medium.serial) == (path, "MY STICK", "1234-ABCD")


def test_the_only_stick_needs_no_name(computer):
    path = computer.plug()
    assert find_medium("", computer.platform).path == path


def test_without_a_stick_there_is_nothing_to_open(computer):
    with pytest.raises(NotFoundError):
        find_medium("", computer.platform)


def test_several_sticks_are_told_by_their_labels(computer):
    computer.plug("ONE", number=1)
    two = computer.plug("TWO", number=2)
    with pytest.raises(AmbiguousError) as caught:
        find_medium("", computer.platform)
    assert sorted(caught.value.choices) == ["ONE", "TWO"]
    assert "ONE" not in str(caught.value)
    assert find_medium("TWO", computer.platform).path == two
    assert find_medium("two", computer.platform).path == two
    assert find_medium(str(two), computer.platform).path == two


def test_two_sticks_of_one_label_are_told_by_their_paths(computer):
    one = computer.plug("SAME", number=1)
    other = computer.root / "media/u/SAME1"
    other.mkdir()
    (computer.root / "sys/dev/block/8:2").mkdir()
    (computer.root / "sys/dev/block/8:2/removable").write_text("1")
    (computer.root / "dev/disk/by-label/same").symlink_to("../../sd2")
    computer.line(other, "8:2", "/dev/sd2")
    with pytest.raises(AmbiguousError) as caught:
        find_medium("Same", computer.platform)
    assert sorted(caught.value.choices) == sorted(map(str, [one, other]))


def test_a_fixed_disk_is_no_stick(computer):
    computer.plug("DISK", removable=False)
    assert media(computer.platform) == []


def test_a_fixed_disk_can_be_named_by_its_mount_point(computer):
    path = computer.plug("DISK", removable=False)
    assert find_medium(str(path), computer.platform).path == path


def test_a_disk_on_the_usb_counts_whatever_it_says(computer):
    path = computer.plug("DISK", number=5, removable=False)
    target = computer.root / "sys/devices/usb1/1-1/block/sd5"
    target.parent.mkdir(parents=True)
    (computer.root / "sys/dev/block/8:5").rename(target)
    (computer.root / "sys/dev/block/8:5").symlink_to(target)
    assert [medium.path for medium in media(computer.platform)] == [path]


def test_a_folder_mounted_from_a_stick_is_not_another_stick(computer):
    path = computer.plug()
    inner = computer.root / "mnt/inner"
    inner.mkdir(parents=True)
    computer.line(inner, "8:1", "/dev/sd1", whole=False)
    assert [medium.path for medium in media(computer.platform)] == [path]


def test_a_plain_folder_is_no_mount_point(computer, tmp_path):
    with pytest.raises(NotFoundError, match="mounted"):
        find_medium(str(tmp_path), computer.platform)


def test_without_a_mount_table_there_are_no_sticks(tmp_path):
    assert media(Platform(system=System.LINUX, home=tmp_path, root=tmp_path)) == []


def windows(tmp_path, *drives):
    return Platform(system=System.WINDOWS, home=tmp_path, drives=lambda: drives)


def test_windows_sticks_are_named_by_letter_or_label(tmp_path):
    from pathlib import PureWindowsPath

    stick = Drive(PureWindowsPath("E:\\"), DriveKind.REMOVABLE, "MYSTICK", "00c0ffee")
    disk = Drive(PureWindowsPath("C:\\"), DriveKind.FIXED)
    platform = windows(tmp_path, disk, stick)
    for name in ("", "E:", "e:\\", "E:/", "MYSTICK", "mystick"):
        medium = find_medium(name, platform)
        assert (medium.path, medium.serial) == (stick.path, "00c0ffee")
    for name in ("C:", "F:", "OTHER"):
        with pytest.raises(NotFoundError):
            find_medium(name, platform)


def test_macos_volumes_are_what_is_mounted_under_volumes(tmp_path):
    volumes = tmp_path / "Volumes"
    for name in ("MYSTICK", "plain"):
        (volumes / name).mkdir(parents=True)
    (volumes / "Macintosh HD").symlink_to("/")
    platform = Platform(
        system=System.MACOS,
        home=tmp_path,
        root=tmp_path,
        is_mount=lambda path: path.name in {"MYSTICK", "Macintosh HD"},
    )
    assert [medium.label for medium in media(platform)] == ["MYSTICK"]
    assert find_medium("mystick", platform).path == volumes / "MYSTICK"
    assert find_medium(str(volumes / "MYSTICK"), platform).label == "MYSTICK"
    with pytest.raises(NotFoundError):
        find_medium(str(volumes / "plain"), platform)


def test_macos_without_volumes_has_no_sticks(tmp_path):
    assert media(Platform(system=System.MACOS, home=tmp_path, root=tmp_path)) == []


def test_neither_label_nor_path_shows_in_a_repr(computer):
    computer.plug("홍길동")
    assert "홍길동" not in repr(media(computer.platform))
