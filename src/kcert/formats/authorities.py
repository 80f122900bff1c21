# SPDX-License-Identifier: Apache-2.0
"""Certificates of bundles, of which those of authorities come again in every customer's file."""

from __future__ import annotations

from typing import Final

from kcert._asn1.pem import decode_base64, encode_body
from kcert.certificate import Certificate, CertificateKind
from kcert.errors import KcertError

__all__ = ["decode", "load_certificate"]

# Together at most 1 MiB of DER and 3 MiB of text. Those of people are never kept.
_MAX_KEPT: Final = 256
_MAX_SIZE: Final = 4_096
# By their last octets, those of the signature: to hash all of them would cost half of what is won.
_TAIL: Final = 64
_kept: Final[dict[bytes, Certificate]] = {}
_texts: Final[dict[bytes, tuple[bytes, bytes]]] = {}


def load_certificate(der: bytes) -> Certificate:
    """Read a certificate, that of an authority seen before without reading it again.

    Raises:
        FormatError: It is no certificate.
        LimitError: More than 1 MiB.
    """
    found = _kept.get(der[-_TAIL:])
    if found is not None and found.der == der:
        return found
    certificate = Certificate.load(der)
    if len(der) <= _MAX_SIZE and _is_authority(certificate):
        _keep(certificate)
    return certificate


def decode(text: bytes) -> bytes:
    """Decode what stands between the dashes of a PEM block.

    That of an authority seen before is known, if its lines are as everyone writes them.

    Raises:
        FormatError: It is not base64, or nothing at all.
    """
    found = _texts.get(text[-_TAIL:])
    return found[1] if found is not None and found[0] == text else decode_base64(text)


def _keep(certificate: Certificate) -> None:
    # Each is counted: made for it, many texts can end differently where their DER ends the same.
    if len(_kept) >= _MAX_KEPT or len(_texts) >= 2 * _MAX_KEPT:
        _kept.clear()
        _texts.clear()
    der = certificate.der
    _kept[der[-_TAIL:]] = certificate
    body = encode_body(der)
    for line_end in ("\n", "\r\n"):
        text = body.replace("\n", line_end).encode("ascii")
        _texts[text[-_TAIL:]] = text, der


def _is_authority(certificate: Certificate) -> bool:
    if certificate.kind is not CertificateKind.OTHER:
        return False
    try:
        return certificate.is_ca
    except KcertError:
        return False
