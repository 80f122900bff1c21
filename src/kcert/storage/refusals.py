# SPDX-License-Identifier: Apache-2.0
"""Refusals that every backend words alike."""

from __future__ import annotations

from kcert.errors import ConflictError

__all__ = ["changed"]


def changed(kind: str, name: str) -> ConflictError:
    """What was read before is not there any more in that state.

    Args:
        kind: Kind of the storage, as in `Properties.kind`.
        name: Name within the store.
    """
    return ConflictError(
        "it was changed or removed in the meantime; read it again",
        "그 사이에 바뀌었거나 삭제되었습니다; 다시 읽으십시오",
        backend=kind,
        name=name,
    )
