# SPDX-License-Identifier: Apache-2.0
"""The certificate policies of the government's systems, GPKI and EPKI, and of their relatives.

Rows as in `kcert.certificate.policies_joint`.
"""

from __future__ import annotations

from typing import Final

from kcert.certificate.kinds import Certainty, CertificateKind, Holder, Usage
from kcert.certificate.policy import Policy

__all__ = ["POLICIES"]

_PERSON: Final = Holder.INDIVIDUAL
_SERVER: Final = Holder.SERVER
_OFFICE: Final = Holder.GOVERNMENT
_SOUND: Final = Certainty.CONFIRMED
_SINGLE: Final = Certainty.SINGLE

# fmt: off
_GPKI: Final = (
    ("2.1", "기관용", "Public office", _OFFICE, Usage.OFFICIAL, _SOUND),
    ("2.1.1", "전자관인", "Official seal", _OFFICE, Usage.OFFICIAL, _SOUND),
    ("2.1.2", "컴퓨터(서버)용", "Computer (server)", _SERVER, Usage.SERVER, _SOUND),
    ("2.1.3", "특수목적 (전자특수관인)", "Special purpose (special official seal)", _OFFICE, Usage.SPECIAL, _SOUND),
    ("2.1.4", "공공/민간 전자관인", "Official seal, public bodies and private sector", _OFFICE, Usage.OFFICIAL, _SOUND),
    ("2.1.5", "공공/민간 컴퓨터(서버)용", "Computer (server), public bodies and private sector", _SERVER, Usage.SERVER, _SOUND),
    ("2.1.6", "공공/민간 특수목적", "Special purpose, public bodies and private sector", _OFFICE, Usage.SPECIAL, _SOUND),
    ("2.2", "개인용", "Individual", _PERSON, Usage.OFFICIAL, _SOUND),
    ("2.2.1", "공무원", "Public officer", _PERSON, Usage.OFFICIAL, _SOUND),
    ("2.2.2", "공공/민간 개인", "Individual, public bodies and private sector", _PERSON, Usage.OFFICIAL, _SOUND),
)

_EPKI: Final = (
    ("1", "전자관인", "Official seal", _OFFICE, Usage.OFFICIAL, _SINGLE),
    ("3", "개인 (교육공무원)", "Individual (education officer)", _PERSON, Usage.OFFICIAL, _SOUND),
    ("5", "특수목적", "Special purpose", _OFFICE, Usage.SPECIAL, _SINGLE),
    ("7", "컴퓨터", "Computer", _SERVER, Usage.SERVER, _SINGLE),
    ("9", "SSL", "SSL server", _SERVER, Usage.SERVER, _SINGLE),
)

_DEFENCE: Final = (
    ("1", "국방", "National defence", _OFFICE, Usage.OFFICIAL, _SINGLE),
)

_PENSION: Final = (
    ("2", "국민연금", "National pension", Holder.UNKNOWN, Usage.PENSION, _SINGLE),
)
# fmt: on

_GOVERNMENT: Final = CertificateKind.GOVERNMENT

_TABLES: Final = (
    ("1.2.410.100001", _GOVERNMENT, _GPKI),
    ("1.2.410.100001.5.3.1", _GOVERNMENT, _EPKI),
    ("1.2.410.200006.2", _GOVERNMENT, _DEFENCE),
    ("1.2.410.400001.1", CertificateKind.OTHER, _PENSION),
)

POLICIES: Final[tuple[Policy, ...]] = tuple(
    Policy(f"{arc}.{suffix}", name_ko, name_en, holder, (usage,), kind, certainty)
    for arc, kind, rows in _TABLES
    for suffix, name_ko, name_en, holder, usage, certainty in rows
)
