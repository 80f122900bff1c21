# SPDX-License-Identifier: Apache-2.0
"""A vault: its keys, who may open it, and the three objects that say so.

::

    vault.json      the version of the format, in the clear
    identity.age    the vault's identity, sealed under the passphrase (where there is one)
    settings.age    recipients and keys of the vault, sealed to the recipients
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from kcert.errors import FormatError, TamperedError
from kcert.store.sealing import age
from kcert.store.sealing.payload import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcert.store.sealing.secrets import VaultWriter

__all__ = ["IDENTITY", "MARKER", "SETTINGS", "Vault", "marker", "read_marker"]

MARKER: Final = "vault.json"
IDENTITY: Final = "identity.age"
SETTINGS: Final = "settings.age"
MAX_RECIPIENTS: Final = 64

_FORMAT: Final = "vault"


@frozen(repr=False)
class Vault:
    """The keys of an open vault; secret.

    Attributes:
        id: Identifier, hexadecimal.
        counter: Grows with every state of the settings.
        owner: The recipient whose identity vouches for the settings.
        recipients: Everybody that new entries are sealed to, the owner first.
        months: Names of entries begin with the month in which the certificate runs out.
        generation: Which of the keys new MACs are made with.
        name_key: Key of the names.
        keys: Keys of the MACs, by generation.
        identities: Secrets that open entries; empty for those who only write.
        retired: Secrets of earlier owners, while entries are sealed to them.
    """

    id: str
    counter: int
    owner: str
    recipients: tuple[str, ...]
    months: bool
    generation: int
    name_key: bytes
    keys: Mapping[int, bytes]
    identities: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Vault>"

    @classmethod
    def create(cls, identity: str, *, months: bool, counter: int) -> Vault:
        """Draw the keys of a new vault."""
        owner = age.recipient_of(identity)
        return cls(
            id=secrets.token_hex(16),
            counter=counter,
            owner=owner,
            recipients=(owner,),
            months=months,
            generation=1,
            name_key=secrets.token_bytes(32),
            keys={1: secrets.token_bytes(32)},
            identities=(identity,),
        )

    @classmethod
    def open(cls, sealed: bytes, identities: tuple[str, ...], *, member: bool) -> Vault:
        """Open sealed settings and see that the owner vouches for them.

        Raises:
            FormatError: If they are damaged or sealed to none of the identities.
            TamperedError: If the owner does not vouch for them.
        """
        facts = _load(age.unseal(sealed, identities))
        try:
            vault = cls(
                id=_text(facts["vault"]),
                counter=_number(facts["counter"]),
                owner=_text(facts["owner"]),
                recipients=tuple(age.require_recipient(r) for r in facts["recipients"]),
                months=facts["months"] is True,
                generation=_number(facts["generation"]),
                name_key=bytes.fromhex(facts["name_key"]),
                keys={_number(int(g)): bytes.fromhex(k) for g, k in facts["keys"].items()},
                identities=(*identities, *map(_text, facts["retired"])),
                retired=tuple(map(_text, facts["retired"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _damaged() from None
        if vault.generation not in vault.keys or len(vault.name_key) < 32:
            raise _damaged()
        if not 1 <= len(vault.recipients) <= MAX_RECIPIENTS:
            raise _damaged()
        for identity in identities:
            if age.recipient_of(identity) == vault.owner:
                if hmac.compare_digest(_proof(identity, facts), str(facts.get("proof"))):
                    return vault
                break
        else:
            if member:
                return vault
        raise TamperedError("forged", backend="vault", name=SETTINGS)

    @classmethod
    def for_writing(cls, writer: VaultWriter) -> Vault:
        """What a writer's token tells."""
        facts = writer.facts
        try:
            generation = _number(facts["generation"])
            recipients: Any = facts["recipients"]
            return cls(
                id=_text(facts["vault"]),
                counter=0,
                owner=age.require_recipient(recipients[0]),
                recipients=tuple(age.require_recipient(r) for r in recipients),
                months=facts["months"] is True,
                generation=generation,
                name_key=bytes.fromhex(_text(facts["name_key"])),
                keys={generation: bytes.fromhex(_text(facts["key"]))},
            )
        except (KeyError, TypeError, ValueError, IndexError):
            raise _damaged() from None

    @property
    def writer_facts(self) -> dict[str, object]:
        """What a writer's token has to tell."""
        return {
            "vault": self.id,
            "recipients": list(self.recipients),
            "months": self.months,
            "generation": self.generation,
            "name_key": self.name_key.hex(),
            "key": self.keys[self.generation].hex(),
        }

    def seal_settings(self, owner_identity: str) -> bytes:
        """The settings, vouched for by the owner and sealed to every recipient."""
        facts: dict[str, Any] = {
            "format": "kcert-vault-settings",
            "version": 1,
            "vault": self.id,
            "counter": self.counter,
            "owner": self.owner,
            "recipients": list(self.recipients),
            "months": self.months,
            "generation": self.generation,
            "name_key": self.name_key.hex(),
            "keys": {str(generation): key.hex() for generation, key in self.keys.items()},
            "retired": list(self.retired),
        }
        facts["proof"] = _proof(owner_identity, facts)
        return age.seal(canonical(facts), self.recipients)

    def owner_identity(self) -> str | None:
        """The owner's secret, where it is among the identities."""
        return next((i for i in self.identities if age.recipient_of(i) == self.owner), None)

    def turned(self, identity: str, *, without: frozenset[str] = frozenset()) -> Vault:
        """The vault with a new owner identity and a new key, before its entries are sealed anew."""
        old = self.owner_identity()
        owner = age.recipient_of(identity)
        others = [r for r in self.recipients if r not in {self.owner, owner} | without]
        retired = tuple(dict.fromkeys((*self.retired, *([old] if old else []))))
        return evolve(
            self,
            counter=self.counter + 1,
            owner=owner,
            recipients=(owner, *others),
            generation=self.generation + 1,
            keys={**self.keys, self.generation + 1: secrets.token_bytes(32)},
            identities=(identity, *retired),
            retired=retired,
        )

    def settled(self) -> Vault:
        """The vault without what only older entries needed."""
        owner = self.owner_identity()
        return evolve(
            self,
            counter=self.counter + 1,
            keys={self.generation: self.keys[self.generation]},
            identities=(owner,) if owner else (),
            retired=(),
        )

    def opaque(self, label: str) -> str:
        """A name that tells nothing to whoever has no key."""
        return hmac.new(self.name_key, label.encode(), hashlib.sha256).hexdigest()[:32]


def marker() -> bytes:
    """The object in the clear."""
    return canonical({"format": "kcert-vault", "version": 1}) + b"\n"


def read_marker(data: bytes) -> None:
    """See that a vault is of a version that is known.

    Raises:
        FormatError: If it is not.
    """
    _load(data, "kcert-vault")


def _proof(identity: str, facts: Mapping[str, Any]) -> str:
    key = hashlib.sha256(b"kcert vault settings\0" + identity.encode()).digest()
    rest = {name: value for name, value in facts.items() if name != "proof"}
    return hmac.new(key, canonical(rest), hashlib.sha256).hexdigest()


def _load(data: bytes, format: str = "kcert-vault-settings") -> dict[str, Any]:
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("format") != format:
        raise _damaged()
    if facts.get("version") != 1:
        raise FormatError(
            _FORMAT,
            "made by a newer kcert; update kcert",
            reason_ko="더 새로운 kcert가 만든 것입니다; kcert를 업데이트하십시오",
        )
    return facts


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError("number")
    return value


def _damaged() -> FormatError:
    return FormatError(_FORMAT, "damaged", reason_ko="손상되었습니다")
