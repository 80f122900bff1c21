# SPDX-License-Identifier: Apache-2.0
"""Verifying signed messages (RFC 5652 section 5.6)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from kcert._asn1.signed_data import FORMAT
from kcert._asn1.signed_messages import load_signed_data
from kcert.cms.algorithms import digest_name
from kcert.cms.armour import to_binary
from kcert.cms.checks import Signed, check_signer, numbered
from kcert.cms.content import Content, chunks, to_octets
from kcert.cms.demands import Demands
from kcert.cms.models import SignedMessage
from kcert.errors import FormatError, SignatureError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from kcert._asn1.algorithm import AlgorithmIdentifier
    from kcert._asn1.signed_data import RawSignedData
    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.cms.content import Data
    from kcert.cms.demands import Trust
    from kcert.cms.profile import TextEncoding

__all__ = [
    "announced",
    "find_content",
    "gather",
    "judge",
    "require_a_signer",
    "verify",
]

_STRONG: Final = "sha512"


def verify(
    blob: Blob,
    data: Data | None = None,
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    revocation: object = None,
    policies: Collection[str] | None = None,
    certificates: Iterable[Certificate] = (),
    require_signers: Iterable[Certificate] = (),
    id_number: str | None = None,
    random: bytes | None = None,
    encoding: TextEncoding = "utf-8",
) -> SignedMessage:
    """Verify a signed message: every signature in it, and what is asked beyond.

    NULL and absent parameters, rsaEncryption and ``sha…WithRSAEncryption``, PSS with any salt,
    messages with and without signed attributes, with and without ContentInfo, in DER and BER are
    read. SHA-1 verifies and is told in the signer's ``weaknesses``. The signing time is the
    signer's own clock and is never used.

    Args:
        blob: The message: DER, BER, PEM, base64, base64url (with or without padding), hexadecimal.
        data: The content where the message does not hold it: octets, text, a binary file, or
            octets in pieces. Where the message holds it too, the two must be equal.
        trust: Validates the signers' certificates. Without it a signature says only that somebody
            made it.
        at: Moment of that validation, aware; default is up to ``trust``, usually the present.
        revocation: Passed to ``trust``.
        policies: Passed to ``trust``.
        certificates: Certificates that the message may lack.
        require_signers: All of these must have signed; others may have, too.
        id_number: Identity number that must be that of the only signer (본인확인).
        random: R for that, octets, where it came on another way than inside the message.
        encoding: Encoding of ``data`` that is text.

    Returns:
        The message. All signatures in it hold.

    Raises:
        SignatureError: A signature does not hold, says which signer's; or there is none at all.
        FormatError: It is not a SignedData, or its content is missing.
        UnsupportedAlgorithmError: kcert does not have an algorithm in it, for example MD5.
        LimitError: Over 256 signers, 1,024 certificates or 1,024 signatures with those that are
            countersignatures, or time stamps of time stamps more than 4 deep.
        TrustError: A signer's certificate is not to be believed.
        IdentityMismatchError: The identity number is not the signer's.
    """
    message = load_signed_data(to_binary(blob, FORMAT))
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
    require_a_signer(message)
    return judge(message, find_content(message, data, encoding), demands)


def require_a_signer(message: RawSignedData) -> None:
    """Zero signers are never verified.

    Raises:
        SignatureError: There is none.
    """
    if not message.signers:
        raise SignatureError("nobody signed the message", reason_ko="서명자가 없는 메시지입니다")


def announced(message: RawSignedData) -> set[str]:
    """Names of the hashes that a message announces, as far as they are known here."""
    return _names(message.digest_algorithms)


def _names(algorithms: Iterable[AlgorithmIdentifier]) -> set[str]:
    names = set()
    for algorithm in algorithms:
        try:
            names.add(digest_name(algorithm))
        except (UnsupportedAlgorithmError, FormatError):
            continue  # its signer says so when it is checked
    return names


def find_content(
    message: RawSignedData,
    data: Data | None,
    encoding: TextEncoding,
    digests: Collection[str] = (),
) -> Content:
    """The content: in the message, or given with it.

    Args:
        message: The message.
        data: What was given.
        encoding: Of text that was given.
        digests: Names of hashes that are needed besides those of the signers.

    Raises:
        FormatError: It is in neither.
        SignatureError: It is in both, and they differ.
    """
    names = _names(one.digest_algorithm for one in message.signers).union(digests)
    if data is None:
        if message.content is None:
            raise FormatError(
                FORMAT,
                "the message does not hold its content; pass it as data",
                reason_ko="메시지에 내용이 없습니다 (detached); data로 내용을 주십시오",
            )
        return Content(names, message.content)
    if message.content is None:
        return gather(data, names, encoding)
    # The strongest hash: those of the signers may be weak.
    given = gather(data, (*names, _STRONG), encoding)
    inside = Content((*names, _STRONG), message.content)
    if not hmac.compare_digest(inside.digest(_STRONG), given.digest(_STRONG)):
        raise SignatureError(
            "the content of the message is not the data that were given",
            reason_ko="메시지의 내용이 주어진 데이터와 다릅니다",
        )
    return inside


def gather(data: Data, names: Iterable[str], encoding: TextEncoding = "utf-8") -> Content:
    """Data that were given, hashed on the way where they are a stream.

    Raises:
        FormatError: The encoding does not have all characters of the text.
    """
    if isinstance(data, (bytes, bytearray, memoryview, str)):
        return Content(names, to_octets(data, encoding))
    content = Content(names)
    for piece in chunks(data):
        content.update(piece)
    return content


def judge(message: RawSignedData, content: Content, demands: Demands) -> SignedMessage:
    """Check every signature of a message, and what is asked beyond.

    Raises:
        SignatureError: One does not hold; see `verify` for the rest.
    """
    certificates = demands.candidates(message)
    signed = Signed(content, message.content_type)
    signers = []
    for position, raw in enumerate(message.signers):
        with numbered(position):
            signers.append(
                check_signer(
                    raw,
                    signed,
                    certificates,
                    path_of=lambda one: demands.path_of(one, certificates),
                    time_stamp_of=demands.time_stamp_of,
                )
            )
    found = SignedMessage(
        content=content.octets,
        content_type=message.content_type,
        is_detached=message.content is None,
        signers=tuple(signers),
        certificates=certificates.of_message,
        size=content.size,
    )
    demands.judge(found)
    return found
