# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.certificate import Name
from kcert.certificate.subjects import (
    bank_code,
    officer_name,
    plain_name,
    registered_name,
    registration_authority,
)

TAIL = "0020041202002251910000300"


@pytest.mark.parametrize(
    ("common_name", "name"),
    [
        (f"홍길동(Hong Kil Dong){TAIL}", "홍길동"),
        (f"홍길동(){TAIL}", "홍길동"),
        ("HKD(KILDONG.HONG)009104120200225191000030", "HKD"),
        (f"(주)홍길동(Hong Inc.){TAIL}", "(주)홍길동"),
        (f"(주)홍길동(Hong(Korea) Inc.){TAIL}", "(주)홍길동"),
        (f"홍길동(A)(B){TAIL}", "홍길동(A)"),
        (f"홍길동 (){TAIL}", "홍길동"),
        (f"(){TAIL}", None),
        (f"홍길동){TAIL}", None),
        (f"홍길동{TAIL}", None),
        ("홍길동()0020", None),
        ("한국상사(본점)", None),
        ("", None),
        (None, None),
    ],
)
def test_the_name_stands_before_the_parentheses_and_digits(common_name, name):
    assert registered_name(common_name) == name


@pytest.mark.parametrize(
    ("common_name", "real_name", "name"),
    [
        ("테스트(KTNET)", "테스트", "테스트"),
        ("테스트 (KTNET)", "테스트", "테스트"),
        ("테스트(KTNET)", None, "테스트(KTNET)"),
        ("테스트(KTNET)", "테스", "테스트(KTNET)"),
        ("KICA-UCPID-ISP(dev)", "KICA-UCPID-ISP(dev)", "KICA-UCPID-ISP(dev)"),
        (" 홍길동 ", None, "홍길동"),
        (None, "홍길동", "홍길동"),
        (f"(){TAIL}", "홍길동", "홍길동"),
        (f"(){TAIL}", None, None),
        (None, None, None),
    ],
)
def test_other_names_are_shortened_only_to_the_real_name(common_name, real_name, name):
    assert plain_name(common_name, real_name) == name


@pytest.mark.parametrize(
    ("common_name", "name"),
    [
        ("123홍길동456", "홍길동"),
        ("123홍456", "홍"),
        ("SVR1310000123", "SVR1310000123"),
        ("행정안전부", "행정안전부"),
        ("123홍길동45", "123홍길동45"),
        ("", None),
        (None, None),
    ],
)
def test_an_officers_name_stands_between_digits(common_name, name):
    assert officer_name(common_name) == name


@pytest.mark.parametrize(
    ("common_name", "code"),
    [
        (f"홍길동(){TAIL}", "020"),
        ("HKD(KILDONG.HONG)009104120200225191000030", "091"),
        ("홍길동()1020041202002251910000300", None),
        ("테스트(KTNET)", None),
        (None, None),
    ],
)
def test_the_bank_is_the_second_to_fourth_digit(common_name, code):
    assert bank_code(common_name) == code


@pytest.mark.parametrize(
    ("units", "common_name", "name"),
    [
        (["personal4IB", "WOORI"], "홍길동", "우리은행"),
        (["personal4IB", "IBK"], "홍길동", "기업은행"),
        (["personal4IB", "INITECH"], "홍길동", "INITECH"),
        (["personal4IB"], f"홍길동(){TAIL}", "우리은행"),
        (["personalF"], "홍길동", None),
        (["xUse4Esero"], "홍길동", None),
        (["licensedCA", "RA센터"], "홍길동", "RA센터"),
        (["LicensedCA"], "홍길동", None),
        (["AccreditedCA", "한국전자인증", "홍길동지점"], "홍길동", "홍길동지점"),
        ([], "홍길동()0999041202002251910000300", None),
    ],
)
def test_who_registered_the_holder(build, units, common_name, name):
    pairs = [("C", "kr"), ("O", "yessign"), *(("OU", unit) for unit in units)]
    subject = Name.load(build.name(*pairs, ("CN", common_name)))
    assert registration_authority(subject) == name


@given(st.text(alphabet="()0123456789a홍 ", max_size=40))
def test_no_common_name_breaks_the_rules(common_name):
    name = registered_name(common_name)
    assert name is None or common_name.strip().startswith(name)
    plain_name(common_name, None)
    officer_name(common_name)
    code = bank_code(common_name)
    assert code is None or len(code) == 3


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["1", "(", ")", "()", "1a"])
def test_long_names_take_time_in_proportion(piece):
    text = piece * (1 << 19)
    for common_name in (text, f"{text}a", f"{text}){TAIL}"):
        registered_name(common_name)
        plain_name(common_name, None)
        officer_name(common_name)
