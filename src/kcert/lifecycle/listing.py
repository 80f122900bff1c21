# SPDX-License-Identifier: Apache-2.0
"""The certificates of one store or several, with what reminders need to know of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from kcert.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.certificate import Authority, CertificateKind, Policy, RenewalWindow, Validity
    from kcert.store import Entry

__all__ = ["Listed", "Stores", "listed", "listed_in", "many"]

Stores = Store | Iterable[Store]
"""One store, or any number of them."""


@frozen
class Listed:
    """A certificate in a store.

    Attributes:
        store: Where it is.
        location: Its `Entry.location` there. Contains the holder's name by convention.
        fingerprint: SHA-256 of the certificate, lower-case hexadecimal.
        kind: Kind of the certificate.
        authority: Who issued it, where that is known.
        policy: Its certificate policy, where that is known.
        validity: Its period of validity.
        renewal_window: When it can be renewed; ``None`` where its holder cannot renew it.
    """

    store: Store = field(repr=False)
    location: str = field(repr=False)
    fingerprint: str
    kind: CertificateKind
    authority: Authority | None
    policy: Policy | None
    validity: Validity
    renewal_window: RenewalWindow | None
    read: Entry | None = field(default=None, repr=False, eq=False)

    @classmethod
    def of(cls, store: Store, entry: Entry) -> Listed | None:
        """What there is to know of an entry; ``None`` where its certificate cannot be read."""
        certificate = entry.certificate
        if certificate is None:
            return None
        return cls(
            store=store,
            location=entry.location,
            fingerprint=certificate.fingerprint(),
            kind=certificate.kind,
            authority=certificate.authority,
            policy=certificate.policy,
            validity=certificate.validity,
            renewal_window=certificate.renewal_window,
            read=entry,
        )

    @property
    def entry(self) -> Entry:
        """The entry as it was read; where it was not kept, as it is in the store now.

        Raises:
            NotFoundError: It had to be read again, and is gone.
        """
        return self.store.get(self.location) if self.read is None else self.read

    def without_entry(self) -> Listed:
        """The same without the entry: a tenth of the memory."""
        return evolve(self, read=None)

    def to_dict(self, *, names: bool) -> dict[str, Any]:
        """The facts as JSON values; ``names`` adds the holder's name and the location."""
        window = self.renewal_window
        described: dict[str, Any] = {
            "fingerprint": self.fingerprint,
            "kind": self.kind.value,
            "authority": self.authority.code if self.authority else None,
            "policy": self.policy.oid if self.policy else None,
            "not_after": self.validity.not_after.isoformat(),
            "renewal_opens": window.opens.isoformat() if window else None,
        }
        if names:
            certificate = self.entry.certificate
            described["holder_name"] = certificate.holder_name if certificate else None
            described["location"] = self.location
        return described


def many(stores: Stores) -> tuple[Store, ...]:
    """The stores, be it one or several.

    Raises:
        TypeError: Something else than stores.
    """
    found = (stores,) if isinstance(stores, Store) else tuple(stores)
    for store in found:
        if not isinstance(store, Store):
            raise TypeError(f"a store is needed, not {type(store).__name__}")
    return found


def listed_in(store: Store) -> Iterator[Listed]:
    """Yield every readable certificate of a store, one at a time; nothing is unlocked."""
    for entry in store.entries():
        found = Listed.of(store, entry)
        if found is not None:
            yield found


def listed(stores: Stores) -> Iterator[Listed]:
    """Yield every readable certificate of the stores, one at a time; nothing is unlocked."""
    for store in many(stores):
        yield from listed_in(store)
