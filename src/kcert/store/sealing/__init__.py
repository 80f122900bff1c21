# SPDX-License-Identifier: Apache-2.0
"""Sealed stores: the age format on the client; the medium sees opaque names and sealed bytes."""

from __future__ import annotations

from kcert.store.sealing.memory import VaultMemory
from kcert.store.sealing.secrets import Passphrase, VaultIdentity, VaultWriter
from kcert.store.sealing.store import SealedStore

__all__ = ["Passphrase", "SealedStore", "VaultIdentity", "VaultMemory", "VaultWriter"]
