# SPDX-License-Identifier: Apache-2.0
"""Certificate extensions as they stand, and those with a structure worth keeping."""

from __future__ import annotations

from attrs import field, frozen

from kcert._asn1.policy_qualifiers import read_policy_information
from kcert._asn1.x509_extensions import read_authority_key_identifier
from kcert.certificate.names import Name

__all__ = ["AuthorityKeyIdentifier", "Extension", "PolicyInformation", "UserNotice"]


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


@frozen
class UserNotice:
    """What an authority wants whoever relies on a certificate to read.

    Attributes:
        text: The notice itself, where it stands in the certificate.
        organization: Whose notices `numbers` are.
        numbers: Numbers of notices in a text of that organization.
    """

    text: str | None
    organization: str | None
    numbers: tuple[int, ...]


@frozen
class PolicyInformation:
    """One certificate policy with its qualifiers (RFC 5280 section 4.2.1.4).

    Attributes:
        oid: Dotted policy identifier.
        cps_uris: Where the practice statement lies.
        notices: Notices to whoever relies on the certificate.
    """

    oid: str
    cps_uris: tuple[str, ...]
    notices: tuple[UserNotice, ...]

    @classmethod
    def load_all(cls, value: bytes) -> tuple[PolicyInformation, ...]:
        """Read the value of the extension.

        Raises:
            FormatError: It is malformed.
        """
        return tuple(
            cls(oid, uris, tuple(UserNotice(*notice) for notice in notices))
            for oid, uris, notices in read_policy_information(value)
        )
