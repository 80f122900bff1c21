# SPDX-License-Identifier: Apache-2.0
"""Textual encodings: the armour of RFC 7468 and RFC 1421, and bare base64.

One pass over the text, in time proportional to its length. Text between blocks is passed over.
"""

from __future__ import annotations

import binascii
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PemBlock", "decode_base64", "encode_body", "encode_pem", "read_blocks"]

_BEGIN = b"-----BEGIN "
_END = b"-----END "
_DASHES = b"-----"
_WHITESPACE = b" \t\r\n\v\f"
_MAX_LABEL = 64
_COLUMNS = 64


class PemBlock(NamedTuple):
    """One block: label, RFC 1421 headers, decoded octets (a key, perhaps), and text before it."""

    label: str
    headers: tuple[tuple[str, str], ...]
    data: bytes
    preface: bytes = b""

    def __repr__(self) -> str:
        return f"<PEM block {self.label!r}>"


def _fail(reason: str, offset: int) -> FormatError:
    return FormatError("PEM", reason, where=f"byte {offset}")


def decode_base64(text: bytes) -> bytes:
    """Decode base64 in which white space may stand anywhere.

    Raises:
        FormatError: A character outside the alphabet, wrong padding, or nothing at all.
    """
    try:
        # Most texts have no white space but these line ends, which go in a third of the time.
        data = binascii.a2b_base64(text.replace(b"\n", b""), strict_mode=True)
    except binascii.Error:
        data = _decode_spaced(text)
    if not data:
        raise FormatError("base64", "text is empty")
    return data


def _decode_spaced(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text.translate(None, _WHITESPACE), strict_mode=True)
    except binascii.Error:
        # The library's message would be no help, and its traceback would hold the text.
        raise FormatError("base64", "text is not base64") from None


@lru_cache(maxsize=64)
def _printable(label: bytes) -> str:
    """A label as text, empty where it is none."""
    text = label.decode("ascii", "replace")
    return text if label.isascii() and text.isprintable() else ""


def _label(text: bytes, start: int) -> tuple[str, int]:
    """The label that begins at ``start``, and the offset after its closing dashes."""
    end = text.find(_DASHES, start, start + _MAX_LABEL + len(_DASHES))
    label = _printable(text[start:end]) if end >= 0 else ""
    if not label:
        raise _fail("label is not closed by five dashes", start)
    return label, end + len(_DASHES)


def _split_headers(body: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Headers of RFC 1421 4.6.1 (``Name: value`` lines up to an empty one), and what follows."""
    headers: list[tuple[str, list[str]]] = []
    used = 0
    for line in body.splitlines(keepends=True):
        stripped = line.strip().decode("latin-1")
        name, colon, value = stripped.partition(":")
        if headers and line[:1] in b" \t" and stripped:
            headers[-1][1].append(stripped)
        elif colon:
            headers.append((name.strip(), [value.strip()]))
        elif stripped:
            break
        used += len(line)
        if headers and not stripped:
            break
    return tuple((name, " ".join(parts)) for name, parts in headers), body[used:]


def read_blocks(text: bytes, decode: Callable[[bytes], bytes] = decode_base64) -> list[PemBlock]:
    """All blocks of a text, in order; an empty list where there is none.

    Lines may be of any length and end in LF, CR or CRLF; a byte order mark and text outside the
    blocks are passed over. The caller caps the size.

    Args:
        text: The text.
        decode: As `decode_base64`; for callers who know some answers of it.

    Raises:
        FormatError: A block is not closed, closed under another label, begins inside another,
            or is not base64.
    """
    blocks: list[PemBlock] = []
    position = 0
    while (begin := text.find(_BEGIN, position)) >= 0:
        stray = text.find(_END, position, begin)
        if stray >= 0:
            raise _fail("END without BEGIN", stray)
        preface = text[position:begin]
        label, body = _label(text, begin + len(_BEGIN))
        # Base64 has no dash, and a single one is found many times as fast as five.
        end = text.find(b"-", body)
        if not text.startswith(_DASHES, end):
            end = text.find(_DASHES, body)
        if end < 0:
            raise _fail(f"block {label!r} is not closed", begin)
        if not text.startswith(_END, end):
            raise _fail(f"block {label!r} is not closed before the next begins", end)
        closing = text[begin + len(_BEGIN) : body]
        position = end + len(_END)
        if not text.startswith(closing, position):
            raise _fail(f"block {label!r} is closed as {_label(text, position)[0]!r}", end)
        position += len(closing)
        content = text[body:end]
        headers: tuple[tuple[str, str], ...] = ()
        if b":" in content:
            headers, content = _split_headers(content)
        try:
            blocks.append(PemBlock(label, headers, decode(content), preface))
        except FormatError as error:
            raise _fail(f"block {label!r}: {error.reason}", begin) from None
    stray = text.find(_END, position)
    if stray >= 0:
        raise _fail("END without BEGIN", stray)
    return blocks


def encode_pem(label: str, data: bytes) -> str:
    """One block in the form that RFC 7468 asks writers for: 64 columns, LF."""
    return f"-----BEGIN {label}-----{encode_body(data)}-----END {label}-----\n"


def encode_body(data: bytes) -> str:
    """What stands between the dashes of such a block."""
    text = binascii.b2a_base64(data, newline=False).decode("ascii")
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join(["", *lines, ""])
