# SPDX-License-Identifier: Apache-2.0
"""Certificate policies: what a certificate may be used for, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.certificate import policies_government, policies_joint
from kcert.certificate.authorities import authority_of_policy
from kcert.certificate.kinds import CertificateKind
from kcert.certificate.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["POLICIES", "Policy", "classify", "policy_of"]

POLICIES: Final[dict[str, Policy]] = {
    policy.oid: policy for policy in (*policies_joint.POLICIES, *policies_government.POLICIES)
}
"""Every known certificate policy by its OID."""


def policy_of(oids: Sequence[str]) -> Policy | None:
    """The first of a certificate's policies that is known, or ``None``."""
    for oid in oids:
        if oid in POLICIES:
            return POLICIES[oid]
    return None


def classify(oids: Sequence[str]) -> CertificateKind:
    """Kind of a holder's certificate by its policies: by exact OID, then by arc, else ``OTHER``."""
    policy = policy_of(oids)
    if policy is not None:
        return policy.kind
    for oid in oids:
        authority = authority_of_policy(oid)
        if authority is not None:
            return authority.kind
    return CertificateKind.OTHER
