# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for what kcert reads, keeps and refuses.

The only module of kcert that imports hypothesis.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kcert._asn1 import encode
from kcert.errors import MissingExtraError
from kcert.testing.spans import replace_value, spans

try:
    from hypothesis import strategies as st
    from hypothesis.vendor import pretty
except ImportError:
    raise MissingExtraError("test", "kcert.testing.strategies") from None

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy
    from hypothesis.vendor.pretty import RepresentationPrinter

    from kcert.credential import Credential

__all__ = [
    "credentials",
    "der_values",
    "distinguished_names",
    "dn_values",
    "locked_credentials",
    "moments",
    "mutations",
    "oids",
    "passwords",
    "person_names",
    "randoms",
]

_HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
_PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
# What separates, quotes or escapes in a distinguished name, in a path, or on a terminal.
_SPECIAL = st.sampled_from(list(",+\"\\<>;=#/|*?:' \t()[]{}%$&!~`^@.-_\u00a0\u200b\u3000₩🔐é"))


def _print_shortly(value: object, printer: RepresentationPrinter, _cycle: bool) -> None:
    printer.text(repr(value))


# Hypothesis would print every field of a failing example: kilobytes of DER.
for _module, _class in (
    ("kcert.credential.locked", "Credential"),
    ("kcert.certificate.models", "Certificate"),
    ("kcert.certificate.models", "FinancialCertificate"),
    ("kcert.certificate.models", "GovernmentCertificate"),
    ("kcert.certificate.models", "JointCertificate"),
):
    pretty.for_type_by_name(_module, _class, _print_shortly)


def passwords() -> SearchStrategy[str]:
    """Passwords of every kind that people and programs have: also empty, blank, NFD and NUL."""
    hangul = st.text(_HANGUL, min_size=1, max_size=20)
    return st.one_of(
        st.text(_PRINTABLE, max_size=64),
        hangul,
        hangul.map(lambda text: unicodedata.normalize("NFD", text)),
        st.sampled_from(
            ["", " ", "  \t", "\0", "\0abc", "abc\0", "🔐", "🇰🇷 홍길동", "암호 ", "₩|'\"\\"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    )


def person_names() -> SearchStrategy[str]:
    """Names of people and bodies, as they stand before the parentheses of a CN."""
    syllables = st.text(_HANGUL, min_size=2, max_size=5)
    latin = st.from_regex(r"[A-Z][a-z]{1,10}( [A-Z][a-z]{1,10}){0,2}", fullmatch=True)
    return st.one_of(
        st.sampled_from(["홍길동", "남궁길동", "(주)한국상사", "홍'길동", "테스트 주식회사"]),
        syllables,
        latin,
    )


def dn_values() -> SearchStrategy[str]:
    """Attribute values of distinguished names, special characters in the first place and the last.

    Never empty and without control characters, which no string type of a certificate should hold.
    """
    letters = st.one_of(_HANGUL, _PRINTABLE, _SPECIAL.filter(str.isprintable))
    return st.text(letters, min_size=1, max_size=40)


@st.composite
def distinguished_names(draw: DrawFn) -> tuple[tuple[str, str], ...]:
    """Attributes of a subscriber's name, country first: arguments of `kcert.testing.name`."""
    units = draw(st.lists(dn_values(), max_size=3))
    country = draw(st.sampled_from(["KR", "kr"]))
    middle = [("O", draw(dn_values())), *(("OU", unit) for unit in units)]
    return ("C", country), *middle, ("CN", draw(dn_values()))


def randoms() -> SearchStrategy[bytes]:
    """R: 20 octets, and other lengths that the structure allows."""
    return st.one_of(
        st.binary(min_size=20, max_size=20),
        st.binary(min_size=1, max_size=64),
        st.sampled_from([bytes(20), b"\xff" * 20]),
    )


def moments() -> SearchStrategy[datetime]:
    """Aware moments, to the second, from 2001 to 2045, when every test authority is valid."""
    first, last = datetime(2001, 1, 2, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
    seconds = st.integers(int(first.timestamp()), int(last.timestamp()))
    return seconds.map(lambda second: datetime.fromtimestamp(second, UTC))


@st.composite
def credentials(
    draw: DrawFn,
    *,
    authorities: SearchStrategy[str] | None = None,
    passwords: SearchStrategy[str] | None = None,
) -> tuple[Credential, str]:
    """A credential and its password: any authority, with and without km pair, chain, VID and R.

    Args:
        draw: Hypothesis passes it.
        authorities: Names of authorities, default all.
        passwords: Default a short ASCII one, for speed and for peers.
    """
    # Late: the other strategies need neither keys nor certificates.
    from kcert.keys.profiles import CHEAPEST
    from kcert.testing.authority import AUTHORITY_NAMES, FakeAuthority

    authority = draw(authorities or st.sampled_from(AUTHORITY_NAMES))
    password = draw(passwords or st.text(_PRINTABLE, min_size=1, max_size=12))
    without_random = draw(st.booleans())
    credential = FakeAuthority(authority).issue(
        draw(person_names()),
        password=password,
        profile=CHEAPEST,
        km=draw(st.booleans()),
        chain=draw(st.booleans()),
        at=draw(moments()),
        random=draw(randoms()),
        without_vid=draw(st.booleans()),
        without_random=without_random,
        vid_hash=draw(st.sampled_from(["sha1", "sha256"])),
        vid_null_parameters=draw(st.booleans()),
    )
    return credential, password


def locked_credentials() -> SearchStrategy[Credential]:
    """Credentials whose password does not matter."""
    return credentials().map(lambda drawn: drawn[0])


@st.composite
def oids(draw: DrawFn) -> str:
    """Object identifiers, dotted, with arcs up to 2**64."""
    first = draw(st.integers(0, 2))
    second = draw(st.integers(0, 39 if first < 2 else 2**63))
    rest = draw(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**64)), max_size=8))
    return ".".join(map(str, [first, second, *rest]))


def _leaves() -> SearchStrategy[bytes]:
    return st.one_of(
        st.booleans().map(encode.boolean),
        st.integers(-(2**70), 2**70).map(encode.integer),
        st.just(encode.null()),
        st.binary(max_size=300).map(encode.octet_string),
        st.binary(max_size=40).map(encode.bit_string),
        oids().map(encode.oid),
        dn_values().map(encode.utf8_string),
        st.text(_HANGUL, max_size=20).map(encode.bmp_string),
        st.text(st.characters(codec="ascii"), max_size=20).map(encode.ia5_string),
        moments().map(encode.time),
        st.builds(
            lambda number, content: encode.context(number, content, constructed=False),
            st.integers(0, 30),
            st.binary(max_size=20),
        ),
    )


def _grow(children: SearchStrategy[bytes]) -> SearchStrategy[bytes]:
    members = st.lists(children, max_size=5)
    return st.one_of(
        members.map(lambda parts: encode.sequence(*parts)),
        members.map(encode.set_of),
        st.builds(
            lambda number, parts: encode.context(number, b"".join(parts)),
            st.integers(0, 30),
            members,
        ),
    )


def der_values(*, max_leaves: int = 20) -> SearchStrategy[bytes]:
    """Single DER values, well-formed, of every type that kcert writes and any nesting."""
    return st.recursive(_leaves(), _grow, max_leaves=max_leaves)


def _flip(draw: DrawFn, data: bytes) -> bytes:
    position = draw(st.integers(0, 8 * len(data) - 1))
    changed = bytearray(data)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def _overwrite(draw: DrawFn, data: bytes) -> bytes:
    position = draw(st.integers(0, len(data) - 1))
    octet = draw(st.sampled_from([0x00, 0x7F, 0x80, 0xFF]))
    return data[:position] + bytes((octet,)) + data[position + 1 :]


def _cut(draw: DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data) - 1))]


def _insert(draw: DrawFn, data: bytes) -> bytes:
    position = draw(st.integers(0, len(data)))
    return data[:position] + draw(st.binary(min_size=1, max_size=8)) + data[position:]


def _restructure(draw: DrawFn, data: bytes) -> bytes:
    """Drop, repeat, wrap, retag or empty one value, with and without putting the lengths right."""
    places = spans(data)
    if not places:
        return _flip(draw, data)
    place = draw(st.sampled_from(places))
    element = data[place.start : place.end]
    flipped = element[0] ^ draw(st.sampled_from([0x01, 0x20, 0x80, 0xA0]))
    changed = draw(
        st.sampled_from(
            [
                b"",
                element * 2,
                encode.sequence(element),
                bytes((flipped,)) + element[1:],
                element[:1] + b"\0",
                data[draw(st.sampled_from(places)).start :][:64],
            ]
        )
    )
    if draw(st.booleans()):
        return replace_value(data, place, changed)
    return data[: place.start] + changed + data[place.end :]


_MUTATIONS: tuple[Callable[[DrawFn, bytes], bytes], ...] = (
    _flip,
    _overwrite,
    _cut,
    _insert,
    _restructure,
)


@st.composite
def mutations(draw: DrawFn, data: bytes, *, max_changes: int = 3) -> bytes:
    """The bytes with one to a few changes; now and then they come out as they were.

    Bits flipped, octets overwritten, put in or cut off the end, and DER values dropped, repeated,
    wrapped, retagged, emptied or copied elsewhere.

    Args:
        draw: Hypothesis passes it.
        data: What to change.
        max_changes: How many changes at most.
    """
    for _ in range(draw(st.integers(1, max_changes))):
        if not data:
            break
        data = draw(st.sampled_from(_MUTATIONS))(draw, data)
    return data
