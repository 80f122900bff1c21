# SPDX-License-Identifier: Apache-2.0
"""Electronic tax invoices."""

from __future__ import annotations

import base64
import re
import sys
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import cms
from kcert._asn1 import encode, oids
from kcert._asn1.enveloped import EnvelopedData
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    LimitError,
    MissingExtraError,
    PolicyError,
    SignatureError,
    TrustError,
    UnlockError,
    UnsupportedAlgorithmError,
    UntrustedIssuerError,
)
from kcert.keys import VidRandom, profiles
from kcert.services import etax
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error, forms_of

pytest.importorskip("lxml", reason="kcert[xml] is not installed")

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
INVOICE = f"""<?xml version="1.0" encoding="UTF-8"?>
<TaxInvoice xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="{NAMESPACE} http://127.0.0.1/TaxInvoiceSchemaModule_1.0.xsd">
  <ExchangedDocument>
    <ID>1000000000</ID>
  </ExchangedDocument>
  <TaxInvoiceDocument>
    <IssueID>202601011000000000000001</IssueID><!-- a remark -->
    <TypeCode>0101</TypeCode>
    <DescriptionText>물품 &amp; 용역 "가" &lt;나&gt;</DescriptionText>
  </TaxInvoiceDocument>
  <TaxInvoiceTradeSettlement xsi:type="x"/>
  <TaxInvoiceTradeLineItem b="2" a="1"><![CDATA[<줄>]]></TaxInvoiceTradeLineItem>
</TaxInvoice>
"""
BUSINESS = "1234567891"
R = b"kcert-canary-random!"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def signer(authority):
    credential = authority.issue(
        "길동상사", password="x", id_number=BUSINESS, random=R, profile=profiles.CHEAPEST
    )
    with credential.unlock("x") as opened:
        yield opened


@pytest.fixture(scope="module")
def service(authority):
    credential = authority.issue("국세청", password="x", km=True, profile=profiles.CHEAPEST)
    with credential.unlock("x") as opened:
        yield opened


@pytest.fixture(scope="module")
def signed(signer):
    return etax.sign(INVOICE, signer)


def replaced(octets: bytes, old: str, new: str) -> bytes:
    changed = octets.replace(old.encode(), new.encode())
    assert changed != octets
    return changed


class TestSigning:
    def test_a_signed_invoice_verifies(self, signer, signed):
        assert etax.verify(signed).certificate == signer.certificate
        assert etax.verify(signed.decode()).certificate == signer.certificate

    def test_the_signature_stands_before_the_document(self, signed):
        assert b"</ds:Signature><TaxInvoiceDocument>" in signed
        assert b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">' in signed

    def test_what_is_signed_is_what_the_transforms_leave(self, signed):
        # As the XML signatures of the JDK compute it; see the peer test.
        content = """<TaxInvoiceDocument>
    <IssueID>202601011000000000000001</IssueID>
    <TypeCode>0101</TypeCode>
    <DescriptionText>물품 &amp; 용역 "가" &lt;나&gt;</DescriptionText>
  </TaxInvoiceDocument>
  <TaxInvoiceTradeSettlement xsi:type="x"></TaxInvoiceTradeSettlement>
  <TaxInvoiceTradeLineItem a="1" b="2">&lt;줄&gt;</TaxInvoiceTradeLineItem>
"""
        namespaces = f' xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        # White space around what was taken out stays.
        expected = namespaces + "\n  " + "\n  " + content
        assert etax.verify(signed).signed.decode() == expected

    def test_it_is_deterministic(self, signer, signed):
        assert etax.sign(INVOICE, signer) == signed
        assert etax.sign(INVOICE.encode(), signer) == signed

    def test_other_line_ends_and_remarks_change_nothing(self, signer, signed):
        other = INVOICE.replace("\n", "\r\n").replace("<!-- a remark -->", "<!-- another -->")
        assert etax.sign(other, signer) == signed

    def test_a_signed_invoice_is_not_signed_again(self, signer, signed):
        with clear_error(FormatError):
            etax.sign(signed, signer)

    @settings(max_examples=40)
    @given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))))
    def test_any_text_may_stand_in_it(self, signer, text):
        safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if "￾" in safe or "￿" in safe:
            return
        etax.verify(etax.sign(INVOICE.replace("0101", safe), signer))


class TestRefusing:
    @pytest.mark.parametrize(("old", "new"), [
        ("<TypeCode>0101", "<TypeCode>0102"),
        ("물품", "금품"),
        ('xsi:type="x"', 'xsi:type="y"'),
        ("  <TaxInvoiceTradeSettlement", " <TaxInvoiceTradeSettlement"),
        ("<TaxInvoiceTradeLineItem", "<Extra></Extra><TaxInvoiceTradeLineItem"),
        ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
         'xmlns:xsi="http://www.w3.org/2001/XMLSchema-other"'),
    ])  # fmt: skip
    def test_changed_content(self, signed, old, new):
        with clear_error(SignatureError):
            etax.verify(replaced(signed, old, new))

    def test_what_is_not_covered_may_change(self, signer, signed):
        # The filter leaves it out; the service numbers documents after they were signed.
        other = replaced(signed, "<ID>1000000000", "<ID>2000000000")
        found = etax.verify(other)
        assert found.certificate == signer.certificate
        assert b"2000000000" not in found.signed

    def test_an_unsigned_invoice(self):
        with clear_error(SignatureError):
            etax.verify(INVOICE)

    def test_two_signatures(self, signed):
        signature = re.search(rb"<ds:Signature .*</ds:Signature>", signed)[0]
        with clear_error(FormatError):
            etax.verify(signed.replace(signature, signature * 2))

    def test_a_signature_in_another_place(self, signed):
        # Wrapping: the filter would pass over anything inside a ds:Signature.
        signature = re.search(rb"<ds:Signature .*</ds:Signature>", signed)[0]
        moved = signed.replace(signature, b"").replace(b"<IssueID>", b"<IssueID>" + signature)
        with clear_error(FormatError):
            etax.verify(moved)

    @pytest.mark.parametrize("name", ["ExchangedDocument", "TaxInvoice", "x:ExchangedDocument"])
    def test_unsigned_elements_deeper_down(self, signed, name):
        # They would not count for the digest.
        prefix = ' xmlns:x="urn:x"' if ":" in name else ""
        hidden = f"<{name}{prefix}><Amount>9</Amount></{name}>".encode()
        with clear_error(FormatError):
            etax.verify(signed.replace(b"<TypeCode>", hidden + b"<TypeCode>"))

    @pytest.mark.parametrize(("old", "new"), [
        ("ancestor-or-self::ds:Signature)", "ancestor-or-self::ds:Signature | self::text())"),
        ('URI=""', 'URI="#x"'),
        ('URI=""', 'URI="http://127.0.0.1/"'),
        ("<ds:DigestValue>", "<ds:DigestValue><ds:X></ds:X>"),
        ("</ds:Reference>", "</ds:Reference><ds:Reference></ds:Reference>"),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object></ds:Object>"),
        ("</ds:X509Certificate>", "</ds:X509Certificate><ds:X509Certificate></ds:X509Certificate>"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>?"),
        ("<ds:XPath>", '<ds:XPath xmlns:ds="urn:other">'),
    ])  # fmt: skip
    def test_signatures_of_another_form(self, signed, old, new):
        with clear_error(FormatError):
            etax.verify(replaced(signed, old, new))

    @pytest.mark.parametrize(("old", "new"), [
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
         "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("http://www.w3.org/TR/1999/REC-xpath-19991116",
         "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "가" * 300),
    ])  # fmt: skip
    def test_other_algorithms(self, signed, old, new):
        with clear_error(UnsupportedAlgorithmError):
            etax.verify(replaced(signed, old, new))

    def test_the_certificate_of_another(self, signed, signer, authority):
        other = authority.issue("홍길순", fresh_key=True).certificate
        swapped = signed.replace(
            base64.b64encode(signer.certificate.der), base64.b64encode(other.der)
        )
        with clear_error(SignatureError):
            etax.verify(swapped)

    def test_a_changed_digest_breaks_the_signature(self, signed, signer):
        forged = etax.sign(INVOICE.replace("0101", "0102"), signer)
        digest = re.compile(rb"<ds:DigestValue>.*?</ds:DigestValue>")
        swapped = replaced(signed, "<TypeCode>0101", "<TypeCode>0102").replace(
            digest.search(signed)[0], digest.search(forged)[0]
        )
        with clear_error(SignatureError):
            etax.verify(swapped)

    @settings(max_examples=150)
    @given(st.data())
    def test_changed_octets_never_leave_the_error_tree(self, signed, data):
        changed = bytearray(signed)
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] ^= data.draw(st.integers(1, 255))
        before = etax.verify(signed).signed
        try:
            assert etax.verify(bytes(changed)).signed == before
        except KcertError as error:
            assert len(str(error)) <= 300


class TestHostileXml:
    @pytest.mark.parametrize("hostile", [
        '<!DOCTYPE TaxInvoice [<!ENTITY a "b">]><TaxInvoice/>',
        '<!DOCTYPE TaxInvoice SYSTEM "http://127.0.0.1/x.dtd"><TaxInvoice/>',
        '<!DOCTYPE TaxInvoice [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><TaxInvoice/>',
        "<TaxInvoice>&undeclared;</TaxInvoice>",
        "<TaxInvoice/>",
        f'<TaxInvoice xmlns="{NAMESPACE}" xmlns:x="relative"/>',
        "",
        "text",
        "<a>" * 400 + "</a>" * 400,
        "<TaxInvoice",
        '<?xml version="1.0" encoding="EUC-KR"?><TaxInvoice/>',
        '<?xml version="1.0" encoding="UTF-7"?><TaxInvoice/>',
        "\ud800",
    ])  # fmt: skip
    def test_it_is_a_clear_error(self, hostile):
        with clear_error(FormatError):
            etax.verify(hostile)

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
    def test_another_encoding_hides_nothing(self, encoding):
        hostile = '<!DOCTYPE TaxInvoice [<!ENTITY a "b">]><TaxInvoice/>'
        with clear_error(FormatError):
            etax.verify(hostile.encode(encoding))

    def test_entities_that_grow(self):
        entities = "".join(
            f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x"}">' for n in range(12)
        )
        with clear_error(FormatError):
            etax.verify(f"<!DOCTYPE TaxInvoice [{entities}]><TaxInvoice>&a11;</TaxInvoice>")

    def test_too_large_a_document(self):
        with clear_error(LimitError):
            etax.verify(b"<" * (5 << 20))

    def test_the_error_does_not_quote_the_document(self):
        with clear_error(FormatError, canaries=["kcert-canary"]):
            etax.verify("<TaxInvoice><kcert-canary></TaxInvoice>")

    def test_without_lxml_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "lxml", None)
        with clear_error(MissingExtraError):
            etax.verify(INVOICE)


class Trusting:
    """A trust store that believes or does not."""

    def __init__(self, error: TrustError | None = None) -> None:
        self.error = error
        self.asked = []
        self.options = {}

    def verify(self, certificate, *, at=None, intermediates=(), **options):
        self.asked.append((certificate, at))
        self.options = options
        if self.error is not None:
            raise self.error
        return "path"


class TestRelyingParty:
    def test_the_trust_store_has_its_say(self, signed, signer):
        trust = Trusting()
        assert etax.verify(signed, trust=trust).path == "path"
        assert trust.asked == [(signer.certificate, None)]
        with clear_error(UntrustedIssuerError):
            etax.verify(signed, trust=Trusting(UntrustedIssuerError("nobody", "없음")))

    def test_revocation_is_asked_for_where_it_is_wanted(self, signed):
        trust = Trusting()
        etax.verify(signed, trust=trust, revocation="required")
        assert trust.options == {"revocation": "required"}

    def test_a_certificate_for_encryption_does_not_sign(self, service):
        with clear_error(TrustError):
            etax.verify(etax.sign(INVOICE, service.key_management))

    def test_policies(self, signed, signer):
        etax.verify(signed, policies=signer.certificate.policy_oids)
        with clear_error(PolicyError):
            etax.verify(signed, policies={"1.2.3"})

    def test_the_identity_of_the_signer(self, signed):
        etax.verify(signed, id_number="123-45-67891", random=R)
        for number, random in (("1234567890", R), (BUSINESS, bytes(20))):
            with clear_error(IdentityMismatchError, canaries=[BUSINESS, R]):
                etax.verify(signed, id_number=number, random=random)
        with pytest.raises(ValueError, match="needs the R"):
            etax.verify(signed, id_number=BUSINESS)

    def test_no_local_variable_of_a_traceback_shows_number_or_r(self, signed):
        forms = forms_of("9902301234") | forms_of(R)
        for case in (
            lambda: etax.verify(signed, id_number="9902301234", random=R),
            lambda: etax.verify(INVOICE, id_number="9902301234", random=R),
        ):
            try:
                case()
            except KcertError as error:
                shown = "".join(
                    traceback.TracebackException(
                        type(error), error, error.__traceback__.tb_next.tb_next,
                        capture_locals=True,
                    ).format()
                ).encode()  # fmt: skip
                assert not [form for form in forms if form in shown]


class TestPackage:
    def test_what_was_sealed_opens(self, signed, signer, service):
        package = etax.pack([(signed, signer.random)])
        sealed = etax.seal(package, service.key_management.certificate)
        assert signed not in sealed
        (found,) = etax.unseal(sealed, service)
        assert found.xml == signed
        assert found.random.reveal() == R
        etax.verify(found.xml, id_number=BUSINESS, random=found.random.reveal())

    def test_it_is_laid_out_as_specified(self, signed, signer, service):
        package = etax.pack([(signed, signer.random)])
        member = encode.sequence(encode.octet_string(R), encode.octet_string(signed))
        assert package == encode.sequence(encode.integer(1), encode.set_of([member]))
        message = EnvelopedData.load(etax.seal(package, service.key_management.certificate))
        assert message.algorithm.oid == oids.DES_EDE3_CBC
        (recipient,) = message.recipients
        assert recipient.algorithm.oid == oids.RSA_ENCRYPTION
        assert (
            recipient.identifier.serial_number == service.key_management.certificate.serial_number
        )

    @pytest.mark.parametrize("count", [1, 2, 100])
    def test_up_to_a_hundred(self, count):
        invoices = [(b"<%d/>" % number, VidRandom(R)) for number in range(count)]
        assert {found.xml for found in etax.unpack(etax.pack(invoices))} == {
            xml for xml, _ in invoices
        }

    @pytest.mark.parametrize("count", [0, 101])
    def test_none_and_too_many(self, count):
        with clear_error(FormatError):
            etax.pack([(b"<x/>", VidRandom(R))] * count)
        member = encode.sequence(encode.octet_string(R), encode.octet_string(b"<x/>"))
        with clear_error(FormatError):
            etax.unpack(encode.sequence(encode.integer(count), encode.set_of([member] * count)))

    def test_a_wrong_count(self):
        member = encode.sequence(encode.octet_string(R), encode.octet_string(b"<x/>"))
        with clear_error(FormatError, canaries=[R]):
            etax.unpack(encode.sequence(encode.integer(2), encode.set_of([member])))

    def test_an_empty_r(self):
        member = encode.sequence(encode.octet_string(b""), encode.octet_string(b"<x/>"))
        with clear_error(FormatError):
            etax.unpack(encode.sequence(encode.integer(1), encode.set_of([member])))

    def test_too_large_an_invoice(self, signer):
        with clear_error(LimitError):
            etax.pack([(bytes(5 << 20), signer.random)])

    def test_the_signature_certificate_is_refused(self, service):
        with clear_error(PolicyError):
            etax.seal(b"x", service.certificate)

    def test_somebody_else_cannot_open_it(self, signed, signer, service):
        sealed = etax.seal(etax.pack([(signed, signer.random)]), service.key_management.certificate)
        with clear_error(UnlockError, canaries=[R]):
            etax.unseal(sealed, signer)

    def test_something_else_inside_is_told(self, service):
        sealed = cms.encrypt(b"no package", [service.key_management.certificate])
        with clear_error(FormatError):
            etax.unseal(sealed, service)

    @given(st.binary(max_size=100))
    def test_anything_is_a_clear_error(self, octets):
        with clear_error(KcertError):
            etax.unpack(b"\x30" + octets)

    def test_nothing_shows_r(self):
        (found,) = etax.unpack(etax.pack([(b"<x/>", VidRandom(R))]))
        assert not [form for form in forms_of(R) if form in repr(found).encode()]
