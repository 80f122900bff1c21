# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of certificates: their kinds, holders, usages, and how sure a fact is."""

from __future__ import annotations

import enum

__all__ = ["Certainty", "CertificateKind", "Holder", "KeyUsage", "Usage"]


class CertificateKind(enum.Enum):
    """Which system a certificate belongs to."""

    JOINT = "joint"
    """공동인증서 (NPKI, formerly 공인인증서)."""
    FINANCIAL = "financial"
    """금융인증서 (YESKEY), whose key stays with the KFTC."""
    GOVERNMENT = "government"
    """GPKI and EPKI: 행정전자서명, 교육기관 전자서명, and their military relative."""
    OTHER = "other"
    """Authorities, responders, foreign certificates and all else."""


class Holder(enum.Enum):
    """Whom a certificate policy is for."""

    INDIVIDUAL = "individual"
    """개인."""
    CORPORATION = "corporation"
    """법인, 사업자, 단체."""
    SERVER = "server"
    """서버, 컴퓨터."""
    GOVERNMENT = "government"
    """기관: public offices and their seals."""
    AUTHORITY = "authority"
    """Certificate authorities, their OCSP responders and time-stamping units."""
    UNKNOWN = "unknown"


class Usage(enum.Enum):
    """What a certificate policy is good for."""

    UNIVERSAL = "universal"
    """범용: everything."""
    BANKING = "banking"
    """은행."""
    SECURITIES = "securities"
    """증권."""
    INSURANCE = "insurance"
    """보험."""
    CREDIT_CARD = "credit-card"
    """신용카드."""
    PENSION = "pension"
    """연금."""
    CIVIL_SERVICE = "civil-service"
    """민원: applications to public offices."""
    TAX = "tax"
    """국세청, 전자세금계산서."""
    PROCUREMENT = "procurement"
    """조달, 전자입찰."""
    TRADE = "trade"
    """전자무역."""
    MEDICAL = "medical"
    """의료, 보건복지."""
    EDUCATION = "education"
    """교육."""
    REGISTRY = "registry"
    """전자등기."""
    REPORTING = "reporting"
    """Reports to supervisors."""
    OFFICIAL = "official"
    """행정: acts of public offices and officers."""
    SERVER = "server"
    """Authentication of a server."""
    SPECIAL = "special"
    """특수, 특별등급: by agreement with the authority."""
    RESTRICTED = "restricted"
    """용도제한: for one purpose that the policy does not name."""
    AUTHORITY = "authority"
    """The work of an authority itself."""
    TEST = "test"
    """Tests; worth nothing."""
    UNKNOWN = "unknown"


class Certainty(enum.Enum):
    """How well a fact about a certificate policy or authority is founded."""

    CONFIRMED = "confirmed"
    """Two independent sources, or real certificates."""
    SINGLE = "single"
    """One source."""
    UNSURE = "unsure"
    """Inferred or disputed."""


class KeyUsage(enum.Enum):
    """Bits of the keyUsage extension (RFC 5280 section 4.2.1.3), by their names there."""

    DIGITAL_SIGNATURE = "digitalSignature"
    NON_REPUDIATION = "nonRepudiation"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"
    ENCIPHER_ONLY = "encipherOnly"
    DECIPHER_ONLY = "decipherOnly"
