# SPDX-License-Identifier: Apache-2.0
"""What can be asked of an authority, and the kind of its answers (RFC 4210 section 5.1.2)."""

from __future__ import annotations

from typing import Final

from kcert._asn1.cmp import BodyType

__all__ = [
    "ANSWERS",
    "VERBS",
]


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
