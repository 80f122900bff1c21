# SPDX-License-Identifier: Apache-2.0
r"""Government certificates (GPKI, EPKI): up to four files for each person, many in one folder.

::

    <name>_sig.cer    signing certificate, DER X.509
    <name>_sig.key    its locked key, DER PKCS#8 EncryptedPrivateKeyInfo
    <name>_env.cer    key-management ("envelope") certificate, where one was issued
    <name>_env.key    its locked key

The files lie in ``class1`` (offices, servers) or ``class2`` (persons) of ``GPKI\Certificate``.
The name is the CN of the subject: ``123이름456`` for people, ``SVR…`` for servers. Names are read
in any case and Unicode normal form. As in the NPKI folder, the signing pair makes the credential,
and what is wrong with the other pair stands in `Credential.problems`.

These files have no place for certificates of authorities nor for a friendly name: `dump` writes
neither. Nothing is published on the layout; it is that of certificates and programs in use.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kcert.credential import Credential
from kcert.errors import (
    AlreadyExistsError,
    AmbiguousError,
    FormatError,
    KcertError,
    NotFoundError,
    UnavailableError,
)
from kcert.formats import parts
from kcert.formats.gpki_names import (
    ENDINGS,
    KM_CERTIFICATE,
    KM_KEY,
    SIGN_CERTIFICATE,
    SIGN_KEY,
    ending_of,
    files_of,
    names,
)
from kcert.formats.naming import encode_segment
from kcert.formats.parts import MAX_FILE_SIZE
from kcert.storage.names import check_leaf, twin_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kcert.storage.file import FileBackend

__all__ = [
    "ENDINGS",
    "KM_CERTIFICATE",
    "KM_KEY",
    "MAX_FILE_SIZE",
    "SIGN_CERTIFICATE",
    "SIGN_KEY",
    "dump",
    "files_of",
    "list_folder",
    "load",
    "names",
    "read_folder",
    "write_folder",
]

_FORMAT = "GPKI files"


def load(files: Mapping[str, bytes], name: str | None = None) -> Credential:
    """Put a credential together from its files. No password is needed.

    Args:
        files: Content of each file by its name. Names count in any case; others are ignored.
        name: Whose, as `names` gives it. Not needed where the files are one person's.

    Returns:
        The credential, still locked. What was wrong beside the signing pair stands in its
        ``problems``.

    Raises:
        AmbiguousError: The files are several persons', and ``name`` was not given.
        NotFoundError: None of the files is this person's.
        FormatError: There are no such files; a half of the signing pair is missing or damaged; or
            two different files have the same name but for its case.
        LimitError: A file is larger than `MAX_FILE_SIZE`.
    """
    try:
        return _load(_by_ending(files, _chosen(files, name)))
    except KcertError as error:
        failure = error
    finally:
        del files
    # The frames in which it arose know the key, which was perhaps not locked.
    raise failure.without_origin()


def _load(found: Mapping[str, bytes]) -> Credential:
    missing = [ending for ending in (SIGN_CERTIFICATE, SIGN_KEY) if ending not in found]
    if missing:
        which = ", ".join(missing)
        raise FormatError(
            _FORMAT,
            f"{which} is missing; copy all files of this person from where they were issued",
            reason_ko=f"{which} 파일이 없습니다; 발급받은 곳에서 모든 파일을 다시 복사하십시오",
        )
    problems: list[KcertError] = []
    return Credential(
        certificate=parts.read_certificate(found[SIGN_CERTIFICATE], SIGN_CERTIFICATE),
        key=parts.read_key(found[SIGN_KEY], SIGN_KEY),
        key_management=parts.read_pair(found, KM_CERTIFICATE, KM_KEY, _FORMAT, problems),
        problems=tuple(problems),
    )


def dump(credential: Credential, name: str | None = None) -> dict[str, bytes]:
    """The files that hold this credential, by name.

    Keys are written as they are locked: `load` gives back an equal credential, but for
    certificates of authorities and a friendly name, which have no place in these files.

    Args:
        credential: What to write.
        name: What the names of the files begin with; default the CN of the subject.

    Raises:
        FormatError: ``name`` cannot be the name of a file everywhere, or there is no CN.
    """
    if name is None:
        name = encode_segment(credential.certificate.subject.common_name or "")
    if not name:
        raise FormatError(
            _FORMAT,
            "the subject has no CN to name the files after; give a name",
            reason_ko="파일 이름으로 쓸 CN이 주체에 없습니다; 이름을 지정하십시오",
        )
    files = {SIGN_KEY: credential.key.der, SIGN_CERTIFICATE: credential.certificate.der}
    pair = credential.key_management
    if pair is not None:
        files = {KM_KEY: pair.key.der, KM_CERTIFICATE: pair.certificate.der, **files}
    return {check_leaf(name + ending): data for ending, data in files.items()}


def list_folder(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Whose files lie in a folder: what `read_folder` takes as ``name``.

    Raises:
        NotFoundError: There is no such folder.
        StorageError: It cannot be read.
    """
    return names(_file_names(_backend(path)))


def read_folder(path: str | os.PathLike[str], name: str | None = None) -> Credential:
    r"""Load a credential from a folder that may hold those of several persons.

    Only regular files are read.

    Args:
        path: The folder, such as ``C:\GPKI\Certificate\class2``.
        name: Whose, as `list_folder` gives it. Not needed where there is only one.

    Raises:
        NotFoundError: There is no such folder, or nobody of this name in it.
        AmbiguousError: It holds several persons' files, and ``name`` was not given.
        StorageError: The folder or a file in it cannot be read.
        FormatError: As in `load`.
        LimitError: As in `load`.
    """
    backend = _backend(path)
    listed = _file_names(backend)
    chosen = _chosen(listed, name)
    blobs = backend.get_folder("", files_of(listed, chosen))
    return load({file: blob.data for file, blob in blobs.items()}, chosen)


def write_folder(
    credential: Credential, path: str | os.PathLike[str], name: str | None = None
) -> None:
    """Write a credential's files into a folder, which is made where it is missing.

    Nothing is overwritten. All files are there or none, also after a crash, as kcert reads them;
    they are flushed to the medium, read back and compared. New folders get mode 0700, files 0600.

    Args:
        credential: What to write. Its ``ca_certificates`` and ``friendly_name`` are left out.
        path: The folder.
        name: What the names of the files begin with; default the CN of the subject.

    Raises:
        AlreadyExistsError: Files of this name are there; nothing was changed.
        StorageError: The medium does not take it.
        FormatError: As in `dump`.
    """
    from kcert.formats.folder import write_files

    files = dump(credential, name)
    if not os.path.lexists(path):
        write_files(path, files)
        return
    backend = _backend(path)
    # A renewed certificate has the name of the old one: its files must not complete those.
    _refuse_taken(_file_names(backend), next(iter(files)))
    backend.change_folder("", files, replace={})
    blobs = backend.get_folder("", tuple(files))
    if {file: blob.data for file, blob in blobs.items()} != files:
        raise UnavailableError(
            "what was read back is not what was written; the medium is faulty, use another",
            "다시 읽은 내용이 기록한 것과 다릅니다; 매체에 이상이 있으니 다른 매체를 쓰십시오",
            backend="file",
        )


def _refuse_taken(listed: Iterable[str], file: str) -> None:
    name = file.removesuffix(ending_of(file))
    if files_of(listed, name):
        raise AlreadyExistsError(
            "files of that name are in the folder; give another name or remove them first",
            "같은 이름의 파일이 폴더에 있습니다; 다른 이름을 지정하거나 먼저 지우십시오",
            backend="file",
            name=name,
        )


def _by_ending(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """One person's files under the endings as they are written."""
    found: dict[str, bytes] = {}
    for file in files_of(files, name):
        ending = ending_of(file)
        if found.setdefault(ending, files[file]) != files[file]:
            raise FormatError(
                _FORMAT,
                f"there are two different {ending} whose names differ in case only; keep one",
                reason_ko=f"대소문자만 다른 {ending} 파일이 둘인데 내용이 다릅니다; "
                "하나만 남기십시오",
            )
    return found


def _chosen(files: Iterable[str], name: str | None) -> str:
    """The name that is meant, in the way it is written."""
    present = names(files)
    if name is not None:
        for other in present:
            if twin_key(other) == twin_key(name):
                return other
        raise NotFoundError(
            "there are no files of that name",
            "그 이름의 파일이 없습니다",
            backend="file",
            name=name,
        )
    if not present:
        raise FormatError(
            _FORMAT,
            "there are none; choose the folder with files that end in _sig.cer and _sig.key",
            reason_ko="파일이 없습니다; _sig.cer와 _sig.key로 끝나는 파일이 있는 폴더를 고르십시오",
        )
    if len(present) > 1:
        raise AmbiguousError(
            f"the files are those of {len(present)} names; say whose, as gpki.list_folder has it",
            f"이름이 서로 다른 {len(present)}명의 파일입니다; gpki.list_folder가 주는 이름 중 "
            "하나를 지정하십시오",
            backend="file",
            choices=present,
        )
    return present[0]


def _backend(path: str | os.PathLike[str]) -> FileBackend:
    # Its readers see a change of several files whole, also one that a crash has cut short.
    from kcert.storage.file import FileBackend

    return FileBackend(path, max_size=MAX_FILE_SIZE)


def _file_names(backend: FileBackend) -> tuple[str, ...]:
    """Names of the regular files directly in a folder."""
    listing = next(backend.folders(), None)
    if listing is None:
        raise NotFoundError(
            "there is no such folder",
            "그런 폴더가 없습니다",
            backend="file",
            name=backend.root,
        )
    if listing.problem is not None and not listing.files:
        raise listing.problem
    return listing.files
