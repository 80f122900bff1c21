# SPDX-License-Identifier: Apache-2.0
"""The figures of the Korean authorities: names, keys and dates, read from a table.

No certificate is part of kcert. `data/korea.toml` holds the figures of the real authorities,
`data/test.toml` those of the test hierarchy; each row says where it was seen and how sure it is.
"""

from __future__ import annotations

import enum
from base64 import b64decode
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert._asn1 import encode
from kcert.certificate import Name, Validity
from kcert.certificate.kinds import Certainty

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["AuthorityFigures", "Family", "known_authorities"]


class Family(enum.Enum):
    """Which system an authority belongs to."""

    JOINT = "joint"
    """공동인증서와 금융인증서: the roots of KISA and the authorities under them."""
    GOVERNMENT = "government"
    """행정전자서명 (GPKI)."""
    TEST = "test"
    """Test hierarchies of the same institutions. Anybody may hold a certificate of theirs."""


@frozen
class AuthorityFigures:
    """What is known of one authority's certificate.

    Attributes:
        name: CN of the authority.
        family: Which system it belongs to.
        subject: Its name.
        issuer: Name of who issued its certificate; its own for a root.
        serial_number: Serial number of its certificate.
        public_key_info: SubjectPublicKeyInfo, DER.
        key_identifier: subjectKeyIdentifier, which in Korea is SHA-1 of the PKCS#1 public key.
        validity: Of its certificate; ``None`` where the certificate has not been seen.
        fingerprint: SHA-256 of its certificate, lower-case hex; ``None`` where not seen.
        signature_hash: Hash of the signature on its certificate, ``"sha256"``; ``None`` if unknown.
        path_length: pathLenConstraint, or ``None``.
        require_explicit_policy: requireExplicitPolicy of its policyConstraints, or ``None``.
        crl_distribution_points: URIs where its revocation would be published.
        sources: Where the certificate was seen, in words.
        note: What else there is to say, or "".
        certainty: CONFIRMED: seen in two independent places; SINGLE: in one.
    """

    name: str
    family: Family
    subject: Name = field(repr=False)
    issuer: Name = field(repr=False)
    serial_number: int
    public_key_info: bytes = field(repr=False)
    key_identifier: bytes = field(repr=False)
    validity: Validity | None
    fingerprint: str | None
    signature_hash: str | None
    path_length: int | None
    require_explicit_policy: int | None
    crl_distribution_points: tuple[str, ...] = field(repr=False)
    sources: tuple[str, ...] = field(repr=False)
    note: str = field(repr=False)
    certainty: Certainty

    @property
    def is_root(self) -> bool:
        """Whether it signed its own certificate."""
        return self.subject == self.issuer

    def is_of(self, certificate: Certificate) -> bool:
        """Whether a certificate is this authority's: the same bytes, or the same name and key."""
        if self.fingerprint is not None and certificate.fingerprint() == self.fingerprint:
            return True
        return certificate.public_key_info == self.public_key_info and certificate.subject.matches(
            self.subject
        )


_NAME_TYPES: Final = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}


def _name(parts: list[str]) -> Name:
    """A Name as KISA encodes it: PrintableString for the country, UTF8String for the rest."""
    rdns = []
    for part in parts:
        kind, _, text = part.partition("=")
        value = encode.printable_string(text) if kind == "C" else encode.utf8_string(text)
        rdns.append(encode.set_of([encode.sequence(encode.oid(_NAME_TYPES[kind]), value)]))
    return Name.load(encode.sequence(*rdns))


def _validity(row: dict[str, Any]) -> Validity | None:
    if "not_after" not in row:
        return None
    return Validity(row["not_before"].astimezone(UTC), row["not_after"].astimezone(UTC))


def _figures(
    row: dict[str, Any], names: dict[str, Name], sources: dict[str, str]
) -> AuthorityFigures:
    return AuthorityFigures(
        name=row["name"],
        family=Family(row["family"]),
        subject=names[row["name"]],
        issuer=names[row["issuer"]],
        serial_number=int(row["serial_number"], 16),
        public_key_info=b64decode(row["public_key"]),
        key_identifier=bytes.fromhex(row["key_identifier"]),
        validity=_validity(row),
        fingerprint=row.get("sha256"),
        signature_hash=row.get("signature_hash"),
        path_length=row.get("path_length"),
        require_explicit_policy=row.get("require_explicit_policy"),
        crl_distribution_points=tuple(row.get("crl_distribution_points", ())),
        sources=tuple(sources[letter] for letter in row["sources"]),
        note=row.get("note", ""),
        certainty=Certainty(row["certainty"]),
    )


@lru_cache(maxsize=4)
def _read(file: str) -> tuple[AuthorityFigures, ...]:
    # Read when first asked for: most programs that import kcert verify nothing.
    import tomllib
    from importlib.resources import files

    table = tomllib.loads((files("kcert.trust") / "data" / file).read_text("utf-8"))
    rows = table["authority"]
    names = {row["name"]: _name(row["subject"]) for row in rows}
    return tuple(_figures(row, names, table["sources"]) for row in rows)


def known_authorities(family: Family) -> tuple[AuthorityFigures, ...]:
    """The figures of all authorities of a family, roots first, then by date."""
    file = "test.toml" if family is Family.TEST else "korea.toml"
    return tuple(figures for figures in _read(file) if figures.family is family)
