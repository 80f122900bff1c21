# SPDX-License-Identifier: Apache-2.0
"""What a DER value is, told from its outline: the tags of its first members.

An outline is a guess good enough to choose a reader or to word a refusal. It never decides that
something is well formed; the format's own reader does.
"""

from __future__ import annotations

from kcert._asn1 import der
from kcert.errors import KcertError

__all__ = ["Outline", "outline"]

# Identifier octets of the members that matter here.
_INT, _BITS, _OCTETS, _OID = der.INTEGER, der.BIT_STRING, der.OCTET_STRING, der.OBJECT_IDENTIFIER
_SEQ, _SET = der.SEQUENCE, der.SET
_TIMES = (der.UTC_TIME, der.GENERALIZED_TIME)
_CONTEXT_0 = der.context(0)
_ENUMERATED = der.ENUMERATED
_CERT_ID = [_SEQ, _OCTETS, _OCTETS, _INT]

_MEMBERS = 5

Outline = str
"""Name of a structure, such as ``"Certificate"``; the names are those of its standard."""


def outline(data: bytes) -> Outline | None:
    """Name the structure that a whole DER value looks like.

    Returns:
        ``"Certificate"``, ``"CertificateList"``, ``"CertificationRequest"`` (RFC 5280, RFC 2986),
        ``"EncryptedPrivateKeyInfo"``, ``"PrivateKeyInfo"`` (RFC 5208), ``"RSAPrivateKey"``
        (RFC 8017), ``"ECPrivateKey"`` (RFC 5915), ``"PFX"`` (RFC 7292), ``"ContentInfo"``,
        ``"SignedData"`` (RFC 5652), ``"OCSPResponse"``, ``"OCSPRequest"`` (RFC 6960),
        ``"SubjectPublicKeyInfo"``, ``"SEQUENCE OF Certificate"`` (CaPubs), or ``None`` where it is
        DER of another kind, cut, or no DER.
    """
    members = _members(data)
    tags = [tag for tag, _ in members]
    if tags[:1] == [_INT]:
        return _by_version(tags, members)
    if tags == [_SEQ, _SEQ, _BITS]:
        return _signed(members[0][1])
    if tags == [_SEQ, _OCTETS] and members[0][1][:1] == bytes((_OID,)):
        return "EncryptedPrivateKeyInfo"
    if tags == [_SEQ, _BITS]:
        return "SubjectPublicKeyInfo"
    if tags == [_OID, _CONTEXT_0]:
        return "ContentInfo"
    if tags in ([_ENUMERATED], [_ENUMERATED, _CONTEXT_0]):
        return "OCSPResponse"
    if tags in ([_SEQ], [_SEQ, _CONTEXT_0]) and _is_question(members[0][1]):
        return "OCSPRequest"
    if tags[:1] == [_SEQ] and _tags_inside(members[0][1]) == [_SEQ, _SEQ, _BITS]:
        return "SEQUENCE OF Certificate"
    return None


def _by_version(tags: list[int], members: list[tuple[int, bytes]]) -> Outline | None:
    """Structures that begin with a version number."""
    if tags[1:3] == [_SEQ, _OCTETS]:
        return "PrivateKeyInfo"
    if tags[1:2] == [_OCTETS]:
        return "ECPrivateKey"
    if tags == [_INT] * _MEMBERS:
        return "RSAPrivateKey"
    if tags[1:3] in ([_SET, _SEQ], [_SET, _CONTEXT_0]):
        return "SignedData"
    if tags in ([_INT, _SEQ], [_INT, _SEQ, _SEQ]) and members[1][1][:1] == bytes((_OID,)):
        return "PFX"
    return None


def _signed(content: bytes) -> Outline | None:
    """Which of the three X.509 structures a signed content belongs to."""
    tags = _tags_inside(content)
    if tags[:1] == [_CONTEXT_0]:
        return "Certificate"
    if tags[:4] == [_INT, _SEQ, _SEQ, _SEQ]:
        return "Certificate"  # version 1
    without_version = tags[1:] if tags[:1] == [_INT] else tags
    if without_version[:2] == [_SEQ, _SEQ]:
        if without_version[2:3] and without_version[2] in _TIMES:
            return "CertificateList"
        if without_version[2:] in ([], [_CONTEXT_0]):
            return "CertificationRequest"
    return None


def _is_question(content: bytes) -> bool:
    """Whether a TBSRequest begins so: an optional version and requestor, then CertIDs."""
    requests = next((inner for tag, inner in _read(content) if tag == _SEQ), b"")
    return _tags_inside(_first(_first(requests))) == _CERT_ID


def _members(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the first members of an outer SEQUENCE; none where it is not one."""
    try:
        outer = der.Reader(data, "outline")
        tag, content = outer.read_any()
        outer.finish()
    except KcertError:
        return []
    return _read(content) if tag == _SEQ else []


def _read(content: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the first members of a SEQUENCE's content."""
    reader = der.Reader(content, "outline")
    members: list[tuple[int, bytes]] = []
    try:
        while not reader.at_end and len(members) < _MEMBERS:
            members.append(reader.read_any())
    except KcertError:
        return []
    return members


def _first(content: bytes) -> bytes:
    """Content of the first member."""
    return next((inner for _, inner in _read(content)), b"")


def _tags_inside(content: bytes) -> list[int]:
    """Tags of the first members of a SEQUENCE's content."""
    return [tag for tag, _ in _read(content)]
