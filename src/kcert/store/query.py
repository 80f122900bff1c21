# SPDX-License-Identifier: Apache-2.0
"""What `Store.find` asks of a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert.certificate.validity import moment
from kcert.errors import KcertError
from kcert.storage.names import twin_key

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from kcert.certificate import Authority, Certificate, CertificateKind, Policy

__all__ = ["Query"]


@frozen
class Query:
    """Conditions that all have to hold; ``None`` is no condition."""

    holder: str | None
    kind: CertificateKind | None
    authority: str | None
    policy: str | None
    expiring: tuple[datetime, datetime] | None

    @classmethod
    def of(
        cls,
        *,
        holder: str | None,
        kind: CertificateKind | None,
        authority: str | Authority | None,
        policy: str | Policy | None,
        expiring_within: timedelta | None,
        at: datetime | None,
    ) -> Query:
        """Make the conditions comparable; see `Store.find` for what they mean."""
        now = moment(at)
        return cls(
            holder=None if holder is None else _comparable(holder),
            kind=kind,
            authority=_comparable(_code(authority)),
            policy=policy if policy is None or isinstance(policy, str) else policy.oid,
            expiring=None if expiring_within is None else (now, now + expiring_within),
        )

    def matches(self, certificate: Certificate) -> bool:
        """Whether every condition holds."""
        return (
            self.holder in {None, _comparable(certificate.holder_name)}
            and self.kind in {None, certificate.kind}
            and self.authority in {None, _comparable(_code(certificate.authority))}
            and (self.policy is None or self.policy in _policies(certificate))
            and (self.expiring is None or self._expires(certificate.validity.not_after))
        )

    def _expires(self, not_after: datetime) -> bool:
        return self.expiring is not None and self.expiring[0] <= not_after <= self.expiring[1]


def _code(authority: str | Authority | None) -> str | None:
    return authority if authority is None or isinstance(authority, str) else authority.code


def _comparable(text: str | None) -> str | None:
    return None if text is None else twin_key(text.strip())


def _policies(certificate: Certificate) -> tuple[str, ...]:
    try:
        return certificate.policy_oids
    except KcertError:
        return ()
