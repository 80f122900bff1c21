# SPDX-License-Identifier: Apache-2.0
"""`IdentityProof`: the step that no library can take, asked of the application.

An authority issues to a person whom a bank, a broker or its own office has identified: in an app,
by a call (ARS), at a counter, by an identity card or in a video call. Who has done so hands out a
reference number and an authorization code (참조번호, 인가코드). The application provides the way
there as a callable, and the life cycle calls it where it is needed.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from kcert.lifecycle.authority import Enrolment

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["IdentityProof", "IdentityRequest", "Verb", "identified"]


class Verb(enum.Enum):
    """What somebody has to be identified for."""

    ISSUE = "issue"
    """발급."""
    REISSUE = "reissue"
    """재발급."""
    REVOKE = "revoke"
    """폐지, where the key is lost."""
    SUSPEND = "suspend"
    """효력정지, where the key is lost."""
    RESUME = "resume"
    """효력회복, where the key is lost."""


@frozen
class IdentityRequest:
    """What the holder is to be identified for. It holds no secrets.

    Attributes:
        verb: What is going to be asked of the authority.
        certificate: The certificate it is about; ``None`` for a first issue.
        policy: Certificate policy that is wanted or that the certificate has, dotted, where known.
    """

    verb: Verb
    certificate: Certificate | None = None
    policy: str | None = None


class IdentityProof(Protocol):
    """Has the holder identified, and returns what the office hands out for it.

    It may take minutes, ask the holder things and show them things. The enrolment it returns is
    closed after use.
    """

    def __call__(self, request: IdentityRequest, /) -> Enrolment:
        """Have the holder identified.

        Raises:
            IdentityRefusedError: The holder was not identified, or gave up.
        """
        ...


def identified(
    proof: IdentityProof, verb: Verb, certificate: Certificate | None, policy: str | None = None
) -> Enrolment:
    """Ask for a proof of identity.

    Raises:
        IdentityRefusedError: The holder was not identified.
        TypeError: The application returned something else.
    """
    if policy is None and certificate is not None:
        policy = next(iter(certificate.policy_oids), None)
    enrolment = proof(IdentityRequest(verb, certificate, policy))
    if not isinstance(enrolment, Enrolment):
        raise TypeError("an IdentityProof returns an Enrolment")
    return enrolment
