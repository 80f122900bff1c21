# SPDX-License-Identifier: Apache-2.0
"""Subscribers' names as each authority composes them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kcert.testing.template import name

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.testing.houses import House

__all__ = ["FINANCIAL_POLICIES", "subscriber", "term"]

FINANCIAL_POLICIES = frozenset(
    {
        "1.2.410.200005.1.1.1.10",
        "1.2.410.200005.1.1.6.10",
        "1.2.410.200005.1.1.8.11",
        "1.2.410.200005.1.1.8.12",
        "1.2.410.200005.1.1.8.13",
    }
)
_GPKI_SERVER = "1.2.410.100001.2.1.2"

# OU by the policy's last arcs below 1.2.410.200005.1.1. Only personal4IB, personalF and xUse4Esero
# have been seen; the corporate ones are formed after them.
_YESSIGN_ARC = "1.2.410.200005.1.1."
_YESSIGN_UNITS = {
    "1.10": "personalF",
    "2": "corporation4IB",
    "5": "corporation4EC",
    "6.1": "corporation4IB",
    "6.8": "xUse4Esero",
    "6.10": "corporationF",
    "8.11": "corporationF",
    "8.12": "corporationF",
    "8.13": "corporationF",
}
_BANK_CODES = {
    "KDB": "002",
    "IBK": "003",
    "KMB": "004",
    "NFFC": "007",
    "NACF": "011",
    "WOORI": "020",
    "KFB": "023",
    "CITI": "027",
    "DGB": "031",
    "PSB": "032",
    "KJB": "034",
    "CJB": "035",
    "JBB": "037",
    "KFCC": "045",
    "CUBANK": "048",
    "HNB": "081",
    "SHB": "088",
    "INITECH": "091",
}
_OWN_BANK_CODE = "099"


def term(policy: str) -> int:
    """Years that a certificate of a policy is valid: three for 금융인증서, else one."""
    return 3 if policy in FINANCIAL_POLICIES else 1


def _yessign_number(bank: str, registered: datetime) -> str:
    """The 24 digits after the parentheses: 0, bank, three digits, date, nine-digit tail."""
    code = _BANK_CODES.get(bank, _OWN_BANK_CODE)
    tail = secrets.randbelow(10**9)
    return f"0{code}{secrets.randbelow(1000):03}{registered:%Y%m%d}{tail:09}"


def _common_name(
    house: House, holder: str, english: str, *, policy: str, bank: str, registered: datetime
) -> str:
    if house.code == "yessign":
        return f"{holder}({english}){_yessign_number(bank, registered)}"
    if house.code == "GPKI":
        if policy == _GPKI_SERVER:
            return f"SVR{secrets.randbelow(10**10):010}"
        return f"{secrets.randbelow(1000):03}{holder}{secrets.randbelow(1000):03}"
    return f"{holder}({english})" if english else holder


def subscriber(
    house: House,
    holder: str,
    *,
    policy: str,
    registered: datetime,
    english_name: str = "",
    bank: str | None = None,
    organizational_unit: str | None = None,
    common_name: str | None = None,
) -> bytes:
    """The subject of a subscriber's certificate, DER.

    Args:
        house: The authority.
        holder: Name of the person or body.
        policy: Policy of the certificate; at yessign and GPKI it decides the outer OU.
        registered: Day of first registration, in Korean time.
        english_name: What stands in the parentheses of the CN.
        bank: Last OU: the bank or registration authority.
        organizational_unit: First OU.
        common_name: The whole CN, where it is not to be composed.
    """
    units = list(house.units)
    if house.code == "yessign" and policy.startswith(_YESSIGN_ARC):
        units[0] = _YESSIGN_UNITS.get(policy.removeprefix(_YESSIGN_ARC), units[0])
    if house.code == "GPKI" and policy == _GPKI_SERVER:
        units = ["Group of Server"]
    if organizational_unit is not None:
        units[0] = organizational_unit
    if bank is not None:
        units[-1] = bank
    if common_name is None:
        common_name = _common_name(
            house, holder, english_name, policy=policy, bank=units[-1], registered=registered
        )
    return name(
        ("C", house.country),
        ("O", house.organization),
        *(("OU", unit) for unit in units),
        ("CN", common_name),
    )
