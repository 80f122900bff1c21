# SPDX-License-Identifier: Apache-2.0
"""Object stores on loopback, for tests and benchmarks: SeaweedFS's S3 gateway, rclone's WebDAV.

Each is a context manager that starts a program on free ports with its files in a folder of its own,
waits until something can be written, and stops it again by its process id.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

S3_CREDENTIALS = {"access_key_id": "kcert-test", "secret_access_key": "kcert-test-secret"}
WEBDAV_CREDENTIALS = {"username": "kcert", "password": "kcert-test"}
BUCKET = "kcert"


def program(name: str) -> str | None:
    """Where a program is: on the path, or beside this Python."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


@contextlib.contextmanager
def seaweedfs(folder: Path) -> Iterator[str]:
    """SeaweedFS with a bucket; gives the address of its S3 gateway."""
    config = folder / "s3.json"
    identity = {
        "name": "test",
        "credentials": [
            {
                "accessKey": S3_CREDENTIALS["access_key_id"],
                "secretKey": S3_CREDENTIALS["secret_access_key"],
            }
        ],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config.write_text(json.dumps({"identities": [identity]}), "utf-8")
    master, volume, filer, s3 = _ports(4, grpc=True)
    arguments = [
        "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
        f"-volume.port={volume}", "-volume.max=20", "-filer", f"-filer.port={filer}",
        "-s3", f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{s3}"
    with _running("weed", arguments, folder):
        _wait(lambda: _is_writable(url))
        yield url


@contextlib.contextmanager
def rclone_webdav(folder: Path) -> Iterator[str]:
    """Rclone's WebDAV server; gives ``host:port``."""
    (port,) = _ports(1)
    data = folder / "data"
    data.mkdir()
    user, password = WEBDAV_CREDENTIALS["username"], WEBDAV_CREDENTIALS["password"]
    arguments = [
        "serve", "webdav", "--addr", f"127.0.0.1:{port}", "--user", user, "--pass", password,
        "--config", str(folder / "none"), str(data),
    ]  # fmt: skip
    with _running("rclone", arguments, folder):
        _wait(lambda: _listens(port))
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def _running(name: str, arguments: list[str], folder: Path) -> Iterator[None]:
    found = program(name)
    if found is None:
        raise FileNotFoundError(name)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - programs of this list, no shell
            [found, *arguments],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            yield
        finally:
            process.terminate()  # SeaweedFS takes its time, and nothing is worth keeping
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ports(count: int, *, grpc: bool = False) -> list[int]:
    """Free ports, where asked with the one 10,000 above free too (SeaweedFS's gRPC)."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            first = held.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if grpc:
                if port > 55_000:
                    continue
                second = held.enter_context(socket.socket())
                try:
                    second.bind(("127.0.0.1", port + 10_000))
                except OSError:
                    continue
            found.append(port)
    return found


def _wait(ready, seconds: float = 60) -> None:  # noqa: ANN001 - a callable without arguments
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not come up")
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_writable(url: str) -> bool:
    """Write an object: an open port is not enough, and the first write makes the bucket."""
    from kcert.errors import KcertError
    from kcert.storage import ANY
    from kcert.storage.cloud import CloudBackend

    try:
        backend = CloudBackend(s3_address(url, "ready"), credentials=S3_CREDENTIALS, timeout=2)
        backend.put("ready", b"1", replace=ANY)
    except KcertError:
        return False
    return True


def s3_address(url: str, prefix: str) -> str:
    """An address for `kcert.open_store` below a prefix of the bucket."""
    return f"s3://{BUCKET}/{prefix}?endpoint={url}&region=us-east-1"
