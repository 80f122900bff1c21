# SPDX-License-Identifier: Apache-2.0
"""The structure of an X.509 certificate (RFC 5280 section 4.1), unread beyond its skeleton."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from kcert._asn1 import der, straight, straight_lists
from kcert._asn1.algorithm import load_algorithm
from kcert._asn1.der import Reader
from kcert._asn1.times import read_time
from kcert.errors import LimitError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert._asn1.algorithm import AlgorithmIdentifier

__all__ = [
    "MAX_CERTIFICATE_SIZE",
    "MAX_SERIAL_NUMBER_SIZE",
    "RawAttribute",
    "RawCertificate",
    "RawRdn",
    "read_extensions",
    "read_name",
    "read_serial_number",
]

MAX_CERTIFICATE_SIZE = 1 << 20
MAX_SERIAL_NUMBER_SIZE = 256

RawAttribute = tuple[str, int, bytes]
"""Type of a name's attribute as dotted OID, tag of its value, content octets of its value."""

RawRdn = tuple[RawAttribute, ...]

_FORMAT = "certificate"
_TAG_VERSION = der.context(0)
_TAG_UNIQUE_IDS = (der.context(1, constructed=False), der.context(2, constructed=False))
_TAG_EXTENSIONS = der.context(3)
# What nearly every certificate consists of.
_PARTS = [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]
_FIELDS = [_TAG_VERSION, der.INTEGER, *(der.SEQUENCE,) * 5, _TAG_EXTENSIONS]
_VERSION_3 = b"\x02\x01\x02"
_UTC_TIME_SIZE = 15
_TYPE = itemgetter(0)


# Certificates name the same few algorithms and issuers over and over; what is longer than any of
# those should be is read without being kept.
_MAX_CACHED = 1024


def read_name(encoded: bytes) -> tuple[RawRdn, ...]:
    """Relative distinguished names of a Name (RFC 5280 section 4.1.2.4), as encoded.

    Raises:
        FormatError: It is not a Name.
    """
    return straight.read(straight_lists.name, _read_name_anew, encoded)


def _read_name_anew(encoded: bytes) -> tuple[RawRdn, ...]:
    reader = Reader(encoded, "distinguished name")
    names = reader.sequence()
    reader.finish()
    rdns: list[RawRdn] = []
    while not names.at_end:
        members = names.set()
        attributes: list[RawAttribute] = []
        while not members.at_end:
            attribute = members.sequence()
            oid = attribute.oid()
            tag, content = attribute.read_any()
            attribute.finish()
            if tag > 0xFF:
                raise attribute.fail("attribute value has a tag number of its own")
            attributes.append((oid, tag, content))
        if not attributes:
            raise names.fail("relative distinguished name is empty")
        rdns.append(tuple(attributes))
    return tuple(rdns)


_read_known_issuer = lru_cache(maxsize=64)(read_name)


def _read_issuer(encoded: bytes) -> tuple[RawRdn, ...]:
    return _read_known_issuer(encoded) if len(encoded) <= _MAX_CACHED else read_name(encoded)


class RawCertificate(NamedTuple):
    """The parts of a Certificate; names, key and extension values still encoded."""

    tbs: bytes
    version: int
    serial_number: int
    tbs_algorithm: AlgorithmIdentifier
    issuer: bytes
    issuer_rdns: tuple[RawRdn, ...]
    not_before: datetime
    not_after: datetime
    subject: bytes
    subject_rdns: tuple[RawRdn, ...]
    public_key_info: bytes
    extensions: tuple[tuple[str, bool, bytes], ...]
    algorithm: AlgorithmIdentifier
    signature: bytes

    @classmethod
    def read(cls, encoded: bytes) -> RawCertificate:
        """Read one DER certificate that fills ``encoded``.

        An explicit ``critical FALSE`` is not DER but common in the field, and is accepted.

        Raises:
            FormatError: Not a certificate, octets after it, or an extension that occurs twice.
            LimitError: More than `MAX_CERTIFICATE_SIZE` octets.
        """
        if len(encoded) > MAX_CERTIFICATE_SIZE:
            raise LimitError(
                "certificate size", len(encoded), MAX_CERTIFICATE_SIZE, where="certificate"
            )
        return straight.read(cls._read_straight, cls._read_anew, encoded)

    @classmethod
    def _read_straight(cls, encoded: bytes) -> RawCertificate:
        """A certificate of version 3 with extensions and without unique identifiers."""
        begin, end = straight.only(encoded, 0, len(encoded), der.SEQUENCE)
        parts = straight.fields(encoded, begin, end, _PARTS)
        (at, tbs_end), (_, algorithm_end), (unused, stop) = parts
        if unused == stop or encoded[unused]:
            raise straight.Irregular
        fields = straight.fields(encoded, at, tbs_end, _FIELDS)
        version, serial, tbs_algorithm, issuer, validity, subject, key, wrapper = fields
        if encoded[version[0] : version[1]] != _VERSION_3:
            raise straight.Irregular
        if serial[1] - serial[0] > MAX_SERIAL_NUMBER_SIZE:
            raise straight.Irregular
        middle = validity[0] + _UTC_TIME_SIZE
        not_before = straight.utc_time(encoded, validity[0], middle)
        not_after = straight.utc_time(encoded, middle, validity[1])
        first, last = straight.only(encoded, *wrapper, der.SEQUENCE)
        extensions = straight_lists.extensions(encoded, first, last)
        if len(set(map(_TYPE, extensions))) != len(extensions):
            raise straight.Irregular
        encoded_issuer = encoded[tbs_algorithm[1] : issuer[1]]
        encoded_subject = encoded[validity[1] : subject[1]]
        # In the order of the fields; by name it takes twice the time.
        return cls(
            encoded[begin:tbs_end],
            3,
            straight.integer(encoded, *serial),
            load_algorithm(encoded[serial[1] : tbs_algorithm[1]], _FORMAT),
            encoded_issuer,
            _read_issuer(encoded_issuer),
            not_before,
            not_after,
            encoded_subject,
            read_name(encoded_subject),
            encoded[subject[1] : key[1]],
            tuple(extensions),
            load_algorithm(encoded[tbs_end:algorithm_end], _FORMAT),
            encoded[unused + 1 : stop],
        )

    @classmethod
    def _read_anew(cls, encoded: bytes) -> RawCertificate:
        outer = Reader(encoded, _FORMAT)
        certificate = outer.sequence()
        outer.finish()
        tbs = certificate.read_encoded()
        algorithm = load_algorithm(certificate.read_encoded(), _FORMAT)
        signature, _ = certificate.bit_string()
        certificate.finish()

        fields = Reader(tbs, _FORMAT).sequence()
        version = _read_version(fields)
        serial_number = read_serial_number(fields)
        tbs_algorithm = load_algorithm(fields.read_encoded(), _FORMAT)
        issuer = fields.read_encoded()
        validity = fields.sequence()
        not_before = read_time(validity)
        not_after = read_time(validity)
        validity.finish()
        subject = fields.read_encoded()
        public_key_info = fields.read_encoded()
        for tag in _TAG_UNIQUE_IDS:
            if fields.peek() == tag:
                fields.skip()
        extensions = _read_extensions(fields)
        fields.finish()
        return cls(
            tbs=tbs,
            version=version,
            serial_number=serial_number,
            tbs_algorithm=tbs_algorithm,
            issuer=issuer,
            issuer_rdns=_read_issuer(issuer),
            not_before=not_before,
            not_after=not_after,
            subject=subject,
            subject_rdns=read_name(subject),
            public_key_info=public_key_info,
            extensions=extensions,
            algorithm=algorithm,
            signature=signature,
        )


def read_serial_number(fields: Reader, tag: int = der.INTEGER) -> int:
    """Read a serial number of any sign (RFC 5280 section 4.1.2.2 asks for 20 positive octets).

    Raises:
        FormatError: It is no INTEGER.
        LimitError: More octets than `MAX_SERIAL_NUMBER_SIZE`; Python would not print such a number.
    """
    number = fields.integer(tag)
    size = (number + (number < 0)).bit_length() // 8 + 1
    if size > MAX_SERIAL_NUMBER_SIZE:
        raise LimitError("serial number size", size, MAX_SERIAL_NUMBER_SIZE, where=_FORMAT)
    return number


def _read_version(fields: Reader) -> int:
    """Version number, 1 to 3, of ``[0] EXPLICIT INTEGER DEFAULT v1``."""
    wrapper = fields.enter_optional(_TAG_VERSION)
    if wrapper is None:
        return 1
    number = wrapper.integer()
    wrapper.finish()
    if number not in (0, 1, 2):
        raise fields.fail("version is not 1, 2 or 3")
    return number + 1


def _read_extensions(fields: Reader) -> tuple[tuple[str, bool, bytes], ...]:
    wrapper = fields.enter_optional(_TAG_EXTENSIONS)
    if wrapper is None:
        return ()
    members = wrapper.sequence()
    wrapper.finish()
    return read_extensions(members)


def read_extensions(members: Reader) -> tuple[tuple[str, bool, bytes], ...]:
    """Type, criticality and value of each Extension that fills ``members``.

    Raises:
        FormatError: One is malformed, or occurs twice.
    """
    extensions: list[tuple[str, bool, bytes]] = []
    seen: set[str] = set()
    while not members.at_end:
        extension = members.sequence()
        oid = extension.oid()
        critical = extension.boolean() if extension.peek() == der.BOOLEAN else False
        value = extension.read(der.OCTET_STRING)
        extension.finish()
        if oid in seen:
            raise members.fail(f"extension {oid} occurs twice")
        seen.add(oid)
        extensions.append((oid, critical, value))
    return tuple(extensions)
