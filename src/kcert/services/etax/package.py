# SPDX-License-Identifier: Apache-2.0
"""Packing signed invoices and sealing the package to the tax service.

::

    TaxInvoicePackage ::= SEQUENCE {
        count INTEGER,
        taxInvoiceSet SET SIZE (1..100) OF SEQUENCE {
            signerRvalue OCTET STRING,
            taxInvoice OCTET STRING } }
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert import cms
from kcert._asn1 import encode
from kcert._asn1.ber import to_der
from kcert._asn1.der import Reader
from kcert.errors import FormatError, LimitError
from kcert.keys import VidRandom
from kcert.services.etax.document import MAX_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.credential import UnlockedKeyPair

__all__ = ["MAX_INVOICES", "PackedInvoice", "pack", "seal", "unpack", "unseal"]

MAX_INVOICES: Final = 100

_FORMAT: Final = "TaxInvoicePackage"
_MAX_PACKAGE: Final = 64 << 20


@frozen
class PackedInvoice:
    """A signed invoice and its signer's R.

    Attributes:
        xml: The signed invoice.
        random: R of the signer; secret.
    """

    xml: bytes = field(repr=False)
    random: VidRandom = field(eq=False)


def pack(invoices: Iterable[tuple[bytes, VidRandom]]) -> bytes:
    """Pack signed invoices.

    Args:
        invoices: From 1 to 100 pairs of a signed invoice and ``unlocked.random`` of its signer.

    Returns:
        The package in DER; its members stand in DER's order. Secret: it holds R in the clear.

    Raises:
        FormatError: None, or more than 100.
        LimitError: An invoice is larger than 4 MiB.
    """
    members: list[bytes] = []
    for xml, random in invoices:
        _check_size(xml)
        members.append(
            encode.sequence(encode.octet_string(random.reveal()), encode.octet_string(xml))
        )
        if len(members) > MAX_INVOICES:
            break
    _check_count(len(members))
    return encode.sequence(encode.integer(len(members)), encode.set_of(members))


def unpack(package: bytes) -> tuple[PackedInvoice, ...]:
    """Read a package, in DER or BER.

    Raises:
        FormatError: It is not one, its count is wrong, or it holds none or more than 100.
        LimitError: An invoice is larger than 4 MiB, or the package than 64 MiB.
    """
    if len(package) > _MAX_PACKAGE:
        raise LimitError("size", len(package), _MAX_PACKAGE, where=_FORMAT)
    whole = Reader(to_der(bytes(package), _FORMAT), _FORMAT)
    reader = whole.sequence()
    whole.finish()
    count = reader.integer()
    members = reader.set()
    reader.finish()
    found: list[PackedInvoice] = []
    while not members.at_end:
        member = members.sequence()
        random = member.octet_string()
        xml = member.octet_string()
        member.finish()
        if not random:
            raise member.fail("R is empty")
        _check_size(xml)
        found.append(PackedInvoice(xml, VidRandom(random)))
        if len(found) > MAX_INVOICES:
            break
    _check_count(len(found))
    if count != len(found):
        raise FormatError(
            _FORMAT,
            "its count is not the number of its invoices",
            reason_ko="건수가 실제 세금계산서 수와 다릅니다",
        )
    return tuple(found)


def seal(package: bytes, certificate: Certificate) -> bytes:
    """Encrypt a package to the key-management certificate of the tax service (triple DES).

    Raises:
        PolicyError: The certificate is not for encryption.
        UnsupportedAlgorithmError: Its key is not RSA.
    """
    return cms.encrypt(package, [certificate], cipher=cms.Cipher.TRIPLE_DES_CBC)


def unseal(sealed: Blob, unlocked: UnlockedKeyPair) -> tuple[PackedInvoice, ...]:
    """Open a sealed package: the receiver's side, and for tests.

    Raises:
        UnlockError: It was not made for this key, or was changed or damaged.
        FormatError: It is not an encrypted message, or no package is in it.
        LimitError: See `unpack`.
    """
    return unpack(cms.decrypt(sealed, unlocked).content)


def _check_count(count: int) -> None:
    if not 0 < count <= MAX_INVOICES:
        raise FormatError(
            _FORMAT,
            f"it has to hold from 1 to {MAX_INVOICES} invoices",
            reason_ko=f"세금계산서는 1건에서 {MAX_INVOICES}건까지 담을 수 있습니다",
        )


def _check_size(xml: bytes) -> None:
    if len(xml) > MAX_SIZE:
        raise LimitError("size", len(xml), MAX_SIZE, where="tax invoice")
