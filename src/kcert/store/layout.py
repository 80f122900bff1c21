# SPDX-License-Identifier: Apache-2.0
"""Which files of a folder belong to a credential, in the NPKI layout and in that of the government.

In the NPKI layout (`kcert.formats.naming`) a folder holds one credential: ``signCert.der`` and its
companions. In a government folder it holds any number, and the names of the files begin with the
holder's name: ``<name>_sig.cer`` and its companions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.formats import npki
from kcert.formats.gpki_names import is_sign_certificate
from kcert.formats.naming import (
    USER,
    authority_folder,
    decode_segment,
    encode_segment,
    subject_folders,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "USER",
    "authority_folder",
    "credential_files",
    "decode_segment",
    "encode_segment",
    "in_writing_order",
    "is_mark",
    "subject_folders",
    "written_name",
]

_WRITTEN: Final = {name.casefold(): name for name in npki.FILES}
_MARKS: Final = {name.casefold() for name in npki.FILES if name != npki.CA_CERTIFICATES}
_SIGN_CERTIFICATE: Final = npki.SIGN_CERTIFICATE.casefold()


def written_name(name: str) -> str | None:
    """How a file of an NPKI folder is properly written, ``None`` for other files. Any case."""
    return _WRITTEN.get(name.casefold())


def credential_files(names: Iterable[str]) -> tuple[str, ...]:
    """The files among ``names`` of an NPKI credential; empty where there is none."""
    found = tuple(name for name in names if name.casefold() in _WRITTEN)
    return found if any(name.casefold() in _MARKS for name in found) else ()


def is_mark(name: str) -> bool:
    """Whether it is a signing certificate's name: without one there is no credential."""
    return name.casefold() == _SIGN_CERTIFICATE or is_sign_certificate(name)


def in_writing_order(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with the signing certificate last: without it a folder is not a credential."""
    return dict(sorted(files.items(), key=lambda item: is_mark(item[0])))
