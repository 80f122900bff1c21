# SPDX-License-Identifier: Apache-2.0
"""Challenges: random octets to be signed once, so that a recorded signature is worth nothing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from kcert.certificate.validity import moment

__all__ = ["ChallengeStore", "MemoryChallengeStore"]

_SIZE: Final = 32
_LIFETIME: Final = timedelta(minutes=5)
_CAPACITY: Final = 100_000


class ChallengeStore(Protocol):
    """Remembers which challenges were given out and have not come back.

    A service of several processes needs one that they share, a table in its database for example:
    `take` has to be one atomic step there.
    """

    def issue(self, at: datetime | None = None) -> bytes:
        """Give out a new challenge.

        Args:
            at: The moment, aware, default now.
        """
        ...

    def take(self, challenge: bytes, at: datetime | None = None) -> bool:
        """Take a challenge back: true once, and only in time.

        Args:
            challenge: What was signed.
            at: The moment, aware, default now.
        """
        ...


class MemoryChallengeStore:
    """A `ChallengeStore` in the memory of one process, for any number of threads.

    Args:
        lifetime: For how long a challenge can be answered.
        capacity: Most challenges that are out at a time; beyond, the oldest are forgotten.
    """

    def __init__(self, *, lifetime: timedelta = _LIFETIME, capacity: int = _CAPACITY) -> None:
        if lifetime <= timedelta() or capacity <= 0:
            raise ValueError("lifetime and capacity must be positive")
        self._lifetime = lifetime
        self._capacity = capacity
        # By hash, so that how long a search takes says nothing about a challenge.
        self._issued: dict[bytes, datetime] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<MemoryChallengeStore of {len(self._issued)} challenges>"

    def issue(self, at: datetime | None = None) -> bytes:
        """32 random octets, see `ChallengeStore.issue`."""
        at = moment(at)
        challenge = secrets.token_bytes(_SIZE)
        with self._lock:
            while len(self._issued) >= self._capacity:
                del self._issued[next(iter(self._issued))]
            self._issued[_digest(challenge)] = at
        return challenge

    def take(self, challenge: bytes, at: datetime | None = None) -> bool:
        """See `ChallengeStore.take`."""
        at = moment(at)
        with self._lock:
            issued = self._issued.pop(_digest(challenge), None)
        return issued is not None and issued <= at <= issued + self._lifetime


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
