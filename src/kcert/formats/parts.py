# SPDX-License-Identifier: Apache-2.0
"""Single files of a credential: a DER certificate, a locked key, a pair of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kcert.certificate import Certificate
from kcert.credential import KeyPair
from kcert.errors import FormatError, KcertError, LimitError
from kcert.keys import EncryptedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["MAX_FILE_SIZE", "check_size", "read_certificate", "read_key", "read_pair"]

_T = TypeVar("_T")

MAX_FILE_SIZE = 1 << 20
"""Largest file that is read, in octets."""


def check_size(data: bytes, name: str) -> None:
    """Refuse a file that is too large with a `LimitError`."""
    if len(data) > MAX_FILE_SIZE:
        raise LimitError("file size", len(data), MAX_FILE_SIZE, where=name)


def read_certificate(data: bytes, name: str) -> Certificate:
    """Read a certificate; ``name`` is the file's in the `FormatError` where it is none."""
    return _read(Certificate.load, data, name)


def read_key(data: bytes, name: str) -> EncryptedKey:
    """Read a locked key; ``name`` is the file's in the `FormatError` where it is none."""
    return _read(EncryptedKey.load, data, name)


def _read(load: Callable[[bytes], _T], data: bytes, name: str) -> _T:
    check_size(data, name)
    try:
        return load(data)
    except FormatError as error:
        raise _named(error, name) from None


def _named(error: FormatError, name: str) -> FormatError:
    """The same fault with the file's name on it."""
    return FormatError(
        f"{name}: {error.format}",
        error.reason,
        reason_ko=error.reason_ko,
        where=error.where,
    )


def read_pair(
    files: Mapping[str, bytes],
    certificate: str,
    key: str,
    format: str,
    problems: list[KcertError],
) -> KeyPair | None:
    """Read the key-management pair, or ``None`` where there is none or it cannot be used.

    Args:
        files: Content of the files there are.
        certificate: Name of the certificate's file.
        key: Name of the key's file.
        format: Name of the format, for messages.
        problems: Takes what is wrong, if something is.
    """
    present = [name for name in (certificate, key) if name in files]
    if not present:
        return None
    if len(present) == 1:
        missing = key if present[0] == certificate else certificate
        problems.append(
            FormatError(
                format,
                f"{present[0]} is there without {missing}; the pair cannot decrypt",
                reason_ko=f"{present[0]} 파일은 있지만 {missing} 파일이 없어 복호화할 수 없습니다",
            )
        )
        return None
    try:
        return KeyPair(
            certificate=read_certificate(files[certificate], certificate),
            key=read_key(files[key], key),
        )
    except KcertError as error:
        # Without the frames in which it arose, which know the key.
        problems.append(error.without_origin())
        return None
