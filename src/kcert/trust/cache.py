# SPDX-License-Identifier: Apache-2.0
"""A folder in which fetched CRLs and OCSP responses are kept until they run out.

Several processes can share it: files appear whole or not at all, under names that say nothing.
Nothing in it is believed: what it holds is signed, and is checked each time it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kcert._asn1.crl import MAX_CRL_SIZE
from kcert._asn1.der import Reader
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RevocationCache"]

_MAGIC: Final = b"kcert revocation cache 1\n"
_SUFFIX: Final = ".cached"
_PARTIAL: Final = ".partial"
_MAX_SIZE: Final = 256 << 20
_MAX_HEADER: Final = 128
# A process that died while it was writing leaves its file; nobody writes for that long.
_ABANDONED: Final = 3600


class RevocationCache:
    """What was fetched, by URL.

    A medium that fails is no error: what cannot be read is not there, and what cannot be written
    is fetched again.

    Args:
        folder: The folder; made where it is missing, for this user alone.
        max_size: Most octets that it may hold; the oldest files go first.
    """

    def __init__(self, folder: str | os.PathLike[str], *, max_size: int = _MAX_SIZE) -> None:
        self._folder = Path(folder)
        self._max_size = max_size

    def __repr__(self) -> str:
        return f"<RevocationCache of up to {self._max_size} octets>"

    def _path(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(key.encode()).hexdigest() + _SUFFIX)

    def get(self, key: str, at: datetime) -> tuple[bytes, ...]:
        """The values kept under a key, empty where there are none or they have run out.

        Args:
            key: URL, or what else names them.
            at: The moment in question, aware.
        """
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read(MAX_CRL_SIZE + _MAX_HEADER + 1)
        except OSError:
            return ()
        try:
            expires, body = _split(data)
            if at > expires:
                return ()
            reader = Reader(body, "revocation cache")
            values: list[bytes] = []
            while not reader.at_end:
                values.append(reader.read_encoded())
        except (FormatError, ValueError):
            with contextlib.suppress(OSError):
                path.unlink()
            return ()
        return tuple(values)

    def put(self, key: str, values: Sequence[bytes], expires: datetime) -> None:
        """Keep values under a key, in place of what is there.

        Args:
            key: URL, or what else names them.
            values: DER each; together at most 32 MiB, else nothing is kept.
            expires: When they run out, aware.
        """
        body = b"".join(values)
        if not body or len(body) > min(MAX_CRL_SIZE, self._max_size):
            return
        header = _MAGIC + expires.astimezone(UTC).isoformat().encode() + b"\n\n"
        path = self._path(key)
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(len(header) + len(body))
            import tempfile  # late: it loads a lot that reading needs not

            # Made for this user alone, and moved into place when it is whole.
            handle, partial = tempfile.mkstemp(suffix=_PARTIAL, dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(header + body)
                Path(partial).replace(path)
            except OSError:
                Path(partial).unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        """Remove the oldest files until there is room for another one."""
        found: list[tuple[float, int, Path]] = []
        total = size
        newest = 0.0
        for entry in os.scandir(self._folder):
            if entry.name.endswith((_SUFFIX, _PARTIAL)):
                try:
                    facts = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # another process was faster
                total += facts.st_size
                newest = max(newest, facts.st_mtime)
                found.append((facts.st_mtime, facts.st_size, Path(entry.path)))
        for written, octets, path in sorted(found):
            abandoned = path.name.endswith(_PARTIAL) and written < newest - _ABANDONED
            if total > self._max_size or abandoned:
                path.unlink(missing_ok=True)
                total -= octets


def _split(data: bytes) -> tuple[datetime, bytes]:
    """When a file's values run out, and the values."""
    header, separator, body = data.partition(b"\n\n")
    if not separator or not header.startswith(_MAGIC) or len(header) > _MAX_HEADER:
        raise FormatError("revocation cache", "it is no file of this cache")
    expires = datetime.fromisoformat(header[len(_MAGIC) :].decode("ascii"))
    if expires.tzinfo is None:
        raise FormatError("revocation cache", "its date has no time zone")
    return expires, body
