# SPDX-License-Identifier: Apache-2.0
"""Which kinds an identity number may be."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert import vid
from kcert.errors import FormatError, KcertError
from kcert.testing.assertions import clear_error, forms_of
from kcert.vid import IdNumberFit, IdNumberKind

PERSON_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def completed(first_twelve: str, *, foreigner: bool = False) -> str:
    """Numbers of nobody, made here: the repository holds none that could be somebody's."""
    total = sum(int(d) * w for d, w in zip(first_twelve, PERSON_WEIGHTS, strict=True))
    return first_twelve + str(((13 if foreigner else 11) - total % 11) % 10)


def other_last(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def kinds(number: str) -> dict[IdNumberKind, bool | None]:
    return {fit.kind: fit.check_digit for fit in vid.fits(number)}


@pytest.mark.parametrize("sex", "1234")
def test_a_resident_number_is_known_by_its_check_digit(sex):
    number = completed(f"800229{sex}12345" if sex < "3" else f"040229{sex}12345")
    assert kinds(number)[IdNumberKind.RESIDENT] is True
    assert kinds(other_last(number))[IdNumberKind.RESIDENT] is False
    assert kinds(f"{number[:6]}-{number[6:]}") == kinds(number)


@pytest.mark.parametrize("sex", "5678")
def test_a_foreigner_number_has_another_check_digit(sex):
    birth = "800229" if sex in "56" else "040229"
    number = completed(f"{birth}{sex}12345", foreigner=True)
    assert kinds(number)[IdNumberKind.FOREIGNER] is True
    assert kinds(other_last(number))[IdNumberKind.FOREIGNER] is False


def test_who_was_born_since_october_2020_has_no_check_digit():
    number = completed("201005312345")
    for one in (number, other_last(number)):
        assert kinds(one)[IdNumberKind.RESIDENT] is None
    assert kinds(completed("201004312345"))[IdNumberKind.RESIDENT] is True


@pytest.mark.parametrize("birth", ["990230", "991301", "990001", "000000", "010229"])
def test_a_day_that_never_was_is_nobodys_birth_date(birth):
    century = "3" if birth == "010229" else "1"
    assert IdNumberKind.RESIDENT not in kinds(birth + century + "123456")


def test_1900_had_no_leap_day_and_2000_had_one():
    assert IdNumberKind.RESIDENT not in kinds("0002291123456")
    assert IdNumberKind.RESIDENT in kinds("0002293123456")


def test_a_corporate_number_is_known_by_its_check_digit():
    # 1·1 + 2·1 + 1·0 + 2·1 + 1·1 + 2·1 + 1·0 + … = 8, so the last digit is 2.
    assert kinds("1101110000002")[IdNumberKind.CORPORATE] is True
    assert kinds("1101110000003")[IdNumberKind.CORPORATE] is False


def test_a_number_may_be_of_two_kinds_and_the_fitting_one_comes_first():
    # Registry office 1101, kind 11: also the eleventh of January of 1911.
    found = vid.fits("1101112000008")
    assert {fit.kind for fit in found} == {IdNumberKind.RESIDENT, IdNumberKind.CORPORATE}
    order = [fit.check_digit for fit in found]
    assert order == sorted(order, key=(True, None, False).index)


def test_a_business_number_is_known_by_its_check_digit():
    # 1·1 + 3·2 + 7·3 + 1·4 + 3·5 + 7·6 + 1·7 + 3·8 + 5·9 + 45 // 10 = 169, so the last is 1.
    assert vid.fits("123-45-67891") == (IdNumberFit(IdNumberKind.BUSINESS, True),)
    assert vid.fits("1234567890") == (IdNumberFit(IdNumberKind.BUSINESS, False),)


@pytest.mark.parametrize("number", ["1", "123456789", "12345678901", "1" * 12, "1" * 14])
def test_other_lengths_fit_nothing(number):
    assert vid.fits(number) == ()


@given(st.text("0123456789- ", max_size=20))
def test_every_number_gets_an_answer_that_does_not_hold_it(number):
    try:
        found = vid.fits(number)
    except FormatError:
        assert not number.strip("- ")
    else:
        assert len(found) <= 2
        digits = vid.digits_of(number)
        assert digits == number.replace("-", "").replace(" ", "")
        assert len(digits) < 6 or digits not in repr(found)


@pytest.mark.parametrize(
    "wrong", ["", "- -", "99023O-1234567", "９９０２３０１２３４５６７", "1" * 65]
)
def test_what_is_not_a_number_is_told_without_showing_it(wrong):
    for function in (vid.digits_of, vid.fits):
        canaries = [wrong] if 9 < len(wrong) < 60 else []
        with clear_error(FormatError, canaries=canaries):
            function(wrong)


def test_no_local_variable_of_a_traceback_shows_the_number():
    forms = forms_of("990230-1234567")
    for function in (vid.digits_of, vid.fits):
        try:
            function("990230-1234567x")
        except KcertError as error:
            inner = error.__traceback__.tb_next
            shown = "".join(
                traceback.TracebackException(
                    type(error), error, inner, capture_locals=True
                ).format()
            ).encode()
            assert not [form for form in forms if form in shown]
