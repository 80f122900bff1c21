# SPDX-License-Identifier: Apache-2.0
"""Signing a tax invoice: XML Signature (RFC 3275), enveloped, before TaxInvoiceDocument."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError
from kcert.services.etax import document
from kcert.services.etax.document import C14N, DIGEST, DSIG, SIGNATURE_METHOD, XPATH, XPATH_FILTER

if TYPE_CHECKING:
    from kcert.credential import Signer

__all__ = ["sign"]

_TEMPLATE: Final = (
    f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
    f'<ds:CanonicalizationMethod Algorithm="{C14N}"/>'
    f'<ds:SignatureMethod Algorithm="{SIGNATURE_METHOD}"/>'
    '<ds:Reference URI=""><ds:Transforms>'
    f'<ds:Transform Algorithm="{C14N}"/>'
    f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>{XPATH_FILTER}</ds:XPath></ds:Transform>'
    f'</ds:Transforms><ds:DigestMethod Algorithm="{DIGEST}"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    "<ds:SignatureValue/>"
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>"
    "</ds:X509Data></ds:KeyInfo></ds:Signature>"
)


def sign(xml: bytes | str, signer: Signer) -> bytes:
    """Sign an invoice.

    ExchangedDocument and the attributes of the root are not covered by the signature, as the
    service has it.

    Args:
        xml: The invoice: a TaxInvoice in UTF-8 without document type, not signed yet.
        signer: An open credential, or a token.

    Returns:
        The signed invoice in canonical XML, without comments. Any change to its white space
        breaks the signature.

    Raises:
        FormatError: It is not an invoice, or is signed already.
        LimitError: It is larger than 4 MiB.
        UnsupportedAlgorithmError: The key is too short.
        MissingExtraError: lxml is not installed: ``pip install "kcert[xml]"``.
    """
    root = document.read(xml)
    if document.signatures_of(root):
        raise FormatError(
            document.FORMAT, "it is signed already", reason_ko="이미 서명되어 있습니다"
        )
    digest = hashlib.sha256(document.signed_octets(root)).digest()
    signature = document.etree().fromstring(
        _TEMPLATE.format(
            digest=b64encode(digest).decode(),
            certificate=b64encode(signer.certificate.der).decode(),
        )
    )
    document.pivot_of(root).addprevious(signature)
    # In its place it has the namespaces of the document, which belong to what is signed.
    value = signer.sign(document.canonical(signature[0]))
    signature[1].text = b64encode(value).decode()
    return document.canonical(root)
