# SPDX-License-Identifier: Apache-2.0
"""Distribution points of CRLs: as a certificate names them, and as a CRL names itself.

RFC 5280 sections 4.2.1.13 (cRLDistributionPoints), 4.2.1.15 (freshestCRL) and 5.2.5
(issuingDistributionPoint).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode
from kcert._asn1.der import Reader
from kcert._asn1.strings import decode_string

if TYPE_CHECKING:
    from kcert.errors import FormatError

__all__ = [
    "ALL_REASONS",
    "FRESHEST_CRL",
    "ISSUING_DISTRIBUTION_POINT",
    "RawDistributionPoint",
    "RawIssuingDistributionPoint",
    "RawPointName",
    "read_directory_names",
    "read_distribution_points",
    "read_issuing_distribution_point",
]

ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"
FRESHEST_CRL: Final = "2.5.29.46"

ALL_REASONS: Final = frozenset(range(1, 9))
"""Bits of ReasonFlags that mean something; bit 0 is unused."""

_DIRECTORY_NAME: Final = der.context(4)
_URI: Final = der.context(6, constructed=False)
_MAX_POINTS: Final = 64
_MAX_NAMES: Final = 64


class RawPointName(NamedTuple):
    """A DistributionPointName.

    Attributes:
        uris: Its URIs in order, of a full name.
        directory_names: Its directory names, each a DER Name.
        others: Its names of other kinds, encoded.
        relative: Content octets of the RDN relative to the CRL issuer, instead of a full name.
    """

    uris: tuple[str, ...] = ()
    directory_names: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    relative: bytes | None = None

    def below(self, issuer: bytes) -> RawPointName:
        """The full name that a relative one stands for.

        Args:
            issuer: The CRL issuer's Name, DER.
        """
        if self.relative is None:
            return self
        reader = Reader(issuer, "distinguished name")
        rdns = reader.read(der.SEQUENCE)
        return RawPointName(
            directory_names=(encode.sequence(rdns, encode.value(der.SET, self.relative)),)
        )


class RawDistributionPoint(NamedTuple):
    """One DistributionPoint of a certificate.

    Attributes:
        name: Where the CRL lies, or ``None``.
        reasons: Bits of the reasons it covers, or ``None`` for all.
        crl_issuers: Names, DER, of a CRL issuer that is not the certificate's; empty otherwise.
    """

    name: RawPointName | None
    reasons: frozenset[int] | None
    crl_issuers: tuple[bytes, ...]


class RawIssuingDistributionPoint(NamedTuple):
    """What a CRL says about its own scope."""

    name: RawPointName | None = None
    only_user_certificates: bool = False
    only_authority_certificates: bool = False
    only_some_reasons: frozenset[int] | None = None
    indirect: bool = False
    only_attribute_certificates: bool = False


def _too_many(reader: Reader) -> FormatError:
    return reader.fail("there are too many names")


def _read_names(names: Reader) -> RawPointName:
    uris: list[str] = []
    directory_names: list[bytes] = []
    others: list[bytes] = []
    while not names.at_end:
        if len(uris) + len(directory_names) + len(others) >= _MAX_NAMES:
            raise _too_many(names)
        tag = names.peek()
        if tag == _URI:
            uris.append(decode_string(der.IA5_STRING, names.read(_URI))[0])
        elif tag == _DIRECTORY_NAME:
            wrapper = names.enter(_DIRECTORY_NAME)
            directory_names.append(wrapper.read_encoded())
            wrapper.finish()
        else:
            others.append(names.read_encoded())
    return RawPointName(tuple(uris), tuple(directory_names), tuple(others))


def read_directory_names(names: Reader) -> tuple[bytes, ...]:
    """The directory names among the GeneralNames that fill ``names``, each a DER Name."""
    return _read_names(names).directory_names


def _read_point_name(point: Reader) -> RawPointName | None:
    """``[0] DistributionPointName OPTIONAL``, a CHOICE and so tagged explicitly."""
    wrapper = point.enter_optional(der.context(0))
    if wrapper is None:
        return None
    if wrapper.peek() == der.context(0):
        name = _read_names(wrapper.enter(der.context(0)))
    else:
        name = RawPointName(relative=wrapper.read(der.context(1)))
    wrapper.finish()
    return name


def _read_reasons(reader: Reader, number: int) -> frozenset[int] | None:
    tag = der.context(number, constructed=False)
    if reader.peek() != tag:
        return None
    octets, _ = reader.bit_string(tag)
    bits = int.from_bytes(octets[:2].ljust(2, b"\x00"), "big")
    return frozenset(bit for bit in range(1, 9) if bits & 0x8000 >> bit)


def _read_flag(reader: Reader, number: int) -> bool:
    tag = der.context(number, constructed=False)
    if reader.peek() != tag:
        return False
    content = reader.read(tag)
    # FALSE is the default and not written in DER; it is met all the same.
    if content not in (b"\xff", b"\x00"):
        raise reader.fail("BOOLEAN is neither 00 nor FF")
    return content == b"\xff"


def read_distribution_points(value: bytes) -> tuple[RawDistributionPoint, ...]:
    """Value of cRLDistributionPoints or freshestCRL.

    Raises:
        FormatError: It is malformed, or names more than 64 points.
    """
    reader = Reader(value, "cRLDistributionPoints")
    content = reader.sequence()
    reader.finish()
    points: list[RawDistributionPoint] = []
    while not content.at_end:
        if len(points) >= _MAX_POINTS:
            raise _too_many(content)
        point = content.sequence()
        name = _read_point_name(point)
        reasons = _read_reasons(point, 1)
        issuers = point.enter_optional(der.context(2))
        crl_issuers = () if issuers is None else read_directory_names(issuers)
        point.finish()
        points.append(RawDistributionPoint(name, reasons, crl_issuers))
    return tuple(points)


def read_issuing_distribution_point(value: bytes) -> RawIssuingDistributionPoint:
    """Value of issuingDistributionPoint.

    Raises:
        FormatError: It is malformed.
    """
    reader = Reader(value, "issuingDistributionPoint")
    content = reader.sequence()
    reader.finish()
    found = RawIssuingDistributionPoint(
        _read_point_name(content),
        _read_flag(content, 1),
        _read_flag(content, 2),
        _read_reasons(content, 3),
        _read_flag(content, 4),
        _read_flag(content, 5),
    )
    content.finish()
    return found
