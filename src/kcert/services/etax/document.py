# SPDX-License-Identifier: Apache-2.0
"""A tax invoice as XML: reading it without trusting it, and what of it is signed."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError, LimitError, MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

    from lxml.etree import _Element as Element

__all__ = [
    "C14N",
    "DIGEST",
    "DSIG",
    "FORMAT",
    "MAX_SIZE",
    "NAMESPACE",
    "SIGNATURE_METHOD",
    "XPATH",
    "XPATH_FILTER",
    "canonical",
    "etree",
    "pivot_of",
    "read",
    "signatures_of",
    "signed_octets",
]

FORMAT: Final = "tax invoice"
MAX_SIZE: Final = 4 << 20
NAMESPACE: Final = (
    "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
)
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XPATH: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
SIGNATURE_METHOD: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
XPATH_FILTER: Final = (
    "not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] | "
    "ancestor-or-self::ds:Signature)"
)

_ROOT: Final = f"{{{NAMESPACE}}}TaxInvoice"
_EXCHANGED: Final = f"{{{NAMESPACE}}}ExchangedDocument"
_PIVOT: Final = f"{{{NAMESPACE}}}TaxInvoiceDocument"
_SIGNATURE: Final = f"{{{DSIG}}}Signature"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_DECLARATION: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[ \t\r\n][^>]*?\?>")
_UTF8: Final = re.compile(rb"encoding[ \t\r\n]*=[ \t\r\n]*(?:\"utf-8\"|'utf-8')", re.IGNORECASE)


def etree() -> ModuleType:
    """`lxml.etree`.

    Raises:
        MissingExtraError: lxml is not installed.
    """
    try:
        from lxml import etree as library
    except ImportError:
        raise MissingExtraError("xml", "signing tax invoices") from None
    found: ModuleType = library
    return found


def _fail(reason: str, reason_ko: str | None = None) -> FormatError:
    return FormatError(FORMAT, reason, reason_ko=reason_ko)


def read(xml: bytes | str) -> Element:
    """Parse an invoice. Its root element comes back in canonical form, without comments.

    Document types, entities and encodings other than UTF-8 are refused before the parser sees
    them; it has no network.

    Raises:
        FormatError: It is not an invoice in well-formed XML.
        LimitError: It is larger than 4 MiB.
        MissingExtraError: lxml is not installed.
    """
    library = etree()
    data = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else bytes(xml)
    if len(data) > MAX_SIZE:
        raise LimitError("size", len(data), MAX_SIZE, where=FORMAT)
    _refuse_tricks(data)
    root = _parse(library, data)
    # The first of the two transforms: comments go, attributes and line ends become normal.
    root = _parse(library, canonical(root))
    _check_layout(root)
    return root


def _refuse_tricks(data: bytes) -> None:
    if b"\0" in data:
        raise _fail("it is not in UTF-8", "UTF-8이 아닙니다")
    declaration = _DECLARATION.match(data)
    if declaration and b"encoding" in declaration[0] and not _UTF8.search(declaration[0]):
        raise _fail("it is not in UTF-8", "UTF-8이 아닙니다")
    # In UTF-8 these can be nothing else but themselves, if only in a comment or CDATA section.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _fail("it has a document type definition", "DTD가 있는 문서는 받지 않습니다")


def _parse(library: ModuleType, data: bytes) -> Element:
    parser = library.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=False,
        strip_cdata=True,
    )
    root: Element | None = None
    # Its message could quote the document.
    with suppress(library.LxmlError, ValueError):
        root = library.fromstring(data, parser)
    if root is None:
        raise _fail("it is not well-formed XML", "올바른 XML이 아닙니다")
    if root.getroottree().docinfo.doctype:
        raise _fail("it has a document type definition", "DTD가 있는 문서는 받지 않습니다")
    return root


def _check_layout(root: Element) -> None:
    """Only what the filter can tell apart by position: names it looks for stand under the root."""
    if root.tag != _ROOT or root.prefix is not None:
        raise _fail("its root is not a TaxInvoice", "최상위 요소가 TaxInvoice가 아닙니다")
    if any(str(name).startswith(_XML) for name in root.attrib):
        raise _fail("its root has an attribute of the namespace xml")
    for element in root.iter(_EXCHANGED, _SIGNATURE, "{*}ExchangedDocument", "{*}TaxInvoice"):
        in_place = element.getparent() is root and element.tag in (_EXCHANGED, _SIGNATURE)
        if element is not root and not (in_place and _is_plain(element)):
            raise _fail("an element that is not signed stands where it could hide something")
    pivot_of(root)


def _is_plain(element: Element) -> bool:
    # The filter looks for the name as it is written, prefix included.
    return element.tag == _SIGNATURE or element.prefix is None


def pivot_of(root: Element) -> Element:
    """The TaxInvoiceDocument, before which the signature stands.

    Raises:
        FormatError: There is not exactly one.
    """
    found = root.findall(_PIVOT)
    if len(found) != 1:
        raise _fail(
            f"it has {len(found)} TaxInvoiceDocument elements",
            f"TaxInvoiceDocument 요소가 {len(found)}개 있습니다",
        )
    return found[0]


def signatures_of(root: Element) -> list[Element]:
    """The signatures under the root, and there are none elsewhere."""
    found: list[Element] = root.findall(_SIGNATURE)
    return found


def canonical(element: Element) -> bytes:
    """Canonical XML 1.0 of an element, without comments, in the context of its document.

    Raises:
        FormatError: It has none: a namespace is a relative reference.
    """
    library = etree()
    octets: bytes | None = None
    with suppress(library.LxmlError):
        octets = library.tostring(element, method="c14n", with_comments=False, with_tail=False)
    if octets is None:
        raise _fail("it has no canonical form (a namespace is relative)")
    return octets


def signed_octets(root: Element) -> bytes:
    """What the two transforms leave of an invoice, as the tax service's programs compute it.

    The filter takes the tags of the root away and leaves its namespaces, which Canonical XML then
    writes without a tag around them. Java's XML signatures, on which the service stands, leave the
    root's attributes out, and do not repeat the namespaces in the children; so does this.
    """
    library = etree()
    bare = deepcopy(root)
    for name in list(bare.attrib):
        del bare.attrib[name]
    for child in list(bare):
        if child.tag in (_EXCHANGED, _SIGNATURE):
            _cut(bare, child)
    whole = canonical(bare)
    empty = canonical(library.Element(root.tag, nsmap=root.nsmap))
    start, end = empty.removesuffix(b"></TaxInvoice>"), b"</TaxInvoice>"
    namespaces = start.removeprefix(b"<TaxInvoice")
    return namespaces + whole[len(start) + 1 : -len(end)]


def _cut(parent: Element, element: Element) -> None:
    """Take an element out and leave the text after it."""
    previous = element.getprevious()
    tail = element.tail or ""
    if previous is not None:
        previous.tail = (previous.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
