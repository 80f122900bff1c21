# SPDX-License-Identifier: Apache-2.0
"""Signing and verifying content of any size in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from kcert._asn1 import der, encode, oids
from kcert._asn1.signed_data import FORMAT
from kcert.cms.algorithms import DIGESTS
from kcert.cms.assembly import before_content, head, tail
from kcert.cms.content import Content, chunks
from kcert.cms.demands import Demands
from kcert.cms.profile import Profile
from kcert.cms.signing import collect, plan
from kcert.cms.stream_reader import StreamReader
from kcert.cms.verification import announced, judge, require_a_signer
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.cms.content import Readable
    from kcert.cms.demands import Trust
    from kcert.cms.models import SignedMessage
    from kcert.cms.signing import Signers
    from kcert.keys import Padding

__all__ = ["Writable", "sign_stream", "verify_stream"]

_INDEFINITE: Final = b"\x80"
_END: Final = b"\0\0"
_CONSTRUCTED: Final = 0x20


class Writable(Protocol):
    """A binary file, or anything that is written to like one."""

    def write(self, data: bytes, /) -> object:
        """Take all of ``data``."""
        ...


def sign_stream(
    source: Readable | Iterable[bytes],
    signers: Signers,
    target: Writable,
    *,
    size: int | None = None,
    profile: Profile = Profile.STANDARD,
    attributes: bool | None = None,
    digest: str | None = None,
    padding: Padding | None = None,
    chain: bool | None = None,
    signing_time: datetime | None = None,
    certificates: Iterable[Certificate] = (),
) -> None:
    """Make a signed message that holds its content, in constant memory.

    Where an error is raised, what has been written is no message: throw it away.

    Args:
        source: A binary file, or octets in pieces.
        signers: Who signs, see `sign`.
        target: Where the message is written, a binary file.
        size: Octets of the content, where they are known: the message is DER then, else BER with
            indefinite lengths, which some programs do not read.
        profile: In which form, see `Profile`.
        attributes: See `sign`.
        digest: See `sign`.
        padding: See `sign`.
        chain: See `sign`.
        signing_time: Aware; default the present.
        certificates: More certificates to put into the message.

    Raises:
        FormatError: The content has not ``size`` octets. See `sign` for more.
    """
    signings = plan(
        signers,
        profile,
        attributes=attributes,
        digest=digest,
        padding=padding,
        chain=chain,
        signing_time=signing_time,
    )
    content = Content({one.profile.digest for one in signings})
    before = before_content(
        oids.PKCS7_DATA,
        [one.digest_algorithm for one in signings],
        by_key=any(one.profile.key_identifier for one in signings),
    )
    encoded = [one.der for one in collect(signings, certificates)]
    is_wrapped = signings[0].profile.content_info
    if size is None:
        target.write(_open_head(before, is_wrapped=is_wrapped))
    else:
        after = len(tail(encoded, (), [bytes(one.size(oids.PKCS7_DATA)) for one in signings]))
        parts = head(oids.PKCS7_DATA, size, before, after, is_wrapped=is_wrapped)
        target.write(b"".join(parts))
    for piece in chunks(source):
        if size is None:
            target.write(encode.header(der.OCTET_STRING, len(piece)))
        content.update(piece)
        target.write(piece)
    if size not in (None, content.size):
        raise FormatError(
            "content",
            f"has {content.size} octets where {size} were announced",
            reason_ko=f"내용이 {size}바이트라고 했으나 {content.size}바이트입니다",
        )
    if size is None:
        # The string, its tag [0], and the SEQUENCE with the type of the content.
        target.write(3 * _END)
    target.write(tail(encoded, (), [one.sign(content, oids.PKCS7_DATA) for one in signings]))
    if size is None:
        target.write((3 if is_wrapped else 1) * _END)


def _open_head(before: bytes, *, is_wrapped: bool) -> bytes:
    """What precedes the pieces of the content where no length is known."""
    sequence = bytes((der.SEQUENCE,)) + _INDEFINITE
    content = bytes((der.context(0),)) + _INDEFINITE
    string = bytes((der.OCTET_STRING | _CONSTRUCTED,)) + _INDEFINITE
    outer = sequence + encode.oid(oids.PKCS7_SIGNED_DATA) + content if is_wrapped else b""
    return outer + sequence + before + sequence + encode.oid(oids.PKCS7_DATA) + content + string


def verify_stream(
    source: Readable | Iterable[bytes],
    target: Writable | None = None,
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    revocation: object = None,
    policies: Collection[str] | None = None,
    certificates: Iterable[Certificate] = (),
    require_signers: Iterable[Certificate] = (),
    id_number: str | None = None,
    random: bytes | None = None,
) -> SignedMessage:
    """Verify a message that holds its content, in constant memory.

    The content is written before anything is known about it: use it only when this returns, and
    throw it away when it raises.

    Args:
        source: The message, DER or BER: a binary file, or octets in pieces.
        target: Where the content is written; ``None`` to verify only.
        trust: See `verify`.
        at: See `verify`.
        revocation: See `verify`.
        policies: See `verify`.
        certificates: See `verify`.
        require_signers: See `verify`.
        id_number: See `verify`.
        random: See `verify`.

    Returns:
        The message, without its content.

    Raises:
        SignatureError: A signature does not hold.
        FormatError: It is not a SignedData in binary, or does not hold its content.
        LimitError: Over 16 MiB of certificates and signatures. See `verify` for more.
    """
    demands = Demands(
        trust=trust,
        at=at,
        revocation=revocation,
        policies=policies,
        certificates=certificates,
        require_signers=require_signers,
        id_number=id_number,
        random=random,
    )
    del id_number, random
    reader = StreamReader(chunks(source))
    # Which hashes the signers used is seen at the end only; the message announces them.
    names = announced(reader.start())
    content = Content(names or DIGESTS)
    for piece in reader.pieces():
        content.update(piece)
        if target is not None:
            target.write(piece)
    message = reader.finish()
    require_a_signer(message)
    if message.content is None:
        raise FormatError(
            FORMAT,
            "the message does not hold its content; use verify with data",
            reason_ko="메시지에 내용이 없습니다 (detached); verify에 data를 주십시오",
        )
    return judge(message, content, demands)
