# SPDX-License-Identifier: Apache-2.0
"""What a certificate says: models, names, policies, authorities, validity, identity.

Everything here is read from the certificate alone, without network, files or secrets.
"""

from __future__ import annotations

from kcert.certificate.authorities import AUTHORITIES, Authority
from kcert.certificate.extensions import (
    AuthorityKeyIdentifier,
    Extension,
    PolicyInformation,
    UserNotice,
)
from kcert.certificate.identity import VID, IdentifyData
from kcert.certificate.kinds import Certainty, CertificateKind, Holder, KeyUsage, Usage
from kcert.certificate.models import (
    Certificate,
    FinancialCertificate,
    GovernmentCertificate,
    JointCertificate,
)
from kcert.certificate.names import Name, NameAttribute
from kcert.certificate.policies import POLICIES, Policy
from kcert.certificate.signatures import SignatureAlgorithm
from kcert.certificate.validity import RenewalWindow, Validity

__all__ = [
    "AUTHORITIES",
    "POLICIES",
    "VID",
    "Authority",
    "AuthorityKeyIdentifier",
    "Certainty",
    "Certificate",
    "CertificateKind",
    "Extension",
    "FinancialCertificate",
    "GovernmentCertificate",
    "Holder",
    "IdentifyData",
    "JointCertificate",
    "KeyUsage",
    "Name",
    "NameAttribute",
    "Policy",
    "PolicyInformation",
    "RenewalWindow",
    "SignatureAlgorithm",
    "Usage",
    "UserNotice",
    "Validity",
]
