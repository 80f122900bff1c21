# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 (RFC 7292): ``.pfx`` and ``.p12`` files.

One file holds certificates, locked private keys, names and other attributes, and a MAC over all of
it. Everything a credential has goes in and comes out: both pairs, the PKCS#8 attributes with R, CA
certificates, friendly names and any other attribute.

A key stays locked as it is in the file; the credential opens with the password of the file. Which
key belongs to which certificate is said by localKeyID; where it does not decide, the key is opened
and the public keys compared. Which pair signs is said by the certificates' key usage.

A file without a MAC opens: nothing tells then whether it was changed, and the credential says so
in `Credential.problems`, which `kcert.inspect` reports. So it does for a MAC with SHA-1 or fewer
than 1,000 rounds.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError, UnlockError
from kcert.formats.pkcs12.contents import (
    CertificateEntry,
    Contents,
    KeyEntry,
    read,
    read_with_lock,
)
from kcert.formats.pkcs12.pairing import credentials
from kcert.formats.pkcs12.writer import dump
from kcert.keys import DEFAULT_LIMITS
from kcert.keys.profiles import CHEAPEST, MODERN

if TYPE_CHECKING:
    from kcert.credential import Credential, UnlockedCredential
    from kcert.keys import Limits

__all__ = [
    "CertificateEntry",
    "Contents",
    "KeyEntry",
    "dump",
    "load",
    "load_all",
    "load_unencrypted",
    "read",
]

_FORMAT: Final = "PKCS#12 file"


def load(
    data: bytes | bytearray | memoryview,
    password: str | bytes | bytearray | memoryview | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Credential:
    """Open a file with one credential. The credential stays locked.

    Args:
        data: The file, BER or DER, at most ``limits.max_file_size``.
        password: The password, as text or as octets (UTF-8, or what a program made of it). ``None``
            where the file has none, which an empty one is, too. A key that is not locked in the
            file is locked under it, after `kcert.profiles.MODERN`.
        limits: Caps on size and work.

    Returns:
        The credential. What was wrong with the file, and what could not be taken over, stands in
        its ``problems``.

    Raises:
        FormatError: It is not a PKCS#12 file, is damaged, has no pair of key and certificate, or
            has several credentials; or a key in it is not locked and no password was given.
        KeyMismatchError: A key fits none of the certificates.
        LimitError: It asks for too much work; none was done.
        UnlockError: The password is wrong or the file changed, or it needs a password.
        UnsupportedAlgorithmError: It is protected in a way that kcert does not have.
    """
    try:
        return _only(load_all(data, password, limits=limits))
    finally:
        # Keys may lie open in the file.
        del data, password


def load_all(
    data: bytes | bytearray | memoryview,
    password: str | bytes | bytearray | memoryview | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Credential, ...]:
    """Open a file with any number of credentials, at least one; see `load`.

    Each signing pair makes a credential, with a key-management pair of the same subject. The
    certificates without keys go with each of them.
    """
    try:
        contents = read_with_lock(data, password, password, MODERN, limits)
        return credentials(contents, password, limits)
    finally:
        del data, password


def load_unencrypted(
    data: bytes | bytearray | memoryview,
    password: str | bytes | bytearray | memoryview | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> UnlockedCredential:
    """Open a file whose keys are not locked.

    Args:
        data: The file.
        password: The password of its MAC and certificates, where they have one.
        limits: Caps on size and work.

    Raises:
        FormatError: A key in it is locked: use `load`. See there for more.
    """
    # The keys are locked under a password that nobody knows, and opened at once.
    passing = secrets.token_bytes(16)
    try:
        contents = read_with_lock(data, password, passing, CHEAPEST, limits)
        credential = _only(credentials(contents, passing, limits))
        try:
            return credential.unlock(passing, limits=limits)
        except UnlockError:
            pass
    finally:
        del data, password, passing
    raise FormatError(
        _FORMAT,
        "its private key is locked; use pkcs12.load with the password",
        reason_ko="개인키가 잠겨 있습니다; 비밀번호와 함께 pkcs12.load를 쓰십시오",
    )


def _only(found: tuple[Credential, ...]) -> Credential:
    if len(found) != 1:
        raise FormatError(
            _FORMAT,
            f"it holds {len(found)} credentials; use pkcs12.load_all",
            reason_ko=f"인증서가 {len(found)}개 들어 있습니다; pkcs12.load_all을 쓰십시오",
        )
    return found[0]
