# SPDX-License-Identifier: Apache-2.0
"""How much work one verification may cost, whatever the certificates are."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from kcert.errors import LimitError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Budget", "FetchTime", "PathLimits"]

_WHERE = "certificate path"
_FETCH_SECONDS = 30.0


@frozen
class PathLimits:
    """Caps on the work of one verification. Real paths in Korea take 2 edges and 2 signatures.

    Attributes:
        edges: How many times a certificate is tried as the issuer of another.
        signatures: How many signatures are checked.
        comparisons: How many names are compared with name constraints.
        certificates: How many certificates a path may have; longer ones are not looked at.
        fetch_seconds: How long may be spent on fetching revocation lists and answers, for all
            certificates together; what has begun by then goes on to its own deadline.
    """

    edges: int = 256
    signatures: int = 128
    comparisons: int = 1_000_000
    certificates: int = 32
    fetch_seconds: float = _FETCH_SECONDS


class FetchTime:
    """What is left of the time for fetching, in one verification.

    Args:
        seconds: How long may be spent.
    """

    __slots__ = ("_left", "_seconds")

    def __init__(self, seconds: float = _FETCH_SECONDS) -> None:
        self._seconds = self._left = seconds

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Account for the block.

        Raises:
            UnavailableError: Nothing is left; the block does not begin.
        """
        if self._left <= 0:
            raise UnavailableError(
                f"{self._seconds:g} seconds of fetching are over for this verification",
                f"이 검증에서 내려받기에 쓸 수 있는 {self._seconds:g}초가 지났습니다",
                backend="network",
                retryable=True,
            )
        start = time.monotonic()
        try:
            yield
        finally:
            self._left -= time.monotonic() - start


@define
class Budget:
    """What of `PathLimits` is spent."""

    limits: PathLimits
    exhausted: bool = False
    _edges: int = field(default=0, init=False)
    _signatures: int = field(default=0, init=False)
    _comparisons: int = field(default=0, init=False)

    def edge(self) -> None:
        """Account for one candidate issuer."""
        self._edges += 1
        if self._edges > self.limits.edges:
            raise self._over("candidate edges", self._edges, self.limits.edges)

    def signature(self) -> None:
        """Account for one signature check."""
        self._signatures += 1
        if self._signatures > self.limits.signatures:
            raise self._over("signature checks", self._signatures, self.limits.signatures)

    def compare(self, number: int) -> None:
        """Account for comparisons with name constraints, before they are made."""
        self._comparisons += number
        if self._comparisons > self.limits.comparisons:
            raise self._over(
                "name constraint comparisons", self._comparisons, self.limits.comparisons
            )

    def _over(self, limit: str, value: int, maximum: int) -> LimitError:
        # No other path is tried after this.
        self.exhausted = True
        return LimitError(limit, value, maximum, where=_WHERE)
