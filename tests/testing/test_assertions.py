# SPDX-License-Identifier: Apache-2.0
"""`assert_clear_error` takes clear errors and complains about each way of being unclear."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.errors import FormatError, KcertError, LimitError, StorageError, UnlockError
from kcert.testing import assert_clear_error, clear_error, forms_of

CANARY = "KCERT-CANARY-pw-7f3a"


def unclear(message: str = "sound message", message_ko: str = "올바른 메시지") -> KcertError:
    """An error that went around the tidying of `KcertError`."""
    error = UnlockError()
    error.args = (message,)
    error.message_ko = message_ko
    return error


def test_kcerts_errors_are_clear():
    assert_clear_error(UnlockError(), canaries=[CANARY])
    assert_clear_error(LimitError("iterations", 3, 2), (FormatError, LimitError))


class CodelessError(KcertError):
    """Forgot its code."""


@pytest.mark.parametrize(
    ("error", "complaint"),
    [
        (ValueError("x"), "ValueError is not one of kcert's"),
        (RecursionError(), "RecursionError is not one of kcert's"),
        (KcertError("a message", "메시지"), "never raised"),
        (CodelessError("a message", "메시지"), "has no code"),
        (unclear(message=""), "message is empty"),
        (unclear(message="x" * 301), "longer than 300"),
        (unclear(message="two\nlines"), "not one line"),
        (unclear(message="a \x1b[31mred\x1b[0m word"), "control characters"),
        (unclear(message_ko=""), "Korean message is empty"),
        (unclear(message_ko="no hangul"), "has no Korean"),
        (unclear(message_ko="가" * 301), "longer than 300"),
    ],
)
def test_each_way_of_being_unclear_is_named(error, complaint):
    with pytest.raises(AssertionError, match=complaint):
        assert_clear_error(error)


def test_another_kind_of_error_is_refused():
    with pytest.raises(AssertionError, match="another kind"):
        assert_clear_error(UnlockError(), FormatError)


def leaks() -> dict[str, BaseException]:
    fact = FormatError("x", "y")
    fact.reason = CANARY
    noted = UnlockError()
    noted.add_note(f"password was {CANARY}")
    caused = UnlockError()
    caused.__cause__ = ValueError(CANARY.encode())
    context = UnlockError()
    context.__context__ = KeyError(0)
    context.__context__.__context__ = ValueError(CANARY.encode().hex())
    suppressed = UnlockError()
    suppressed.__context__ = ValueError(CANARY)
    suppressed.__suppress_context__ = True
    return {
        "message": FormatError("x", f"at {CANARY}"),
        "korean message": unclear(message_ko=f"비밀번호 {CANARY}"),
        "fact": fact,
        "note": noted,
        "cause": caused,
        "context of a context": context,
        "suppressed context": suppressed,
        "entry name": StorageError("gone", "없습니다", backend="file", name=CANARY),
    }


@pytest.mark.parametrize("place", leaks())
def test_a_secret_is_found_wherever_it_hides(place):
    with pytest.raises(AssertionError, match="canary 1 is in") as caught:
        assert_clear_error(leaks()[place], canaries=["another secret", CANARY])
    assert CANARY not in str(caught.value)


@given(st.binary(min_size=8, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_a_secret_is_found_in_base64_at_any_phase(secret, before, after):
    encoded = base64.b64encode(before + secret + after)
    assert any(form in encoded for form in forms_of(secret))


@given(
    st.text(min_size=4, max_size=20).filter(lambda text: len(text.encode("utf-8", "ignore")) > 3)
)
def test_a_password_is_found_in_its_usual_forms(password):
    raw = password.encode("utf-8", "surrogatepass")
    forms = forms_of(password)
    for shown in (raw, raw.hex().encode(), repr(raw).encode()):
        assert any(form in shown for form in forms)


def test_a_canary_of_three_octets_is_too_short_to_mean_anything():
    with pytest.raises(ValueError, match="at least 4"):
        forms_of("abc")


def test_the_block_hands_out_the_error_it_caught():
    with clear_error(LimitError) as caught:
        raise LimitError("depth", 33, 32)
    assert caught.error.value == 33


def test_a_block_that_raises_nothing_fails():
    with pytest.raises(AssertionError, match="no FormatError was raised"), clear_error(FormatError):
        pass


def test_a_block_that_raises_something_else_fails():
    with pytest.raises(AssertionError, match="IndexError is not one"), clear_error(FormatError):
        raise IndexError


def test_a_panic_that_is_no_exception_fails_too():
    class PanicException(BaseException):
        pass

    with pytest.raises(AssertionError, match="PanicException is not"), clear_error(FormatError):
        raise PanicException


def test_the_users_interrupt_comes_through():
    with pytest.raises(KeyboardInterrupt), clear_error(FormatError):
        raise KeyboardInterrupt
