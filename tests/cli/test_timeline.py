# SPDX-License-Identifier: Apache-2.0
"""The picture of when certificates end."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert.cli.table import display_width
from kcert.cli.timeline import ENDED, OPEN, VALID, Span, draw

TODAY = date(2026, 5, 1)


def bar_of(line):
    return line.split("  ")[1].strip()


def test_a_certificate_that_ends_later_has_a_longer_bar():
    lines = draw([Span("a", 100, 70), Span("b", 300, 270)], today=TODAY, width=80)

    assert len(bar_of(lines[1])) < len(bar_of(lines[2]))


def test_the_last_month_of_a_bar_is_the_time_to_renew():
    line = draw([Span("a", 299, 269)], today=TODAY, width=76 + 7)[1]
    bar = bar_of(line)

    assert bar.strip(VALID + OPEN) == ""
    assert bar.startswith(VALID)
    assert bar.count(OPEN) == pytest.approx(len(bar) / 10, abs=1)


def test_a_window_narrower_than_a_column_is_drawn_all_the_same():
    assert bar_of(draw([Span("a", 1000, 999)], today=TODAY, width=40)[1]).endswith(OPEN)


def test_what_cannot_be_renewed_has_no_window_and_what_has_ended_no_bar():
    lines = draw([Span("a", -3, None), Span("b", 0, None)], today=TODAY, width=80)

    assert [bar_of(line) for line in lines[1:]] == [ENDED, VALID]


def test_a_bar_that_reaches_beyond_the_picture_says_so():
    assert ">" in draw([Span("a", 40_000, 39_970)], today=TODAY, width=80)[1]


def test_months_stand_where_they_begin():
    scale = draw([Span("", 59, None)], today=TODAY, width=60 + 6)[0]
    # Sixty days on sixty columns: June begins on the 31st day.
    assert scale.index("|2026-06") - len("  ") == 31


@given(
    spans=st.lists(
        st.builds(
            Span,
            st.text(st.characters(categories=("L", "N")), max_size=40),
            st.integers(-40_000, 4_000_000),
            st.none() | st.integers(-40_000, 4_000_000),
        ),
        max_size=5,
    ),
    today=st.dates(),
    width=st.integers(40, 200),
)
def test_every_picture_fits_its_width_and_has_a_line_for_each(spans, today, width):
    lines = draw(spans, today=today, width=width)

    assert len(lines) == len(spans) + 1
    assert all(display_width(line) <= width for line in lines)
