# SPDX-License-Identifier: Apache-2.0
"""Sign XML with a certificate of kcert's, through signxml (``pip install signxml``).

For tax invoices take `kcert.services.etax`, which writes the form that the tax service asks for.

signxml로 XML에 서명합니다. 전자세금계산서는 `kcert.services.etax`를 쓰십시오.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree
from signxml import XMLSigner, methods

if TYPE_CHECKING:
    from kcert import UnlockedCredential


def sign_xml(xml: bytes, unlocked: UnlockedCredential) -> bytes:
    """The document with an enveloped signature (RSA, SHA-256)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    signer = XMLSigner(method=methods.enveloped, signature_algorithm="rsa-sha256")
    signed = signer.sign(
        etree.fromstring(xml, parser),
        key=unlocked.to_cryptography(),
        cert=[unlocked.certificate.to_cryptography()],
    )
    return etree.tostring(signed)
