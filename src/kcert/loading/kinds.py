# SPDX-License-Identifier: Apache-2.0
"""The table of everything that `kcert.load` recognises, in the order in which it looks.

A row says how a kind of content looks, what to call it, and either how to open it (``open``) or
what a person with such a file can do instead (``advice``). A new format is one more ``open``.
"""

from __future__ import annotations

from kcert.loading.binary_kinds import BINARY_KINDS, starts
from kcert.loading.kind import Kind
from kcert.loading.text_kinds import TEXT_KINDS

__all__ = ["KINDS", "look", "recognise"]

KINDS: tuple[Kind, ...] = (
    *BINARY_KINDS,
    *TEXT_KINDS,
    Kind(
        code="der",
        name="DER data of another kind, or a file that was cut",
        name_ko="다른 종류의 DER 데이터이거나 잘린 파일",
        looks=starts(b"\x30"),
        advice="check that it was copied whole",
        advice_ko="파일 전체가 복사되었는지 확인하십시오",
    ),
    Kind(
        code="unknown",
        name="data of an unknown kind",
        name_ko="알 수 없는 데이터",
        looks=lambda _data: True,
    ),
)


def recognise(data: bytes) -> Kind:
    """Find the kind of some octets. Every input has one; the last row takes what is left."""
    return next(kind for kind in KINDS if kind.looks(data))


# What decoded text may turn out to be by chance, so that it was no armour.
_NOTHING = frozenset(("empty", "blank", "unknown"))


def look(data: bytes) -> tuple[bytes, Kind]:
    """Octets and their kind, out of their armour (base64, hex) if they are in one.

    One armour only: what is in another is the kind of the outer one, which nothing opens.
    """
    kind = recognise(data)
    decoded = None if kind.decode is None else kind.decode(data)
    if decoded is None:
        return data, kind
    inner = recognise(decoded)
    if inner.decode is not None or inner.code in _NOTHING:
        return data, kind
    return decoded, inner
