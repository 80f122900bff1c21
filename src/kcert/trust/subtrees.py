# SPDX-License-Identifier: Apache-2.0
"""Whether one name lies within a subtree of a name constraint, form by form.

Names and bases that are not written as RFC 5280 section 4.2.1.10 wants are malformed rather than
outside: a trailing dot, a wildcard or a mask with holes must not slip past a constraint.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from kcert.certificate import Name
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "COMPARABLE",
    "FORMS",
    "Base",
    "Subject",
    "directory_key",
    "is_within",
    "may_overlap",
    "read_base",
    "read_subject",
]

FORMS: Final[dict[int, str]] = {
    0: "otherName",
    1: "rfc822Name",
    2: "dNSName",
    3: "x400Address",
    4: "directoryName",
    5: "ediPartyName",
    6: "uniformResourceIdentifier",
    7: "iPAddress",
    8: "registeredID",
}
"""Names of the forms by the number of their tag."""

_DirectoryKey = tuple[object, ...]
_Mailbox = tuple[str, str]
Subject = str | bytes | _Mailbox | _DirectoryKey
"""A name, prepared for comparison; what it is depends on the form."""
Base = Subject
"""The base of a subtree, prepared for comparison."""

_FORMAT: Final = "name under a name constraint"
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_MAX_HOST: Final = 253


def _fail(form: int, what: str) -> FormatError:
    return FormatError(_FORMAT, f"{FORMS[form]}: {what}")


def _text(form: int, content: bytes) -> str:
    # Within ASCII "lower" is what RFC 4343 means; anything else is no host and no mailbox here.
    if not content.isascii():
        raise _fail(form, "not ASCII")
    return content.decode("ascii")


def _host(form: int, text: str) -> str:
    """A host name in lower case; empty labels, a trailing dot and wildcards are malformed."""
    if len(text) > _MAX_HOST or not all(map(_LABEL.fullmatch, text.split("."))):
        raise _fail(form, "not a host name")
    return text.lower()


def _domain(form: int, text: str) -> str:
    """A host, or with a leading dot all hosts below one; "" for every host."""
    if not text:
        return ""
    if text.startswith("."):
        return "." + _host(form, text[1:])
    return _host(form, text)


def _mailbox(form: int, text: str) -> _Mailbox:
    local, at, host = text.rpartition("@")
    if not at or not local or "@" in local.strip('"'):
        raise _fail(form, "not a mailbox")
    return local, _host(form, host)


def _mail_base(content: bytes) -> Base:
    text = _text(1, content)
    return _mailbox(1, text) if "@" in text else _domain(1, text)


def _dns_base(content: bytes) -> Base:
    text = _text(2, content)
    return _host(2, text) if text else ""


def _dns_name(content: bytes) -> Subject:
    text = _text(2, content)
    # A wildcard stands for one label in the leftmost place (RFC 6125 section 6.4.3).
    return "*." + _host(2, text[2:]) if text.startswith("*.") else _host(2, text)


def _uri_host(content: bytes) -> Subject:
    match = _SCHEME.match(_text(6, content))
    if match is None:
        raise _fail(6, "no host")
    host = match[1].rpartition("@")[2]
    name, colon, port = host.partition(":")
    if host.startswith("[") or (colon and not port.isdigit()) or name.split(".")[-1].isdigit():
        raise _fail(6, "host is not a name")
    return _host(6, name)


def _ip_name(content: bytes) -> Subject:
    if len(content) not in (4, 16):
        raise _fail(7, "neither 4 nor 16 octets")
    return content


def _ip_base(content: bytes) -> Base:
    if len(content) not in (8, 32):
        raise _fail(7, "neither 8 nor 32 octets")
    half = len(content) // 2
    mask = int.from_bytes(content[half:], "big")
    holes = ~mask & ((1 << (8 * half)) - 1)
    if holes & (holes + 1):
        raise _fail(7, "mask has holes")
    return content


def directory_key(name: Name) -> _DirectoryKey:
    """The RDNs of a name, prepared for comparison."""
    return name.match_key


def _directory(content: bytes) -> Base:
    return directory_key(Name.load(content))


_READ_BASE: Final[dict[int, Callable[[bytes], Base]]] = {
    1: _mail_base,
    2: _dns_base,
    4: _directory,
    6: lambda content: _domain(6, _text(6, content)),
    7: _ip_base,
}
_READ_SUBJECT: Final[dict[int, Callable[[bytes], Subject]]] = {
    1: lambda content: _mailbox(1, _text(1, content)),
    2: _dns_name,
    4: _directory,
    6: _uri_host,
    7: _ip_name,
}
COMPARABLE: Final = frozenset(_READ_BASE)
"""Forms that kcert can compare; constraints on others let no name of that form pass."""


def read_base(form: int, content: bytes) -> Base:
    """The base of a subtree; of a form that cannot be compared, its octets.

    Raises:
        FormatError: It is malformed.
    """
    return _READ_BASE[form](content) if form in COMPARABLE else content


def read_subject(form: int, content: bytes) -> Subject:
    """A name of a certificate; of a form that cannot be compared, its octets.

    Raises:
        FormatError: It is malformed.
    """
    return _READ_SUBJECT[form](content) if form in COMPARABLE else content


def _host_is_within(host: str, base: str) -> bool:
    """As for rfc822Name and URI: exactly this host, or with a leading dot any below it."""
    return not base or (host.endswith(base) if base.startswith(".") else host == base)


def _ip_is_within(address: bytes, base: bytes) -> bool:
    half = len(base) // 2
    if len(address) != half:
        return False
    mask = int.from_bytes(base[half:], "big")
    difference = int.from_bytes(address, "big") ^ int.from_bytes(base[:half], "big")
    return not difference & mask


def is_within(form: int, subject: Subject, base: Base) -> bool:
    """Whether a name lies within a subtree. Both were read for this form."""
    if form == 1:
        local, host = cast("_Mailbox", subject)
        if isinstance(base, tuple):
            return (local, host) == base
        return _host_is_within(host, cast("str", base))
    if form == 2:
        host, domain = cast("str", subject), cast("str", base)
        return not domain or host == domain or host.endswith("." + domain)
    if form == 4:
        rdns, prefix = cast("_DirectoryKey", subject), cast("_DirectoryKey", base)
        return rdns[: len(prefix)] == prefix
    if form == 6:
        return _host_is_within(cast("str", subject), cast("str", base))
    return _ip_is_within(cast("bytes", subject), cast("bytes", base))


def may_overlap(form: int, subject: Subject, base: Base) -> bool:
    """Whether anything that a name stands for lies within a subtree.

    Only a wildcard stands for more than itself: ``*.example.com`` overlaps ``a.example.com``.
    """
    if is_within(form, subject, base):
        return True
    if form != 2:
        return False
    host, domain = cast("str", subject), cast("str", base)
    return host.startswith("*.") and domain.endswith(host[1:])
