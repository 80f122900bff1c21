# SPDX-License-Identifier: Apache-2.0
"""Sign a PDF with a certificate of kcert's, through pyHanko (``pip install pyhanko``).

    python examples/sign_pdf/sign_pdf.py [certificate in.pdf out.pdf]

pyHanko asks for the raw signature only, so the key stays where it is. Without arguments an empty
page is signed with a test certificate, and read again.

pyHanko로 PDF에 서명합니다. 키는 kcert 밖으로 나가지 않습니다.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import parser, x509
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

import kcert
from kcert import cms
from kcert.testing import TEST_PASSWORD, FakeAuthority

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
    """The PDF with one more signature; those that it has stay."""
    there = len(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    signed = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)),
        signers.PdfSignatureMetadata(field_name=f"Signature{there + 1}", md_algorithm="sha256"),
        signer=KcertSigner(unlocked),
    )
    return bytes(signed.getbuffer())


def verify_pdf(pdf: bytes) -> list[kcert.Certificate]:
    """Who signed a PDF, by signatures that hold for the octets they cover.

    Raises:
        kcert.SignatureError: One of them does not hold.
    """
    found: list[kcert.Certificate] = []
    for signature in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        start, size, again, rest = (int(number) for number in signature.byte_range)
        covered = pdf[start : start + size] + pdf[again : again + rest]
        verified = cms.verify(_without_padding(bytes(signature.pkcs7_content)), covered)
        found.extend(signer.certificate for signer in verified.signers)
    return found


def _without_padding(field: bytes) -> bytes:
    """The message in a signature field, which is filled up with zeros."""
    return field[: parser.peek(field)]


def empty_page() -> bytes:
    """A PDF of one empty page."""
    writer, output = PdfFileWriter(), BytesIO()
    page = PageObject(
        contents=writer.add_object(StreamObject(stream_data=b"")), media_box=(0, 0, 595, 842)
    )
    writer.insert_page(page)
    writer.write(output)
    return output.getvalue()


def main(arguments: list[str]) -> int:
    """Sign a file, or try it on a test certificate."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    reader.add_argument("certificate", nargs="?", help="folder, .pfx or anything kcert.load opens")
    reader.add_argument("source", nargs="?", type=Path, metavar="in.pdf")
    reader.add_argument("target", nargs="?", type=Path, metavar="out.pdf")
    options = reader.parse_args(arguments)
    if options.certificate is None:
        credential = FakeAuthority("yessign").issue("홍길동", chain=True)
        with credential.unlock(TEST_PASSWORD) as unlocked:
            pdf = sign_pdf(empty_page(), unlocked)
        print("서명자 · signed by:", *(one.holder_name for one in verify_pdf(pdf)))
        return 0
    if options.target is None:
        reader.error("in.pdf and out.pdf are missing")
    try:
        password = getpass.getpass("비밀번호 · password: ")
        credential = kcert.load(options.certificate, password)
        kcert.inspect(credential).raise_for_problems()
        with credential.unlock(password) as unlocked:
            pdf = sign_pdf(options.source.read_bytes(), unlocked)
        with options.target.open("xb") as file:  # never over a file that is there
            file.write(pdf)
    except kcert.KcertError as error:
        print(f"{error.message_ko} · {error}", file=sys.stderr)
        return 1
    except (OSError, PdfReadError) as error:
        print(error, file=sys.stderr)
        return 1
    print("서명했습니다 · signed:", options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
