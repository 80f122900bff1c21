# SPDX-License-Identifier: Apache-2.0
"""The structure of a certificate revocation list (RFC 5280 section 5.1).

Lists hold up to a million entries, so entries are not turned into objects: one pass over the octets
checks them and keeps where each begins, and a serial number is found by its octets.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.distribution_points import read_directory_names
from kcert._asn1.times import read_time
from kcert._asn1.x509 import read_extensions, read_serial_number
from kcert.errors import LimitError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "CERTIFICATE_ISSUER",
    "CRL_NUMBER",
    "DELTA_CRL_INDICATOR",
    "MAX_CRL_SIZE",
    "RawCrl",
    "RawRevokedEntries",
    "RawRevokedEntry",
    "read_crl_number",
]

MAX_CRL_SIZE: Final = 32 << 20
CRL_NUMBER: Final = "2.5.29.20"
DELTA_CRL_INDICATOR: Final = "2.5.29.27"
CERTIFICATE_ISSUER: Final = "2.5.29.29"
_REASON_CODE: Final = "2.5.29.21"
_INVALIDITY_DATE: Final = "2.5.29.24"

_FORMAT: Final = "CRL"
_TIMES: Final = frozenset((der.UTC_TIME, der.GENERALIZED_TIME))
# The one entry extension that nearly all entries have: a reasonCode that is not critical.
_REASON_ONLY: Final = bytes.fromhex("300c300a0603551d1504030a01")
_KNOWN_ENTRY_EXTENSIONS: Final = frozenset((_REASON_CODE, _INVALIDITY_DATE, CERTIFICATE_ISSUER))


class RawRevokedEntry(NamedTuple):
    """One revoked certificate.

    Attributes:
        serial_number: Its serial number.
        revocation_date: Since when.
        reason: Number of the CRLReason, 0 where none is given.
        invalidity_date: When the key is thought to have been compromised, where given.
        issuers: Names, DER, of the certificate's issuer as this entry gives them; empty where it
            is that of the entry before.
    """

    serial_number: int
    revocation_date: datetime
    reason: int = 0
    invalidity_date: datetime | None = None
    issuers: tuple[bytes, ...] = ()


def _read_entry(reader: Reader) -> tuple[RawRevokedEntry, str | None]:
    """One entry, and the first critical extension of it that is not known."""
    fields = reader.sequence()
    serial_number = read_serial_number(fields)
    revocation_date = read_time(fields)
    extensions = () if fields.at_end else read_extensions(fields.sequence())
    fields.finish()
    reason, invalidity_date, unknown = 0, None, None
    issuers: tuple[bytes, ...] = ()
    for oid, critical, value in extensions:
        inner = Reader(value, "CRL entry extension")
        if oid == _REASON_CODE:
            reason = inner.integer(der.ENUMERATED)
            inner.finish()
        elif oid == _INVALIDITY_DATE:
            invalidity_date = read_time(inner)
            inner.finish()
        elif oid == CERTIFICATE_ISSUER:
            issuers = read_directory_names(inner.sequence())
            inner.finish()
        if critical and oid not in _KNOWN_ENTRY_EXTENSIONS:
            unknown = unknown or oid
    return RawRevokedEntry(
        serial_number, revocation_date, reason, invalidity_date, issuers
    ), unknown


class RawRevokedEntries:
    """The entries of one list, found by serial number.

    Attributes:
        unknown_critical: A critical entry extension that is not known, or ``None``. Who does not
            know it must not use the list at all (RFC 5280 section 5.3).
    """

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self._end = end
        self.unknown_critical: str | None = None
        # In offset order: where entries begin, and where the certificates' issuer changes.
        self._offsets = array("I")
        self._issuer_offsets = array("I")
        self._issuers: list[tuple[bytes, ...]] = []
        self._index(start)

    def __len__(self) -> int:
        return len(self._offsets)

    def _index(self, position: int) -> None:
        """Check that the entries are entries, and keep where they begin."""
        data, end, append = self._data, self._end, self._offsets.append
        while position < end:
            # Short forms of length, a serial number that is not padded (one that is would not be
            # found), a plain time, and no extension or the usual one: the other shapes take the
            # reader below, which says what is wrong where something is.
            after = position + 2 + data[position + 1] if position + 4 < end else 0
            time = position + 4 + data[position + 3] if after else 0
            if (
                after <= end
                and time + 2 < after
                and data[position] == der.SEQUENCE
                and data[position + 1] < 0x80
                and data[position + 2] == der.INTEGER
                and 0 < data[position + 3] < 0x80
                and (
                    0 < data[position + 4] < 0xFF
                    or data[position + 3] == 1
                    or (data[position + 4] ^ data[position + 5]) & 0x80
                )
                and data[time] in _TIMES
                and data[time + 1] < 0x80
            ):
                rest = time + 2 + data[time + 1]
                if rest == after or (rest + 14 == after and data[rest : rest + 13] == _REASON_ONLY):
                    append(position)
                    position = after
                    continue
            position = self._index_one(position)

    def _index_one(self, position: int) -> int:
        reader = Reader(self._data, _FORMAT, position, self._end)
        entry, unknown = _read_entry(reader)
        self.unknown_critical = self.unknown_critical or unknown
        self._offsets.append(position)
        if entry.issuers:
            self._issuer_offsets.append(position)
            self._issuers.append(entry.issuers)
        return reader.position

    def at(self, number: int) -> RawRevokedEntry:
        """The entry in this place."""
        return _read_entry(Reader(self._data, _FORMAT, self._offsets[number], self._end))[0]

    def issuers_at(self, number: int) -> tuple[bytes, ...]:
        """Names, DER, of who issued the certificate of this entry; empty for the CRL's issuer."""
        before = bisect_right(self._issuer_offsets, self._offsets[number])
        return self._issuers[before - 1] if before else ()

    def find(self, serial_number: int) -> list[int]:
        """Places of the entries with this serial number."""
        wanted = encode.integer(serial_number)
        found: list[int] = []
        offsets = self._offsets
        if not offsets:
            return found
        place = self._data.find(wanted, offsets[0], self._end)
        while place >= 0:
            # An entry's header, of two to six octets, stands right before its serial number.
            number = bisect_left(offsets, place) - 1
            if number >= 0 and place - offsets[number] <= 6 and self._begins(number, place):
                found.append(number)
            place = self._data.find(wanted, place + 1, self._end)
        return found

    def _begins(self, number: int, place: int) -> bool:
        """Whether the content of an entry begins at this offset."""
        length = self._data[self._offsets[number] + 1]
        header = 2 if length < 0x80 else 2 + (length & 0x7F)
        return self._offsets[number] + header == place


class RawCrl(NamedTuple):
    """The parts of a CertificateList; names and extension values still encoded."""

    tbs: bytes
    version: int
    tbs_algorithm: AlgorithmIdentifier
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    entries: RawRevokedEntries
    extensions: tuple[tuple[str, bool, bytes], ...]
    algorithm: AlgorithmIdentifier
    signature: bytes

    @classmethod
    def read(cls, encoded: bytes) -> RawCrl:
        """Read one DER list that fills ``encoded``.

        Raises:
            FormatError: Not a revocation list, or octets after it.
            LimitError: More than `MAX_CRL_SIZE` octets.
        """
        if len(encoded) > MAX_CRL_SIZE:
            raise LimitError("CRL size", len(encoded), MAX_CRL_SIZE, where=_FORMAT)
        outer = Reader(encoded, _FORMAT)
        crl = outer.sequence()
        outer.finish()
        tbs = crl.read_encoded()
        algorithm = AlgorithmIdentifier.read(crl)
        signature, _ = crl.bit_string()
        crl.finish()

        fields = Reader(tbs, _FORMAT).sequence()
        version = 1
        if fields.peek() == der.INTEGER:
            version = fields.integer() + 1
            if version != 2:
                raise fields.fail("version is not 2")
        tbs_algorithm = AlgorithmIdentifier.read(fields)
        issuer = fields.read_encoded()
        this_update = read_time(fields)
        next_update = read_time(fields) if fields.peek() in _TIMES else None
        start = end = 0
        if fields.peek() == der.SEQUENCE:
            size = len(fields.read(der.SEQUENCE))
            end = fields.position
            start = end - size
        entries = RawRevokedEntries(tbs, start, end)
        wrapper = fields.enter_optional(der.context(0))
        extensions: tuple[tuple[str, bool, bytes], ...] = ()
        if wrapper is not None:
            extensions = read_extensions(wrapper.sequence())
            wrapper.finish()
        fields.finish()
        return cls(
            tbs=tbs,
            version=version,
            tbs_algorithm=tbs_algorithm,
            issuer=issuer,
            this_update=this_update,
            next_update=next_update,
            entries=entries,
            extensions=extensions,
            algorithm=algorithm,
            signature=signature,
        )


def read_crl_number(value: bytes) -> int:
    """Value of cRLNumber or deltaCRLIndicator: up to 20 octets by the standard."""
    reader = Reader(value, "cRLNumber")
    number = read_serial_number(reader)
    reader.finish()
    return number
