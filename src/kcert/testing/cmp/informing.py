# SPDX-License-Identifier: Apache-2.0
"""genm: what the authority tells of itself (RFC 4210 section 5.3.19, RFC 9480 section 2.14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import encode, oids
from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_exchange import GenMsgContent
from kcert._asn1.cmp_header import InfoTypeAndValue

if TYPE_CHECKING:
    from kcert.testing.authority import FakeAuthority
    from kcert.testing.cmp.exchange import Exchange

__all__ = ["inform"]

_CA_CERTIFICATES = "1.3.6.1.5.5.7.4.17"


def inform(exchange: Exchange, authority: FakeAuthority) -> PKIBody:
    """Answer what is asked for; a question without types gets what Korean clients begin with."""
    asked = {item.oid for item in GenMsgContent.load(exchange.message.body.content).items}
    own = authority.certificate.der
    known = {oids.CA_PROT_ENC_CERT: own}
    if authority.house.code == "yessign":
        # The identifier of R in its signed messages, too.
        known[oids.YESSIGN_RANDOM] = own
    usual = tuple(known)
    known[_CA_CERTIFICATES] = encode.sequence(*(one.der for one in authority.ca_certificates))
    told = [oid for oid in known if oid in (asked or usual)]
    content = GenMsgContent(tuple(InfoTypeAndValue(oid, known[oid]) for oid in told))
    return PKIBody(BodyType.GENP, content.encode())
