# SPDX-License-Identifier: Apache-2.0
"""Stores: the credentials on a backend, found, added, replaced and removed without a password."""

from __future__ import annotations

from kcert.store.credentials import Store
from kcert.store.entry import Entry
from kcert.store.events import Event, EventKind
from kcert.store.history import History, Verified
from kcert.store.opening import is_vault, open_store
from kcert.store.transfer import Outcome, Progress, Removal, Summary

__all__ = [
    "Entry",
    "Event",
    "EventKind",
    "History",
    "Outcome",
    "Progress",
    "Removal",
    "Store",
    "Summary",
    "Verified",
    "is_vault",
    "open_store",
]
