# SPDX-License-Identifier: Apache-2.0
"""Zip archives of NPKI folders and government files, as people send them.

An archive may hold one folder, a whole NPKI tree, or bare files; how deep they lie and what else
is in it does not matter. Everything happens in memory: no name of an archive ever becomes a path.
To put what an archive holds on a disk, hand `load_all`'s credentials to `npki.write_folder` or to
`Store.add`, which name the folders themselves.

Format: PKWARE APPNOTE 6.3; members are stored or deflated. Names are UTF-8 where the archive says
so or where they can be, else CP949, as Korean Windows writes them.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.credential import Credential
from kcert.errors import AmbiguousError, FormatError, KcertError, NotFoundError
from kcert.formats import gpki, npki
from kcert.formats.archive_members import (
    MAX_MEMBERS,
    MAX_UNPACKED,
    FileSource,
    Members,
    read_members,
)
from kcert.formats.gpki_names import is_sign_certificate
from kcert.formats.naming import USER, authority_folder, subject_folders
from kcert.storage.names import twin_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from kcert.certificate import Certificate

__all__ = ["MAX_MEMBERS", "MAX_UNPACKED", "Archived", "dump", "load", "load_all"]

_FORMAT: Final = "zip archive"
_ROOT: Final = "NPKI"
# What the format can say.
_FIRST_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_LAST_MOMENT: Final = (2107, 12, 31, 23, 59, 58)
_SINGLE_FILES: Final = (".pfx", ".p12", ".pem")
_OWNER_ONLY: Final = 0o100600 << 16


@frozen
class Archived:
    """One credential in an archive, or what is left of one.

    Attributes:
        location: Its folder in the archive, or its ``_sig.cer`` where it is in government files.
            Contains the holder's name by convention.
        certificate: The signing certificate, where the credential can be read.
        problem: What is wrong with it, ``None`` if nothing seems to be. Where it is not the
            signing pair that is at fault, `load` works all the same.
    """

    location: str = field(repr=False)
    certificate: Certificate | None
    problem: KcertError | None = field(default=None, eq=False)
    credential: Credential | None = field(default=None, repr=False)

    def load(self) -> Credential:
        """Return the credential, locked.

        Raises:
            KcertError: As `problem` says, where the signing pair is damaged.
        """
        if self.credential is None:
            raise self.problem or FormatError(_FORMAT, "there is no credential at that place")
        return self.credential


def load(data: bytes, location: str | None = None) -> Credential:
    """Return the one credential of an archive, or the one at a location. No password is needed.

    Args:
        data: The archive.
        location: Which, as `load_all` gives it. Not needed where there is only one.

    Raises:
        AmbiguousError: The archive holds several; ``choices`` has their locations.
        NotFoundError: There is none at ``location``.
        FormatError: It is no zip archive or a damaged one, is protected with a password, has
            names that lead out of it, or holds no credential.
        UnsupportedAlgorithmError: It is compressed in another way than deflate.
        LimitError: It holds more than `MAX_MEMBERS` or would unpack to more than `MAX_UNPACKED`.
    """
    members = read_members(data)
    found = list(_read_all(members))
    if location is not None:
        found = [one for one in found if twin_key(one.location) == twin_key(location)]
    if not found:
        raise _none(location, members)
    if len(found) > 1:
        raise AmbiguousError(
            f"it holds {len(found)} credentials; archive.load_all yields them all, "
            "archive.load(data, location) one",
            f"인증서가 {len(found)}개 있습니다; archive.load_all로 모두 열거나 "
            "archive.load(data, location)으로 하나를 고르십시오",
            backend="zip",
            choices=[one.location for one in found],
        )
    return found[0].load()


def load_all(data: bytes) -> Iterator[Archived]:
    """Yield every credential of an archive; a damaged one carries its problem and stops nothing.

    Args:
        data: The archive.

    Raises:
        KcertError: As in `load`, where it is the archive that is at fault.
    """
    yield from _read_all(read_members(data))


def dump(credentials: Credential | Iterable[Credential], *, at: datetime | None = None) -> bytes:
    """Write credentials as an archive with an NPKI folder in it.

    The names are ``NPKI/<authority>/USER/<subject>/signCert.der`` and so on, in UTF-8: unpacked
    where the NPKI folder of a system lies, the files are in their place. Keys are written as they
    are locked; a friendly name has no place in a folder. The same credentials and the same moment
    give the same octets.

    Args:
        credentials: One, or several.
        at: Time of the files, aware; default 1980, the first that the format can say.

    Raises:
        ValueError: There are no credentials, or ``at`` has no time zone.
    """
    several = [credentials] if isinstance(credentials, Credential) else list(credentials)
    if not several:
        raise ValueError("an archive needs at least one credential")
    moment = _moment(at)
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for credential in several:
            folder = _folder(credential, taken)
            for name, content in npki.dump(credential).items():
                member = zipfile.ZipInfo(f"{folder}/{name}", moment)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = 3  # Unix: readers take the mode, and names as they are
                member.external_attr = _OWNER_ONLY
                archive.writestr(member, content)
    return buffer.getvalue()


def _read_all(members: Members) -> Iterator[Archived]:
    for folder, files in sorted(members.items()):
        if any(_is_npki(name) for name in files):
            yield _read(folder, files, None)
        for name in gpki.names(files):
            yield _read(folder, files, name)


def _is_npki(name: str) -> bool:
    return name.casefold() in {npki.SIGN_CERTIFICATE.casefold(), npki.SIGN_KEY.casefold()}


def _read(folder: str, files: dict[str, list[FileSource]], name: str | None) -> Archived:
    wanted = [file for file in files if name is None or file in gpki.files_of(files, name)]
    location = folder
    if name is not None:
        mark = next((f for f in wanted if is_sign_certificate(f)), wanted[0])
        location = posixpath.join(folder, mark)
    try:
        content = {file: _only(files[file]) for file in wanted}
        credential = npki.load(content) if name is None else gpki.load(content, name)
    except KcertError as error:
        # Without the frames in which it arose, which know the files.
        return Archived(location, None, error.without_origin())
    problem = next(iter(credential.problems), None)
    return Archived(location, credential.certificate, problem, credential)


def _only(sources: list[FileSource]) -> bytes:
    """Content of the one member of a name. Which of several another program takes is its secret."""
    if len(sources) > 1:
        raise FormatError(
            _FORMAT,
            "two members have the same name; ask for an archive that was made anew",
            reason_ko="이름이 같은 파일이 둘입니다; 압축파일을 새로 만들어 달라고 하십시오",
        )
    return sources[0].read()


def _none(location: str | None, members: Members) -> KcertError:
    if location is not None:
        return NotFoundError(
            "there is nothing at that location",
            "그 위치에 인증서가 없습니다",
            backend="zip",
            name=location,
        )
    if any(name.casefold().endswith(_SINGLE_FILES) for files in members.values() for name in files):
        return FormatError(
            _FORMAT,
            "it holds a .pfx, .p12 or .pem file; unpack it and give that file",
            reason_ko=".pfx, .p12 또는 .pem 파일이 들어 있습니다; "
            "압축을 풀어 그 파일을 지정하십시오",
        )
    return FormatError(
        _FORMAT,
        "there is no certificate in it; it should hold signCert.der and signPri.key, "
        "or files that end in _sig.cer and _sig.key",
        reason_ko="인증서가 들어 있지 않습니다; signCert.der와 signPri.key 또는 "
        "_sig.cer와 _sig.key로 끝나는 파일이 있어야 합니다",
    )


def _folder(credential: Credential, taken: set[str]) -> str:
    """A folder for the credential that no other one in this archive has."""
    certificate = credential.certificate
    for leaf in subject_folders(certificate):
        folder = f"{_ROOT}/{authority_folder(certificate)}/{USER}/{leaf}"
        if twin_key(folder) not in taken:
            taken.add(twin_key(folder))
            return folder
    raise ValueError("the same certificate is among the credentials more than once")


def _moment(at: datetime | None) -> tuple[int, int, int, int, int, int]:
    if at is None:
        return _FIRST_MOMENT
    if at.tzinfo is None:
        raise ValueError("at must be an aware datetime")
    year, month, day, hour, minute, second, *_ = at.timetuple()
    return min(max((year, month, day, hour, minute, second), _FIRST_MOMENT), _LAST_MOMENT)
