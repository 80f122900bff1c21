# SPDX-License-Identifier: Apache-2.0
"""Members of a zip archive, which may be hostile: counted, sized and named before any is unpacked.

Nothing here touches a disk. What would unpack to too much, lies on top of another member, leads
out of the archive or stands behind a password is refused before a single octet is inflated.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from typing import Final

from attrs import field, frozen

from kcert.errors import FormatError, KcertError, LimitError, UnsupportedAlgorithmError
from kcert.formats.parts import MAX_FILE_SIZE

__all__ = ["MAX_MEMBERS", "MAX_SIZE", "MAX_UNPACKED", "FileSource", "Members", "read_members"]

MAX_MEMBERS: Final = 1_000
"""Most members that an archive may have."""
MAX_UNPACKED: Final = 16 << 20
"""Most octets that all members together may unpack to."""
MAX_SIZE: Final = 16 << 20
"""Largest archive that is looked at, in octets."""

_FORMAT: Final = "zip archive"
_CENTRAL_HEADER: Final = b"PK\x01\x02"
_LOCAL_HEADER_SIZE: Final = 30
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000  # traditional, strong, and of the directory itself
_UTF8: Final = 0x800
_DRIVE: Final = re.compile(r"[A-Za-z]:")


@frozen
class FileSource:
    """One member, to be unpacked when it is wanted."""

    _archive: zipfile.ZipFile = field(repr=False)
    _info: zipfile.ZipInfo = field(repr=False)

    def read(self) -> bytes:
        """Its content.

        Raises:
            FormatError: It is damaged.
            LimitError: It is larger than a file of a credential may be.
        """
        size = self._info.file_size
        if size > MAX_FILE_SIZE:
            raise LimitError("file size", size, MAX_FILE_SIZE, where=_FORMAT)
        try:
            with self._archive.open(self._info) as file:
                data = file.read(size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
            data = b""
        if len(data) != size or not size:
            raise FormatError(
                _FORMAT,
                "a file in it is damaged; ask for the archive again",
                reason_ko="안에 있는 파일이 손상되었습니다; 압축파일을 다시 받으십시오",
            )
        return data


Members = dict[str, dict[str, list[FileSource]]]
"""Folder, file name in it, and the members that claim that name."""


def read_members(data: bytes) -> Members:
    """What an archive holds, looked at as far as its directory goes.

    Links, folders and devices are left out.

    Raises:
        FormatError: It is no archive, damaged, behind a password, or has names that lead out.
        UnsupportedAlgorithmError: A member is compressed in a way that is not deflate.
        LimitError: There is more in it than the caps allow.
    """
    if len(data) > MAX_SIZE:
        raise LimitError("file size", len(data), MAX_SIZE, where=_FORMAT)
    # What the end record says may be a lie, and the library reads the whole directory at once.
    count = data.count(_CENTRAL_HEADER)
    if count > MAX_MEMBERS:
        raise LimitError("number of members", count, MAX_MEMBERS, where=_FORMAT)
    archive = _open(data)
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED:
        raise LimitError("unpacked size", unpacked, MAX_UNPACKED, where=_FORMAT)
    _refuse_overlaps(infos, archive.start_dir)
    members: Members = {}
    for info in infos:
        name = _name(info)
        if info.flag_bits & _ENCRYPTED:
            raise _locked()
        if name.endswith("/") or not _is_regular(info):
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnsupportedAlgorithmError(
                None,
                f"compression method {info.compress_type}",
                use=_FORMAT,
                hint="unpack it and give the folder, or pack it again as an ordinary zip",
                hint_ko="압축을 풀어 폴더를 지정하거나 일반 ZIP으로 다시 압축하십시오",
            )
        folder, _, leaf = name.rpartition("/")
        members.setdefault(folder, {}).setdefault(leaf, []).append(FileSource(archive, info))
    return members


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except RuntimeError:  # the library has not implemented it
        failure: KcertError = UnsupportedAlgorithmError(None, "a newer zip version", use=_FORMAT)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, OverflowError, IndexError):
        failure = _damaged()
    raise failure


def _damaged() -> FormatError:
    return FormatError(
        _FORMAT,
        "it is damaged or was cut; ask for it again",
        reason_ko="손상되었거나 잘린 파일입니다; 다시 받으십시오",
    )


def _locked() -> FormatError:
    return FormatError(
        _FORMAT,
        "it is protected with a password of its own; unpack it and give the folder",
        reason_ko="압축파일에 비밀번호가 걸려 있습니다; 압축을 풀어 폴더를 지정하십시오",
    )


def _refuse_overlaps(infos: list[zipfile.ZipInfo], end: int) -> None:
    """Members that share octets let a small archive unpack to anything, and hide one in another."""
    for info in sorted(infos, key=lambda one: one.header_offset, reverse=True):
        size = _LOCAL_HEADER_SIZE + info.compress_size
        if info.header_offset < 0 or info.header_offset + size > end:
            raise _damaged()
        end = info.header_offset


def _is_regular(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _name(info: zipfile.ZipInfo) -> str:
    """Name of a member in NFC, with ``/`` between folders, and never leading out."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        name = _decoded(name.encode("cp437"))
    name = unicodedata.normalize("NFC", name).replace("\\", "/")
    if (
        "\0" in name
        or name.startswith("/")
        or _DRIVE.match(name)
        or ".." in name.split("/")
        or not name.strip("/")
    ):
        raise FormatError(
            _FORMAT,
            "a name in it leads to a place outside; do not trust who made it",
            reason_ko="압축파일 밖을 가리키는 이름이 있습니다; 만든 사람을 신뢰하지 마십시오",
        )
    return "/".join(part for part in name.split("/") if part not in {"", "."}) + (
        "/" if name.endswith("/") else ""
    )


def _decoded(octets: bytes) -> str:
    """Text of a name that does not say how it is encoded."""
    for encoding in ("utf-8", "cp949"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return octets.decode("cp437")
