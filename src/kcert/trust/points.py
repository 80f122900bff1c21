# SPDX-License-Identifier: Apache-2.0
"""Where CRLs lie: LDAP URLs as Korean certificates write them; when two names are one point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from attrs import frozen

from kcert._asn1.distribution_points import (
    RawDistributionPoint,
    RawPointName,
    read_distribution_points,
)
from kcert._asn1.x509_extensions import CRL_DISTRIBUTION_POINTS
from kcert.certificate import Name
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.trust.revocation import Revocable

__all__ = [
    "AUTHORITY_LIST",
    "CERTIFICATE_LIST",
    "LdapUrl",
    "distribution_points",
    "same_point",
    "with_attribute",
]

CERTIFICATE_LIST: Final = "certificateRevocationList"
AUTHORITY_LIST: Final = "authorityRevocationList"

_LDAP: Final = "ldap://"
_LDAP_PORT: Final = 389
_MAX_URL: Final = 4096


@frozen
class LdapUrl:
    """An LDAP URL (RFC 4516) that names one attribute of one entry.

    Attributes:
        host: Host name or address.
        port: TCP port.
        name: Distinguished name of the entry, percent signs resolved.
        attribute: The attribute, with its options; ``None`` where the URL names none.
    """

    host: str
    port: int
    name: str
    attribute: str | None = None

    @classmethod
    def read(cls, url: str) -> LdapUrl:
        """Read an URL, tolerant of what stands in certificates: raw blanks and Hangul.

        Raises:
            FormatError: It is no LDAP URL, asks for more than one entry, or holds control
                characters.
        """
        if len(url) > _MAX_URL or not url.isprintable() or url[:7].lower() != _LDAP:
            raise FormatError("LDAP URL", "it is not an ldap URL of at most 4,096 characters")
        place, _, rest = url[7:].partition("/")
        name, *queries = rest.split("?")
        attribute, scope, search, *_ = [unquote(query) for query in queries] + [""] * 3
        host, colon, digits = place.rpartition(":") if not place.endswith("]") else (place, "", "")
        if not colon:
            host, digits = place, str(_LDAP_PORT)
        if not host or not (digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) < 65536):
            raise FormatError("LDAP URL", "host or port is missing or wrong")
        # Only the entry itself is read: a subtree could be anything, and anybody's.
        if scope.lower() not in ("", "base") or search.lower() not in ("", "(objectclass=*)"):
            raise FormatError("LDAP URL", "it asks for a search, not for one entry")
        return cls(host.strip("[]").lower(), int(digits), unquote(name), attribute or None)

    @property
    def plain_name(self) -> str:
        """The entry's name for comparison: lower case, no blanks around ``,`` and ``=``."""
        return _plain(self.name)


def with_attribute(url: str, *, authority: bool) -> str:
    """An URL that says what it wants: an LDAP one that names no attribute gets the usual one.

    Args:
        url: URL of a distribution point.
        authority: Whether the list is to be one of authorities (ARL).
    """
    place, question, rest = url.partition("?")
    if not url[:7].lower().startswith(_LDAP) or rest.partition("?")[0]:
        return url
    usual = AUTHORITY_LIST if authority else CERTIFICATE_LIST
    return f"{place}?{usual}{rest if question else ''}"


def _plain(name: str) -> str:
    parts = ("=".join(half.strip() for half in part.split("=", 1)) for part in name.split(","))
    return ",".join(part.strip() for part in parts).casefold()


def _ldap_urls(name: RawPointName) -> Iterator[LdapUrl]:
    for uri in name.uris:
        try:
            yield LdapUrl.read(uri)
        except FormatError:
            continue


def _is_same_entry(one: LdapUrl, other: LdapUrl) -> bool:
    if (one.host, one.port, one.plain_name) != (other.host, other.port, other.plain_name):
        return False
    # The attribute is often left out; its option (;binary) means nothing here.
    mine, theirs = (url.attribute and url.attribute.partition(";")[0] for url in (one, other))
    return not mine or not theirs or mine.casefold() == theirs.casefold()


def _meets_entry(uris: RawPointName, directory: RawPointName) -> bool:
    """Whether an LDAP URI of one side and a directory name of the other are the same entry."""
    names = {_plain(Name.load(name).npki()) for name in directory.directory_names}
    return any(url.plain_name in names for url in _ldap_urls(uris)) if names else False


def same_point(one: RawPointName, other: RawPointName) -> bool:
    """Whether one of the names of a point is among those of the other.

    URIs are compared as written; LDAP ones by host, entry and attribute, and with a directory name
    by the entry, for authorities write the same point in all these ways.
    """
    if not set(one.uris).isdisjoint(other.uris) or not set(one.others).isdisjoint(other.others):
        return True
    theirs = [Name.load(name) for name in other.directory_names]
    if any(Name.load(mine).matches(name) for mine in one.directory_names for name in theirs):
        return True
    urls = tuple(_ldap_urls(other))
    if any(_is_same_entry(mine, url) for mine in _ldap_urls(one) for url in urls):
        return True
    return _meets_entry(one, other) or _meets_entry(other, one)


def distribution_points(certificate: Revocable) -> tuple[RawDistributionPoint, ...]:
    """The points that a certificate names, in order.

    Raises:
        FormatError: The extension is malformed.
    """
    extension = certificate.extension(CRL_DISTRIBUTION_POINTS)
    if extension is not None:
        return read_distribution_points(extension.value)
    uris = certificate.crl_distribution_points
    return (RawDistributionPoint(RawPointName(uris=uris), None, ()),) if uris else ()
