# SPDX-License-Identifier: Apache-2.0
"""The one gate every name passes on its way into and out of a backend.

A name is one to 32 segments joined by ``/``, in Unicode NFC, with the same rules on every system,
so that what one medium holds can be copied to any other. Sources: Windows' "Naming Files, Paths,
and Namespaces"; POSIX ``NAME_MAX``; the 1,024-byte object keys of S3.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from kcert.errors import FormatError

__all__ = [
    "RESERVED_PREFIX",
    "UNSEEN",
    "check_folder",
    "check_leaf",
    "check_name",
    "is_device_name",
    "twin_key",
]

MAX_SEGMENT_BYTES: Final = 255
MAX_NAME_BYTES: Final = 1024
MAX_SEGMENTS: Final = 32

#: Segments that begin so are a backend's own: temporary files, locks, unfinished changes.
RESERVED_PREFIX: Final = ".kcert-"

_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³]) *(\..*)?",
    re.IGNORECASE | re.DOTALL,
)
#: For a class of a regular expression: line separators, the marks that reverse the direction of
#: writing, and what shows nothing (zero width, the fillers of Hangul). With those a name on the
#: screen is not the name on the medium; and HFS+ passes over some when it compares names.
UNSEEN: Final = "\xad\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"

_FORBIDDEN: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\\\\:{UNSEEN}\ud800-\udfff]")


def _refused(reason: str, reason_ko: str) -> FormatError:
    # The name itself may hold a person's name, so the message does not repeat it.
    return FormatError("storage name", reason, reason_ko=reason_ko)


def is_device_name(segment: str) -> bool:
    """Whether Windows takes ``segment`` for a device, whatever its extension (``nul.txt``)."""
    return _DEVICE.fullmatch(segment) is not None


def _check_segment(segment: str) -> None:
    if segment in {"", ".", ".."}:
        raise _refused("an empty segment, '.' or '..'", "빈 부분이나 '.', '..'은 쓸 수 없습니다")
    if _FORBIDDEN.search(segment):
        raise _refused(
            "a backslash, colon, control, direction or invisible character",
            "역슬래시, 콜론, 제어 문자, 쓰기 방향 문자, 보이지 않는 문자는 쓸 수 없습니다",
        )
    if segment[-1] in " .":
        raise _refused("a trailing dot or space", "점이나 공백으로 끝날 수 없습니다")
    if is_device_name(segment):
        raise _refused("a Windows device name", "Windows 장치 이름은 쓸 수 없습니다")
    if segment.casefold().startswith(RESERVED_PREFIX):
        raise _refused("a reserved prefix", "예약된 접두어는 쓸 수 없습니다")
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        raise _refused(
            f"a segment of more than {MAX_SEGMENT_BYTES} UTF-8 bytes",
            f"한 부분이 UTF-8로 {MAX_SEGMENT_BYTES}바이트를 넘습니다",
        )


def check_name(name: str) -> str:
    """Return ``name`` in NFC, or refuse it.

    Args:
        name: Segments joined by ``/``, relative, without a leading or trailing slash.

    Raises:
        FormatError: If a segment is empty, ``.`` or ``..``, names a Windows device, ends in a dot
            or a space, holds a backslash, a colon (drive letters, NTFS streams), a control,
            direction or invisible character or a lone surrogate, begins with `RESERVED_PREFIX`, or
            is longer than 255 UTF-8 bytes; or if the whole name is too long.
    """
    if not isinstance(name, str):
        raise TypeError("a storage name is a str")
    if len(name) > MAX_NAME_BYTES:
        raise _refused("too long", "이름이 너무 깁니다")
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    segments = name.split("/")
    for segment in segments:
        _check_segment(segment)
    if len(segments) > MAX_SEGMENTS or len(name.encode()) > MAX_NAME_BYTES:
        raise _refused("too long", "이름이 너무 깁니다")
    return name


def check_folder(folder: str) -> str:
    """As `check_name`; the empty string, which is the whole store, is allowed too."""
    return check_name(folder) if folder else ""


def check_leaf(leaf: str) -> str:
    """As `check_name`, for the name of a file within a folder: one segment."""
    if "/" in leaf:
        raise _refused("a slash in the name of a file", "파일 이름에는 '/'를 쓸 수 없습니다")
    return check_name(leaf)


def twin_key(name: str) -> str:
    """What two names have in common that some file system takes for one (case, normal form)."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded)
