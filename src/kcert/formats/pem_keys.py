# SPDX-License-Identifier: Apache-2.0
"""The private key of a PEM block: locked, in the clear, or in the traditional encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1.traditional_keys import WRAPPERS
from kcert.errors import FormatError, UnlockError
from kcert.formats.pem_blocks import FORMAT, LOCKED_KEY
from kcert.keys import EncryptedKey, PrivateKey, traditional
from kcert.keys.profiles import MODERN

if TYPE_CHECKING:
    from kcert.credential.types import Password
    from kcert.formats.pem_blocks import KeyBlock
    from kcert.keys import Limits

__all__ = ["locked_key", "open_key"]


def locked_key(block: KeyBlock, password: Password | None, limits: Limits) -> EncryptedKey:
    """The key of a block, locked."""
    try:
        if block.label == LOCKED_KEY:
            return EncryptedKey.load(block.data, limits=limits)
        if not block.is_locked:
            raise FormatError(
                FORMAT,
                f"the {block.label} is not locked; use kcert.pem.load_unencrypted",
                reason_ko=f"{block.label}가 암호화되지 않았습니다; "
                "kcert.pem.load_unencrypted를 쓰십시오",
            )
        if block.label not in WRAPPERS:
            raise FormatError(FORMAT, f"a {block.label} is not encrypted by headers")
        if password is None:
            raise UnlockError(reason="give the password", reason_ko="비밀번호를 지정하십시오")
        with _open_traditional(block, password) as key:
            return key.lock(password, MODERN)
    finally:
        del password


def _open_traditional(block: KeyBlock, password: Password) -> PrivateKey:
    """Open a key of OpenSSL's own form that has a ``DEK-Info`` header."""
    try:
        plain = traditional.decrypt(block.headers, block.data, password)
    finally:
        del password
    key: PrivateKey | None
    try:
        key = PrivateKey.adopt(WRAPPERS[block.label](plain))
    except FormatError:
        # Padding fits by chance once in 256 wrong passwords.
        key = None
    finally:
        plain[:] = bytes(len(plain))
    if key is None:
        raise UnlockError
    return key


def open_key(block: KeyBlock) -> PrivateKey:
    """The key of a block that is not locked."""
    if block.is_locked:
        raise FormatError(
            FORMAT,
            "a private key is locked; use kcert.pem.load",
            reason_ko="개인키가 잠겨 있습니다; kcert.pem.load를 쓰십시오",
        )
    wrap = WRAPPERS.get(block.label)
    if wrap is not None:
        return PrivateKey.adopt(wrap(memoryview(block.data)))
    return PrivateKey.load(block.data)
