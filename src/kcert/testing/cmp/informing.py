# SPDX-License-Identifier: Apache-2.0
"""genm: what the authority tells of itself (RFC 4210 section 5.3.19, RFC 9480 section 2.14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import encode
from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_exchange import GenMsgContent
from kcert._asn1.cmp_header import InfoTypeAndValue
from kcert.testing.cmp.vocabulary import (
    CA_CERTIFICATES,
    CA_PROTECTION_CERTIFICATE,
    YESSIGN_CA_CERTIFICATE,
)

if TYPE_CHECKING:
    from kcert.testing.authority import FakeAuthority
    from kcert.testing.cmp.exchange import Exchange

__all__ = ["inform"]


def inform(exchange: Exchange, authority: FakeAuthority) -> PKIBody:
    """Answer what is asked for; a question without types gets what Korean clients begin with."""
    asked = {item.oid for item in GenMsgContent.load(exchange.message.body.content).items}
    own = authority.certificate.der
    known = {CA_PROTECTION_CERTIFICATE: own}
    if authority.house.code == "yessign":
        known[YESSIGN_CA_CERTIFICATE] = own
    usual = tuple(known)
    known[CA_CERTIFICATES] = encode.sequence(*(one.der for one in authority.ca_certificates))
    told = [oid for oid in known if oid in (asked or usual)]
    content = GenMsgContent(tuple(InfoTypeAndValue(oid, known[oid]) for oid in told))
    return PKIBody(BodyType.GENP, content.encode())
