# SPDX-License-Identifier: Apache-2.0
"""Putting a SignedData together from its parts, without copying the content more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import der, encode, oids

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["assemble", "before_content", "head", "tail"]


def assemble(
    content_type: str,
    content: bytes | None,
    *,
    digest_algorithms: Iterable[bytes],
    certificates: Iterable[bytes],
    crls: Iterable[bytes],
    signers: Iterable[bytes],
    by_key: bool,
    is_wrapped: bool,
) -> bytes:
    """A SignedData from encoded parts, the content copied once; see `before_content`."""
    before = before_content(content_type, digest_algorithms, by_key=by_key)
    after = tail(certificates, crls, signers)
    size = -1 if content is None else len(content)
    parts = head(content_type, size, before, len(after), is_wrapped=is_wrapped)
    return b"".join((*parts, content or b"", after))


def before_content(content_type: str, digest_algorithms: Iterable[bytes], *, by_key: bool) -> bytes:
    """Version (RFC 5652 section 5.1) and digest algorithms of a SignedData.

    Args:
        content_type: Type of the content.
        digest_algorithms: Encoded; each is written once.
        by_key: A signer is named by key identifier.
    """
    version = 3 if by_key or content_type != oids.PKCS7_DATA else 1
    return encode.integer(version) + encode.set_of(set(digest_algorithms))


def tail(certificates: Iterable[bytes], crls: Iterable[bytes], signers: Iterable[bytes]) -> bytes:
    """What follows the content."""
    revocation = b"".join(sorted(crls))
    return b"".join(
        (
            encode.context(0, b"".join(sorted(certificates))),
            encode.context(1, revocation) if revocation else b"",
            encode.set_of(signers),
        )
    )


def head(
    content_type: str, size: int, before: bytes, after: int, *, is_wrapped: bool
) -> list[bytes]:
    """What precedes the content, all lengths known beforehand.

    Args:
        content_type: Its type.
        size: Its octets; -1 where it is not in the message.
        before: Version and digest algorithms.
        after: Octets that follow it.
        is_wrapped: Put a ContentInfo around.
    """
    parts: list[bytes] = []
    inner = 0

    def wrap(tag: int, first: bytes = b"", last: int = 0) -> None:
        """Go one level out: ``first`` stands before what is there, ``last`` octets after it."""
        nonlocal inner
        inner += len(first) + last
        opening = encode.header(tag, inner)
        parts.insert(0, opening + first)
        inner += len(opening)

    if size >= 0:
        inner = size
        wrap(der.OCTET_STRING)
        wrap(der.context(0))
    wrap(der.SEQUENCE, encode.oid(content_type))
    wrap(der.SEQUENCE, before, after)
    if is_wrapped:
        wrap(der.context(0))
        wrap(der.SEQUENCE, encode.oid(oids.PKCS7_SIGNED_DATA))
    return parts
