# SPDX-License-Identifier: Apache-2.0
"""Open a vault on a backend, make one, and change who may open it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import evolve

from kcert.errors import (
    AlreadyExistsError,
    FormatError,
    NotFoundError,
    StorageError,
    TamperedError,
    UnlockError,
)
from kcert.storage.backend import ANY
from kcert.store.sealing import age
from kcert.store.sealing.backend import SealedBackend
from kcert.store.sealing.secrets import Passphrase, VaultIdentity, VaultWriter
from kcert.store.sealing.vault import IDENTITY, MARKER, SETTINGS, Vault, marker, read_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.storage import Backend
    from kcert.store.sealing.memory import VaultMemory

__all__ = ["OpenVault", "Sealing"]

Sealing = Passphrase | VaultIdentity | VaultWriter


class OpenVault:
    """A vault that is open on a backend."""

    def __init__(
        self,
        backend: Backend,
        sealing: Sealing,
        memory: VaultMemory,
        *,
        create: bool,
        months: bool | None,
    ) -> None:
        self._backend = backend
        self.memory = memory
        self._member = isinstance(sealing, VaultIdentity) and sealing.member
        if isinstance(sealing, VaultWriter):
            self._read_marker()
            vault = Vault.for_writing(sealing)
        else:
            if create and self._is_new():
                self._create(sealing, months=bool(months))
            self._read_marker()
            vault = self._open(self._identities(sealing))
            if months is not None and months is not vault.months:
                raise StorageError(
                    "whether names show the month of expiry was settled when the vault was made",
                    "이름에 만료 월을 쓸지는 금고를 만들 때 정해졌습니다",
                    backend=backend.properties.kind,
                )
        self.sealed = SealedBackend(backend, vault, memory, self.reload)

    def known(self) -> Iterator[str]:
        """Yield the names of entries that were seen."""
        return (name for name in self.memory.names(self.sealed.vault.id) if name != SETTINGS)

    def reload(self) -> Vault:
        """The vault by its settings of now."""
        vault = self.sealed.vault
        return self._open(vault.identities) if vault.identities else vault

    def _is_new(self) -> bool:
        try:
            self._backend.get(SETTINGS)
        except NotFoundError:
            return True
        return False

    def _create(self, sealing: Passphrase | VaultIdentity, *, months: bool) -> None:
        """Write the three objects, the settings last: with them it is a vault."""
        if isinstance(sealing, VaultIdentity):
            identity = sealing.reveal()
        else:
            identity = age.new_identity()
            try:
                sealed = self._backend.get(IDENTITY).data  # of a creation that did not end
                identity = _secrets(age.unseal_with_passphrase(sealed, sealing.octets))[0]
            except NotFoundError:
                self._backend.put(IDENTITY, _sealed_identity((identity,), sealing))
        try:
            self._backend.put(MARKER, marker())
        except AlreadyExistsError:
            self._read_marker()
        self._require_conditions()
        vault = Vault.create(identity, months=months, counter=_now())
        self._backend.put(SETTINGS, vault.seal_settings(identity))

    def _require_conditions(self) -> None:
        """See that a service that says so does refuse to overwrite."""
        if not self._backend.properties.conditional:
            return
        try:
            self._backend.put(MARKER, marker())
        except AlreadyExistsError:
            return
        raise StorageError(
            "the service takes conditions on writes and ignores them; use another one",
            "서비스가 조건부 쓰기를 받아들이고는 무시합니다; 다른 서비스를 쓰십시오",
            backend=self._backend.properties.kind,
        )

    def _read_marker(self) -> None:
        try:
            read_marker(self._backend.get(MARKER).data)
        except NotFoundError:
            raise NotFoundError(
                "there is no vault here; create=True makes one",
                "여기에는 금고가 없습니다; 새로 만들려면 create=True를 지정하십시오",
                backend=self._backend.properties.kind,
            ) from None

    def _identities(self, sealing: Passphrase | VaultIdentity) -> tuple[str, ...]:
        if isinstance(sealing, VaultIdentity):
            return (sealing.reveal(),)
        try:
            sealed = self._backend.get(IDENTITY).data
        except NotFoundError:
            raise NotFoundError(
                "the vault has no passphrase; open it with its identity",
                "금고에 암호가 없습니다; 금고의 신원 키로 여십시오",
                backend=self._backend.properties.kind,
            ) from None
        return _secrets(age.unseal_with_passphrase(sealed, sealing.octets))

    def _open(self, identities: tuple[str, ...]) -> Vault:
        kind = self._backend.properties.kind
        sealed = self._backend.get(SETTINGS).data
        try:
            vault = Vault.open(sealed, identities, member=self._member)
        except FormatError:
            raise UnlockError(
                "vault",
                "금고",
                reason="it is sealed to somebody else, or the data are damaged",
                reason_ko="다른 사람에게 봉인되었거나 데이터가 손상되었습니다",
            ) from None
        seen = self.memory.seen(vault.id, SETTINGS)
        if seen is not None and vault.counter < seen[0]:
            raise TamperedError(
                "rolled-back", backend=kind, name=SETTINGS, seen=seen[0], counter=vault.counter
            )
        pinned = vault.opaque("pin")
        if seen is not None and seen[1] != pinned:
            raise TamperedError("forged", backend=kind, name=SETTINGS)
        self.memory.record(vault.id, SETTINGS, vault.counter, pinned)
        return vault

    # Who may open it

    def change_passphrase(self, new: Passphrase) -> None:
        """See `SealedStore.change_passphrase`."""
        vault = self.sealed.vault
        owner = self._owner(vault)
        blob = self._backend.get(IDENTITY)
        self._backend.put(IDENTITY, _sealed_identity((owner,), new), replace=blob.version)

    def add_recipient(self, recipient: str) -> None:
        """See `SealedStore.add_recipient`."""
        recipient = age.require_recipient(recipient)
        vault = self.reload()
        if recipient not in vault.recipients:
            changed = evolve(
                vault, counter=vault.counter + 1, recipients=(*vault.recipients, recipient)
            )
            self._settle(vault, changed)

    def rotate(
        self,
        sealing: Passphrase | VaultIdentity,
        without: str | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """See `SealedStore.rotate`."""
        vault = self.reload()
        self._owner(vault)
        gone = frozenset() if without is None else frozenset({age.require_recipient(without)})
        if gone - set(vault.recipients) or vault.owner in gone:
            raise NotFoundError(
                "that is none of the recipients",
                "그런 수신자가 없습니다",
                backend=self._backend.properties.kind,
            )
        given = sealing.reveal() if isinstance(sealing, VaultIdentity) else None
        identity = given or age.new_identity()
        turned = vault.turned(identity, without=gone)
        if isinstance(sealing, Passphrase):
            # Both, until the settings are the new ones: at no moment is the key to them lost.
            both = (identity, *turned.retired)
            self._backend.put(IDENTITY, _sealed_identity(both, sealing), replace=ANY)
        self._settle(vault, turned)
        count = self._reseal(progress)
        self._settle(turned, turned.settled())
        if isinstance(sealing, Passphrase):
            self._backend.put(IDENTITY, _sealed_identity((identity,), sealing), replace=ANY)
        return count

    def _reseal(self, progress: Callable[[int, int], None] | None) -> int:
        """Seal every entry to the recipients of now; how many were not so before."""
        total = sum(1 for _ in self.sealed.names()) if progress is not None else 0
        count = 0
        for done, name in enumerate(self.sealed.names(), 1):
            count += self.sealed.reseal(name)
            if progress is not None:
                progress(done, total)
        return count

    def _settle(self, before: Vault, after: Vault) -> None:
        """Write settings in the place of those that were read."""
        owner = after.owner_identity() or self._owner(before)
        blob = self._backend.get(SETTINGS)
        there = Vault.open(blob.data, (*after.identities, *before.identities), member=self._member)
        if there.counter != before.counter:
            raise StorageError(
                "somebody else changed the settings; open the vault again",
                "다른 곳에서 설정을 바꾸었습니다; 금고를 다시 여십시오",
                backend=self._backend.properties.kind,
                retryable=True,
            )
        self._backend.put(SETTINGS, after.seal_settings(owner), replace=blob.version)
        self.memory.record(after.id, SETTINGS, after.counter, after.opaque("pin"))
        self.sealed.vault = after

    def _owner(self, vault: Vault) -> str:
        owner = vault.owner_identity()
        if owner is None:
            raise UnlockError(
                "vault",
                "금고",
                reason="only the owner's identity can change who may open it",
                reason_ko="소유자의 신원 키로만 열 수 있는 사람을 바꿀 수 있습니다",
            )
        return owner


def _sealed_identity(identities: tuple[str, ...], passphrase: Passphrase) -> bytes:
    """An identity file of the age program, under a passphrase."""
    text = "# kcert vault\n" + "".join(f"{identity}\n" for identity in identities)
    return age.seal_with_passphrase(text.encode(), passphrase.octets)


def _secrets(text: bytes) -> tuple[str, ...]:
    lines = text.decode("ascii", "replace").splitlines()
    found = tuple(line for line in lines if line.startswith("AGE-SECRET-KEY-1"))
    if not found:
        raise FormatError("vault identity", "no identity in it")
    return found


def _now() -> int:
    return time.time_ns() // 1_000_000
