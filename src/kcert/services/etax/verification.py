# SPDX-License-Identifier: Apache-2.0
"""Verifying a signed tax invoice."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert import vid
from kcert.certificate import Certificate, KeyUsage
from kcert.cms.algorithms import SignatureScheme
from kcert.cms.primitive import check_signature
from kcert.errors import (
    FormatError,
    PolicyError,
    SignatureError,
    TrustError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding
from kcert.services.etax import document
from kcert.services.etax.document import C14N, DIGEST, DSIG, SIGNATURE_METHOD, XPATH, XPATH_FILTER

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from lxml.etree import _Element as Element

    from kcert.cms import Trust

__all__ = ["SignedInvoice", "verify"]

_FORMAT: Final = "tax invoice signature"
_SIGNING: Final = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION))
_SCHEME: Final = SignatureScheme("RSA", "sha256", Padding.PKCS1V15)


@frozen
class SignedInvoice:
    """An invoice whose signature holds.

    Attributes:
        certificate: Who signed.
        path: Its path to a trusted root, where a trust store was given.
        signed: The octets that the signature covers: everything but ExchangedDocument, the
            signature and the attributes of the root. Believe nothing else of the document.
    """

    certificate: Certificate
    path: Any = field(repr=False, eq=False)
    signed: bytes = field(repr=False)


def verify(
    xml: bytes | str,
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    revocation: object = None,
    policies: Collection[str] | None = None,
    id_number: str | None = None,
    random: bytes | None = None,
) -> SignedInvoice:
    """Verify a signed invoice.

    Only the one form that the service prescribes is taken: nothing in the document chooses how it
    is verified.

    Args:
        xml: The signed invoice.
        trust: Validates the certificate. Without it a signature says only that somebody made it.
        at: Moment of that validation, aware; default is up to ``trust``.
        revocation: Passed to ``trust``, for example ``kcert.Revocation.REQUIRE``.
        policies: Dotted policies of which the certificate must have one.
        id_number: Business number that must be the signer's; needs ``random``.
        random: R from the package.

    Raises:
        SignatureError: It is not signed, or not over this content.
        FormatError: It is not an invoice, or its signature has another form.
        UnsupportedAlgorithmError: It is signed with something else than RSA and SHA-256.
        TrustError: The certificate is not to be believed, has none of the policies, or is not for
            signatures.
        IdentityMismatchError: The number is not the signer's.
        LimitError: It is larger than 4 MiB.
        MissingExtraError: lxml is not installed.
        ValueError: ``id_number`` without ``random``.
    """
    try:
        if id_number is not None and random is None:
            raise ValueError("an identity check needs the R of the package")
        root = document.read(xml)
        signature = _only_signature(root)
        signed_info, value, key_info = _children(
            signature, "SignedInfo", "SignatureValue", "KeyInfo"
        )
        claimed = _check_signed_info(signed_info)
        certificate = _certificate(key_info)
        signed = document.signed_octets(root)
        if not hmac.compare_digest(hashlib.sha256(signed).digest(), claimed):
            raise SignatureError("the invoice was changed", reason_ko="내용이 변경되었습니다")
        check_signature(
            certificate.public_key_info,
            _SCHEME,
            _base64(value),
            document.canonical(signed_info),
            prehashed=False,
        )
        _check_certificate(certificate, policies)
        path = _path(trust, certificate, at, revocation)
        if id_number is not None and random is not None:
            vid.verify(certificate, id_number, random)
    finally:
        del id_number, random
    return SignedInvoice(certificate, path, signed)


def _check_certificate(certificate: Certificate, policies: Collection[str] | None) -> None:
    if policies is not None and not set(policies) & set(certificate.policy_oids):
        raise PolicyError(
            "the certificate has none of the accepted policies",
            "허용된 정책의 인증서가 아닙니다",
            fingerprint=certificate.fingerprint(),
        )
    usage = certificate.key_usage
    if usage is not None and not usage & _SIGNING:
        raise TrustError(
            "the certificate is not for signatures",
            "전자서명용 인증서가 아닙니다",
            fingerprint=certificate.fingerprint(),
        )


def _path(
    trust: Trust | None, certificate: Certificate, at: datetime | None, revocation: object
) -> object:
    if trust is None:
        return None
    # The protocol names what every trust store has; this is a TrustStore's.
    options = {} if revocation is None else {"revocation": revocation}
    validate: Any = trust.verify
    return validate(certificate, at=at, **options)


def _only_signature(root: Element) -> Element:
    found = document.signatures_of(root)
    if not found:
        raise SignatureError("the invoice is not signed", reason_ko="서명이 없습니다")
    if len(found) > 1:
        raise FormatError(_FORMAT, f"there are {len(found)}", reason_ko="서명이 여럿입니다")
    return found[0]


def _children(parent: Element, *names: str) -> list[Element]:
    """The children of an element, which must be exactly these."""
    found = [child for child in parent if isinstance(child.tag, str)]
    if len(parent) != len(found) or [child.tag for child in found] != [
        f"{{{DSIG}}}{name}" for name in names
    ]:
        raise FormatError(_FORMAT, f"{_local(parent)} does not hold {', '.join(names)}")
    return found


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2][:40]


def _algorithm(element: Element, expected: str) -> None:
    found = element.get("Algorithm") or ""
    if found != expected:
        raise UnsupportedAlgorithmError(
            None, found[:80].encode("ascii", "replace").decode(), use=f"XML {_local(element)}"
        )


def _check_signed_info(signed_info: Element) -> bytes:
    """The digest that a SignedInfo of the one known form states."""
    method, signature_method, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    _algorithm(method, C14N)
    _algorithm(signature_method, SIGNATURE_METHOD)
    if reference.get("URI") != "":
        raise FormatError(_FORMAT, "it refers to something else than the invoice")
    transforms, digest_method, digest_value = _children(
        reference, "Transforms", "DigestMethod", "DigestValue"
    )
    _algorithm(digest_method, DIGEST)
    first, second = _children(transforms, "Transform", "Transform")
    _algorithm(first, C14N)
    _algorithm(second, XPATH)
    (xpath,) = _children(second, "XPath")
    if len(first) or " ".join((xpath.text or "").split()) != XPATH_FILTER or len(xpath):
        raise FormatError(_FORMAT, "its filter is not that of tax invoices")
    # The prefix in the filter means what the document says it means.
    if xpath.nsmap.get("ds") != DSIG:
        raise FormatError(_FORMAT, "its filter has another meaning than it seems")
    return _base64(digest_value)


def _certificate(key_info: Element) -> Certificate:
    (data,) = _children(key_info, "X509Data")
    (encoded,) = _children(data, "X509Certificate")
    return Certificate.load(_base64(encoded))


def _base64(element: Element) -> bytes:
    text = "".join((element.text or "").split())
    octets = b""
    with suppress(ValueError):
        octets = binascii.a2b_base64(text, strict_mode=True)
    if not octets or len(element):
        raise FormatError(_FORMAT, f"{_local(element)} is not base64")
    return octets
