# SPDX-License-Identifier: Apache-2.0
"""Whose certificate is it, and does it still count?"""

from __future__ import annotations

from kcert.trust.anchors import TrustAnchor
from kcert.trust.budget import PathLimits
from kcert.trust.cache import RevocationCache
from kcert.trust.challenges import ChallengeStore, MemoryChallengeStore
from kcert.trust.comparison import Comparison, compare_figures
from kcert.trust.crl import CertificateRevocationList, RevokedCertificate
from kcert.trust.fetching import Fetcher, NetworkFetcher
from kcert.trust.figures import AuthorityFigures, Family, known_authorities
from kcert.trust.issuers import fetch_intermediates
from kcert.trust.ocsp import OcspRequest, OcspResponse
from kcert.trust.ocsp_check import ResponderRule
from kcert.trust.path import ValidatedPath
from kcert.trust.policy_sets import PolicySet
from kcert.trust.purpose import Purpose
from kcert.trust.registration import (
    Proof,
    Refusal,
    Registration,
    RegistrationStep,
    register,
)
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
from kcert.trust.sources import RevocationSources
from kcert.trust.state import PathInputs
from kcert.trust.store import TrustStore
from kcert.trust.weakness import Weakness, WeakPart

__all__ = [
    "AuthorityFigures",
    "CertificateRevocationList",
    "ChallengeStore",
    "CheckContext",
    "Comparison",
    "EvidenceKind",
    "Family",
    "Fetcher",
    "Issuer",
    "MemoryChallengeStore",
    "NetworkFetcher",
    "OcspRequest",
    "OcspResponse",
    "PathInputs",
    "PathLimits",
    "PolicySet",
    "Proof",
    "Purpose",
    "Refusal",
    "Registration",
    "RegistrationStep",
    "ResponderRule",
    "Revocable",
    "Revocation",
    "RevocationCache",
    "RevocationChecker",
    "RevocationEvidence",
    "RevocationSources",
    "RevocationStatus",
    "RevokedCertificate",
    "TrustAnchor",
    "TrustStore",
    "ValidatedPath",
    "WeakPart",
    "Weakness",
    "compare_figures",
    "fetch_intermediates",
    "known_authorities",
    "register",
]
