# SPDX-License-Identifier: Apache-2.0
"""Values of the certificate extensions that limit paths (RFC 5280 sections 4.2.1.5 to 4.2.1.14)."""

from __future__ import annotations

from typing import Final, NamedTuple

from kcert._asn1 import der
from kcert._asn1.der import Reader

__all__ = [
    "INHIBIT_ANY_POLICY",
    "NAME_CONSTRAINTS",
    "POLICY_CONSTRAINTS",
    "POLICY_MAPPINGS",
    "GeneralName",
    "RawNameConstraints",
    "read_general_names",
    "read_inhibit_any_policy",
    "read_name_constraints",
    "read_policy_constraints",
    "read_policy_mappings",
]

NAME_CONSTRAINTS: Final = "2.5.29.30"
POLICY_MAPPINGS: Final = "2.5.29.33"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"

GeneralName = tuple[int, bytes]
"""Number of the context-specific tag, 0 (otherName) to 8 (registeredID), and content octets."""

_CONSTRUCTED: Final = frozenset((0, 3, 4, 5))
# Counters above this say no more than this: no path is as long.
_MAX_SKIP: Final = 1 << 31


class RawNameConstraints(NamedTuple):
    """Permitted and excluded subtrees; ``minimum`` other than 0 and ``maximum`` are refused."""

    permitted: tuple[GeneralName, ...]
    excluded: tuple[GeneralName, ...]


def _open(value: bytes, name: str) -> Reader:
    """Go into the SEQUENCE that fills an extension's value."""
    reader = Reader(value, name)
    content = reader.sequence()
    reader.finish()
    return content


def _read_general_name(reader: Reader) -> GeneralName:
    tag, content = reader.read_any()
    number = tag & 0x1F
    if number > 8 or tag != der.context(number, constructed=number in _CONSTRUCTED):
        raise reader.fail("not a GeneralName")
    return number, content


def read_general_names(value: bytes, name: str = "subjectAltName") -> tuple[GeneralName, ...]:
    """GeneralNames (RFC 5280 section 4.2.1.6), at least one.

    Raises:
        FormatError: Another structure, or an empty one.
    """
    content = _open(value, name)
    names: list[GeneralName] = []
    while not content.at_end:
        names.append(_read_general_name(content))
    if not names:
        raise content.fail("there is no name")
    return tuple(names)


def _read_subtrees(constraints: Reader, tag: int) -> tuple[GeneralName, ...]:
    subtrees = constraints.enter_optional(tag)
    if subtrees is None:
        return ()
    if subtrees.at_end:
        raise subtrees.fail("GeneralSubtrees is empty")
    bases: list[GeneralName] = []
    while not subtrees.at_end:
        subtree = subtrees.sequence()
        bases.append(_read_general_name(subtree))
        # minimum is DEFAULT 0 and maximum absent in this profile (RFC 5280 section 4.2.1.10).
        if not subtree.at_end:
            raise subtree.fail("GeneralSubtree has a minimum or maximum")
    return tuple(bases)


def read_name_constraints(value: bytes) -> RawNameConstraints:
    """Subtrees of nameConstraints.

    Raises:
        FormatError: Another structure, no subtree at all, or a minimum or maximum.
    """
    content = _open(value, "nameConstraints")
    permitted = _read_subtrees(content, der.context(0))
    excluded = _read_subtrees(content, der.context(1))
    content.finish()
    if not permitted and not excluded:
        raise content.fail("there is neither a permitted nor an excluded subtree")
    return RawNameConstraints(permitted, excluded)


def read_policy_mappings(value: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs of issuerDomainPolicy and subjectDomainPolicy, at least one."""
    content = _open(value, "policyMappings")
    pairs: list[tuple[str, str]] = []
    while not content.at_end:
        pair = content.sequence()
        pairs.append((pair.oid(), pair.oid()))
        pair.finish()
    if not pairs:
        raise content.fail("there is no mapping")
    return tuple(pairs)


def _read_skip(reader: Reader, tag: int) -> int:
    number = reader.integer(tag)
    if number < 0:
        raise reader.fail("number of certificates is negative")
    return min(number, _MAX_SKIP)


def read_policy_constraints(value: bytes) -> tuple[int | None, int | None]:
    """Both counters, requireExplicitPolicy first; at least one is there."""
    content = _open(value, "policyConstraints")
    numbers: list[int | None] = []
    for number in (0, 1):
        tag = der.context(number, constructed=False)
        numbers.append(_read_skip(content, tag) if content.peek() == tag else None)
    content.finish()
    require_explicit_policy, inhibit_policy_mapping = numbers
    if require_explicit_policy is None and inhibit_policy_mapping is None:
        raise content.fail("there is no constraint")
    return require_explicit_policy, inhibit_policy_mapping


def read_inhibit_any_policy(value: bytes) -> int:
    """After how many certificates anyPolicy stops counting."""
    reader = Reader(value, "inhibitAnyPolicy")
    number = _read_skip(reader, der.INTEGER)
    reader.finish()
    return number
