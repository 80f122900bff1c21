# SPDX-License-Identifier: Apache-2.0
"""A certificate revocation list (RFC 5280 section 5): what it says, and for what it speaks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import distribution_points as points
from kcert._asn1.crl import CRL_NUMBER, DELTA_CRL_INDICATOR, MAX_CRL_SIZE, RawCrl, read_crl_number
from kcert._asn1.pem import decode_base64, read_blocks
from kcert._asn1.x509_extensions import AUTHORITY_INFO_ACCESS, AUTHORITY_KEY_IDENTIFIER
from kcert.certificate import Name
from kcert.certificate.extensions import AuthorityKeyIdentifier
from kcert.certificate.signatures import SignatureAlgorithm, signature_algorithm
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kcert._asn1.distribution_points import RawIssuingDistributionPoint

__all__ = ["CertificateRevocationList", "RevokedCertificate", "reason_name"]

_REASONS: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
_KNOWN_EXTENSIONS: Final = frozenset(
    (
        AUTHORITY_INFO_ACCESS,
        AUTHORITY_KEY_IDENTIFIER,
        DELTA_CRL_INDICATOR,
        points.FRESHEST_CRL,
        points.ISSUING_DISTRIBUTION_POINT,
        "2.5.29.18",  # issuerAltName
    )
)
_LABELS: Final = frozenset(("X509 CRL", "CRL"))
_SEQUENCE: Final = 0x30


def reason_name(number: int) -> str:
    """Name of a CRLReason (RFC 5280 section 5.3.1); the number where it has none."""
    return _REASONS.get(number, str(number))


@frozen
class RevokedCertificate:
    """One entry of a list.

    Attributes:
        serial_number: Serial number of the certificate.
        issuer: Who issued that certificate.
        revocation_date: Since when it is revoked.
        reason: Name of the CRLReason, ``"unspecified"`` where none is given.
        invalidity_date: When the key is thought to have been compromised, where that is said.
    """

    serial_number: int
    issuer: Name
    revocation_date: datetime
    reason: str
    invalidity_date: datetime | None = None


@frozen(repr=False)
class CertificateRevocationList:
    """A CRL, or an ARL (the same structure, for authorities). Compares by `der`.

    Reading it believes nothing: whether the right key signed it, whether it speaks for a
    certificate, and when, is found out by `RevocationSources`.

    Attributes:
        der: The list in DER.
    """

    der: bytes
    _raw: RawCrl = field(eq=False)

    @classmethod
    def load(cls, data: bytes | str) -> CertificateRevocationList:
        """Read one list.

        Args:
            data: DER; or PEM (``X509 CRL``) or bare base64, as bytes or text. At most 32 MiB.

        Raises:
            FormatError: It is not one revocation list and nothing else.
            LimitError: More than 32 MiB.
        """
        der = _to_der(data)
        return cls(der, RawCrl.read(der))

    @cached_property
    def issuer(self) -> Name:
        """Who issued the list."""
        return Name.load(self._raw.issuer)

    @property
    def this_update(self) -> datetime:
        """When it was made."""
        return self._raw.this_update

    @property
    def next_update(self) -> datetime | None:
        """By when the next one is due."""
        return self._raw.next_update

    @property
    def tbs(self) -> bytes:
        """The signed part (TBSCertList), DER."""
        return self._raw.tbs

    @property
    def signature(self) -> bytes:
        """The issuer's signature over `tbs`."""
        return self._raw.signature

    @property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """How the issuer signed."""
        return signature_algorithm(self._raw.algorithm)

    @property
    def has_equal_algorithms(self) -> bool:
        """Whether the signed part names the same algorithm, as RFC 5280 section 5.1.1.2 wants."""
        return self._raw.algorithm == self._raw.tbs_algorithm

    def _value(self, oid: str) -> bytes | None:
        return next((value for found, _, value in self._raw.extensions if found == oid), None)

    @cached_property
    def number(self) -> int | None:
        """Its number in the sequence of the issuer's lists (cRLNumber)."""
        value = self._value(CRL_NUMBER)
        return None if value is None else read_crl_number(value)

    @cached_property
    def base_number(self) -> int | None:
        """Number of the complete list that it only completes; ``None`` for a complete list."""
        value = self._value(DELTA_CRL_INDICATOR)
        return None if value is None else read_crl_number(value)

    @property
    def is_delta(self) -> bool:
        """Whether it only says what has changed since another list (RFC 5280 section 5.2.4)."""
        return self.base_number is not None

    @cached_property
    def authority_key_identifier(self) -> AuthorityKeyIdentifier | None:
        """Which key signed."""
        value = self._value(AUTHORITY_KEY_IDENTIFIER)
        return None if value is None else AuthorityKeyIdentifier.load(value)

    @cached_property
    def scope(self) -> RawIssuingDistributionPoint:
        """Its issuingDistributionPoint; the widest scope where it has none."""
        value = self._value(points.ISSUING_DISTRIBUTION_POINT)
        if value is None:
            return points.RawIssuingDistributionPoint()
        return points.read_issuing_distribution_point(value)

    @cached_property
    def unknown_critical(self) -> str | None:
        """A critical extension of the list or an entry that kcert does not know, dotted.

        cRLNumber is among them: it must not be critical (RFC 5280 section 5.2.3).

        A list with one says nothing about any certificate (RFC 5280 sections 5.2 and 5.3).
        """
        for oid, critical, _ in self._raw.extensions:
            if critical and oid not in _KNOWN_EXTENSIONS:
                return oid
        return self._raw.entries.unknown_critical

    def __len__(self) -> int:
        return len(self._raw.entries)

    def __iter__(self) -> Iterator[RevokedCertificate]:
        return (self._entry(place) for place in range(len(self)))

    def find(self, serial_number: int, issuer: Name | None = None) -> RevokedCertificate | None:
        """The entry of a certificate.

        Args:
            serial_number: Serial number of the certificate.
            issuer: Who issued the certificate, default who issued the list. An indirect list has
                entries of several issuers.

        Returns:
            The first entry, or ``None``.

        Raises:
            FormatError: The entry is malformed.
        """
        wanted = issuer or self.issuer
        for place in self._raw.entries.find(serial_number):
            names = self._raw.entries.issuers_at(place) if self.scope.indirect else ()
            if any(Name.load(name).matches(wanted) for name in names or (self._raw.issuer,)):
                return self._entry(place)
        return None

    def _entry(self, place: int) -> RevokedCertificate:
        raw = self._raw.entries.at(place)
        issuers = self._raw.entries.issuers_at(place)
        return RevokedCertificate(
            raw.serial_number,
            Name.load(issuers[0]) if issuers else self.issuer,
            raw.revocation_date,
            reason_name(raw.reason),
            raw.invalidity_date,
        )

    def __repr__(self) -> str:
        kind = "delta, " if self._value(DELTA_CRL_INDICATOR) is not None else ""
        return f"<CertificateRevocationList {kind}{len(self)} entries, {self.this_update:%Y-%m-%d}>"

    def __reduce__(self) -> tuple[object, ...]:
        return CertificateRevocationList.load, (self.der,)


def _to_der(data: bytes | str) -> bytes:
    text = data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)
    if text[:1] == bytes((_SEQUENCE,)):
        return text
    if len(text) > 2 * MAX_CRL_SIZE:
        raise LimitError("CRL size", len(text), 2 * MAX_CRL_SIZE, where="CRL")
    if b"-----BEGIN" not in text:
        return decode_base64(text)
    blocks = [block.data for block in read_blocks(text) if block.label in _LABELS]
    if len(blocks) != 1:
        raise FormatError(
            "CRL",
            f"PEM holds {len(blocks)} lists where one is expected",
            reason_ko=f"PEM에 폐지목록이 {len(blocks)}개 있습니다 (1개여야 합니다)",
        )
    return blocks[0]
