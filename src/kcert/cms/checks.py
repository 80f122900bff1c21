# SPDX-License-Identifier: Apache-2.0
"""Whether one signature holds, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import oids
from kcert._asn1.der import Reader
from kcert._asn1.signed_data import FORMAT, RawSignerInfo, read_signer_info
from kcert.certificate import Certificate, KeyUsage
from kcert.certificate.public_keys import read_public_key
from kcert.cms.algorithms import digest_name, signature_scheme
from kcert.cms.attributes import SignedAttributes, check_unsigned, read_random
from kcert.cms.content import Content
from kcert.cms.models import Attribute, MessageSigner
from kcert.cms.primitive import check_signature
from kcert.errors import LimitError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert._asn1.cms import RawAttribute
    from kcert.cms.algorithms import SignatureScheme
    from kcert.cms.certificates import Certificates
    from kcert.cms.models import TimeStamp

__all__ = ["Signed", "check_signer", "numbered"]

_MAX_COUNTERSIGNATURES: Final = 256
_MAX_DEPTH: Final = 4
_SHORT_KEY: Final = 2048
_SIGNING: Final = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION))


class Signed(NamedTuple):
    """What a signature is over.

    Attributes:
        content: The content.
        content_type: Its type; ``None`` for a countersignature.
    """

    content: Content
    content_type: str | None


class numbered:  # noqa: N801 - reads as a statement
    """``with numbered(2):`` signatures that do not hold inside are those of signer 2."""

    def __init__(self, position: int, prefix: str = "", prefix_ko: str = "") -> None:
        self._position = position
        self._prefix = prefix
        self._prefix_ko = prefix_ko

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, SignatureError) and error.signer is None:
            raise SignatureError(
                self._prefix + error.reason,
                reason_ko=self._prefix_ko + (error.reason_ko or error.reason),
                signer=self._position,
            ) from None


def check_signer(
    raw: RawSignerInfo,
    signed: Signed,
    certificates: Certificates,
    *,
    path_of: Callable[[Certificate], object],
    time_stamp_of: Callable[[RawSignerInfo], TimeStamp | None],
    depth: int = 0,
) -> MessageSigner:
    """Check one signature and everything that hangs on it.

    Args:
        raw: The SignerInfo.
        signed: What it is over.
        certificates: Where its certificate may be.
        path_of: Validates a certificate, or answers ``None``.
        time_stamp_of: Checks the time stamp of a signature.
        depth: How many signatures this one countersigns.

    Raises:
        SignatureError: Something does not hold.
        FormatError: Something is malformed.
        UnsupportedAlgorithmError: kcert does not have an algorithm in it.
        TrustError: The certificate is not to be believed.
    """
    certificate = certificates.find(raw)
    _check_usage(certificate)
    path, public_key_info = None, certificate.public_key_info
    if read_public_key(public_key_info).inherits_parameters:
        # Of those above it, only the ones that are believed may say with what numbers it signs.
        path = path_of(certificate)
        public_key_info = getattr(path, "public_key_info", public_key_info)
    digest = digest_name(raw.digest_algorithm)
    scheme = signature_scheme(raw.signature_algorithm, digest)
    check_unsigned(raw.unsigned_attributes)
    attributes = None
    if raw.signed_attributes is None:
        _check_plain(raw, signed, scheme, public_key_info)
    else:
        attributes = SignedAttributes(raw.signed_attributes)
        attributes.check_content_type(signed.content_type)
        attributes.check_digest(signed.content.digest(digest))
        attributes.check_algorithms(raw)
        attributes.check_certificate(certificate)
        _check_any(attributes.encodings(), raw, scheme, public_key_info)
    return MessageSigner(
        certificate=certificate,
        signing_time=None if attributes is None else attributes.signing_time,
        digest=digest,
        padding=scheme.padding,
        signature_algorithm=raw.signature_algorithm.name or raw.signature_algorithm.oid,
        has_signed_attributes=attributes is not None,
        signed_attributes=() if attributes is None else _attributes(attributes.all),
        unsigned_attributes=_attributes(raw.unsigned_attributes),
        weaknesses=tuple(_weaknesses(digest, certificate, public_key_info)),
        path=path_of(certificate) if path is None else path,
        countersignatures=tuple(
            check_signer(
                one,
                Signed(Content((digest_name(one.digest_algorithm),), raw.signature), None),
                certificates,
                path_of=path_of,
                time_stamp_of=time_stamp_of,
                depth=depth + 1,
            )
            for one in _countersigners(raw, depth)
        ),
        time_stamp=time_stamp_of(raw),
        random=read_random(raw.unsigned_attributes),
    )


def _attributes(raw: tuple[RawAttribute, ...]) -> tuple[Attribute, ...]:
    # R is handed out as the secret that it is, and nowhere else.
    return tuple(Attribute(oid, values) for oid, values in raw if oid != oids.YESSIGN_RANDOM)


def _check_usage(certificate: Certificate) -> None:
    usage = certificate.key_usage
    if usage is not None and not usage & _SIGNING:
        raise SignatureError(
            "its certificate is not for signatures (keyUsage)",
            reason_ko="서명용 인증서가 아닙니다 (keyUsage)",
        )


def _check_plain(
    raw: RawSignerInfo, signed: Signed, scheme: SignatureScheme, public_key_info: bytes
) -> None:
    """A signature over the content itself, without signed attributes."""
    content, content_type = signed
    if content_type not in (None, oids.PKCS7_DATA):
        raise SignatureError(
            f"content of type {content_type} has no signed attributes (RFC 5652 section 5.3)",
            reason_ko=f"{content_type} 형식의 내용인데 서명 속성이 없습니다",
        )
    if content.is_like_signed_attributes():
        raise SignatureError(
            "the content is the signed attributes of another message",
            reason_ko="내용이 다른 메시지의 서명 속성입니다",
        )
    if scheme.key_type == "Ed25519" and content.octets is not None:
        # This algorithm hashes for itself.
        data, prehashed = content.octets, False
    else:
        data, prehashed = content.digest(scheme.digest), True
    check_signature(public_key_info, scheme, raw.signature, data, prehashed=prehashed)


def _check_any(
    encodings: list[bytes], raw: RawSignerInfo, scheme: SignatureScheme, public_key_info: bytes
) -> None:
    for encoded in encodings[:-1]:
        try:
            return check_signature(public_key_info, scheme, raw.signature, encoded, prehashed=False)
        except SignatureError:
            continue
    return check_signature(public_key_info, scheme, raw.signature, encodings[-1], prehashed=False)


def _weaknesses(digest: str, certificate: Certificate, public_key_info: bytes) -> Iterator[str]:
    if digest == "sha1":
        yield "sha1"
    facts = read_public_key(public_key_info)
    if facts.type in ("RSA", "DSA") and facts.size is not None and facts.size < _SHORT_KEY:
        yield "short-key"
    if certificate.signature_hash in ("md5", "sha1"):
        yield "sha1-certificate"


def _countersigners(raw: RawSignerInfo, depth: int) -> list[RawSignerInfo]:
    found: list[RawSignerInfo] = []
    for oid, values in raw.unsigned_attributes:
        if oid != oids.COUNTERSIGNATURE:
            continue
        if depth >= _MAX_DEPTH:
            raise LimitError("countersignature nesting", depth + 1, _MAX_DEPTH, where=FORMAT)
        for value in values:
            reader = Reader(value, FORMAT)
            found.append(read_signer_info(reader))
            reader.finish()
            if len(found) > _MAX_COUNTERSIGNATURES:
                raise LimitError(
                    "number of countersignatures",
                    len(found),
                    _MAX_COUNTERSIGNATURES,
                    where=FORMAT,
                )
    return found
