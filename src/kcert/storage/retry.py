# SPDX-License-Identifier: Apache-2.0
"""A backend that tries again where that may help."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, TypeVar

from kcert.errors import AlreadyExistsError, ConflictError, NotFoundError, StorageError
from kcert.storage.wrappers import WrapperBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.storage.backend import Backend

__all__ = ["RetryBackend"]

T = TypeVar("T")


class RetryBackend(WrapperBackend):
    """Tries again where the error says that this may help: `StorageError.retryable`, nothing else.

    A verb whose answer was lost may have been carried out. So where a later try finds a conflict,
    the medium is asked: if exactly what was to be written is there (or what was to be removed is
    gone), it was. Another writer of the very same bytes cannot be told from this one.
    A listing is begun again only as long as nothing of it was handed on.

    Args:
        backend: Any backend.
        attempts: How often at most, the first included.
        first_pause: Longest wait before the second try, in seconds; twice as long each time. The
            waits are drawn between half and all of that, so that many clients spread.
        longest_pause: Longest wait there is.
        sleep: Waits some seconds.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        attempts: int = 5,
        first_pause: float = 0.2,
        longest_pause: float = 5.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if attempts < 1:
            raise ValueError("attempts must be at least 1")
        super().__init__(backend)
        self._attempts = attempts
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._sleep = sleep

    def _call(
        self,
        verb: str,
        step: Callable[[], T],
        *,
        size: int = 0,
        arrived: Callable[[], tuple[T] | None] | None = None,
    ) -> T:
        del verb, size
        for attempt in range(1, self._attempts):
            try:
                return self._once(step, arrived if attempt > 1 else None)
            except StorageError as error:
                if not error.retryable:
                    raise
            self._pause(attempt)
        return self._once(step, arrived if self._attempts > 1 else None)

    def _stream(self, verb: str, step: Callable[[], Iterator[T]]) -> Iterator[T]:
        items, first = self._call(verb, lambda: _begun(step()))
        yield from first
        yield from items

    @staticmethod
    def _once(step: Callable[[], T], arrived: Callable[[], tuple[T] | None] | None) -> T:
        try:
            return step()
        except (AlreadyExistsError, ConflictError, NotFoundError):
            found = arrived() if arrived is not None else None
            if found is None:
                raise
            return found[0]

    def _pause(self, attempt: int) -> None:
        longest = min(self._longest_pause, self._first_pause * 2 ** (attempt - 1))
        self._sleep(longest * (500 + secrets.randbelow(501)) / 1000)


def _begun(items: Iterator[T]) -> tuple[Iterator[T], tuple[T, ...]]:
    for item in items:
        return items, (item,)
    return items, ()
