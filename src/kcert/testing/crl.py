# SPDX-License-Identifier: Apache-2.0
"""Revocation lists of made-up authorities, right or deliberately wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from kcert._asn1 import der, encode
from kcert.certificate import Certificate
from kcert.testing.dates import aware
from kcert.testing.template import Extension, sign_statement, signature_algorithm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.testing.keypool import FakeKey
    from kcert.testing.template import StatementSigner

__all__ = ["REASONS", "ListIssuer", "Revoked"]

REASONS: Final = {
    "unspecified": 0,
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "certificateHold": 6,
    "removeFromCRL": 8,
    "privilegeWithdrawn": 9,
    "aACompromise": 10,
}
# Bits of ReasonFlags (RFC 5280 section 4.2.1.13) are numbered otherwise than CRLReasons.
_FLAGS: Final = {
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "certificateHold": 6,
    "privilegeWithdrawn": 7,
    "aACompromise": 8,
}
_SCOPES: Final = {"user": 1, "authority": 2, "attribute": 5}
_WEEK: Final = timedelta(days=7)


@frozen
class Revoked:
    """One entry of a list.

    Attributes:
        serial_number: Serial number of the certificate.
        date: Since when; default a day before the list.
        reason: RFC 5280 name, ``None`` for no reasonCode.
        invalidity_date: When the key is thought to have been compromised.
        issuer: Name, DER, of the certificate's issuer in an indirect list.
        extensions: More entry extensions.
    """

    serial_number: int
    date: datetime | None = None
    reason: str | None = "keyCompromise"
    invalidity_date: datetime | None = None
    issuer: bytes | None = None
    extensions: tuple[Extension, ...] = ()

    def encode(self, date: datetime) -> bytes:
        """The entry, DER."""
        extensions = []
        if self.reason is not None:
            reason = encode.integer(REASONS[self.reason], der.ENUMERATED)
            extensions.append(Extension("2.5.29.21", reason))
        if self.invalidity_date is not None:
            extensions.append(Extension("2.5.29.24", encode.generalized_time(self.invalidity_date)))
        if self.issuer is not None:
            names = encode.sequence(encode.context(4, self.issuer))
            extensions.append(Extension("2.5.29.29", names, critical=True))
        encoded = [extension.encode() for extension in (*extensions, *self.extensions)]
        return encode.sequence(
            encode.integer(self.serial_number),
            encode.time(self.date or date),
            encode.sequence(*encoded) if encoded else b"",
        )


def _entry(revoked: Revoked | Certificate | int) -> Revoked:
    if isinstance(revoked, Revoked):
        return revoked
    return Revoked(revoked.serial_number if isinstance(revoked, Certificate) else revoked)


def _issuing_point(
    url: str | None, only: str | None, reasons: Iterable[str] | None, *, indirect: bool
) -> tuple[Extension, ...]:
    parts = []
    if url is not None:
        uri = encode.context(6, url.encode(), constructed=False)
        parts.append(encode.context(0, encode.context(0, uri)))
    flags = {_SCOPES[only]: b"\xff"} if only is not None else {}
    if reasons is not None:
        bits = sum(0x8000 >> _FLAGS[reason] for reason in reasons).to_bytes(2, "big")
        unused = (bits[1] & -bits[1]).bit_length() - 1 if bits[1] else None
        octets = bits if unused is not None else bits[:1]
        rest = unused if unused is not None else (bits[0] & -bits[0]).bit_length() - 1
        flags[3] = bytes((rest,)) + octets
    if indirect:
        flags[4] = b"\xff"
    parts += [encode.context(number, flags[number], constructed=False) for number in sorted(flags)]
    if not parts:
        return ()
    return (Extension("2.5.29.28", encode.sequence(*parts), critical=True),)


class ListIssuer:
    """The part of an authority that issues revocation lists."""

    def crl(
        self: StatementSigner,
        revoked: Iterable[Revoked | Certificate | int] = (),
        *,
        at: datetime | None = None,
        next_update: datetime | None = None,
        without_next_update: bool = False,
        number: int | None = 1,
        base_number: int | None = None,
        url: str | None = None,
        only: Literal["user", "authority", "attribute"] | None = None,
        reasons: Iterable[str] | None = None,
        indirect: bool = False,
        extensions: tuple[Extension, ...] = (),
        key: FakeKey | None = None,
        issuer: bytes | None = None,
    ) -> bytes:
        """A revocation list of this authority, DER.

        Args:
            revoked: Certificates, serial numbers, or entries with their facts.
            at: When it is made (thisUpdate), default now.
            next_update: When the next is due, default a week later.
            without_next_update: Leave that out, against RFC 5280.
            number: cRLNumber, ``None`` for none.
            base_number: Make it a delta list of the complete list of this number.
            url: Distribution point in an issuingDistributionPoint.
            only: Which certificates alone it is for.
            reasons: Which reasons alone it is for.
            indirect: Whether it has entries of other issuers.
            extensions: More extensions.
            key: Signs with another key.
            issuer: Another issuer's Name, DER.
        """
        signer = key or self.key
        this_update = aware(at or datetime.now(UTC)).replace(microsecond=0)
        due = b"" if without_next_update else encode.time(next_update or this_update + _WEEK)
        identifier = encode.context(0, signer.key_identifier, constructed=False)
        all_extensions = [Extension("2.5.29.35", encode.sequence(identifier))]
        if number is not None:
            all_extensions.append(Extension("2.5.29.20", encode.integer(number)))
        if base_number is not None:
            base = encode.integer(base_number)
            all_extensions.append(Extension("2.5.29.27", base, critical=True))
        all_extensions += _issuing_point(url, only, reasons, indirect=indirect)
        all_extensions += extensions
        date = this_update - timedelta(days=1)
        entries = [_entry(entry).encode(date) for entry in revoked]
        tbs = encode.sequence(
            encode.integer(1),
            signature_algorithm(self.digest),
            issuer or self.certificate.subject.der,
            encode.time(this_update),
            due,
            encode.sequence(*entries) if entries else b"",
            encode.context(0, encode.sequence(*(one.encode() for one in all_extensions))),
        )
        return sign_statement(tbs, signer, self.digest)
