# SPDX-License-Identifier: Apache-2.0
"""What opens a vault: a passphrase, an identity, or the token of those who only write."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Final, Self

from kcert.errors import FormatError
from kcert.keys.passwords import Password
from kcert.keys.secret import Secret
from kcert.store.sealing import age

__all__ = ["Passphrase", "VaultIdentity", "VaultWriter"]

_TOKEN: Final = "kcert-writer-1:"  # noqa: S105 - a prefix, not a secret
_MAX_TOKEN: Final = 16_384


class Passphrase(Password):
    """The passphrase of a vault.

    It opens the vault's identity, once, and is not kept. The service that holds the vault can try
    passphrases at leisure (scrypt makes each try cost about a second): take a long one.

    Args:
        passphrase: Text or octets in UTF-8, not empty.
    """

    __slots__ = ()

    def __init__(self, passphrase: str | bytes | bytearray) -> None:
        try:
            super().__init__(passphrase)
        finally:
            del passphrase
        if not self.octets:
            raise ValueError("a passphrase is not empty")


class VaultIdentity(Secret):
    """An X25519 identity of the age format that the caller keeps.

    Args:
        secret: As ``age-keygen`` prints it: ``AGE-SECRET-KEY-1…``. Lines that begin with ``#`` are
            passed over.
        member: The identity is that of a recipient whom the vault's owner has added. A member
            cannot tell a vault of the owner from one that the service made up the first time;
            from then on its `VaultMemory` does.

    Raises:
        FormatError: If it is not such an identity.
    """

    __slots__ = ("_secret", "member")

    def __init__(self, secret: str, *, member: bool = False) -> None:
        self.member = member
        try:
            lines = [line.strip() for line in secret.splitlines()]
            found = [line for line in lines if line and not line.startswith("#")]
        finally:
            del secret
        self._secret = found[0] if len(found) == 1 else ""
        del lines, found
        age.recipient_of(self._secret)

    @classmethod
    def generate(cls) -> Self:
        """Draw a new one. `reveal` it once and keep it: without it the vault stays closed."""
        return cls(age.new_identity())

    @property
    def recipient(self) -> str:
        """The public side, ``age1…``: what others seal to."""
        return age.recipient_of(self._secret)

    def reveal(self) -> str:
        """The secret, to be kept somewhere safe."""
        return self._secret

    def close(self) -> None:
        """Forget it."""
        self._secret = ""


class VaultWriter(Secret):
    """What one needs to add to a vault without being able to read it.

    `SealedStore.writer` makes it. It is worth keeping to oneself: whoever has it can add entries
    and recognise names.

    Args:
        token: What `reveal` gave.

    Raises:
        FormatError: If it is not such a token.
    """

    __slots__ = ("_facts",)

    def __init__(self, token: str) -> None:
        facts: object = None
        try:
            if token.startswith(_TOKEN) and len(token) <= _MAX_TOKEN:
                facts = json.loads(base64.urlsafe_b64decode(token[len(_TOKEN) :].encode()))
        except (ValueError, binascii.Error, RecursionError):
            facts = None
        finally:
            del token
        if not isinstance(facts, dict):
            raise FormatError("vault writer's token", "damaged", reason_ko="손상되었습니다")
        self._facts = facts

    @classmethod
    def of(cls, facts: dict[str, object]) -> Self:
        """Make one of the facts a writer needs."""
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return cls(_TOKEN + base64.urlsafe_b64encode(text.encode()).decode())

    @property
    def facts(self) -> dict[str, object]:
        """What it says."""
        return dict(self._facts)

    def reveal(self) -> str:
        """The token, for the writer's configuration."""
        text = json.dumps(self._facts, sort_keys=True, separators=(",", ":"))
        return _TOKEN + base64.urlsafe_b64encode(text.encode()).decode()

    def close(self) -> None:
        """Forget it."""
        self._facts = {}
