# SPDX-License-Identifier: Apache-2.0
"""A whole SignedData: straight ahead where it is usual, else as DER, else as the BER it may be."""

from __future__ import annotations

from kcert._asn1 import der, encode, oids, straight
from kcert._asn1.cms import load_attributes, read_lenient
from kcert._asn1.der import decode_oid
from kcert._asn1.signed_data import (
    FORMAT,
    MAX_CERTIFICATES,
    MAX_SIGNERS,
    MAX_VERSION,
    RawSignedData,
    RawSignerInfo,
    load_algorithm,
    read_signed_data,
)
from kcert._asn1.x509 import MAX_SERIAL_NUMBER_SIZE
from kcert.errors import KcertError

__all__ = ["load_signed_data"]

_SIGNED_DATA = encode.oid(oids.PKCS7_SIGNED_DATA)
_FIRST, _SECOND = der.context(0), der.context(1)
# Which fields there are, by their tags.
_SHAPES = frozenset(
    (der.INTEGER, der.SET, der.SEQUENCE, *optional, der.SET)
    for optional in ((), (_FIRST,), (_SECOND,), (_FIRST, _SECOND))
)
_SIGNER_SHAPES = frozenset(
    (der.INTEGER, der.SEQUENCE, der.SEQUENCE, *signed, der.SEQUENCE, der.OCTET_STRING, *unsigned)
    for signed in ((), (_FIRST,))
    for unsigned in ((), (_SECOND,))
)


def load_signed_data(data: bytes, format: str = FORMAT) -> RawSignedData:
    """Read a SignedData that fills ``data``, with or without a ContentInfo around it.

    Args:
        data: DER or BER.
        format: What it is called in errors.

    Raises:
        FormatError: It is malformed, as DER and as BER.
        LimitError: Over 1,024 certificates or lists, or over 256 signers; or nested too deeply.
    """
    try:
        found = _read(data)
    except (straight.Irregular, KcertError):
        found = None
    return read_lenient(data, format, read_signed_data) if found is None else found


def _read(data: bytes) -> RawSignedData:
    at, end = straight.only(data, 0, len(data), der.SEQUENCE)
    is_wrapped = data.startswith(_SIGNED_DATA, at)
    if is_wrapped:
        at, end = straight.only(data, at + len(_SIGNED_DATA), end, _FIRST)
        at, end = straight.only(data, at, end, der.SEQUENCE)
    fields = straight.members(data, at, end)
    if tuple([tag for tag, _, _ in fields]) not in _SHAPES:
        raise straight.Irregular
    (_, at, end), digests, encapsulated, *optional, signers = fields
    held = {tag: _encoded(data, first, last) for tag, first, last in optional}
    algorithms = tuple(map(load_algorithm, _encoded(data, *digests[1:])))
    found = straight.members(data, *signers[1:])
    if max(len(algorithms), len(found)) > MAX_SIGNERS or [
        tag for tag, _, _ in found if tag != der.SEQUENCE
    ]:
        raise straight.Irregular
    content_type, content, content_tag = _read_content(data, *encapsulated[1:])
    return RawSignedData(
        is_wrapped=is_wrapped,
        version=_version(data, at, end),
        digest_algorithms=algorithms,
        content_type=content_type,
        content=content,
        content_tag=content_tag,
        certificates=held.get(_FIRST, ()),
        crls=held.get(_SECOND, ()),
        signers=tuple(_read_signers(data, signers[1], found)),
    )


def _version(data: bytes, at: int, end: int) -> int:
    version = straight.integer(data, at, end)
    if not 0 <= version <= MAX_VERSION:
        raise straight.Irregular
    return version


def _encoded(data: bytes, at: int, end: int) -> tuple[bytes, ...]:
    found = straight.encoded(data, at, end)
    if len(found) > MAX_CERTIFICATES:
        raise straight.Irregular
    return tuple(found)


def _read_content(data: bytes, at: int, end: int) -> tuple[str, bytes | None, int]:
    """Type, content and its tag; ``None`` and -1 where it is elsewhere."""
    fields = straight.members(data, at, end)
    tags = [tag for tag, _, _ in fields]
    if tags not in ([der.OBJECT_IDENTIFIER], [der.OBJECT_IDENTIFIER, _FIRST]):
        raise straight.Irregular
    content_type = decode_oid(data[fields[0][1] : fields[0][2]])
    if len(fields) == 1:
        return content_type, None, -1
    found = straight.members(data, *fields[1][1:])
    if len(found) != 1:
        raise straight.Irregular
    return content_type, data[found[0][1] : found[0][2]], found[0][0]


def _read_signers(data: bytes, at: int, found: list[straight.Member]) -> list[RawSignerInfo]:
    signers = []
    for _, begin, end in found:
        signers.append(_read_signer(data, at, begin, end))
        at = end
    return signers


def _read_signer(data: bytes, at: int, begin: int, end: int) -> RawSignerInfo:
    """A SignerInfo that names its certificate by issuer and serial number."""
    fields = straight.members(data, begin, end)
    tags = tuple([tag for tag, _, _ in fields])
    if tags not in _SIGNER_SHAPES:
        raise straight.Irregular
    version, identifier, digest = fields[:3]
    named = straight.members(data, identifier[1], identifier[2])
    if len(named) != 2 or named[1][0] != der.INTEGER:
        raise straight.Irregular
    issuer, serial = named
    if serial[2] - serial[1] > MAX_SERIAL_NUMBER_SIZE:
        raise straight.Irregular
    signed = fields[3] if tags[3] == _FIRST else None
    algorithm, signature = fields[4:6] if signed else fields[3:5]
    unsigned = fields[-1] if tags[-1] == _SECOND else None
    return RawSignerInfo(
        data[at:end],
        _version(data, version[1], version[2]),
        data[identifier[1] : issuer[2]],
        straight.integer(data, serial[1], serial[2]),
        None,
        load_algorithm(data[identifier[2] : digest[2]]),
        data[signed[1] : signed[2]] if signed else None,
        load_algorithm(data[signed[2] if signed else digest[2] : algorithm[2]]),
        data[signature[1] : signature[2]],
        load_attributes(data[unsigned[1] : unsigned[2]], FORMAT) if unsigned else (),
    )
