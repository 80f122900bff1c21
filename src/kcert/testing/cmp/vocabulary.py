# SPDX-License-Identifier: Apache-2.0
"""Object identifiers and names of CMP that a server needs (RFC 4210, RFC 4211, RFC 9480)."""

from __future__ import annotations

from typing import Final

from kcert._asn1.cmp import BodyType

__all__ = [
    "ANSWERS",
    "CA_CERTIFICATES",
    "CA_PROTECTION_CERTIFICATE",
    "IMPLICIT_CONFIRM",
    "OLD_CERT_ID",
    "PASSWORD_BASED_MAC",
    "VERBS",
    "YESSIGN_CA_CERTIFICATE",
]

PASSWORD_BASED_MAC: Final = "1.2.840.113533.7.66.13"
IMPLICIT_CONFIRM: Final = "1.3.6.1.5.5.7.4.13"
CA_PROTECTION_CERTIFICATE: Final = "1.3.6.1.5.5.7.4.1"
CA_CERTIFICATES: Final = "1.3.6.1.5.5.7.4.17"
OLD_CERT_ID: Final = "1.3.6.1.5.5.7.5.1.5"
# The identifier of R in yessign's signed messages, used by its CMP for something else.
YESSIGN_CA_CERTIFICATE: Final = "1.2.410.200005.1.10.1"

VERBS: Final = {
    BodyType.IR: "ir",
    BodyType.CR: "cr",
    BodyType.P10CR: "p10cr",
    BodyType.KUR: "kur",
    BodyType.KRR: "krr",
    BodyType.RR: "rr",
    BodyType.GENM: "genm",
    BodyType.CERT_CONF: "certConf",
    BodyType.PKICONF: "pkiconf",
    BodyType.ERROR: "error",
    BodyType.POLL_REQ: "pollReq",
}
"""What can be asked, by the names of RFC 4210."""

ANSWERS: Final = {
    "ir": BodyType.IP,
    "cr": BodyType.CP,
    "p10cr": BodyType.CP,
    "kur": BodyType.KUP,
    "krr": BodyType.KRP,
}
"""The kind of the answer to a request for a certificate."""
