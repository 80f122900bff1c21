# SPDX-License-Identifier: Apache-2.0
"""``python -m kcert.testing FOLDER``: a certificate of nobody in a folder, to try things with."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from kcert.errors import KcertError
from kcert.store import open_store
from kcert.testing import TEST_ID_NUMBER, TEST_PASSWORD, FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_USAGE = "usage: python -m kcert.testing FOLDER\n"


def main(arguments: Sequence[str], out: TextIO, errors: TextIO) -> int:
    """Write an NPKI folder with one made-up certificate, and say how to open it.

    Args:
        arguments: The folder. It is made where it is missing; what is in it stays.
        out: For what was made.
        errors: For what went wrong.

    Returns:
        0; 1 where the folder cannot be written; 2 where not one folder was given.
    """
    for stream in (out, errors):
        # A console that cannot show Hangul shows question marks instead of a traceback.
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[attr-defined] # text files have it
    if len(arguments) != 1 or arguments[0].startswith("-"):
        errors.write(_USAGE)
        return 2
    (folder,) = arguments
    credential = FakeAuthority("yessign").issue("홍길동", km=True, chain=True)
    try:
        entry = open_store(folder, create=True).add(credential)
    except KcertError as error:
        errors.write(f"{error}\n{error.message_ko}\n")
        return 1
    out.write(
        f"{folder}: {entry.id}\n"
        f"password · 비밀번호: {TEST_PASSWORD}\n"
        f"identity number · 식별번호: {TEST_ID_NUMBER}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout, sys.stderr))
