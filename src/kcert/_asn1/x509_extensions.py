# SPDX-License-Identifier: Apache-2.0
"""Values of the certificate extensions of RFC 5280 section 4.2, read one by one."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from kcert._asn1 import der
from kcert._asn1.der import Reader
from kcert._asn1.strings import decode_string
from kcert._asn1.x509 import read_serial_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "AUTHORITY_INFO_ACCESS",
    "AUTHORITY_KEY_IDENTIFIER",
    "BASIC_CONSTRAINTS",
    "CERTIFICATE_POLICIES",
    "CRL_DISTRIBUTION_POINTS",
    "EXTENDED_KEY_USAGE",
    "KEY_USAGE",
    "SUBJECT_ALT_NAME",
    "SUBJECT_KEY_IDENTIFIER",
    "RawAuthorityKeyIdentifier",
    "read_access_locations",
    "read_authority_key_identifier",
    "read_basic_constraints",
    "read_certificate_policies",
    "read_distribution_point_uris",
    "read_extended_key_usage",
    "read_key_usage",
    "read_other_name",
    "read_subject_key_identifier",
]

SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALT_NAME: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
AUTHORITY_INFO_ACCESS: Final = "1.3.6.1.5.5.7.1.1"

# GeneralName (RFC 5280 section 4.2.1.6), implicit tags except for the CHOICE directoryName.
_OTHER_NAME = der.context(0)
_DIRECTORY_NAME = der.context(4)
_URI = der.context(6, constructed=False)

_MAX_PATH_LENGTH = 1 << 31
_MAX_CACHED = 1024

_T = TypeVar("_T")


class RawAuthorityKeyIdentifier(NamedTuple):
    """An AuthorityKeyIdentifier; the issuer is a Name, still encoded."""

    key_identifier: bytes | None
    issuer: bytes | None
    serial_number: int | None


def _open(value: bytes, name: str) -> Reader:
    """Go into the SEQUENCE that fills an extension's value."""
    reader = Reader(value, name)
    content = reader.sequence()
    reader.finish()
    return content


def _text(octets: bytes) -> str:
    # IA5String by the standard; Korean LDAP URLs hold raw blanks and Hangul.
    return decode_string(der.IA5_STRING, octets)[0]


def _remembering(read: Callable[[bytes], _T]) -> Callable[[bytes], _T]:
    """Read values once that an authority writes into all its certificates; long ones each time."""
    known = lru_cache(maxsize=256)(read)

    @wraps(read)
    def reading(value: bytes) -> _T:
        return known(value) if len(value) <= _MAX_CACHED else read(value)

    return reading


@_remembering
def read_key_usage(value: bytes) -> frozenset[int]:
    """Numbers of the bits that are set, 0 being digitalSignature."""
    reader = Reader(value, "keyUsage")
    octets, _ = reader.bit_string()
    reader.finish()
    # The nine bits fill two octets; what follows has no meaning.
    bits = int.from_bytes(octets[:2].ljust(2, b"\x00"), "big")
    return frozenset(number for number in range(9) if bits & 0x8000 >> number)


@_remembering
def read_basic_constraints(value: bytes) -> tuple[bool, int | None]:
    """Whether the subject is a CA, and the path length constraint."""
    content = _open(value, "basicConstraints")
    is_ca = content.boolean() if content.peek() == der.BOOLEAN else False
    path_length = None if content.at_end else content.integer()
    content.finish()
    if path_length is not None and not 0 <= path_length < _MAX_PATH_LENGTH:
        raise content.fail("path length is out of range")
    return is_ca, path_length


@_remembering
def read_certificate_policies(value: bytes) -> tuple[str, ...]:
    """Policy identifiers in order; their qualifiers are passed over."""
    content = _open(value, "certificatePolicies")
    policies: list[str] = []
    while not content.at_end:
        policies.append(content.sequence().oid())
    return tuple(policies)


def read_extended_key_usage(value: bytes) -> tuple[str, ...]:
    """Key purposes as dotted OIDs."""
    content = _open(value, "extendedKeyUsage")
    purposes: list[str] = []
    while not content.at_end:
        purposes.append(content.oid())
    return tuple(purposes)


def read_subject_key_identifier(value: bytes) -> bytes:
    """The key identifier."""
    reader = Reader(value, "subjectKeyIdentifier")
    identifier = reader.octet_string()
    reader.finish()
    return identifier


def read_authority_key_identifier(value: bytes) -> RawAuthorityKeyIdentifier:
    """Key identifier, issuer and serial number, each where it is given.

    Of several names of the issuer the first that is a directory name is returned.
    """
    content = _open(value, "authorityKeyIdentifier")
    key_identifier: bytes | None = None
    issuer: bytes | None = None
    serial_number: int | None = None
    if content.peek() == der.context(0, constructed=False):
        key_identifier = content.octet_string(der.context(0, constructed=False))
    if content.peek() == der.context(1):
        names = content.enter(der.context(1))
        while not names.at_end:
            wrapper = names.enter_optional(_DIRECTORY_NAME) if issuer is None else None
            if wrapper is None:
                names.skip()
            else:
                issuer = wrapper.read_encoded()
                wrapper.finish()
    if content.peek() == der.context(2, constructed=False):
        serial_number = read_serial_number(content, der.context(2, constructed=False))
    content.finish()
    return RawAuthorityKeyIdentifier(key_identifier, issuer, serial_number)


def _uris(names: Reader) -> Iterator[str]:
    while not names.at_end:
        tag, octets = names.read_any()
        if tag == _URI:
            yield _text(octets)


def read_distribution_point_uris(value: bytes) -> tuple[str, ...]:
    """URIs of all CRL distribution points that have a full name, in order."""
    content = _open(value, "cRLDistributionPoints")
    uris: list[str] = []
    while not content.at_end:
        point = content.sequence()
        name = point.enter_optional(der.context(0))
        full_name = name.enter_optional(der.context(0)) if name is not None else None
        if full_name is not None:
            uris += _uris(full_name)
    return tuple(uris)


def read_access_locations(value: bytes) -> tuple[tuple[str, str], ...]:
    """Access method and URI of each AccessDescription whose location is a URI."""
    content = _open(value, "authorityInfoAccess")
    locations: list[tuple[str, str]] = []
    while not content.at_end:
        description = content.sequence()
        method = description.oid()
        locations += ((method, uri) for uri in _uris(description))
    return tuple(locations)


def read_other_name(value: bytes, type_id: str) -> bytes | None:
    """Value of the first otherName of this type in a subjectAltName, encoded, or ``None``."""
    content = _open(value, "subjectAltName")
    while not content.at_end:
        name = content.enter_optional(_OTHER_NAME)
        if name is None:
            content.skip()
        elif name.oid() == type_id:
            wrapper = name.enter(der.context(0))
            found = wrapper.read_encoded()
            wrapper.finish()
            name.finish()
            return found
    return None
