# SPDX-License-Identifier: Apache-2.0
"""Where certificates lie, and the dialog that lets a person choose one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kcert.compat.pypinksign.pinksign import PinkSign
from kcert.discovery import discover
from kcert.errors import AmbiguousError, NotFoundError
from kcert.storage.places import npki_folder, places
from kcert.storage.platform import Platform, System

if TYPE_CHECKING:
    from kcert.credential.types import Password as AnyPassword
    from kcert.discovery import Found

__all__ = ["choose_cert", "get_npki_path"]


def get_npki_path() -> str:
    """The first NPKI folder on this computer, with a separator at its end.

    `kcert.discover` looks into every folder and stick; this is one of them.

    Raises:
        ValueError: There is none (on Linux, ``~/NPKI/`` comes back all the same).
    """
    platform = Platform.current()
    for place in places(platform):
        if place.path.name.casefold() == "npki" and place.path.is_dir():
            return os.path.join(place.path, "")  # noqa: PTH118 - pathlib takes the separator off
    if platform.system in (System.WINDOWS, System.MACOS):
        raise ValueError("there is no NPKI folder on this computer")
    return os.path.join(npki_folder(platform), "")  # noqa: PTH118 - see above


def choose_cert(
    base_path: str | os.PathLike[str] | None = None,
    cn: str | None = None,
    pw: AnyPassword | None = None,
) -> PinkSign:
    """Find a certificate by the holder's CN, or let the person at the console choose one.

    Folders are found on every system and in any case of letters; a broken one stops nothing. The
    dialog shows the holders' names, as PyPinkSign does.

    Args:
        base_path: A folder to look into; default `get_npki_path`.
        cn: The CN, or a part of it. The whole CN comes before a part; nothing is asked.
        pw: With ``cn``: open the key, too.

    Returns:
        The certificate. Without ``pw``, `PinkSign.load_prikey` needs the password only.

    Raises:
        NotFoundError: There is no certificate, or none with this CN. PyPinkSign asks then, and a
            service waits for ever.
        AmbiguousError: Several certificates have this CN. PyPinkSign takes the first.
        ValueError: Not one of the numbers shown was typed.
    """
    try:
        found = _joint_certificates(get_npki_path() if base_path is None else base_path)
        if cn is None:
            return _ask(found)
        chosen = _matching(found, cn)
        if pw is not None:
            chosen.load_prikey(prikey_password=pw)
    finally:
        del pw
    return chosen


def _joint_certificates(root: str | os.PathLike[str]) -> list[PinkSign]:
    found = [
        _with_paths(one)
        for one in discover(root)
        if one.certificate is not None and one.problem is None and one.duplicate_of is None
    ]
    if found:
        return found
    raise NotFoundError(
        "there is no certificate in this folder; kcert.discover() looks everywhere",
        "이 폴더에 인증서가 없습니다; kcert.discover()는 모든 곳을 찾습니다",
        backend="file",
    )


def _with_paths(found: Found) -> PinkSign:
    credential = found.load()
    made = PinkSign(pubkey_data=credential.certificate.der, prikey_data=credential.key.der)
    for name, attribute in (("signcert.der", "pubkey_path"), ("signpri.key", "prikey_path")):
        folder = Path(found.location)
        files = folder.iterdir() if folder.is_dir() else ()
        path = next((str(file) for file in files if file.name.casefold() == name), None)
        setattr(made, attribute, path)
    return made


def _matching(found: list[PinkSign], cn: str) -> PinkSign:
    whole = [one for one in found if one.cn() == cn]
    matching = whole or [one for one in found if cn in one.cn()]
    if len(matching) > 1:
        raise AmbiguousError(
            f"{len(matching)} certificates have this CN; give the whole CN or one folder",
            f"이 CN을 가진 인증서가 {len(matching)}개입니다; 전체 CN이나 한 폴더를 주십시오",
            backend="file",
            choices=[one.cn() for one in matching],
        )
    if matching:
        return matching[0]
    raise NotFoundError(
        "no certificate in this folder has this CN",
        "이 폴더에 그 CN을 가진 인증서가 없습니다",
        backend="file",
    )


def _ask(found: list[PinkSign]) -> PinkSign:
    for number, one in enumerate(found, 1):
        begins, ends = one.valid_date()
        sys.stdout.write(f"[{number}] {one.cn()} ({begins} ~ {ends}) issued by {one.issuer()}\n")
    number = int(input("Choose your certificate: "))
    if not 1 <= number <= len(found):
        raise ValueError(f"choose a number from 1 to {len(found)}")
    return found[number - 1]
