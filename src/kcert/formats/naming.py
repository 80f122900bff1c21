# SPDX-License-Identifier: Apache-2.0
"""How folders and files are named after certificates, so that every file system takes it.

``<authority>/USER/<subject>`` is the NPKI layout. The subject is written as Korean programs write
it. They have no rule for what a file system refuses, so here such a character becomes ``%`` and
two hex digits for each of its UTF-8 octets, as in a URL. A name of more than 255 octets is cut and
ends in ``~`` and the begin of the certificate's fingerprint.

Names are for people: nothing is ever read back from them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from kcert.storage.names import MAX_SEGMENT_BYTES, RESERVED_PREFIX, UNSEEN, is_device_name

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["USER", "authority_folder", "decode_segment", "encode_segment", "subject_folders"]

#: Folder of end users' credentials, as the specification writes it; ``User`` occurs too.
USER: Final = "USER"

_SHORT_FINGERPRINT: Final = 12

# What Windows, FAT or the store's own gate refuses anywhere in a name, and the escape itself.
_REFUSED: Final = re.compile(f'[%\\\\/:*?"<>|\x00-\x1f\x7f-\x9f{UNSEEN}\ud800-\udfff]')
_CUT_ESCAPE: Final = re.compile(r"%[0-9A-F]?$")


def _escape(text: str) -> str:
    return "".join(f"%{octet:02X}" for octet in text.encode("utf-8", "surrogatepass"))


def encode_segment(text: str) -> str:
    """Write any text so that every file system takes it as a name; `decode_segment` undoes it."""
    encoded = _REFUSED.sub(lambda found: _escape(found[0]), unicodedata.normalize("NFC", text))
    reserved = is_device_name(encoded) or encoded.casefold().startswith(RESERVED_PREFIX)
    if encoded[:1] == " " or encoded in {".", ".."} or reserved:
        encoded = _escape(encoded[0]) + encoded[1:]
    if encoded[-1:] in {" ", "."}:
        encoded = encoded[:-1] + _escape(encoded[-1])
    return encoded


def decode_segment(segment: str) -> str:
    """The text that `encode_segment` wrote so."""
    return unquote(segment, errors="surrogatepass")


def _cut(segment: str, octets: int) -> str:
    return _CUT_ESCAPE.sub("", segment.encode()[:octets].decode(errors="ignore")).rstrip(" .")


def authority_folder(certificate: Certificate) -> str:
    """Name of the authority's folder: its usual one, or O of the subject, or O of the issuer."""
    authority = certificate.authority
    names = [
        *(authority.folders if authority is not None else ()),
        *certificate.subject.get("O"),
        *certificate.issuer.get("O"),
        "unknown",
    ]
    return _cut(encode_segment(next(filter(None, names))), MAX_SEGMENT_BYTES)


def subject_folders(certificate: Certificate) -> tuple[str, ...]:
    """Names for the credential's own folder: the usual one, and two for where that is taken.

    A renewed certificate has the name of the old one; the other names end in its fingerprint.
    """
    plain = encode_segment(certificate.subject.npki())
    marked: list[str] = []
    for start in (0, _SHORT_FINGERPRINT):
        mark = "~" + certificate.fingerprint()[start : start + _SHORT_FINGERPRINT]
        marked.append(_cut(plain, MAX_SEGMENT_BYTES - len(mark)) + mark)
    return (plain, *marked) if 0 < len(plain.encode()) <= MAX_SEGMENT_BYTES else tuple(marked)
