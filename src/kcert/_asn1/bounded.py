# SPDX-License-Identifier: Apache-2.0
"""Reading a SEQUENCE OF or SET OF whose number of members is capped before they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kcert._asn1.der import Reader
from kcert.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["open_sequence", "read_members"]

_Member = TypeVar("_Member")


def open_sequence(encoded: bytes, format: str) -> Reader:
    """Go into the one SEQUENCE that fills ``encoded``.

    Args:
        encoded: The encoding.
        format: Name of the structure, for errors.

    Raises:
        FormatError: It is something else, or goes on.
    """
    outer = Reader(encoded, format)
    fields = outer.sequence()
    outer.finish()
    return fields


def read_members(
    members: Reader,
    read: Callable[[Reader], _Member],
    *,
    what: str,
    maximum: int,
    least: int = 1,
) -> tuple[_Member, ...]:
    """Read every value that is left in ``members``.

    Args:
        members: The inside of a SEQUENCE OF.
        read: Reads one member.
        what: What the members are, for the error.
        maximum: How many there may be.
        least: How many there must be.

    Raises:
        FormatError: A member is malformed, or there are too few.
        LimitError: There are too many.
    """
    found: list[_Member] = []
    while not members.at_end:
        if len(found) >= maximum:
            raise LimitError(what, len(found) + 1, maximum, where=members.format)
        found.append(read(members))
    if len(found) < least:
        raise members.fail(f"there are no {what}")
    return tuple(found)
