# SPDX-License-Identifier: Apache-2.0
"""The certificate policies of the joint certificates' authorities, and the financial ones.

Sources: policy tables in public relying-party and client code, compared with one another and with
real certificates. A row is confirmed where two of them agree. Where Korean lists differ with their
age, the newer one is followed.

A row reads: end of the OID, name in Korean, name in English, holder, usages (main one first) and,
where it is not confirmed, the certainty.
"""

from __future__ import annotations

from typing import Final

from kcert.certificate.kinds import Certainty, CertificateKind, Holder, Usage
from kcert.certificate.policy import Policy

__all__ = ["POLICIES"]

_Row = (
    tuple[str, str, str, Holder, tuple[Usage, ...]]
    | tuple[str, str, str, Holder, tuple[Usage, ...], Certainty]
)

_PERSON: Final = Holder.INDIVIDUAL
_COMPANY: Final = Holder.CORPORATION
_SERVER: Final = Holder.SERVER
_OFFICE: Final = Holder.GOVERNMENT
_ANY: Final = Holder.UNKNOWN

_SINGLE: Final = Certainty.SINGLE
_UNSURE: Final = Certainty.UNSURE

_ALL: Final = (Usage.UNIVERSAL,)
_BANK: Final = (Usage.BANKING,)
_BANK_INSURANCE: Final = (Usage.BANKING, Usage.INSURANCE)
_BANK_CARD: Final = (Usage.BANKING, Usage.INSURANCE, Usage.CREDIT_CARD)
_BANK_CIVIL: Final = (*_BANK_CARD, Usage.CIVIL_SERVICE)
_FINANCE: Final = (*_BANK_CARD, Usage.SECURITIES, Usage.CIVIL_SERVICE)
_SECURITIES: Final = (Usage.SECURITIES,)
_SECURITIES_INSURANCE: Final = (Usage.SECURITIES, Usage.INSURANCE)
_INSURANCE: Final = (Usage.INSURANCE,)
_CARD: Final = (Usage.CREDIT_CARD,)
_CIVIL: Final = (Usage.CIVIL_SERVICE,)
_TAX: Final = (Usage.TAX,)
_CARD_TAX: Final = (Usage.CREDIT_CARD, Usage.TAX)
_BUYING: Final = (Usage.PROCUREMENT,)
_TRADE: Final = (Usage.TRADE,)
_MEDICAL: Final = (Usage.MEDICAL,)
_EDUCATION: Final = (Usage.EDUCATION,)
_PENSION: Final = (Usage.PENSION,)
_REGISTRY: Final = (Usage.REGISTRY,)
_REPORTS: Final = (Usage.REPORTING,)
_SITE: Final = (Usage.SERVER,)
_SPECIAL: Final = (Usage.SPECIAL,)
_RESTRICTED: Final = (Usage.RESTRICTED,)
_OFFICIAL: Final = (Usage.OFFICIAL,)
_SELF: Final = (Usage.AUTHORITY,)
_TEST: Final = (Usage.TEST,)
_NOTHING: Final = (Usage.UNKNOWN,)

# fmt: off
_YESSIGN: Final[tuple[_Row, ...]] = (
    ("1", "개인 범용", "Universal, individual", _PERSON, _ALL),
    ("1.1", "개인 범용 (보안매체)", "Universal, individual, on a token", _PERSON, _ALL, _SINGLE),
    ("2", "기업 은행/보험/신용카드용", "Banking, insurance, credit card, corporate", _COMPANY, _BANK_CARD),
    ("2.1", "기업 은행/보험/신용카드용 (보안매체)", "Banking, insurance, credit card, corporate, on a token", _COMPANY, _BANK_CARD, _SINGLE),
    ("3", "서버", "Server", _SERVER, _SITE),
    ("4", "은행/신용카드/보험용", "Banking, credit card, insurance, individual", _PERSON, _BANK_CIVIL),
    ("4.1", "은행/신용카드/보험용 (보안매체)", "Banking, credit card, insurance, individual, on a token", _PERSON, _BANK_CIVIL, _SINGLE),
    ("4.4", "KB 전자등기", "KB electronic registration", _PERSON, _REGISTRY, _SINGLE),
    ("4.8", "은행/보험용 (조합번호용)", "Banking, insurance, for cooperative numbers", _PERSON, _BANK_INSURANCE),
    ("4.88", "은행/보험용 (조합번호용)", "Banking, insurance, for cooperative numbers", _PERSON, _BANK_INSURANCE, _SINGLE),
    ("5", "기업 범용", "Universal, corporate", _COMPANY, _ALL),
    ("5.1", "기업 범용 (보안매체)", "Universal, corporate, on a token", _COMPANY, _ALL, _SINGLE),
    ("6", "용도제한", "Restricted", _ANY, _RESTRICTED),
    ("6.0", "SEC 법인", "SEC, corporate", _COMPANY, _RESTRICTED, _SINGLE),
    ("6.1", "기업뱅킹", "Corporate banking", _COMPANY, _BANK),
    ("6.2", "신용카드용", "Credit card, individual", _PERSON, _CARD),
    ("6.3", "조달청 원클릭/구매업무", "Public procurement", _COMPANY, _BUYING),
    ("6.4", "퇴직연금", "Retirement pension", _COMPANY, _PENSION),
    ("6.5", "CTR 보고", "Currency transaction reports", _COMPANY, _REPORTS),
    ("6.6", "TRUS 개인", "TRUS, individual", _PERSON, _RESTRICTED, _SINGLE),
    ("6.7", "TRUS 법인", "TRUS, corporate", _COMPANY, _RESTRICTED, _SINGLE),
    ("6.8", "전자세금용", "Electronic tax invoice (eSero)", _COMPANY, _TAX),
    ("6.9", "SEC 개인", "SEC, individual", _PERSON, _RESTRICTED, _SINGLE),
    ("7.1", "ERS", "ERS, corporate", _COMPANY, _RESTRICTED, _SINGLE),
)

_YESSIGN_FINANCIAL: Final[tuple[_Row, ...]] = (
    ("1.10", "금융인증서 (개인)", "Financial certificate, individual", _PERSON, _FINANCE),
    ("6.10", "금융인증서 (사업자, 은행 전용 3년)", "Financial certificate, corporate, one bank, 3 years", _COMPANY, _BANK, _SINGLE),
    ("8.11", "금융인증서 (사업자, 1년)", "Financial certificate, corporate, 1 year", _COMPANY, _BANK_CARD),
    ("8.12", "금융인증서 (사업자, 2년)", "Financial certificate, corporate, 2 years", _COMPANY, _BANK_CARD),
    ("8.13", "금융인증서 (사업자, 3년)", "Financial certificate, corporate, 3 years", _COMPANY, _BANK_CARD),
)

_SIGNKOREA: Final[tuple[_Row, ...]] = (
    ("1", "스페셜 개인", "Special, individual", _PERSON, _SPECIAL),
    ("2", "스페셜 개인서버", "Special, individual's server", _SERVER, _SPECIAL),
    ("3", "스페셜 법인", "Special, corporate", _COMPANY, _SPECIAL),
    ("4", "스페셜 서버", "Special, server", _SERVER, _SPECIAL),
    ("5", "개인 범용", "Universal, individual", _PERSON, _ALL),
    ("6", "범용 개인서버", "Universal, individual's server", _SERVER, _SITE),
    ("7", "법인 범용", "Universal, corporate", _COMPANY, _ALL),
    ("8", "범용 서버", "Universal, server", _SERVER, _SITE),
    ("9", "증권/보험용 (골드)", "Securities, insurance (gold), individual", _PERSON, _SECURITIES_INSURANCE),
    ("9.2", "신용카드용", "Credit card, individual", _PERSON, _CARD),
    ("10", "골드 개인서버", "Gold, individual's server", _SERVER, _SITE, _UNSURE),
    ("11", "실버 개인 (국세청용)", "Silver, individual (tax office)", _PERSON, _TAX),
    ("12", "실버 법인 (국세청용)", "Silver, corporate (tax office)", _COMPANY, _TAX),
    ("12.901", "조달 (예비)", "Procurement (reserve)", _COMPANY, _BUYING, _SINGLE),
    ("12.902", "전자세금용", "Electronic tax invoice", _COMPANY, _TAX, _UNSURE),
    ("12.908", "신한카드 세금계산서 결제", "Shinhan Card tax invoice payment", _COMPANY, _CARD_TAX),
    ("13", "SignKorea 13", "SignKorea 13", _ANY, _NOTHING, _UNSURE),
)

_KICA: Final[tuple[_Row, ...]] = (
    ("1", "법인 범용 (1등급)", "Universal, corporate (class 1)", _COMPANY, _ALL),
    ("2", "개인 범용", "Universal, individual", _PERSON, _ALL),
    ("3", "특별등급 (전자입찰)", "Special class (electronic bidding)", _COMPANY, _BUYING),
    ("4", "서버 (1등급)", "Server (class 1)", _SERVER, _SITE),
    ("5", "특별등급 법인", "Special class, corporate", _COMPANY, _SPECIAL),
    ("5.140", "NEIS", "NEIS (education)", _ANY, _EDUCATION, _SINGLE),
    ("5.141", "보건복지 개인", "Health and welfare, individual", _PERSON, _MEDICAL, _SINGLE),
    ("6", "용도제한 법인", "Restricted, corporate", _COMPANY, _RESTRICTED),
    ("6.84", "조달", "Procurement", _COMPANY, _BUYING, _SINGLE),
    ("6.115", "전자세금용", "Electronic tax invoice", _COMPANY, _TAX),
    ("6.141", "보건복지 법인", "Health and welfare, corporate", _COMPANY, _MEDICAL, _SINGLE),
    ("6.257", "전자세금용", "Electronic tax invoice", _COMPANY, _TAX),
    ("7.1", "은행/보험용", "Banking, insurance, individual", _PERSON, _BANK_INSURANCE),
    ("7.2", "증권/보험용", "Securities, insurance, individual", _PERSON, _SECURITIES_INSURANCE),
    ("7.3", "신용카드용", "Credit card, individual", _PERSON, _CARD),
    ("5001", "국세청용 (세금계산서)", "Tax office (tax invoice)", _ANY, _TAX),
)

_NCASIGN: Final[tuple[_Row, ...]] = (
    ("1", "기관/단체", "Office or association", _OFFICE, _OFFICIAL),
    ("2", "법인", "Corporate", _COMPANY, _NOTHING),
    ("3", "서버", "Server", _SERVER, _SITE),
    ("4", "개인 (소속직원, 용도제한)", "Employee, restricted", _PERSON, _RESTRICTED),
    ("5", "특수 기관", "Special, office", _OFFICE, _SPECIAL),
    ("6", "특수 법인", "Special, corporate", _COMPANY, _SPECIAL),
    ("7", "특수 서버", "Special, server", _SERVER, _SPECIAL),
    ("8", "특수 개인", "Special, individual", _PERSON, _SPECIAL),
    ("9", "개인 범용", "Universal, individual", _PERSON, _ALL),
)

_CROSSCERT: Final[tuple[_Row, ...]] = (
    ("1", "개인 범용", "Universal, individual", _PERSON, _ALL),
    ("2", "법인 범용", "Universal, corporate", _COMPANY, _ALL),
    ("3", "서버", "Server", _SERVER, _SITE),
    ("4", "특수 개인", "Special, individual", _PERSON, _SPECIAL),
    ("5", "특수 법인", "Special, corporate", _COMPANY, _SPECIAL),
    ("74", "국세청 개인", "Tax office, individual", _PERSON, _TAX, _SINGLE),
    ("101", "은행/보험용", "Banking, insurance, individual", _PERSON, _BANK_INSURANCE),
    ("102", "증권용", "Securities, individual", _PERSON, _SECURITIES),
    # Lists from before about 2012: 103 internet insurance, 104 credit card, 105 civil service.
    ("103", "신용카드용", "Credit card, individual", _PERSON, _CARD, _UNSURE),
    ("104", "전자민원용", "Civil service, individual", _PERSON, _CIVIL, _UNSURE),
    ("105", "전자민원용 (옛 표)", "Civil service (old lists), individual", _PERSON, _CIVIL, _UNSURE),
    ("106", "은행+민원용", "Banking and civil service, individual", _PERSON, (*_BANK, *_CIVIL)),
    ("107", "증권+민원용", "Securities and civil service, individual", _PERSON, (*_SECURITIES, *_CIVIL)),
    ("108", "보험+민원용", "Insurance and civil service, individual", _PERSON, (*_INSURANCE, *_CIVIL)),
    ("109", "카드+민원용", "Credit card and civil service, individual", _PERSON, (*_CARD, *_CIVIL)),
)

_CROSSCERT_CUSTOMERS: Final[tuple[_Row, ...]] = (
    ("52", "국세청용", "Tax office", _ANY, _TAX, _SINGLE),
    ("80", "전자세금용", "Electronic tax invoice", _COMPANY, _TAX),
)

_INIPASS: Final[tuple[_Row, ...]] = (
    ("1", "개인 범용", "Universal, individual", _PERSON, _ALL),
    ("2", "법인 범용", "Universal, corporate", _COMPANY, _ALL),
    ("3.1", "제휴기관 개인", "Partners, individual", _PERSON, _RESTRICTED),
    ("4.1", "제휴기관 법인", "Partners, corporate", _COMPANY, _RESTRICTED),
    ("4.2", "세금계산서 기업", "Tax invoice, corporate", _COMPANY, _TAX),
)

_TRADESIGN: Final[tuple[_Row, ...]] = (
    ("1.1.1", "개인 범용 (전자거래 서명)", "Universal, individual, signing", _PERSON, _ALL),
    ("1.1.2", "개인 범용 (전자거래 암호)", "Universal, individual, encryption", _PERSON, _ALL),
    ("1.1.3", "법인 범용 (전자거래 서명)", "Universal, corporate, signing", _COMPANY, _ALL),
    ("1.1.4", "법인 범용 (전자거래 암호)", "Universal, corporate, encryption", _COMPANY, _ALL),
    ("1.1.5", "서버 (전자거래 서명)", "Server, signing", _SERVER, _SITE),
    ("1.1.6", "서버 (전자거래 암호)", "Server, encryption", _SERVER, _SITE),
    ("1.1.7", "전자무역 서명 개인", "Trade, individual, signing", _PERSON, _TRADE),
    ("1.1.8", "전자무역 암호 개인", "Trade, individual, encryption", _PERSON, _TRADE),
    ("1.1.9", "전자무역 서명 법인", "Trade, corporate, signing", _COMPANY, _TRADE),
    ("1.1.10", "전자무역 암호 법인", "Trade, corporate, encryption", _COMPANY, _TRADE),
    ("1.1.11", "전자무역 서명 서버", "Trade, server, signing", _SERVER, _TRADE),
    ("1.1.12", "전자무역 암호 서버", "Trade, server, encryption", _SERVER, _TRADE),
    ("1.1.101", "은행/보험용", "Banking, insurance, individual", _PERSON, _BANK_INSURANCE),
    ("1.1.103", "증권/보험용", "Securities, insurance, individual", _PERSON, _SECURITIES_INSURANCE),
    ("1.1.105", "신용카드용", "Credit card, individual", _PERSON, _CARD),
    ("1.1.301", "의료", "Medical", _ANY, _MEDICAL, _SINGLE),
    ("5.19.1.1", "전자세금용", "Electronic tax invoice", _COMPANY, _TAX),
    ("11.31", "은행 서명 (구)", "Banking, signing (old)", _ANY, _BANK),
    ("11.32", "은행 암호 (구)", "Banking, encryption (old)", _ANY, _BANK),
    ("11.35", "증권 서명 (구)", "Securities, signing (old)", _ANY, _SECURITIES),
    ("11.36", "증권 암호 (구)", "Securities, encryption (old)", _ANY, _SECURITIES),
    ("11.39", "보험 서명 (구)", "Insurance, signing (old)", _ANY, _INSURANCE),
    ("11.40", "보험 암호 (구)", "Insurance, encryption (old)", _ANY, _INSURANCE),
    ("11.43", "신용카드 서명 (구)", "Credit card, signing (old)", _ANY, _CARD),
    ("11.44", "신용카드 암호 (구)", "Credit card, encryption (old)", _ANY, _CARD),
)

# The test policies stand in real certificates of KICA's test authority (202) and in vendors' lists.
_TESTS: Final[tuple[_Row, ...]] = (
    ("201", "시험용", "Test", _ANY, _TEST),
    ("202", "시험용", "Test", _ANY, _TEST),
    ("212", "시험용", "Test", _ANY, _TEST),
)

_AUTHORITIES: Final[tuple[_Row, ...]] = (
    ("1", "공인인증기관", "Accredited certificate authority", Holder.AUTHORITY, _SELF),
)
# fmt: on

_JOINT: Final = CertificateKind.JOINT

_TABLES: Final[tuple[tuple[str, CertificateKind, tuple[_Row, ...]], ...]] = (
    ("1.2.410.200005.1.1", _JOINT, _YESSIGN),
    ("1.2.410.200005.1.1", CertificateKind.FINANCIAL, _YESSIGN_FINANCIAL),
    ("1.2.410.200004.5.1.1", _JOINT, _SIGNKOREA),
    ("1.2.410.200004.5.2.1", _JOINT, _KICA),
    ("1.2.410.200004.5.3.1", _JOINT, _NCASIGN),
    ("1.2.410.200004.5.4.1", _JOINT, _CROSSCERT),
    ("1.2.410.200004.5.4.2", _JOINT, _CROSSCERT_CUSTOMERS),
    ("1.2.410.200004.5.5.1", _JOINT, _INIPASS),
    ("1.2.410.200012", _JOINT, _TRADESIGN),
    ("1.2.410.200004.2", _JOINT, _TESTS),
    ("1.2.410.200004.2", CertificateKind.OTHER, _AUTHORITIES),
)


def _policy(arc: str, kind: CertificateKind, row: _Row) -> Policy:
    suffix, name_ko, name_en, holder, usages = row[:5]
    certainty = row[5] if len(row) == 6 else Certainty.CONFIRMED
    return Policy(f"{arc}.{suffix}", name_ko, name_en, holder, usages, kind, certainty)


POLICIES: Final[tuple[Policy, ...]] = tuple(
    _policy(arc, kind, row) for arc, kind, rows in _TABLES for row in rows
)
