# SPDX-License-Identifier: Apache-2.0
"""What an authority announces of itself (genm, genp; RFC 4210 section 5.3.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import oids
from kcert._asn1.cmp import BodyType, PKIBody
from kcert._asn1.cmp_exchange import GenMsgContent
from kcert._asn1.cmp_header import InfoTypeAndValue
from kcert.certificate import Certificate
from kcert.lifecycle.cmp.issues import ANSWERS
from kcert.lifecycle.cmp.refusals import malformed_is_wrong
from kcert.lifecycle.cmp.transactions import Line, Transaction, load_content

if TYPE_CHECKING:
    from kcert.lifecycle.cmp.guards import Guard
    from kcert.trust import TrustStore

__all__ = ["announcements", "encryption_certificate"]


def announcements(line: Line, guard: Guard, types: tuple[str, ...]) -> dict[str, bytes | None]:
    """Ask for what the authority announces, in a transaction of its own.

    Args:
        line: The way to it.
        guard: What protects the question.
        types: Types that are asked for, dotted; none asks for whatever there is.

    Returns:
        By type: the value, DER, or ``None`` where there is none.
    """
    content = GenMsgContent(tuple(map(InfoTypeAndValue, types))).encode()
    answer = Transaction(line, guard).ask(PKIBody(BodyType.GENM, content), ANSWERS[BodyType.GENM])
    items = load_content(GenMsgContent.load, answer).items
    return {item.oid: item.value for item in items}


def encryption_certificate(
    line: Line, trust: TrustStore, guard: Guard, *, needed: bool
) -> Certificate | None:
    """The certificate to which an authority wants identity number and R encrypted.

    The one that is known already, unless the profile says that the authority is asked first.

    Raises:
        AuthorityError: What it announces is no certificate.
        TrustError: It does not lead to an authority that is believed.
    """
    profile = line.profile
    if not profile.asks_first and (line.certificate is not None or not needed):
        return line.certificate
    found = announcements(line, guard, (oids.CA_PROT_ENC_CERT,))
    # yessign answers with its signing certificate, too, under a type of its own.
    order = [oids.CA_PROT_ENC_CERT, oids.YESSIGN_RANDOM]
    if not profile.encryption_certificate:
        if line.certificate is not None:
            return line.certificate
        order.reverse()
    encoded = next((value for value in map(found.get, order) if value is not None), None)
    if encoded is None:
        return line.certificate
    known = () if line.certificate is None else (line.certificate,)
    with malformed_is_wrong():
        certificate = Certificate.load(encoded)
        trust.verify(certificate, line.clock(), intermediates=known)
    return certificate
