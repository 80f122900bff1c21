# SPDX-License-Identifier: Apache-2.0
"""From a folder to the one credential in it, or to words on what is there instead."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from kcert.errors import AmbiguousError, FormatError
from kcert.formats import npki
from kcert.formats.folder import list_names
from kcert.formats.gpki_names import names as government_names

if TYPE_CHECKING:
    from kcert.credential import Credential

__all__ = ["load_folder", "load_government_files"]

_NPKI_FILES = frozenset(name.casefold() for name in npki.FILES if name != npki.CA_CERTIFICATES)
_SINGLE_FILES = (".pfx", ".p12", ".pem", ".zip")

# Folders below that are looked into for a hint; somebody may give the root of a disk.
_MAX_FOLDERS = 1_000


def load_folder(path: str) -> Credential:
    """Load the credential of an NPKI folder or of a folder with one person's government files.

    Raises:
        AmbiguousError: It holds NPKI and government files, or several persons' files.
        FormatError: It holds no credential; the message says what is there instead. See
            `kcert.npki.read_folder` and `kcert.gpki.read_folder` for more.
    """
    listed = list_names(path)
    is_npki = any(name.casefold() in _NPKI_FILES for name in listed)
    owners = government_names(listed)
    if is_npki and owners:
        raise AmbiguousError(
            "the folder holds NPKI and government files; use npki.read_folder or gpki.read_folder",
            "NPKI 파일과 GPKI 파일이 함께 있습니다; npki.read_folder나 gpki.read_folder를 쓰십시오",
            backend="file",
            name=path,
        )
    if owners:
        return load_government_files(path)
    if not is_npki:
        _refuse(path, listed)
    return npki.read_folder(path)


def load_government_files(path: str, name: str | None = None) -> Credential:
    """Load one person's files of a folder; see `kcert.formats.gpki.read_folder`."""
    # Late: NPKI folders need none of it.
    from kcert.formats import gpki

    return gpki.read_folder(path, name)


def _refuse(path: str, listed: list[str]) -> NoReturn:
    """Say what a folder without a credential of its own has instead."""
    count = sum(name.casefold().endswith(_SINGLE_FILES) for name in listed)
    if count:
        raise FormatError(
            "kcert.load",
            f"the folder has no signCert.der, but {count} files that may hold a certificate "
            "(.pfx, .p12, .pem, .zip); give the path of one of them",
            reason_ko=f"폴더에 signCert.der는 없고 인증서가 들어 있을 수 있는 파일이 {count}개 "
            "있습니다(.pfx, .p12, .pem, .zip); 그중 한 파일의 경로를 지정하십시오",
        )
    if _has_credentials_below(path):
        raise FormatError(
            "kcert.load",
            "the folder is above folders with certificates; kcert.discover(path) finds them all, "
            "kcert.open_store(path) keeps them",
            reason_ko="인증서 폴더들의 상위 폴더입니다; kcert.discover(경로)로 모두 찾거나 "
            "kcert.open_store(경로)로 여십시오",
        )
    raise FormatError(
        "kcert.load",
        "there is no certificate in the folder; choose the one with signCert.der and signPri.key, "
        "or with files that end in _sig.cer and _sig.key",
        reason_ko="폴더에 인증서가 없습니다; signCert.der와 signPri.key 또는 "
        "_sig.cer와 _sig.key로 끝나는 파일이 있는 폴더를 고르십시오",
    )


def _has_credentials_below(path: str) -> bool:
    from kcert.storage.file import FileBackend

    return any(
        government_names(listing.files)
        or any(name.casefold() in _NPKI_FILES for name in listing.files)
        for listing in islice(FileBackend(path).folders(), _MAX_FOLDERS)
    )
