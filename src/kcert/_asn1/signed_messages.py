# SPDX-License-Identifier: Apache-2.0
"""A whole SignedData: straight ahead where it is usual, else as DER, else as the BER it may be."""

from __future__ import annotations

from functools import lru_cache

from kcert._asn1 import der, encode, oids, straight
from kcert._asn1.algorithm import AlgorithmIdentifier, load_algorithm
from kcert._asn1.cms import load_attributes, read_lenient
from kcert._asn1.signed_data import (
    FORMAT,
    MAX_CERTIFICATES,
    MAX_SIGNERS,
    MAX_VERSION,
    RawSignedData,
    RawSignerInfo,
    read_signed_data,
)
from kcert._asn1.x509 import MAX_SERIAL_NUMBER_SIZE

__all__ = ["load_signed_data"]

_SIGNED_DATA = encode.oid(oids.PKCS7_SIGNED_DATA)
_FIRST, _SECOND = der.context(0), der.context(1)
_NAME_AND_NUMBER = (der.SEQUENCE, der.INTEGER)
_MAX_KNOWN = 256
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
    return straight.read(_read, lambda whole: read_lenient(whole, format, read_signed_data), data)


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
    algorithms = _read_algorithms(data[digests[1] : digests[2]])
    found = straight.members(data, *signers[1:])
    if max(len(algorithms), len(found)) > MAX_SIGNERS or [
        tag for tag, _, _ in found if tag != der.SEQUENCE
    ]:
        raise straight.Irregular
    content_type, content, content_tag = _read_content(data, *encapsulated[1:])
    # In the order of the fields; by name it takes twice the time.
    return RawSignedData(
        is_wrapped,
        _version(data, at, end),
        algorithms,
        content_type,
        content,
        content_tag,
        held.get(_FIRST, ()),
        held.get(_SECOND, ()),
        tuple(_read_signers(data, signers[1], found)),
    )


def _read_algorithms(encoded: bytes) -> tuple[AlgorithmIdentifier, ...]:
    """The identifiers that fill ``encoded``; messages announce the same few over and over."""
    return _known(encoded) if len(encoded) <= _MAX_KNOWN else _read_anew(encoded)


def _read_anew(encoded: bytes) -> tuple[AlgorithmIdentifier, ...]:
    found = straight.encoded(encoded, 0, len(encoded))
    return tuple([load_algorithm(one, FORMAT) for one in found])


_known = lru_cache(maxsize=64)(_read_anew)


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
    content_type, at = straight.oid(data, at)
    if at == end:
        return content_type, None, -1
    start, end = straight.only(data, at, end, _FIRST)
    at, end = straight.one(data, start, end)
    return content_type, data[at:end], data[start]


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
    issuer, serial = straight.fields(data, identifier[1], identifier[2], _NAME_AND_NUMBER)
    if serial[1] - serial[0] > MAX_SERIAL_NUMBER_SIZE:
        raise straight.Irregular
    signed = fields[3] if tags[3] == _FIRST else None
    algorithm, signature = fields[4:6] if signed else fields[3:5]
    unsigned = fields[-1] if tags[-1] == _SECOND else None
    return RawSignerInfo(
        data[at:end],
        _version(data, version[1], version[2]),
        data[identifier[1] : issuer[1]],
        straight.integer(data, *serial),
        None,
        load_algorithm(data[identifier[2] : digest[2]], FORMAT),
        data[signed[1] : signed[2]] if signed else None,
        load_algorithm(data[signed[2] if signed else digest[2] : algorithm[2]], FORMAT),
        data[signature[1] : signature[2]],
        load_attributes(data[unsigned[1] : unsigned[2]], FORMAT) if unsigned else (),
    )
