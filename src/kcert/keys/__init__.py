# SPDX-License-Identifier: Apache-2.0
"""Private keys, locked and open."""

from __future__ import annotations

from kcert.keys import profiles
from kcert.keys.encrypted import EncryptedKey
from kcert.keys.limits import DEFAULT_LIMITS, Limits
from kcert.keys.padding import Padding
from kcert.keys.private import PrivateKey
from kcert.keys.profiles import LockProfile
from kcert.keys.vid_random import VidRandom

__all__ = [
    "DEFAULT_LIMITS",
    "EncryptedKey",
    "Limits",
    "LockProfile",
    "Padding",
    "PrivateKey",
    "VidRandom",
    "profiles",
]
