# SPDX-License-Identifier: Apache-2.0
"""Time stamps (RFC 3161): asking for one, verifying it, putting it into a signed message."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from kcert._asn1 import oids
from kcert._asn1.cms import encode_attribute, read_lenient
from kcert._asn1.signed_messages import load_signed_data
from kcert._asn1.tsp import encode_request, read_response, read_tst_info
from kcert.cms.adding import locate, read, with_unsigned_attribute
from kcert.cms.algorithms import DIGESTS, digest_identifier, digest_name
from kcert.cms.armour import to_binary
from kcert.cms.content import Content
from kcert.cms.demands import Demands
from kcert.cms.models import TimeStamp
from kcert.cms.verification import gather, judge, require_a_signer
from kcert.errors import AuthorityError, FormatError, SignatureError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert._asn1.signed_data import RawSignerInfo
    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.cms.content import Data
    from kcert.cms.demands import Trust
    from kcert.cms.models import MessageSigner

__all__ = [
    "Transport",
    "add_time_stamp",
    "check_embedded",
    "time_stamp",
    "verify_imprint",
    "verify_time_stamp",
]

Transport = Callable[[bytes], bytes]
"""Takes a request (application/timestamp-query) to the authority and brings its answer back."""

_FORMAT: Final = "time stamp"
_MAX_TOKEN: Final = 1 << 20
_TIME_STAMPING: Final = ("1.3.6.1.5.5.7.3.8",)
_EXTENDED_KEY_USAGE: Final = "2.5.29.37"
_GRANTED: Final = ("granted", "grantedWithMods")


def time_stamp(
    data: Data,
    transport: Transport,
    *,
    digest: str = "sha256",
    policy: str | None = None,
    trust: Trust | None = None,
    at: datetime | None = None,
    certificates: Iterable[Certificate] = (),
) -> TimeStamp:
    """Ask an authority for a time stamp over data, and verify it.

    Only the hash of the data and a fresh nonce go to the authority.

    Args:
        data: Octets, text (as UTF-8), a binary file, or octets in pieces.
        transport: Takes the request, DER, to the authority and returns its response.
        digest: Hash of the data.
        policy: Policy to ask for, dotted.
        trust: Validates the authority's certificate.
        at: Moment of that validation, aware.
        certificates: Certificates that the token may lack.

    Returns:
        The time stamp; its ``token`` is what to keep.

    Raises:
        AuthorityError: The authority refused, or answered another question.
        SignatureError: The token does not hold.
        FormatError: The answer is malformed.
        TrustError: The authority is not to be believed.
    """
    algorithm = digest_identifier(digest, null=True)
    hashed = gather(data, {digest}).digest(digest)
    nonce = secrets.randbits(64)
    answer = transport(encode_request(algorithm, hashed, policy=policy, nonce=nonce))
    if len(answer) > _MAX_TOKEN:
        raise FormatError(_FORMAT, f"the answer has over {_MAX_TOKEN} octets")
    response = read_lenient(answer, _FORMAT, read_response)
    if response.status not in _GRANTED or response.token is None:
        raise AuthorityError(
            "it gave no time stamp",
            "시점확인(타임스탬프)을 받지 못했습니다",
            status=response.status,
            failure=response.failures,
        )
    found = _verify(
        response.token,
        lambda name: hashed if name == digest else b"",
        Demands(trust=trust, at=at, certificates=certificates),
    )
    if found.nonce != nonce or policy not in (None, found.policy):
        raise AuthorityError(
            "the time stamp answers another request (nonce or policy differ)",
            "다른 요청에 대한 응답입니다 (nonce 또는 정책 불일치)",
        )
    return found


def verify_time_stamp(
    token: Blob,
    data: Data,
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    certificates: Iterable[Certificate] = (),
) -> TimeStamp:
    """Verify a time stamp over data.

    Args:
        token: The TimeStampToken, in any form that `verify` reads.
        data: What it is over: octets, text (as UTF-8), a binary file, or octets in pieces.
        trust: Validates the authority's certificate.
        at: Moment of that validation, aware.
        certificates: Certificates that the token may lack.

    Raises:
        SignatureError: It does not hold, or is over other data.
        FormatError: It is not a time stamp.
        TrustError: The authority is not to be believed.
    """
    content = gather(data, DIGESTS)
    return _verify(
        to_binary(token, _FORMAT),
        content.digest,
        Demands(trust=trust, at=at, certificates=certificates),
    )


def verify_imprint(
    token: Blob,
    imprints: Mapping[str, bytes],
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    certificates: Iterable[Certificate] = (),
) -> TimeStamp:
    """Verify a time stamp where only hashes of the data are at hand.

    Args:
        token: The TimeStampToken, in any form that `verify` reads.
        imprints: Hashes of the data by their names, ``{"sha256": …}``.
        trust: See `verify_time_stamp`.
        at: See `verify_time_stamp`.
        certificates: See `verify_time_stamp`.

    Raises:
        SignatureError: It does not hold, or is over none of these. See `verify_time_stamp`.
    """
    return _verify(
        to_binary(token, _FORMAT),
        lambda name: imprints.get(name, b""),
        Demands(trust=trust, at=at, certificates=certificates),
    )


def add_time_stamp(
    blob: Blob,
    transport: Transport,
    of: int | Certificate = 0,
    *,
    digest: str = "sha256",
    policy: str | None = None,
    trust: Trust | None = None,
    at: datetime | None = None,
) -> bytes:
    """Have a signature of a message time-stamped, and put the token into the message.

    Args:
        blob: The message, in any form that `verify` reads.
        transport: See `time_stamp`.
        of: Whose signature: its position among the signers, or the signer's certificate.
        digest: See `time_stamp`.
        policy: See `time_stamp`.
        trust: See `time_stamp`.
        at: See `time_stamp`.

    Returns:
        The message, DER. The order of its signers may have changed.

    Raises:
        SignatureError: There is no such signer. See `time_stamp` for more.
    """
    message = read(blob)
    position = locate(message, of)
    found = time_stamp(
        message.signers[position].signature,
        transport,
        digest=digest,
        policy=policy,
        trust=trust,
        at=at,
    )
    attribute = encode_attribute(oids.TIME_STAMP_ATTRIBUTE, found.token)
    return with_unsigned_attribute(message, position, attribute)


def check_embedded(signer: RawSignerInfo, demands: Demands) -> TimeStamp:
    """The time stamp over a signature, verified.

    Raises:
        SignatureError: It does not hold, or there are several.
        FormatError: It is malformed.
    """
    tokens = [
        value
        for oid, values in signer.unsigned_attributes
        if oid == oids.TIME_STAMP_ATTRIBUTE
        for value in values
    ]
    if len(tokens) != 1:
        raise SignatureError(
            f"it has {len(tokens)} time stamps", reason_ko=f"타임스탬프가 {len(tokens)}개입니다"
        )
    try:
        return _verify(tokens[0], Content(DIGESTS, signer.signature).digest, demands)
    except SignatureError as error:
        raise SignatureError(
            f"time stamp: {error.reason}", reason_ko=f"타임스탬프: {error.reason_ko}"
        ) from None


def _verify(token: bytes, digest_of: Callable[[str], bytes], demands: Demands) -> TimeStamp:
    message = load_signed_data(token, _FORMAT)
    require_a_signer(message)
    if message.content_type != oids.TST_INFO or message.content is None:
        raise FormatError(_FORMAT, f"content type is {message.content_type}, expected a TSTInfo")
    if len(message.signers) != 1:
        raise SignatureError(
            f"a time stamp has one signer, not {len(message.signers)}",
            reason_ko="타임스탬프의 서명자는 하나여야 합니다",
        )
    info = read_lenient(message.content, "TSTInfo", read_tst_info)
    name = digest_name(info.digest_algorithm)
    # A hash that is not at hand is empty, and an empty imprint is over nothing.
    if not info.digest or not hmac.compare_digest(info.digest, digest_of(name)):
        raise SignatureError(
            "the time stamp is over other data", reason_ko="다른 데이터에 대한 타임스탬프입니다"
        )
    names = {digest_name(message.signers[0].digest_algorithm)}
    (signer,) = judge(message, Content(names, message.content), demands).signers
    _check_authority(signer)
    return TimeStamp(
        time=info.time,
        accuracy=info.accuracy,
        policy=info.policy,
        serial_number=info.serial_number,
        digest=name,
        nonce=info.nonce,
        certificate=signer.certificate,
        path=signer.path,
        token=token,
    )


def _check_authority(signer: MessageSigner) -> None:
    """RFC 3161: the certificate is for time stamps only, and bound by signingCertificate."""
    certificate = signer.certificate
    extension = certificate.extension(_EXTENDED_KEY_USAGE)
    if (
        extension is None
        or not extension.critical
        or certificate.extended_key_usage != _TIME_STAMPING
    ):
        raise SignatureError(
            "its certificate is not for time stamps (extendedKeyUsage)",
            reason_ko="타임스탬프용 인증서가 아닙니다 (extendedKeyUsage)",
        )
    bound = (oids.SIGNING_CERTIFICATE, oids.SIGNING_CERTIFICATE_V2)
    if not any(attribute.oid in bound for attribute in signer.signed_attributes):
        raise SignatureError(
            "the time stamp does not say which certificate made it (signingCertificate)",
            reason_ko="타임스탬프에 signingCertificate 속성이 없습니다",
        )
