# SPDX-License-Identifier: Apache-2.0
"""Hashes by name for key derivations: those of `hashlib`, and two that only old files have."""

from __future__ import annotations

import hashlib
import hmac
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["constructor", "hmac_digest", "work"]

_IN_PYTHON: Final = ("md2", "md4")
_WORK_IN_PYTHON: Final = 200


def constructor(name: str) -> Callable[..., Any]:
    """What makes a hash object of this name: ``constructor("sha1")(data).digest()``."""
    if name == "md2":
        from kcert.keys.md2 import Md2

        return Md2
    if name == "md4":
        from kcert.keys.md4 import Md4

        return Md4
    # The functions by name are faster than `hashlib.new`, but not every hash has one.
    return getattr(hashlib, name, None) or partial(hashlib.new, name)


def hmac_digest(name: str, key: bytes, data: bytes) -> bytes:
    """HMAC (RFC 2104) with a hash by name."""
    return hmac.digest(key, data, constructor(name) if name in _IN_PYTHON else name)


def work(name: str) -> int:
    """How many rounds of the usual work one round with this hash counts for, against the caps."""
    return _WORK_IN_PYTHON if name in _IN_PYTHON else 1
