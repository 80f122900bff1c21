# SPDX-License-Identifier: Apache-2.0
"""Change several files of one folder at once, on any file system.

The new bytes of all files are written into one file, ``.kcert-change``. The moment that file has
its name, the change has happened: readers take what it says for the truth, and the next writer
carries it out and removes it. A crash before that moment leaves the old state, a crash after it
the new one. Programs that do not know the file see the single files replaced one after the other.
(An exchange of whole folders would spare them that, but only some file systems have it.)

The bytes in it are those of the files: certificates and locked keys.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError
from kcert.storage.names import RESERVED_PREFIX, check_name
from kcert.storage.reading import NotRegularError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcert.storage.folder import Folder
    from kcert.storage.reading import FolderReader

__all__ = ["CHANGE_FILE", "begin", "carry_out", "finish", "pending"]

CHANGE_FILE: Final = f"{RESERVED_PREFIX}change"
_MAX_SIZE: Final = 16 << 20


def _encode(changes: Mapping[str, bytes | None]) -> bytes:
    body = json.dumps(
        {
            name: None if data is None else binascii.b2a_base64(data, newline=False).decode()
            for name, data in changes.items()
        }
    ).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _decode(data: bytes) -> dict[str, bytes | None] | None:
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    try:
        changes = {
            check_name(name): None if text is None else binascii.a2b_base64(text, strict_mode=True)
            for name, text in json.loads(body).items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError, FormatError):
        return None
    return None if any("/" in name for name in changes) else changes


def pending(folder: FolderReader) -> dict[str, bytes | None]:
    """The change that was begun in this folder and not finished; empty where there is none.

    A file that is not a whole, well-formed change has never been one: it is passed over.
    """
    try:
        data = folder.read(CHANGE_FILE, _MAX_SIZE)
    except (FileNotFoundError, NotRegularError, TooLargeError):
        return {}
    return _decode(data) or {}


def begin(folder: Folder, changes: Mapping[str, bytes | None]) -> None:
    """Make ``changes`` the truth. The caller holds the lock and has finished older changes."""
    folder.write(CHANGE_FILE, _encode(changes), new=True)


def carry_out(folder: Folder, changes: Mapping[str, bytes | None]) -> None:
    """Make each change of ``changes``, one after the other; what is done already is fine."""
    for name, data in changes.items():
        if data is not None:
            folder.write(name, data, new=False)
        else:
            with suppress(FileNotFoundError):
                folder.discard(name)


def finish(folder: Folder) -> None:
    """Carry out a change that was begun, if there is one. The caller holds the folder's lock."""
    carry_out(folder, pending(folder))
    with suppress(FileNotFoundError):
        folder.unlink(CHANGE_FILE)
        folder.sync()
