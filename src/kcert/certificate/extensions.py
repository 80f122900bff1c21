# SPDX-License-Identifier: Apache-2.0
"""Certificate extensions as they stand, and the one with a structure worth keeping."""

from __future__ import annotations

from attrs import field, frozen

from kcert._asn1.x509_extensions import read_authority_key_identifier
from kcert.certificate.names import Name

__all__ = ["AuthorityKeyIdentifier", "Extension"]


@frozen
class Extension:
    """One extension (RFC 5280 section 4.2).

    Attributes:
        oid: Dotted type.
        critical: Whether who does not understand it must refuse the certificate.
        value: The encoded value (content of the extnValue OCTET STRING).
    """

    oid: str
    critical: bool
    value: bytes = field(repr=False)


@frozen
class AuthorityKeyIdentifier:
    """Which key signed a certificate (RFC 5280 section 4.2.1.1).

    Korean authorities fill in all three parts.

    Attributes:
        key_identifier: Subject key identifier of the issuer's certificate.
        issuer: Issuer of the issuer's certificate.
        serial_number: Serial number of the issuer's certificate.
    """

    key_identifier: bytes | None
    issuer: Name | None
    serial_number: int | None

    @classmethod
    def load(cls, value: bytes) -> AuthorityKeyIdentifier:
        """Read the value of the extension.

        Raises:
            FormatError: It is malformed.
        """
        raw = read_authority_key_identifier(value)
        issuer = None if raw.issuer is None else Name.load(raw.issuer)
        return cls(raw.key_identifier, issuer, raw.serial_number)
