# SPDX-License-Identifier: Apache-2.0
"""How much work one verification may cost, whatever the certificates are."""

from __future__ import annotations

from attrs import define, field, frozen

from kcert.errors import LimitError

__all__ = ["Budget", "PathLimits"]

_WHERE = "certificate path"


@frozen
class PathLimits:
    """Caps on the work of one verification. Real paths in Korea take 2 edges and 2 signatures.

    Attributes:
        edges: How many times a certificate is tried as the issuer of another.
        signatures: How many signatures are checked.
        comparisons: How many names are compared with name constraints.
        certificates: How many certificates a path may have; longer ones are not looked at.
    """

    edges: int = 256
    signatures: int = 128
    comparisons: int = 1_000_000
    certificates: int = 32


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
