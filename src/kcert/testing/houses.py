# SPDX-License-Identifier: Apache-2.0
"""How each authority writes its certificates: names, qualifiers, dates, addresses.

Observed on published certificates; hosts end in ``.invalid``, so that nothing made here leads a
program to a real directory or responder. What has not been seen (a SignKorea or INIPASS
certificate, OU values of yessign corporate certificates, a GPKI issuing authority's certificate)
follows the nearest relative and says so.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import frozen

__all__ = ["HOUSES", "DateStyle", "House", "Subject"]

Subject = tuple[tuple[str, str], ...]

ROOT_CPS: Final = "http://www.rootca.invalid/rca/cps.html"
TEST_NOTICE: Final = (
    "이 인증서는 kcert 시험용 인증서입니다(This certificate is a test certificate of kcert)"
)


class DateStyle(Enum):
    """How an authority rounds the validity of a certificate."""

    MIDNIGHT = "Korean midnight to the last second of a Korean day"
    MINUTE = "the minute of issue to the last second of a Korean day"
    SECOND = "the second of issue to the same second"


@frozen
class House:
    """The habits of one authority.

    Attributes:
        code: Folder name of the authority, and its O except at GPKI.
        country: Country as it writes it.
        organization: O of its own and its subscribers' names.
        authority_unit: OU of its own name.
        common_name: CN of the issuing authority; the word *Test* is part of it.
        real_name: Its Korean name, in its own SubjectAltName.
        units: OUs of a subscriber, the outer one first; the caller may replace the last.
        policy: Policy of a usual personal certificate.
        dates: How validity is rounded.
        cps: URL of the practice statement.
        notice_first: Whether the user notice stands before the URL.
        directory: Host and port of its LDAP directory.
        crl_path: Distinguished name of a CRL partition, ``{n}`` the partition.
        crl_suffix: What follows the name in the URL.
        ocsp: URL of the responder.
        path_length: Of the authority's basicConstraints.
        policies_critical: Whether a subscriber's certificatePolicies is critical.
        name_critical: Whether a subscriber's SubjectAltName is critical.
        serial_octets: Length of a subscriber's serial number; 16 and more are random.
        key_usage: Of a signature certificate.
        km_key_usage: Of a key-management certificate.
        km_has_identity: Whether the key-management certificate has the SubjectAltName.
        km_has_qualifiers: Whether its policy has qualifiers.
        km_has_random: Whether its key carries R too.
    """

    code: str
    organization: str
    common_name: str
    real_name: str
    units: tuple[str, ...]
    policy: str
    dates: DateStyle
    cps: str
    directory: str
    crl_path: str
    ocsp: str
    crl_suffix: str = ""
    country: str = "KR"
    authority_unit: str = "AccreditedCA"
    notice_first: bool = False
    path_length: int | None = 0
    policies_critical: bool = True
    name_critical: bool = False
    serial_octets: int = 3
    key_usage: tuple[str, ...] = ("digitalSignature", "nonRepudiation")
    km_key_usage: tuple[str, ...] = ("keyEncipherment",)
    km_has_identity: bool = True
    km_has_qualifiers: bool = True
    km_has_random: bool = True


_LIST = (
    House(
        code="yessign",
        organization="yessign",
        country="kr",
        common_name="yessignCA-kcert Test Class 1",
        real_name="금융결제원",
        units=("personal4IB", "KFTC"),
        policy="1.2.410.200005.1.1.4",
        dates=DateStyle.MIDNIGHT,
        cps="http://www.yessign.invalid/cps.htm",
        notice_first=True,
        directory="ds.yessign.invalid:389",
        crl_path="ou=dp5p{n},ou=AccreditedCA,o=yessign,c=kr",
        crl_suffix="?certificateRevocationList",
        ocsp="http://ocsp.yessign.invalid:4612",
    ),
    House(
        code="SignKorea",
        organization="SignKorea",
        common_name="SignKorea kcert Test CA1",
        real_name="(주)코스콤",
        # Seen only through the names of its authorities: the subscriber's form is KICA's.
        units=("AccreditedCA", "RA센터"),
        policy="1.2.410.200004.5.1.1.5",
        dates=DateStyle.MINUTE,
        cps="http://www.signkorea.invalid/cps.html",
        directory="dir.signkorea.invalid:389",
        crl_path="ou=dp6p{n},ou=AccreditedCA,o=SignKorea,C=KR",
        ocsp="http://ocsp.signkorea.invalid",
    ),
    House(
        code="KICA",
        organization="KICA",
        common_name="signGATE kcert Test CA1",
        real_name="한국정보인증",
        units=("licensedCA", "RA센터"),
        policy="1.2.410.200004.5.2.1.2",
        dates=DateStyle.MINUTE,
        cps="http://www.signgate.invalid/cps.html",
        directory="ldap.signgate.invalid:389",
        crl_path="ou=dp2p{n},ou=crldp,ou=AccreditedCA,o=KICA,c=KR",
        ocsp="http://ocsp.signgate.invalid:9020/OCSPServer",
        policies_critical=False,
        km_has_qualifiers=False,
        km_has_random=False,
    ),
    House(
        code="CrossCert",
        organization="CrossCert",
        common_name="CrossCert kcert Test CA1",
        real_name="한국전자인증",
        units=("AccreditedCA", "한국전자인증"),
        policy="1.2.410.200004.5.4.1.1",
        dates=DateStyle.MINUTE,
        cps="http://gca.crosscert.invalid/cps.html",
        directory="dir.crosscert.invalid:389",
        crl_path="cn=s1dp4p{n},ou=crldp,ou=AccreditedCA,o=CrossCert,c=KR",
        crl_suffix="?certificateRevocationList",
        ocsp="http://ocsp1.crosscert.invalid:14203/OCSPServer",
    ),
    House(
        code="TradeSign",
        organization="TradeSign",
        common_name="TradeSign kcert Test CA1",
        real_name="한국무역정보통신",
        units=("LicensedCA", "KTNET"),
        policy="1.2.410.200012.1.1.1",
        dates=DateStyle.SECOND,
        cps="http://www.tradesign.invalid/cps.html",
        directory="ldap.tradesign.invalid:389",
        crl_path="cn=crl1dp{n},ou=crldp4,ou=AccreditedCA,o=TradeSign,c=KR",
        ocsp="http://ocsp.tradesign.invalid:80/OCSPServer",
        serial_octets=4,
        km_has_identity=False,
    ),
    House(
        code="INIPASS",
        organization="INIPASS",
        common_name="INIPASS kcert Test CA",
        real_name="이니텍",
        # Closed; no certificate of it was seen: the form is KICA's.
        units=("AccreditedCA", "INITECH"),
        policy="1.2.410.200004.5.5.1.1",
        dates=DateStyle.MINUTE,
        cps="http://www.inipass.invalid/cps.html",
        directory="dir.inipass.invalid:389",
        crl_path="ou=dp1p{n},ou=AccreditedCA,o=INIPASS,c=KR",
        ocsp="http://ocsp.inipass.invalid",
    ),
    House(
        code="GPKI",
        organization="Government of Korea",
        authority_unit="GPKI",
        common_name="CA131kcertTest",
        real_name="행정안전부",
        units=("행정안전부", "people"),
        policy="1.2.410.100001.2.2.1",
        dates=DateStyle.SECOND,
        cps="http://www.gpki.invalid/cps.html",
        directory="cen.dir.invalid:389",
        crl_path="cn=crl1p1dp{n},cn=CA131kcertTest,ou=GPKI,o=Government of Korea,c=KR",
        crl_suffix="?certificateRevocationList;binary",
        ocsp="http://gva.gpki.invalid:8000",
        policies_critical=False,
        name_critical=True,
        serial_octets=16,
        key_usage=("digitalSignature",),
        km_key_usage=("keyEncipherment", "dataEncipherment"),
    ),
)

HOUSES: Final = {house.code: house for house in _LIST}
"""The authorities by their folder names."""
