# SPDX-License-Identifier: Apache-2.0
"""Sealed objects: read one and see that it belongs there, write one and see that it arrived."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    FormatError,
    NotFoundError,
    TamperedError,
    UnavailableError,
    UnlockError,
)
from kcert.storage.backend import Version
from kcert.storage.names import check_folder, check_leaf
from kcert.storage.refusals import changed
from kcert.store.sealing import age, payload
from kcert.store.sealing.payload import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kcert.storage import Backend
    from kcert.storage.backend import Blob
    from kcert.store.sealing.memory import VaultMemory
    from kcert.store.sealing.vault import Vault

__all__ = ["Opened", "SealedObjects", "object_name", "version_of"]

_ENTRIES: Final = "entries"
_ENDING: Final = ".age"
#: Milliseconds after which a removal that did not come to its end is finished by others.
_REMOVAL_TIME: Final = 3_600_000
_WRITER: Final = "it was opened for writing only"
_WRITER_KO: Final = "쓰기 전용으로 열었습니다"


@frozen
class Opened:
    """A sealed entry as it was read."""

    header: Header
    files: Mapping[str, bytes]
    version: Version
    digest: str


class SealedObjects:
    """The sealed entries of a vault, each one object of a backend.

    Args:
        backend: Where the objects lie.
        vault: The keys.
        memory: What was seen before.
        reload: Gives the vault as its settings are now, for entries under a newer key.
    """

    def __init__(
        self,
        backend: Backend,
        vault: Vault,
        memory: VaultMemory,
        reload: Callable[[], Vault],
    ) -> None:
        self._backend = backend
        self.vault = vault
        self._memory = memory
        self._reload = reload

    @property
    def _kind(self) -> str:
        return self._backend.properties.kind

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of entries at and below a folder; opens nothing."""
        start = f"{_ENTRIES}/{prefix}" if prefix else _ENTRIES
        for name in self._backend.list(start):
            if name.endswith(_ENDING):
                yield name[len(_ENTRIES) + 1 : -len(_ENDING)]

    def create(self, folder: str, files: Mapping[str, bytes]) -> Opened:
        """Create an entry, read it back, compare, and return it."""
        seen = self._memory.seen(self.vault.id, folder)
        header = self._header(folder, seen[0] if seen else 0, None)
        try:
            return self._write(header, files, None)
        except AlreadyExistsError:
            self._finish_removal(folder)
        return self._write(header, files, None)

    def read(self, folder: str) -> Opened:
        """Open one entry and see that it is the one that belongs there.

        Raises:
            NotFoundError: If there is none.
            TamperedError: If it is damaged, another one, or older than what was seen before.
            UnlockError: If the store was opened for writing only.
        """
        opened = self.read_any(folder)
        if opened.header.removed:
            raise self._absent(folder)
        return opened

    def read_any(self, folder: str) -> Opened:
        """As `read`; also an entry that is being removed."""
        if not self.vault.identities:
            raise UnlockError("vault", "금고", reason=_WRITER, reason_ko=_WRITER_KO)
        if not check_folder(folder):
            raise self._absent(folder)
        blob = self._backend.get(object_name(folder))
        opened = self._open(folder, blob)
        self._compare(folder, opened)
        return opened

    def _open(self, folder: str, blob: Blob) -> Opened:
        try:
            content = payload.parse(age.unseal(blob.data, self.vault.identities))
        except FormatError:
            raise self._tampered("altered", folder) from None
        header = content.header
        if header.vault != self.vault.id or header.name != folder:
            raise self._tampered("swapped", folder)
        if header.generation > self.vault.generation:
            self.vault = self._reload()
        key = self.vault.keys.get(header.generation)
        if key is None or content.facts.get("mac") != payload.mac_of(key, content.facts):
            raise self._tampered("forged", folder)
        return Opened(header, content.files, blob.version, _digest(blob.data))

    def _compare(self, folder: str, opened: Opened) -> None:
        counter, digest = opened.header.counter, opened.digest
        seen = self._memory.seen(self.vault.id, folder)
        if seen is not None and (counter < seen[0] or (counter == seen[0] and digest != seen[1])):
            raise TamperedError(
                "rolled-back", backend=self._kind, name=folder, seen=seen[0], counter=counter
            )
        if seen is None or counter > seen[0]:
            self._memory.record(self.vault.id, folder, counter, digest)

    def reseal(self, folder: str) -> bool:
        """Seal an entry to the recipients of today; whether there was anything to do."""
        opened = self.read_any(folder)
        if opened.header.generation == self.vault.generation:
            return False
        header = self._header(folder, opened.header.counter, opened.digest)
        header = evolve(header, removed=opened.header.removed)
        self._write(header, opened.files, opened.version)
        return True

    def _header(self, folder: str, counter: int, previous: str | None) -> Header:
        now = time.time_ns() // 1_000_000
        vault = self.vault
        return Header(vault.id, folder, max(counter + 1, now), previous, vault.generation)

    def _write(self, header: Header, files: Mapping[str, bytes], replace: Version | None) -> Opened:
        """Write a state of an entry, read it back, compare, and remember it."""
        for name in files:
            check_leaf(name)
        bare = payload.build(header, files, self.vault.keys[header.generation])
        sealed = age.seal(bare, self.vault.recipients)
        name = object_name(header.name)
        version = self._backend.put(name, sealed, replace=replace)
        if not self._holds(name, sealed):
            raise UnavailableError(
                "what was read back is not what was written; another wrote, or it is faulty",
                "다시 읽은 내용이 기록한 것과 다릅니다; 다른 곳에서 썼거나 서비스 이상입니다",
                backend=self._kind,
                name=header.name,
            )
        digest = _digest(sealed)
        self._memory.record(self.vault.id, header.name, header.counter, digest)
        return Opened(header, files, version, digest)

    def _holds(self, name: str, data: bytes) -> bool:
        try:
            return self._backend.get(name).data == data
        except NotFoundError:
            return False

    def _finish_removal(self, folder: str) -> None:
        """Remove what a crash has left of a removal; anything else is in the way."""
        if not self.vault.identities:
            raise self._taken(folder)
        try:
            opened = self.read_any(folder)
        except NotFoundError:
            return
        if not opened.header.removed:
            raise self._taken(folder)
        if time.time_ns() // 1_000_000 - opened.header.counter < _REMOVAL_TIME:
            raise self._conflict(folder)
        with suppress(NotFoundError):
            self._backend.delete(object_name(folder))

    def _tampered(self, how: str, folder: str) -> TamperedError:
        return TamperedError(how, backend=self._kind, name=folder)

    def _absent(self, name: str) -> NotFoundError:
        return NotFoundError(
            "there is no such entry", "그런 항목이 없습니다", backend=self._kind, name=name
        )

    def _conflict(self, name: str) -> ConflictError:
        return changed(self._kind, name)

    def _taken(self, name: str) -> AlreadyExistsError:
        return AlreadyExistsError(
            "the certificate is in the store; replace or remove that entry",
            "이미 저장된 인증서입니다; 그 항목을 교체하거나 삭제하십시오",
            backend=self._kind,
            name=name,
        )


def object_name(folder: str) -> str:
    """Where the object of an entry lies."""
    return f"{_ENTRIES}/{folder}{_ENDING}"


def version_of(data: bytes) -> Version:
    """The version of one file of an entry: its content."""
    return Version(_digest(data))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
