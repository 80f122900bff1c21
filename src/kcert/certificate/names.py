# SPDX-License-Identifier: Apache-2.0
"""Distinguished names: values unescaped, in both orders, in Normalization Form C."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import Final

from attrs import field, frozen

from kcert._asn1 import encode
from kcert._asn1.strings import STRING_TYPES, decode_string
from kcert._asn1.x509 import RawAttribute, RawRdn, read_name

__all__ = ["Name", "NameAttribute"]

# The table of RFC 4514 section 3, and other descriptors registered for LDAP (RFC 4519, RFC 4524).
_TYPES: Final[dict[str, str]] = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "givenName",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "1.2.840.113549.1.9.1": "emailAddress",
}
_LONG_NAMES: Final[dict[str, str]] = {
    "commonname": "2.5.4.3",
    "surname": "2.5.4.4",
    "countryname": "2.5.4.6",
    "localityname": "2.5.4.7",
    "stateorprovincename": "2.5.4.8",
    "streetaddress": "2.5.4.9",
    "organizationname": "2.5.4.10",
    "organizationalunitname": "2.5.4.11",
    "gn": "2.5.4.42",
    "domaincomponent": "0.9.2342.19200300.100.1.25",
    "userid": "0.9.2342.19200300.100.1.1",
    "e": "1.2.840.113549.1.9.1",
}
_OIDS: Final[dict[str, str]] = {
    **_LONG_NAMES,
    **{short.lower(): oid for oid, short in _TYPES.items()},
}


def _escape(value: str) -> str:
    """A value as RFC 4514 section 2.4 writes it."""
    out = [f"\\{c}" if c in '"+,;<>\\' else "\\00" if c == "\x00" else c for c in value]
    if out and out[-1] == " ":
        out[-1] = "\\ "
    if out and out[0] in (" ", "#"):
        out[0] = "\\" + out[0]
    return "".join(out)


def _fold(value: str) -> str:
    """A value prepared for comparison: case, width, composition and runs of blanks do not count."""
    if not value.isascii():
        # Compatibility caseless match, Unicode Standard 3.13, definition D146.
        value = unicodedata.normalize("NFD", value).casefold()
        value = unicodedata.normalize("NFKD", value).casefold()
        value = unicodedata.normalize("NFKD", value)
    return " ".join(value.casefold().split())


def _match_key(attribute: RawAttribute) -> tuple[str, object]:
    oid, tag, raw = attribute
    text, exact = decode_string(tag, raw)
    # Two values that cannot be read must not become equal by being unreadable alike.
    return oid, _fold(text) if exact else (tag, raw)


@frozen
class NameAttribute:
    """One attribute of a name.

    Attributes:
        oid: Dotted type.
        type: Short name of the type, ``"CN"``; the dotted type where there is none.
        value: The text, unescaped, in NFC. What the string type does not allow is U+FFFD; a value
            that is no character string is ``#`` and its content octets in hexadecimal.
        tag: Identifier octet of the string type, for example 0x0C for UTF8String.
        raw: Content octets of the value as they stand in the certificate.
    """

    oid: str
    type: str
    value: str = field(repr=False)
    tag: int
    raw: bytes = field(repr=False)


@frozen
class Name:
    """A distinguished name. ``==`` compares the encoding; `matches` compares the meaning.

    `str()` is the form of RFC 4514. `repr()` does not show the values, which name people.

    Attributes:
        der: The DER encoding of the Name.
        rdns: Relative distinguished names in the order of the encoding (most general first);
            each a tuple of attributes, nearly always of one.
    """

    der: bytes
    _raw: tuple[RawRdn, ...] = field(eq=False)

    @classmethod
    def load(cls, der: bytes) -> Name:
        """Read a DER Name.

        Raises:
            FormatError: It is not a Name.
        """
        return cls(der, read_name(der))

    @cached_property
    def rdns(self) -> tuple[tuple[NameAttribute, ...], ...]:
        """Relative distinguished names, most general first."""
        return tuple(
            tuple(
                NameAttribute(oid, _TYPES.get(oid, oid), decode_string(tag, raw)[0], tag, raw)
                for oid, tag, raw in rdn
            )
            for rdn in self._raw
        )

    @property
    def attributes(self) -> tuple[NameAttribute, ...]:
        """All attributes, most general first."""
        return tuple(attribute for rdn in self.rdns for attribute in rdn)

    def get(self, type: str) -> list[str]:
        """Values of all attributes of a type, most general first.

        Args:
            type: Short name (``"CN"``, ``"ou"``), long name (``"commonName"``) or dotted OID.
        """
        oid = _OIDS.get(type.lower(), type)
        return [
            decode_string(tag, raw)[0]
            for rdn in self._raw
            for found, tag, raw in rdn
            if found == oid
        ]

    @property
    def common_name(self) -> str | None:
        """The most specific CN, or ``None``."""
        values = self.get("CN")
        return values[-1] if values else None

    def rfc4514(self) -> str:
        """The name as RFC 4514 writes it: most specific first, values escaped."""
        return ",".join(
            "+".join(_rfc4514_attribute(attribute) for attribute in rdn)
            for rdn in reversed(self.rdns)
        )

    def npki(self) -> str:
        """The name as Korean programs write it, and as folders in NPKI are called.

        Most specific first, types in lower case, values as they are, commas without blanks:
        ``cn=홍길동()0020041202002251910000300,ou=WOORI,ou=personal4IB,o=yessign,c=kr``. It cannot
        be read back where a value holds a comma, and is not safe as a file name.
        """
        return ",".join(
            "+".join(f"{attribute.type.lower()}={attribute.value}" for attribute in rdn)
            for rdn in reversed(self.rdns)
        )

    @cached_property
    def match_key(self) -> tuple[frozenset[tuple[str, object]], ...]:
        """What `matches` compares, RDN by RDN; hashable, for looking names up."""
        return tuple(frozenset(map(_match_key, rdn)) for rdn in self._raw)

    def matches(self, other: Name) -> bool:
        """Whether both name the same entity (after RFC 5280 section 7.1).

        Upper and lower case, runs of blanks, width and composition of characters, the string type
        and the order within one RDN do not count; the order of RDNs does. So ``C=kr`` matches
        ``C=KR``, both of which stand in Korean certificates.
        """
        return self.der == other.der or self.match_key == other.match_key

    def __str__(self) -> str:
        return self.rfc4514()

    def __repr__(self) -> str:
        return f"<Name of {len(self._raw)} parts>"

    def __reduce__(self) -> tuple[object, ...]:
        return Name.load, (self.der,)


def _rfc4514_attribute(attribute: NameAttribute) -> str:
    known = _TYPES.get(attribute.oid)
    if known is None or attribute.tag not in STRING_TYPES:
        # RFC 4514 section 2.4: a type without a short name takes the encoded value in hexadecimal.
        encoded = encode.value(attribute.tag, attribute.raw)
        return f"{known or attribute.oid}=#{encoded.hex()}"
    return f"{known}={_escape(attribute.value)}"
