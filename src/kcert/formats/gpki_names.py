# SPDX-License-Identifier: Apache-2.0
"""Names of government certificates' files: whose file it is, and which of the four."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kcert.storage.names import twin_key

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ENDINGS",
    "KM_CERTIFICATE",
    "KM_KEY",
    "SIGN_CERTIFICATE",
    "SIGN_KEY",
    "ending_of",
    "files_of",
    "is_sign_certificate",
    "names",
]

SIGN_CERTIFICATE = "_sig.cer"
SIGN_KEY = "_sig.key"
KM_CERTIFICATE = "_env.cer"
KM_KEY = "_env.key"

#: What the names of the four files end in.
ENDINGS = (SIGN_CERTIFICATE, SIGN_KEY, KM_CERTIFICATE, KM_KEY)

_NAME = re.compile(r"(.+)(_(?:sig|env)\.(?:cer|key))", re.IGNORECASE | re.DOTALL)


def _owner(file: str) -> str | None:
    match = _NAME.fullmatch(file)
    return None if match is None else match[1]


def ending_of(file: str) -> str:
    """Which of the four it is, one of `ENDINGS`; empty for other files."""
    match = _NAME.fullmatch(file)
    return "" if match is None else match[2].lower()


def is_sign_certificate(file: str) -> bool:
    """Whether it is a signing certificate's file: without one there is no credential."""
    return ending_of(file) == SIGN_CERTIFICATE


def names(files: Iterable[str]) -> tuple[str, ...]:
    """Whose files are among ``files``: each name once, in order, as it is first written."""
    found: dict[str, str] = {}
    for file in sorted(files):
        owner = _owner(file)
        if owner is not None:
            found.setdefault(twin_key(owner), owner)
    return tuple(found.values())


def files_of(files: Iterable[str], name: str) -> tuple[str, ...]:
    """Which of ``files`` are one person's."""
    wanted = twin_key(name)
    return tuple(
        file for file in files if (owner := _owner(file)) is not None and twin_key(owner) == wanted
    )
