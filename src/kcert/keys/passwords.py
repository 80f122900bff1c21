# SPDX-License-Identifier: Apache-2.0
"""The one place where passwords become octets."""

from __future__ import annotations

from kcert.errors import FormatError, LimitError
from kcert.keys.secret import Secret

__all__ = ["MAX_PASSWORD_SIZE", "Password", "password_bytes"]

MAX_PASSWORD_SIZE = 1 << 20


def password_bytes(password: str | bytes | bytearray | memoryview) -> bytearray:
    """Turn a password into octets: text as UTF-8, octets as they are.

    Nothing is normalised, trimmed or terminated: Korean programs hash what was typed.

    Args:
        password: Text or octets, at most 1 MiB. An empty password is a password.

    Returns:
        A copy of its own, for the caller to overwrite after use.

    Raises:
        TypeError: It is neither text nor octets.
        FormatError: Text that UTF-8 cannot encode (half a surrogate pair).
        LimitError: More than 1 MiB.
    """
    size = -1
    try:
        if isinstance(password, str):
            size = len(password)
            if size <= MAX_PASSWORD_SIZE:
                octets = bytearray(password, "utf-8")
                size = len(octets)
        elif isinstance(password, (bytes, bytearray, memoryview)):
            size = memoryview(password).nbytes
            if size <= MAX_PASSWORD_SIZE:
                octets = bytearray(password)
    except UnicodeEncodeError:
        size = -2
    finally:
        # A debugger's or logger's view of this frame must not show it.
        del password
    if 0 <= size <= MAX_PASSWORD_SIZE:
        return octets
    if size == -1:
        raise TypeError("password must be str, bytes or bytearray")
    if size == -2:
        raise FormatError(
            "password",
            "text holds half a surrogate pair, which UTF-8 cannot encode; pass it as bytes",
            reason_ko="UTF-8로 나타낼 수 없는 문자가 있습니다; bytes로 전달하십시오",
        )
    raise LimitError("password size", size, MAX_PASSWORD_SIZE)


class Password(Secret):
    """A password on its way to a key derivation, overwritten when closed.

    Attributes:
        octets: The password as `password_bytes` makes it.
    """

    __slots__ = ("octets",)

    def __init__(self, password: str | bytes | bytearray | memoryview) -> None:
        try:
            self.octets = password_bytes(password)
        finally:
            del password

    def close(self) -> None:
        """Overwrite the octets."""
        self.octets[:] = bytes(len(self.octets))
