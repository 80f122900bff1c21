# SPDX-License-Identifier: Apache-2.0
"""What a holder's distinguished name tells: who it is, and who registered him.

Forms seen in real certificates (``|`` marks RDNs, most general first)::

    yessign    kr | yessign | personal4IB | <bank> | NAME(ENGLISH)<22 to 24 digits>
    KICA       KR | KICA | licensedCA | <registration authority> | NAME
    CrossCert  KR | CrossCert | AccreditedCA | <registration authority> | NAME
    TradeSign  KR | TradeSign | LicensedCA | <registration authority> | NAME(SUFFIX)
    GPKI       KR | Government of Korea | <agency> | people | 123NAME456

The digits after a name are 0, the code of the bank (3), its branch or channel (3), the date of the
first registration (8) and a serial number; they are not an identity number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kcert.certificate.names import Name

__all__ = ["bank_code", "officer_name", "plain_name", "registered_name", "registration_authority"]

_MIN_TAIL: Final = 15
_OFFICER: Final = re.compile(r"[0-9]{3}(\D.*\D|\D)[0-9]{3}", re.DOTALL)

# OU values that say what a certificate is for or who issued it, not who registered its holder.
_NOT_REGISTRATION: Final = re.compile(
    r"(?:personal|corporation|business)[0-9a-z]{1,4}|x[0-9a-z]{3,12}|(?:licensed|accredited)ca",
    re.IGNORECASE,
)

# OU of banks in yessign's names: one public table of a client program.
_BANKS_BY_OU: Final[dict[str, str]] = {
    "kdb": "산업은행",
    "ibk": "기업은행",
    "kmb": "국민은행",
    "chb": "조흥은행",
    "kftc": "금융결제원",
    "keb": "외환은행",
    "nffc": "수협은행",
    "nacf": "농협은행",
    "woori": "우리은행",
    "kfb": "SC제일은행",
    "shb": "신한은행",
    "kab": "한미은행",
    "dgb": "대구은행",
    "psb": "부산은행",
    "kjb": "광주은행",
    "cjb": "제주은행",
    "jbb": "전북은행",
    "knbbank": "경남은행",
    "kfcc": "새마을금고",
    "seoulbank": "서울은행",
    "cubank": "신협",
    "citi": "씨티은행",
    "hsbc": "HSBC은행",
    "deut": "도이치은행",
    "bana": "뱅크오브아메리카",
    "hnb": "하나은행",
}
# Codes that a bank's own server reads out of names.
_BANKS_BY_CODE: Final[dict[str, str]] = {"020": "우리은행", "023": "SC제일은행"}


def _split(common_name: str) -> tuple[str, str] | None:
    """Name and digits of ``NAME(ENGLISH)digits``; ``None`` for a CN of another form."""
    head = common_name.rstrip("0123456789")
    tail = common_name[len(head) :]
    if len(tail) < _MIN_TAIL or not head.endswith(")"):
        return None
    # The group that is closed last may hold others: "(주)홍길동(Hong(Kildong))0020…".
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += (head[at] == ")") - (head[at] == "(")
        if depth == 0:
            return head[:at], tail
    return None


def registered_name(common_name: str | None) -> str | None:
    """Name in a CN of the form ``NAME(ENGLISH)digits``; ``None`` where it has another form."""
    parts = _split(common_name) if common_name is not None else None
    return parts[0].strip() or None if parts is not None else None


def plain_name(common_name: str | None, real_name: str | None) -> str | None:
    """Name of the holder of a joint or financial certificate whose CN has no registration digits.

    The CN is shortened only to the real name of the identity data, and only by a suffix in
    parentheses: ``한국상사(본점)`` stays as it is unless the certificate itself says ``한국상사``.
    A CN that is missing or names nobody gives way to the real name.
    """
    name = (common_name or "").strip()
    if not name or _split(name) is not None:
        return real_name or None
    suffix = name[len(real_name) :].lstrip() if real_name and name.startswith(real_name) else ""
    return real_name if suffix.startswith("(") else name


def officer_name(common_name: str | None) -> str | None:
    """Name of the holder of a government certificate: ``123홍길동456`` is 홍길동."""
    if common_name is None:
        return None
    match = _OFFICER.fullmatch(common_name)
    return match.group(1) if match else common_name.strip() or None


def bank_code(common_name: str | None) -> str | None:
    """Three digits of the bank that registered the holder, from a yessign CN, or ``None``."""
    parts = _split(common_name) if common_name is not None else None
    return parts[1][1:4] if parts is not None and parts[1][0] == "0" else None


def registration_authority(subject: Name) -> str | None:
    """Who registered the holder of a joint or financial certificate, where the name tells.

    The most specific OU that is not a class of certificates: the bank in Korean where its OU is
    known, else the OU as it is written; without one, the bank of the digits in the CN.
    """
    units = [unit for unit in subject.get("OU") if not _NOT_REGISTRATION.fullmatch(unit)]
    if units:
        return _BANKS_BY_OU.get(units[-1].casefold(), units[-1])
    code = bank_code(subject.common_name)
    return _BANKS_BY_CODE.get(code) if code is not None else None
