# SPDX-License-Identifier: Apache-2.0
"""Fixtures that every room's tests share."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Shared machines stall now and then: a slow example is not a failed one.
settings.register_profile(
    "kcert", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("kcert")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party certificates and vectors, which the project does not carry."""
    folder = os.environ.get("KCERT_TEST_DATA")
    if not folder:
        pytest.skip("KCERT_TEST_DATA does not name the folder of third-party test data")
    return Path(folder)


class FailingCall:
    """Makes one call that changes the file system fail, once: the one when ``left`` is down to 0.

    ``left`` is ``None`` while no call is to fail.
    """

    CALLS = ("mkdir", "write", "fsync", "link", "rename", "replace", "unlink", "rmdir")

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        for name in self.CALLS:
            monkeypatch.setattr(os, name, self._wrap(getattr(os, name)))

    def _wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if self.left is not None:
                self.left -= 1
                if self.left == 0:
                    raise OSError(errno.EIO, "injected")
            return call(*args, **kwargs)

        return wrapper


@pytest.fixture
def failing_call(monkeypatch: pytest.MonkeyPatch) -> FailingCall:
    """A fault that a test can put at any call that changes the file system."""
    return FailingCall(monkeypatch)


class FaultyMedium:
    """A file system in memory (FUSE) that loses power, fills up or breaks when told."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tell(self, command: str) -> None:
        """What it is to do: ``powercut``, ``eio N``, ``enospc N``, ``shortwrite`` and so on."""
        with (self.path / ".faultctl").open("wb", buffering=0) as control:
            control.write(command.encode())


@pytest.fixture
def mount_faulty(tmp_path: Path, shared_data: Path) -> Iterator[Callable[..., FaultyMedium]]:
    """Mounts a medium of the third-party data at a folder: ``mount_faulty(point, "--fat")``."""
    if not Path("/dev/fuse").exists() or shutil.which("fusermount3") is None:
        pytest.skip("peer 'fuse3' is not installed, or this system has no FUSE")
    if find_spec("mfusepy") is None:
        pytest.skip("peer 'mfusepy' is not installed")
    program = shared_data / "vectors" / "faults" / "fault_fs.py"
    with contextlib.ExitStack() as cleanup:

        def mount(point: Path, *options: str) -> FaultyMedium:
            point.mkdir(exist_ok=True)
            log = cleanup.enter_context((tmp_path / "medium.log").open("wb"))
            command = [sys.executable, str(program), str(point), *options]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            cleanup.callback(process.wait, 10)
            unmount = ["fusermount3", "-u", "-z", str(point)]
            cleanup.callback(subprocess.run, unmount, capture_output=True, check=False)
            while not os.path.ismount(point):
                if process.poll() is not None:
                    pytest.skip("this system does not let one mount")
                time.sleep(0.01)
            return FaultyMedium(point)

        yield mount


@pytest.fixture(params=[(), ("--fat",)], ids=["", "fat"])
def faulty_medium(
    request: pytest.FixtureRequest, tmp_path: Path, mount_faulty: Callable[..., FaultyMedium]
) -> FaultyMedium:
    """A medium that breaks on command; also one with FAT's rules."""
    return mount_faulty(tmp_path / "medium", *request.param)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("peer"):
        for program in mark.args:
            if shutil.which(program) is None:
                pytest.skip(f"peer {program!r} is not installed")
