# SPDX-License-Identifier: Apache-2.0
"""Stores: the credentials on a backend, found, added, replaced and removed without a password."""

from __future__ import annotations

from kcert.store.credentials import Store
from kcert.store.entry import Entry
from kcert.store.opening import open_store

__all__ = ["Entry", "Store", "open_store"]
