# SPDX-License-Identifier: Apache-2.0
"""A backend that tells what is done to it, without names."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from kcert.errors import KcertError
from kcert.storage.wrappers import WrapperBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert.storage.backend import Backend

__all__ = ["AuditBackend", "Audited"]

T = TypeVar("T")
_log = logging.getLogger("kcert.storage.audit")


@frozen
class Audited:
    """One verb that was carried out, or failed. No names: those hold people's names.

    Attributes:
        verb: ``"put"``, ``"get_folder"`` and so on.
        size: How many bytes were to be written; 0 for other verbs.
        error: `KcertError.code` of the failure, ``None`` where there was none.
        seconds: How long it took; of a listing, until its last name was taken.
    """

    verb: str
    size: int
    error: str | None
    seconds: float


def _to_log(event: Audited) -> None:
    _log.info("%s size=%d error=%s", event.verb, event.size, event.error)


class AuditBackend(WrapperBackend):
    """Tells every verb, after it was carried out or failed.

    Args:
        backend: Any backend.
        tell: Is told; default the log ``kcert.storage.audit`` at level INFO.
        timer: Counts seconds.
    """

    def __init__(
        self,
        backend: Backend,
        tell: Callable[[Audited], None] = _to_log,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(backend)
        self._tell = tell
        self._timer = timer

    def _call(
        self,
        verb: str,
        step: Callable[[], T],
        *,
        size: int = 0,
        arrived: Callable[[], tuple[T] | None] | None = None,
    ) -> T:
        del arrived
        begun, failed = self._timer(), "interrupted"
        try:
            result = step()
            failed = ""
        except KcertError as error:
            failed = error.code
            raise
        finally:
            self._tell(Audited(verb, size, failed or None, self._timer() - begun))
        return result

    def _stream(self, verb: str, step: Callable[[], Iterator[T]]) -> Iterator[T]:
        begun, failed = self._timer(), "interrupted"
        try:
            yield from step()
            failed = ""
        except KcertError as error:
            failed = error.code
            raise
        finally:
            self._tell(Audited(verb, 0, failed or None, self._timer() - begun))
