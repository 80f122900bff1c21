# SPDX-License-Identifier: Apache-2.0
"""Sign a PDF with a certificate of kcert's, through pyHanko (``pip install pyhanko``).

pyHanko asks for the raw signature only, so the key stays where it is.

pyHanko로 PDF에 서명합니다. 키는 kcert 밖으로 나가지 않습니다.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

if TYPE_CHECKING:
    from kcert import UnlockedCredential


class KcertSigner(signers.Signer):
    """A pyHanko signer over an open credential."""

    def __init__(self, unlocked: UnlockedCredential) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(
            [x509.Certificate.load(one.der) for one in unlocked.ca_certificates]
        )
        own = x509.Certificate.load(unlocked.certificate.der)
        super().__init__(signing_cert=own, cert_registry=store)
        self._unlocked = unlocked

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002 - pyHanko names it
    ) -> bytes:
        """Sign the attributes that pyHanko has put together."""
        return self._unlocked.sign(data, digest=digest_algorithm)


def sign_pdf(pdf: bytes, unlocked: UnlockedCredential) -> bytes:
    """The PDF with one more signature."""
    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)),
        signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256"),
        signer=KcertSigner(unlocked),
    )
    return bytes(signed.getbuffer())
