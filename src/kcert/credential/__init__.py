# SPDX-License-Identifier: Apache-2.0
"""Credentials: what rests on a disk, and what can sign.

`Credential` holds certificates and locked keys; `UnlockedCredential` holds open keys. The only
ways across are `Credential.unlock` and `UnlockedCredential.lock`.
"""

from __future__ import annotations

from kcert.credential.attributes import BagAttribute
from kcert.credential.locked import Credential
from kcert.credential.pair import KeyPair, UnlockedKeyPair
from kcert.credential.signer import Signer
from kcert.credential.unlocked import UnlockedCredential

__all__ = [
    "BagAttribute",
    "Credential",
    "KeyPair",
    "Signer",
    "UnlockedCredential",
    "UnlockedKeyPair",
]
