# SPDX-License-Identifier: Apache-2.0
"""Everything a server has to check of a 금융인증서 signature, in one call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from attrs import field, frozen

from kcert import cms, vid
from kcert.certificate import Certificate, CertificateKind, KeyUsage
from kcert.cms.algorithms import SignatureScheme
from kcert.cms.content import to_octets
from kcert.cms.primitive import check_signature
from kcert.errors import FormatError, PolicyError, SignatureError, TrustError
from kcert.keys import Padding, VidRandom
from kcert.services.fincert.result import SignResult

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kcert.cms.profile import TextEncoding

__all__ = ["Verdict", "verify"]

_FORMAT: Final = "FinCert result"
# The browser's clock may be fast.
_SKEW: Final = timedelta(minutes=5)
_MAX_AGE: Final = timedelta(minutes=10)
_PKCS1V15: Final = SignatureScheme("RSA", "sha256", Padding.PKCS1V15)
_PSS: Final = SignatureScheme("RSA", "sha256", Padding.PSS)
_ENCODINGS: Final[dict[str, TextEncoding]] = {"utf-8": "utf-8", "euc-kr": "cp949"}


@frozen
class Verdict:
    """A result in which everything holds that was asked for.

    Attributes:
        certificate: Who signed.
        form: ``"CMS"`` or ``"PKCS1"``.
        texts: What was signed, as octets, in order.
        signing_time: By the clock of the signer, or ``None`` where the result has none. With
            several texts the earliest.
        path: Path of the certificate, where a trust store was given.
        identity_checked: Whether an identity number was checked.
        certificate_sequence_number: The KFTC's ``certSeqNum``, which nobody signed.
    """

    certificate: Certificate
    form: Literal["CMS", "PKCS1"]
    texts: tuple[bytes, ...] = field(repr=False)
    signing_time: datetime | None
    path: Any = field(repr=False, eq=False)
    identity_checked: bool
    certificate_sequence_number: str | None = field(repr=False)

    @property
    def serial_number_text(self) -> str:
        """The certificate's serial number in decimal, at least 12 digits, as banks store it."""
        return f"{self.certificate.serial_number:012d}"


class _Value(NamedTuple):
    certificate: Certificate
    signing_time: datetime | None
    random: VidRandom | None
    others: tuple[Certificate, ...]


def verify(
    result: SignResult | Mapping[str, Any] | str | bytes,
    expected: Sequence[str | bytes],
    *,
    nonce: str | None = None,
    encoding: Literal["utf-8", "euc-kr"] = "utf-8",
    trust: cms.Trust | None = None,
    at: datetime | None = None,
    revocation: object = None,
    max_age: timedelta | None = _MAX_AGE,
    policies: Collection[str] | None = None,
    id_number: str | None = None,
) -> Verdict:
    """Verify the result of ``FinCert.Sdk.sign``.

    Takes both types (CMS with content or without, with ContentInfo or bare; PKCS1), PKCS#1 v1.5
    and PSS with a salt of any length, one text or several.

    Args:
        result: The object the SDK gave, its JSON, or a `SignResult`.
        expected: The texts that this session asked to be signed, in order.
        nonce: A fresh value of this session that must be in each of the texts. Without one,
            somebody can send a result again.
        encoding: Encoding of the texts, as ``plainText`` was given it.
        trust: Validates the certificate; without it a signature says only that somebody made it.
        at: Moment of the validation, aware; default now.
        max_age: How long before ``at`` the signing time may be; it may be 5 minutes after. Type
            PKCS1 states no time, and a message without signed attributes none either: those pass.
            ``None`` for any time.
        revocation: Passed to ``trust``, for example ``kcert.Revocation.REQUIRE``.
        policies: Dotted policies of which the certificate must have one; default any of a
            금융인증서.
        id_number: The number that must be the signer's; needs ``includeR``.

    Raises:
        SignatureError: A signature does not hold, or is not over the expected text, or is not of
            this session, or the values are of several signers.
        FormatError: It is no such result, has no R to check an identity with, or the encoding
            does not have all characters of an expected text.
        TrustError: The certificate is not to be believed, or not for signatures.
        PolicyError: It is of another kind.
        IdentityMismatchError: The number is not the signer's.
        UnsupportedAlgorithmError: It is signed in a way that kcert does not have.
        LimitError: The result is too large.
        ValueError: ``at`` has no time zone, or ``expected`` is empty.
    """
    try:
        moment = datetime.now(UTC) if at is None else at
        if moment.tzinfo is None or not expected or isinstance(expected, str | bytes):
            raise ValueError("'at' must be aware, and 'expected' a sequence of texts")
        found = result if isinstance(result, SignResult) else SignResult.read(result)
        codec = _ENCODINGS[encoding]
        texts = tuple(to_octets(text, codec) for text in expected)
        if len(texts) != len(found.signed_values):
            raise SignatureError(
                f"there are {len(found.signed_values)} signed values for {len(texts)} texts",
                reason_ko="서명값의 수가 요청한 문서의 수와 다릅니다",
            )
        _check_nonce(texts, nonce, codec)
        values = [
            _check_value(found, value, text)
            for value, text in zip(found.signed_values, texts, strict=True)
        ]
        certificate = values[0].certificate
        if any(value.certificate != certificate for value in values):
            raise SignatureError(
                "the values are of several signers", reason_ko="서명자가 서로 다릅니다"
            )
        _check_certificate(certificate, policies)
        times = [value.signing_time for value in values if value.signing_time is not None]
        _check_times(times, moment, max_age)
        path = _path(trust, values[0], moment, revocation)
        if id_number is not None:
            _check_identity(certificate, id_number, found.random or values[0].random)
        checked = id_number is not None
    finally:
        # R may be in the result.
        result = {}
        del id_number
    return Verdict(
        certificate,
        "CMS" if found.certificate is None else "PKCS1",
        texts,
        min(times, default=None),
        path,
        checked,
        found.certificate_sequence_number,
    )


def _check_nonce(texts: tuple[bytes, ...], nonce: str | None, encoding: TextEncoding) -> None:
    if nonce is None:
        return
    wanted = to_octets(nonce, encoding)
    if not wanted:
        raise ValueError("an empty nonce is in every text")
    if not all(wanted in text for text in texts):
        raise SignatureError(
            "the nonce of the session is not in the text",
            reason_ko="서명 원문에 이 세션의 일회용 값이 없습니다",
        )


def _check_value(found: SignResult, value: bytes, text: bytes) -> _Value:
    if found.certificate is not None:
        _check_raw(found.certificate, value, text)
        return _Value(found.certificate, None, None, ())
    message = cms.verify(value, data=text)
    if len(message.signers) != 1:
        raise SignatureError(f"{len(message.signers)} signers where one is expected")
    (signer,) = message.signers
    others = tuple(one for one in message.certificates if one != signer.certificate)
    return _Value(signer.certificate, signer.signing_time, signer.random, others)


def _check_raw(certificate: Certificate, value: bytes, text: bytes) -> None:
    info = certificate.public_key_info
    try:
        check_signature(info, _PKCS1V15, value, text, prehashed=False)
    except SignatureError:
        # The result does not say which of the two was asked for.
        check_signature(info, _PSS, value, text, prehashed=False)


def _check_certificate(certificate: Certificate, policies: Collection[str] | None) -> None:
    fingerprint = certificate.fingerprint()
    if policies is None:
        good = certificate.kind is CertificateKind.FINANCIAL
    else:
        good = bool(set(policies) & set(certificate.policy_oids))
    if not good:
        raise PolicyError(
            "the certificate has none of the accepted policies",
            "허용된 정책의 인증서가 아닙니다",
            fingerprint=fingerprint,
        )
    usage = certificate.key_usage
    if usage is not None and KeyUsage.DIGITAL_SIGNATURE not in usage:
        raise TrustError(
            "the certificate is not for signatures",
            "전자서명용 인증서가 아닙니다",
            fingerprint=fingerprint,
        )


def _check_times(times: list[datetime], moment: datetime, max_age: timedelta | None) -> None:
    if max_age is not None and not all(moment - max_age <= t <= moment + _SKEW for t in times):
        raise SignatureError(
            "the signing time is not of this session",
            reason_ko="서명 시각이 허용 범위를 벗어났습니다",
        )


def _path(trust: cms.Trust | None, value: _Value, moment: datetime, revocation: object) -> object:
    if trust is None:
        return None
    # The protocol names what every trust store has; this is a TrustStore's.
    options = {} if revocation is None else {"revocation": revocation}
    validate: Any = trust.verify
    return validate(value.certificate, at=moment, intermediates=value.others, **options)


def _check_identity(certificate: Certificate, id_number: str, random: VidRandom | None) -> None:
    try:
        if random is None:
            raise FormatError(
                _FORMAT,
                "it has no R; ask the SDK for it with includeR",
                reason_ko="R 값이 없습니다; includeR로 요청하십시오",
            )
        vid.verify(certificate, id_number, random.reveal())
    finally:
        del id_number
