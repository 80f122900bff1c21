# SPDX-License-Identifier: Apache-2.0
"""Whose certificate is it, and does it still count?"""

from __future__ import annotations

from kcert.trust.anchors import TrustAnchor
from kcert.trust.budget import PathLimits
from kcert.trust.comparison import Comparison, compare_figures
from kcert.trust.figures import AuthorityFigures, Family, known_authorities
from kcert.trust.path import ValidatedPath
from kcert.trust.policy_sets import PolicySet
from kcert.trust.purpose import Purpose
from kcert.trust.revocation import (
    CheckContext,
    EvidenceKind,
    Issuer,
    Revocable,
    Revocation,
    RevocationChecker,
    RevocationEvidence,
    RevocationStatus,
)
from kcert.trust.state import PathInputs
from kcert.trust.store import TrustStore
from kcert.trust.weakness import Weakness, WeakPart

__all__ = [
    "AuthorityFigures",
    "CheckContext",
    "Comparison",
    "EvidenceKind",
    "Family",
    "Issuer",
    "PathInputs",
    "PathLimits",
    "PolicySet",
    "Purpose",
    "Revocable",
    "Revocation",
    "RevocationChecker",
    "RevocationEvidence",
    "RevocationStatus",
    "TrustAnchor",
    "TrustStore",
    "ValidatedPath",
    "WeakPart",
    "Weakness",
    "compare_figures",
    "known_authorities",
]
