# SPDX-License-Identifier: Apache-2.0
"""What is known of one certificate policy."""

from __future__ import annotations

from attrs import frozen

from kcert.certificate.kinds import Certainty, CertificateKind, Holder, Usage

__all__ = ["Policy"]


@frozen
class Policy:
    """One certificate policy of a Korean authority.

    A relying party that takes "individual, universal or banking" writes::

        policy.holder is Holder.INDIVIDUAL and policy.allows(Usage.BANKING)

    Attributes:
        oid: Dotted identifier, as in the certificatePolicies extension.
        name_ko: Name in Korean.
        name_en: Name in English.
        holder: Whom it is for.
        usages: All it is good for, the main one first.
        kind: Kind of the certificates issued under it.
        certainty: How well the row is founded.
    """

    oid: str
    name_ko: str
    name_en: str
    holder: Holder
    usages: tuple[Usage, ...]
    kind: CertificateKind
    certainty: Certainty

    @property
    def usage(self) -> Usage:
        """What it is mainly good for."""
        return self.usages[0]

    def allows(self, usage: Usage) -> bool:
        """Whether it is good for a usage, be it as a universal certificate.

        A universal certificate is good for all business between private parties and with public
        offices, but is no server's, authority's or office's certificate.
        """
        return usage in self.usages or (
            Usage.UNIVERSAL in self.usages and usage not in _NEVER_UNIVERSAL
        )


_NEVER_UNIVERSAL = frozenset(
    (
        Usage.SERVER,
        Usage.OFFICIAL,
        Usage.AUTHORITY,
        Usage.SPECIAL,
        Usage.RESTRICTED,
        Usage.TEST,
        Usage.UNKNOWN,
    )
)
