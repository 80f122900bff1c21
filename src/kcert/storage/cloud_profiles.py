# SPDX-License-Identifier: Apache-2.0
"""Credentials of cloud services in a file that the caller names; nobody looks for it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CloudProfile", "credentials_of"]

_MAX_SIZE: Final = 1 << 16
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@frozen
class CloudProfile:
    """A table of a TOML file with the credentials of one service.

    ::

        [work]
        access_key_id = "…"
        secret_access_key = "…"

    The file is read when a store is opened with it, and must be readable by its owner only.

    Attributes:
        path: The file.
        name: The table.
    """

    path: str | os.PathLike[str]
    name: str


def credentials_of(given: Mapping[str, str] | CloudProfile | None) -> Mapping[str, str] | None:
    """The credentials that were given, or those of the profile.

    Raises:
        NotFoundError: If there is no such file or table.
        StorageError: If others can read the file, or it is not TOML with texts.
    """
    if not isinstance(given, CloudProfile):
        return given
    import tomllib

    try:
        with open(given.path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & _OTHERS:
                raise _refused(
                    "others can read the profile file; chmod 600",
                    "다른 사용자가 프로필 파일을 읽을 수 있습니다; chmod 600을 하십시오",
                )
            text = file.read(_MAX_SIZE + 1)
        tables = tomllib.loads(text.decode()) if len(text) <= _MAX_SIZE else {}
    except FileNotFoundError:
        raise _absent() from None
    except (OSError, ValueError, RecursionError):
        raise _refused(
            "the profile file is not readable TOML", "프로필 파일을 TOML로 읽을 수 없습니다"
        ) from None
    table = tables.get(given.name)
    if not isinstance(table, dict):
        raise _absent()
    if not all(isinstance(value, str) for value in table.values()):
        raise _refused("a profile has texts only", "프로필에는 문자열만 쓸 수 있습니다")
    return table


def _absent() -> NotFoundError:
    return NotFoundError(
        "there is no such profile", "그런 프로필이 없습니다", backend="cloud profile"
    )


def _refused(reason: str, reason_ko: str) -> StorageError:
    return StorageError(reason, reason_ko, backend="cloud profile")
