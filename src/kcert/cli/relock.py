# SPDX-License-Identifier: Apache-2.0
"""The locks that keys are put under on their way from one format to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kcert

if TYPE_CHECKING:
    from kcert import Credential, LockProfile
    from kcert.cli.asking import Passwords

__all__ = ["LOCKS", "for_folder"]

LOCKS: dict[str, LockProfile] = {
    "npki": kcert.profiles.NPKI,
    "modern": kcert.profiles.MODERN,
    "aria": kcert.profiles.MODERN_ARIA,
}
"""Locks by the names that commands take."""


def for_folder(credential: Credential, passwords: Passwords, lock: str | None) -> Credential:
    """The credential as an NPKI folder is to hold it.

    Korean programs open only keys under SEED there, so other keys are put under it; no password is
    asked where nothing has to change.

    Args:
        credential: What was loaded.
        passwords: What to ask.
        lock: Name of a lock, or ``None`` for one that Korean programs open.
    """
    key = credential.key
    if lock is None and "seed" in f"{key.scheme} {key.cipher}".lower():
        return credential
    password = passwords.current(credential.certificate)
    with credential.unlock(password) as unlocked:
        return unlocked.lock(password, profile=LOCKS[lock or "npki"])
