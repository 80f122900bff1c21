# SPDX-License-Identifier: Apache-2.0
"""The NPKI folder: one credential as up to five files with fixed names.

::

    signCert.der   signing certificate, DER X.509
    signPri.key    its locked key, DER PKCS#8 EncryptedPrivateKeyInfo
    kmCert.der     key-management certificate, where one was issued
    kmPri.key      its locked key
    CaPubs         optional: DER SEQUENCE OF Certificate

Names are read in any case. The signing pair makes the credential: without both halves there is
none. The other three files are company: where they are damaged or incomplete, the signing pair
still loads, nothing is guessed, and the credential says so in `Credential.problems`, which
`kcert.inspect` reports. Files under other names are left alone.

The layout is that of KCAC.TS.UI (user interface for interoperation of accredited authorities).
The folder has no place for a friendly name: `dump` does not write one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1.der import Reader
from kcert._asn1.encode import sequence
from kcert.credential import Credential
from kcert.errors import FormatError, KcertError, LimitError
from kcert.formats import folder, parts
from kcert.formats.authorities import load_certificate
from kcert.formats.parts import MAX_FILE_SIZE

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from kcert.certificate import Certificate

__all__ = [
    "CA_CERTIFICATES",
    "FILES",
    "KM_CERTIFICATE",
    "KM_KEY",
    "MAX_CA_CERTIFICATES",
    "MAX_FILE_SIZE",
    "SIGN_CERTIFICATE",
    "SIGN_KEY",
    "dump",
    "dump_ca_certificates",
    "load",
    "load_ca_certificates",
    "read_folder",
    "write_folder",
]

SIGN_CERTIFICATE = "signCert.der"
SIGN_KEY = "signPri.key"
KM_CERTIFICATE = "kmCert.der"
KM_KEY = "kmPri.key"
CA_CERTIFICATES = "CaPubs"

#: The five names, as they are written.
FILES = (SIGN_CERTIFICATE, SIGN_KEY, KM_CERTIFICATE, KM_KEY, CA_CERTIFICATES)

MAX_CA_CERTIFICATES = 1000
"""Most certificates that a CaPubs may hold."""

_FORMAT = "NPKI folder"


def load(files: Mapping[str, bytes]) -> Credential:
    """Put a credential together from the files of a folder. No password is needed.

    Args:
        files: Content of each file by its name. Names count in any case; others are ignored.

    Returns:
        The credential, still locked. What was wrong beside the signing pair stands in its
        ``problems``.

    Raises:
        FormatError: A half of the signing pair is missing or damaged, or two files have the same
            name but for its case.
        LimitError: A file is larger than `MAX_FILE_SIZE`.
    """
    try:
        return _load(_by_name(files))
    except KcertError as error:
        failure = error
    finally:
        del files
    # The frames in which it arose know the key, which was perhaps not locked.
    raise failure.without_origin()


def _load(found: Mapping[str, bytes]) -> Credential:
    _require_pair(found)
    problems: list[KcertError] = []
    return Credential(
        certificate=parts.read_certificate(found[SIGN_CERTIFICATE], SIGN_CERTIFICATE),
        key=parts.read_key(found[SIGN_KEY], SIGN_KEY),
        key_management=parts.read_pair(found, KM_CERTIFICATE, KM_KEY, _FORMAT, problems),
        ca_certificates=_ca_certificates(found, problems),
        problems=tuple(problems),
    )


def dump(credential: Credential) -> dict[str, bytes]:
    """The files of a folder that holds this credential, by name.

    Keys are written as they are locked: `load` gives back an equal credential (but for a friendly
    name, which has no place in a folder).
    """
    files = {SIGN_CERTIFICATE: credential.certificate.der, SIGN_KEY: credential.key.der}
    if credential.key_management is not None:
        files[KM_CERTIFICATE] = credential.key_management.certificate.der
        files[KM_KEY] = credential.key_management.key.der
    if credential.ca_certificates:
        files[CA_CERTIFICATES] = dump_ca_certificates(credential.ca_certificates)
    return files


def load_ca_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read a CaPubs file: a DER SEQUENCE OF Certificate, in its order.

    Raises:
        FormatError: It is not that.
        LimitError: It is larger than `MAX_FILE_SIZE` or has more than `MAX_CA_CERTIFICATES`.
    """
    try:
        return _read_ca_certificates(data)
    except KcertError as error:
        failure = error
    finally:
        del data
    # The frames in which it arose know a key, where one was given in its place.
    raise failure.without_origin()


def _read_ca_certificates(data: bytes) -> tuple[Certificate, ...]:
    parts.check_size(data, CA_CERTIFICATES)
    outer = Reader(data, CA_CERTIFICATES)
    members = outer.sequence()
    outer.finish()
    certificates: list[Certificate] = []
    while not members.at_end:
        if len(certificates) == MAX_CA_CERTIFICATES:
            raise LimitError(
                "certificates", MAX_CA_CERTIFICATES + 1, MAX_CA_CERTIFICATES, where=CA_CERTIFICATES
            )
        certificates.append(load_certificate(members.read_encoded()))
    return tuple(certificates)


def dump_ca_certificates(certificates: Iterable[Certificate]) -> bytes:
    """Write a CaPubs file: a DER SEQUENCE OF Certificate."""
    return sequence(*(certificate.der for certificate in certificates))


def read_folder(path: str | os.PathLike[str]) -> Credential:
    """Load the credential of one folder. No password is needed.

    Only regular files are read: a link, a device or a folder under one of the names is an error.

    Args:
        path: The folder that has ``signCert.der`` and ``signPri.key`` in it.

    Raises:
        NotFoundError: There is no such folder.
        StorageError: The folder or a file in it cannot be read.
        FormatError: As in `load`.
        LimitError: As in `load`.
    """
    return load(folder.read_files(path, FILES, MAX_FILE_SIZE))


def write_folder(credential: Credential, path: str | os.PathLike[str]) -> None:
    """Write a credential into a new folder; parents are made where they are missing.

    The files are written beside the target, flushed to the medium, read back and compared, and
    only then given their name in one step: at no moment is there half a folder under ``path``.
    Folders get mode 0700 and files 0600.

    Raises:
        AlreadyExistsError: Something is at ``path``; nothing was changed.
        StorageError: The medium does not take it; nothing is left behind.
    """
    folder.write_files(path, dump(credential))


def _by_name(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The known files under their written names."""
    written = {name.casefold(): name for name in FILES}
    found: dict[str, bytes] = {}
    for name, data in files.items():
        known = written.get(name.casefold())
        if known is None:
            continue
        if found.setdefault(known, data) != data:
            raise FormatError(
                _FORMAT,
                f"there are two different {known} whose names differ in case only; keep one",
                reason_ko=f"대소문자만 다른 {known} 파일이 둘인데 내용이 다릅니다; "
                "하나만 남기십시오",
            )
    return found


def _require_pair(found: Mapping[str, bytes]) -> None:
    """Say which half of the signing pair is missing, if one is."""
    missing = [name for name in (SIGN_CERTIFICATE, SIGN_KEY) if name not in found]
    if not missing:
        return
    names = " and ".join(missing)
    if len(missing) == 2:
        raise FormatError(
            _FORMAT,
            f"{names} are missing; choose the folder that has these two files",
            reason_ko=f"{SIGN_CERTIFICATE}와 {SIGN_KEY} 파일이 없습니다; "
            "이 두 파일이 있는 폴더를 고르십시오",
        )
    raise FormatError(
        _FORMAT,
        f"{names} is missing; copy the whole folder again from where the certificate was issued",
        reason_ko=f"{names} 파일이 없습니다; "
        "인증서를 발급받은 곳에서 폴더 전체를 다시 복사하십시오",
    )


def _ca_certificates(
    found: Mapping[str, bytes], problems: list[KcertError]
) -> tuple[Certificate, ...]:
    if CA_CERTIFICATES not in found:
        return ()
    try:
        return load_ca_certificates(found[CA_CERTIFICATES])
    except KcertError as error:
        problems.append(error)
        return ()
