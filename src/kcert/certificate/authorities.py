# SPDX-License-Identifier: Apache-2.0
"""The Korean certificate authorities: how they are called and where they stand in names.

Sources: real certificates of the five present authorities and of the GPKI (names, O values), the
folder names of KCAC.TS.UI, and lists in public relying-party code where a row says so.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from kcert.certificate.kinds import Certainty, CertificateKind

__all__ = ["AUTHORITIES", "Authority", "authority_of_issuer", "authority_of_policy"]


@frozen
class Authority:
    """One certificate authority.

    Attributes:
        code: Short name, as it is written in names and folders, for example ``"yessign"``.
        name_ko: Name of the institution in Korean.
        name_en: Name of the institution in English.
        kind: Kind of the certificates that it issues to others.
        organizations: Values of O in the names of the authority and its holders, as they write
            them; compared without regard to case.
        common_name: Begin of the CN of its issuing certificates, where O does not tell; else "".
        policy_arcs: Arcs under which its certificate policies lie.
        folders: Names of its folder below NPKI, as Korean programs write them.
        closed: Whether it has stopped issuing.
        certainty: How well the row is founded.
    """

    code: str
    name_ko: str
    name_en: str
    kind: CertificateKind
    organizations: tuple[str, ...]
    common_name: str = ""
    policy_arcs: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    closed: bool = False
    certainty: Certainty = Certainty.CONFIRMED


_JOINT: Final = CertificateKind.JOINT
_GOVERNMENT: Final = CertificateKind.GOVERNMENT
_REPUBLIC: Final = ("Government of Korea",)

AUTHORITIES: Final[tuple[Authority, ...]] = (
    Authority(
        code="yessign",
        name_ko="금융결제원",
        name_en="Korea Financial Telecommunications and Clearings Institute",
        kind=_JOINT,
        organizations=("yessign",),
        policy_arcs=("1.2.410.200005.1.1",),
        folders=("yessign",),
    ),
    Authority(
        code="SignKorea",
        name_ko="코스콤",
        name_en="Koscom",
        kind=_JOINT,
        organizations=("SignKorea",),
        policy_arcs=("1.2.410.200004.5.1",),
        folders=("SignKorea",),
    ),
    Authority(
        code="KICA",
        name_ko="한국정보인증",
        name_en="Korea Information Certificate Authority",
        kind=_JOINT,
        organizations=("KICA",),
        policy_arcs=("1.2.410.200004.5.2",),
        folders=("KICA",),
    ),
    Authority(
        code="NCASign",
        name_ko="한국전산원",
        name_en="National Computerization Agency",
        kind=_JOINT,
        organizations=("NCASign",),
        policy_arcs=("1.2.410.200004.5.3",),
        folders=("NCASign",),
        closed=True,
    ),
    Authority(
        code="CrossCert",
        name_ko="한국전자인증",
        name_en="Korea Electronic Certification Authority",
        kind=_JOINT,
        organizations=("CrossCert",),
        policy_arcs=("1.2.410.200004.5.4",),
        folders=("CrossCert",),
    ),
    Authority(
        code="INIPASS",
        name_ko="이니텍",
        name_en="INITECH",
        kind=_JOINT,
        organizations=("INIPASS",),
        policy_arcs=("1.2.410.200004.5.5",),
        folders=("INIPASS",),
        closed=True,
        certainty=Certainty.SINGLE,
    ),
    Authority(
        code="TradeSign",
        name_ko="한국무역정보통신",
        name_en="Korea Trade Network",
        kind=_JOINT,
        organizations=("TradeSign",),
        policy_arcs=("1.2.410.200012",),
        folders=("TradeSign",),
    ),
    Authority(
        code="KISA",
        name_ko="한국인터넷진흥원",
        name_en="Korea Internet and Security Agency",
        kind=CertificateKind.OTHER,
        organizations=("KISA",),
        folders=("KISA",),
    ),
    # The government's authorities share one O; the number in the CN tells them apart.
    Authority(
        code="EPKI",
        name_ko="교육부",
        name_en="Ministry of Education",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        common_name="CA134",
        policy_arcs=("1.2.410.100001.5.3.1",),
    ),
    Authority(
        code="SPO",
        name_ko="대검찰청",
        name_en="Supreme Prosecutors' Office",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        common_name="CA128",
    ),
    Authority(
        code="MND",
        name_ko="국방부",
        name_en="Ministry of National Defense",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        common_name="CA129",
        policy_arcs=("1.2.410.200006.2.1",),
    ),
    Authority(
        code="MMA",
        name_ko="병무청",
        name_en="Military Manpower Administration",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        common_name="CA130",
    ),
    Authority(
        code="SCOURT",
        name_ko="대법원",
        name_en="Supreme Court",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        common_name="CA974",
    ),
    Authority(
        code="GPKI",
        name_ko="행정안전부",
        name_en="Ministry of the Interior and Safety",
        kind=_GOVERNMENT,
        organizations=_REPUBLIC,
        policy_arcs=("1.2.410.100001.2",),
    ),
    Authority(
        code="NPS",
        name_ko="국민연금공단",
        name_en="National Pension Service",
        kind=CertificateKind.OTHER,
        organizations=("nps",),
        policy_arcs=("1.2.410.400001.1.2",),
        certainty=Certainty.SINGLE,
    ),
)


def authority_of_issuer(organizations: list[str], common_name: str | None) -> Authority | None:
    """The authority that an issuer's name is of.

    Args:
        organizations: Values of O in the name.
        common_name: Its CN.
    """
    wanted = {organization.casefold() for organization in organizations}
    for authority in AUTHORITIES:
        if (common_name or "").startswith(authority.common_name) and any(
            organization.casefold() in wanted for organization in authority.organizations
        ):
            return authority
    return None


def authority_of_policy(oid: str) -> Authority | None:
    """The authority under whose arc a certificate policy lies."""
    for authority in AUTHORITIES:
        if any(f"{oid}.".startswith(f"{arc}.") for arc in authority.policy_arcs):
            return authority
    return None
