# SPDX-License-Identifier: Apache-2.0
"""A backend at a cloud service, by opendal: S3, Azure Blob, GCS, WebDAV and drives.

Versions are content hashes, so an answer never has to be believed; where the service can, a write
names the state it replaces, and the service decides. When the answer to such a write is lost, the
object is read back: if it holds our bytes, the write was done.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kcert.errors import (
    AlreadyExistsError,
    FormatError,
    LimitError,
    MissingExtraError,
    NotFoundError,
    StorageError,
)
from kcert.storage.backend import (
    DEFAULT_MAX_SIZE,
    AnyVersion,
    Blob,
    Properties,
    Version,
)
from kcert.storage.cloud_errors import NO_CONTAINER, Failure, Meaning, explain, failures_of, judge
from kcert.storage.cloud_services import CLOUD_SCHEMES, DEFAULT_TIMEOUT, operator_settings
from kcert.storage.names import check_folder, check_name
from kcert.storage.refusals import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["CloudBackend"]

_MAX_TRIES: Final = 5
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 5.0

T = TypeVar("T")


class CloudBackend:
    """Named bytes at a cloud service. Needs the extra ``cloud``.

    What this holds, the provider reads: use it below `kcert.open_store` with ``sealing=``.

    Where the service takes no conditions on writes, or not all of them (`Properties.conditional` is
    false: GCS, WebDAV, Google Drive, OneDrive and Dropbox), creating looks first and then writes,
    and replacing compares first and then writes; who writes at the very same moment may be
    overwritten. Names that differ only in case are different names.

    Args:
        url: Address of the service; see `kcert.open_store`. No secret belongs into it.
        credentials: What the service wants to be shown, by name. Nothing is looked for elsewhere.
        timeout: Seconds a verb may take; a last request that has begun may take as long again.
        max_size: Most bytes one name may have.

    Raises:
        MissingExtraError: If opendal is not installed.
        StorageError: If the address or the credentials are refused.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        max_size: int = DEFAULT_MAX_SIZE,
    ) -> None:
        if not 0 < timeout <= 3600:
            raise ValueError("timeout is more than 0 and at most 3600 seconds")
        settings = operator_settings(url, credentials)
        try:
            import opendal
        except ImportError:
            raise MissingExtraError("cloud", "cloud storage") from None
        self._kind = url.partition(":")[0].lower()
        service = CLOUD_SCHEMES[self._kind]
        self._failures = failures_of(opendal)
        self._unreadable: tuple[type[Exception], ...] = (*self._failures, LimitError)
        self._timeout = timeout
        self._max_size = max_size
        try:
            operator = opendal.Operator(service.opendal, **settings)
        except self._failures:
            raise StorageError(
                "the service's settings are refused; check address and credentials",
                "서비스 설정이 거부되었습니다; 주소와 자격 증명을 확인하십시오",
                backend=self._kind,
            ) from None
        layer = opendal.layers.TimeoutLayer(timeout=timeout, io_timeout=timeout)
        self._operator: Any = operator.layer(layer)
        can = operator.capability()
        self._creates_only = bool(can.write_with_if_not_exists)
        self._replaces_only = bool(can.write_with_if_match)
        self._resumes = bool(can.list_with_start_after)
        self._properties = Properties(
            kind=self._kind,
            atomic_replace=service.atomic,
            conditional=self._creates_only and self._replaces_only,
            durable=True,
            atomic_folders=False,
        )

    def __repr__(self) -> str:
        return f"<CloudBackend {self._kind}>"

    @property
    def properties(self) -> Properties:
        """What this backend guarantees."""
        return self._properties

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every name below the folder ``prefix``, page by page; see `Backend.list`.

        Names that a store of kcert cannot have are passed over.
        """
        prefix = check_folder(prefix)
        path = f"{prefix}/" if prefix else "/"
        last = ""
        tries = _Tries(self._timeout)
        while True:
            more = {"start_after": last} if last else {}
            try:
                for entry in self._operator.list(path, recursive=True, **more):
                    if last:
                        tries = _Tries(self._timeout)  # it goes on: begin to count again
                    last = str(entry.path)
                    name = _checked(last)
                    if name is not None:
                        yield name
            except self._failures as error:
                failure = judge(error)
                if failure.meaning is Meaning.ABSENT:
                    return
                if (last and not self._resumes) or not tries.again(failure):
                    raise explain(failure, kind=self._kind, name=prefix) from None
            else:
                return

    def get(self, name: str) -> Blob:
        """Return what is under ``name``; see `Backend.get`."""
        name = check_name(name)
        data = self._try(name, lambda: self._read(name))
        return Blob(data, _version(data))

    def put(
        self, name: str, data: bytes, *, replace: Version | AnyVersion | None = None
    ) -> Version:
        """Write ``data`` under ``name``; see `Backend.put`."""
        name = check_name(name)
        if len(data) > self._max_size:
            raise self._too_large(len(data))
        try:
            if replace is None:
                self._create(name, data)
            elif isinstance(replace, AnyVersion):
                self._try(name, lambda: self._operator.write(name, data))
            else:
                self._replace(name, data, replace)
        except NotFoundError:  # what a write does not find is where to
            raise explain(NO_CONTAINER, kind=self._kind, name=name) from None
        return _version(data)

    def delete(self, name: str) -> None:
        """Remove ``name``; see `Backend.delete`."""
        name = check_name(name)
        self._try(name, lambda: self._operator.stat(name))
        self._try(name, lambda: self._operator.delete(name))

    def _create(self, name: str, data: bytes) -> None:
        # Whoever does not promise conditions may take them and ignore them.
        if not self._properties.conditional and self._exists(name):
            raise self._taken(name)
        if self._creates_only:
            self._write_if(name, data, self._taken(name), if_not_exists=True)
        else:
            self._try(name, lambda: self._operator.write(name, data))

    def _replace(self, name: str, data: bytes, version: Version) -> None:
        conflict = changed(self._kind, name)
        try:
            tag = self._try(name, lambda: self._operator.stat(name)).etag
            if _version(self._try(name, lambda: self._read(name))) != version:
                raise conflict
        except NotFoundError:
            raise conflict from None
        if self._replaces_only and tag:
            # The tag was asked for before the bytes: had they changed between, it is stale.
            self._write_if(name, data, conflict, if_match=tag)
        else:
            self._try(name, lambda: self._operator.write(name, data))

    def _write_if(
        self, name: str, data: bytes, refused: StorageError, **condition: bool | str
    ) -> None:
        """Write on a condition; a lost answer is made good by reading back."""
        tries = _Tries(self._timeout)
        unsure = False
        while True:
            try:
                self._operator.write(name, data, **condition)
            except self._failures as error:
                failure = judge(error)
            else:
                return
            if failure.meaning is Meaning.REFUSED:
                if unsure and self._holds(name, data):
                    return
                raise refused
            unsure = unsure or failure.meaning is Meaning.PASSING
            if failure.meaning is not Meaning.PASSING or not tries.again(failure):
                if unsure and self._holds(name, data):
                    return
                raise explain(failure, kind=self._kind, name=name)

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            return hmac.compare_digest(self._read(name), data)
        except self._unreadable:
            return False

    def _exists(self, name: str) -> bool:
        try:
            self._try(name, lambda: self._operator.stat(name))
        except NotFoundError:
            return False
        return True

    def _read(self, name: str) -> bytes:
        data = bytearray()
        with self._operator.open(name, "rb") as file:
            while len(data) <= self._max_size and (more := file.read(self._max_size + 1)):
                data += more
        if len(data) > self._max_size:
            raise self._too_large(len(data))
        return bytes(data)

    def _try(self, name: str, request: Callable[[], T]) -> T:
        tries = _Tries(self._timeout)
        while True:
            try:
                return request()
            except self._failures as error:
                failure = judge(error)
            if failure.meaning is not Meaning.PASSING or not tries.again(failure):
                raise explain(failure, kind=self._kind, name=name)

    def _taken(self, name: str) -> AlreadyExistsError:
        return AlreadyExistsError(
            "the name is taken; nothing was overwritten",
            "같은 이름이 이미 있습니다; 덮어쓰지 않았습니다",
            backend=self._kind,
            name=name,
        )

    def _too_large(self, size: int) -> LimitError:
        return LimitError("size in bytes", size, self._max_size, where=f"{self._kind} storage")


class _Tries:
    """A few tries, with growing waits of random length, up to a deadline."""

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._done = 1

    def again(self, failure: Failure) -> bool:
        """Wait and return true, if there is to be another try."""
        if self._done >= _MAX_TRIES:
            return False
        longest = min(_FIRST_WAIT * 2**self._done, _LONGEST_WAIT)
        wait = longest * (0.5 + secrets.randbelow(500) / 1000)
        if failure.retry_after is not None:
            wait = max(wait, float(failure.retry_after))
        if time.monotonic() + wait >= self._deadline:
            return False
        time.sleep(wait)
        self._done += 1
        return True


def _checked(path: str) -> str | None:
    try:
        return check_name(path)
    except FormatError:
        return None


def _version(data: bytes) -> Version:
    return Version(hashlib.sha256(data).hexdigest())
