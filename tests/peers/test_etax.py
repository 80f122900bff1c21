# SPDX-License-Identifier: Apache-2.0
"""Tax invoices between kcert and the JDK's XML signatures, on which the tax service stands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kcert.errors import SignatureError
from kcert.keys import profiles
from kcert.testing.assertions import clear_error

pytest.importorskip("lxml", reason="kcert[xml] is not installed")
etax = pytest.importorskip("kcert.services.etax")

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
FILTER = (
    "not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] | "
    "ancestor-or-self::ds:Signature)"
)
BODY = """<ExchangedDocument><ID>1</ID></ExchangedDocument>
<TaxInvoiceDocument><IssueID>2</IssueID><!-- c --><A b='&lt;"' a="&#9;1"/></TaxInvoiceDocument>
<TaxInvoiceTradeSettlement>물품 &amp; "용역" &gt;</TaxInvoiceTradeSettlement>"""
INVOICES = {
    "plain": f'<TaxInvoice xmlns="{NAMESPACE}">{BODY}</TaxInvoice>',
    "declared": f'<?xml version="1.0" encoding="UTF-8"?>\n<TaxInvoice xmlns="{NAMESPACE}">{BODY}'
    "\n</TaxInvoice>\n",
    "schema location": f'<TaxInvoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xmlns="{NAMESPACE}" xsi:schemaLocation="urn:x &gt; x.xsd" z="1">\n{BODY}\n</TaxInvoice>',
    "many namespaces": f'<TaxInvoice xmlns:b="urn:b" xmlns="{NAMESPACE}" xmlns:a="urn:a">{BODY}'
    '<b:X a:y="1" xmlns:c="urn:c"><c:Y xmlns:a="urn:a2" a:z=""/></b:X></TaxInvoice>',
    "line ends": f'<TaxInvoice xmlns="{NAMESPACE}">\r\n{BODY}\r\n &#13; </TaxInvoice>',
    "CDATA and instruction": f'<TaxInvoice xmlns="{NAMESPACE}">{BODY}<?note it?>'
    "<X><![CDATA[<&>]]></X></TaxInvoice>",
    "no default": f'<TaxInvoice xmlns="{NAMESPACE}">{BODY}<X xmlns=""><Y/></X></TaxInvoice>',
}


@pytest.fixture(scope="module")
def jdk(tmp_path_factory):
    classes = tmp_path_factory.mktemp("tax")
    source = Path(__file__).with_name("java") / "TaxInvoices.java"
    subprocess.run(
        ["javac", "-Xlint:all", "-Werror", "-d", classes, source], check=True, timeout=120
    )
    process = subprocess.Popen(
        ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, "TaxInvoices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(command: str, *values: bytes) -> bytes:
        print(command, *(value.hex() for value in values), file=process.stdin, flush=True)
        answer = process.stdout.readline().strip()
        assert not answer.startswith("error"), answer
        return bytes.fromhex(answer)

    yield ask
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.fixture(scope="module")
def signer(authority):
    credential = authority.issue("길동상사", password="x", profile=profiles.CHEAPEST)
    with credential.unlock("x") as opened:
        yield opened


@pytest.mark.peer("javac")
@pytest.mark.parametrize("name", INVOICES)
def test_the_jdk_verifies_ours(jdk, signer, name):
    signed = etax.sign(INVOICES[name], signer)
    assert jdk("verify", signer.certificate.der, signed) == b"\1"
    changed = signed.replace(b"<IssueID>2", b"<IssueID>3")
    assert jdk("verify", signer.certificate.der, changed) == b"\0"


@pytest.mark.peer("javac")
@pytest.mark.parametrize("name", INVOICES)
def test_we_verify_the_jdks(jdk, signer, name):
    signed = jdk(
        "sign",
        signer.reveal_pkcs8(),
        signer.certificate.der,
        FILTER.encode(),
        INVOICES[name].encode(),
    )
    assert etax.verify(signed).certificate == signer.certificate
    with clear_error(SignatureError):
        etax.verify(signed.replace(b"<IssueID>2", b"<IssueID>3"))
