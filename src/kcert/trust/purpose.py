# SPDX-License-Identifier: Apache-2.0
"""What a certificate is to be used for, as its keyUsage and basicConstraints allow it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from kcert.certificate import CertificateKind, KeyUsage
from kcert.errors import TrustError

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["Purpose", "check_extended_key_usage", "check_purpose"]


class Purpose(enum.Enum):
    """What the holder does with the key."""

    SIGNATURE = "signature"
    """전자서명: to sign a document. keyUsage nonRepudiation; in the GPKI, which never sets it,
    digitalSignature. Not an authority's certificate."""
    AUTHENTICATION = "authentication"
    """To show who one is by signing a challenge. keyUsage digitalSignature. Not an authority's."""
    ENCRYPTION = "encryption"
    """To receive encrypted data. keyUsage keyEncipherment. Not an authority's certificate."""
    ISSUING = "issuing"
    """To issue certificates. basicConstraints CA, keyUsage keyCertSign."""


_NEEDED: Final[dict[Purpose, KeyUsage]] = {
    Purpose.SIGNATURE: KeyUsage.NON_REPUDIATION,
    Purpose.AUTHENTICATION: KeyUsage.DIGITAL_SIGNATURE,
    Purpose.ENCRYPTION: KeyUsage.KEY_ENCIPHERMENT,
    Purpose.ISSUING: KeyUsage.KEY_CERT_SIGN,
}
_ANY_EXTENDED_KEY_USAGE: Final = "2.5.29.37.0"
_TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
_OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
_MACHINES: Final = frozenset((_TIME_STAMPING, _OCSP_SIGNING))


def _refuse(certificate: Certificate, reason: str, reason_ko: str) -> TrustError:
    return TrustError(reason, reason_ko, fingerprint=certificate.fingerprint())


def check_purpose(certificate: Certificate, purpose: Purpose) -> None:
    """Hold a certificate against a purpose. A keyUsage that is absent allows all.

    Raises:
        TrustError: It is not for that.
        FormatError: An extension is malformed.
    """
    if certificate.is_ca != (purpose is Purpose.ISSUING):
        if certificate.is_ca:
            raise _refuse(
                certificate,
                "an authority's certificate is not a holder's",
                "인증기관 인증서는 가입자 인증서로 쓸 수 없습니다",
            )
        raise _refuse(
            certificate,
            "the certificate is not an authority's",
            "인증기관 인증서가 아닙니다",
        )
    needed = _NEEDED[purpose]
    if purpose is Purpose.SIGNATURE and certificate.kind is CertificateKind.GOVERNMENT:
        needed = KeyUsage.DIGITAL_SIGNATURE
    usage = certificate.key_usage
    if usage is not None and needed not in usage:
        raise _refuse(
            certificate,
            f"the certificate is not for {purpose.value}: its keyUsage lacks {needed.value}",
            f"이 용도로 쓸 수 없는 인증서입니다: keyUsage에 {needed.value}가 없습니다",
        )
    purposes = certificate.extended_key_usage
    if purposes and _MACHINES.issuperset(purposes) and purpose is not Purpose.ISSUING:
        raise _refuse(
            certificate,
            "the certificate is only for time stamps or OCSP responses",
            "시점확인 또는 OCSP 응답에만 쓰는 인증서입니다",
        )


def check_extended_key_usage(certificate: Certificate, purpose: str | None) -> None:
    """Hold a certificate against one extended key usage (RFC 5280 section 4.2.1.12).

    Args:
        certificate: The certificate in question.
        purpose: Dotted purpose, or ``None`` for none.

    Raises:
        TrustError: Its extendedKeyUsage has neither this purpose nor any.
    """
    purposes = certificate.extended_key_usage
    if purpose is None or purposes is None:
        return
    if purpose not in purposes and _ANY_EXTENDED_KEY_USAGE not in purposes:
        raise _refuse(
            certificate,
            f"the certificate is not for the purpose {purpose}",
            f"인증서의 확장 키 용도에 {purpose}가 없습니다",
        )
