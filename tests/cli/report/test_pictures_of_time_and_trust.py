# SPDX-License-Identifier: Apache-2.0
"""Where the timeline puts things, and what the picture of a trust path marks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

from kcert.cli.report.chain import chain_picture, chain_text
from kcert.cli.report.model import Chain, Mark, State, Step
from kcert.cli.report.timeline import Scale, ticks, timeline

AT = datetime(2026, 5, 1, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


def english(text, _korean):
    return text


def korean(_english, text):
    return text


def percent(element, name):
    return float(element.get(name).rstrip("%"))


def rows(drawing, kind):
    return [each for each in drawing.iter("rect") if each.get("class") == kind]


def test_the_moment_stands_at_the_same_place_whatever_is_drawn():
    for days in (0, 30, 400, 1000, 10_000):
        scale = Scale.of(AT, [AT + timedelta(days=days)])
        assert scale.place(AT) == pytest.approx(24)


def test_a_year_ahead_is_always_there_and_never_more_than_four():
    year = timedelta(days=365.25)
    assert Scale.of(AT, []).place(AT + year) == pytest.approx(100)
    assert Scale.of(AT, [datetime.max.replace(tzinfo=UTC)]).place(AT + 4 * year) == pytest.approx(
        100
    )


def test_the_last_end_has_room_on_its_right():
    end = AT + timedelta(days=900)

    assert 90 < Scale.of(AT, [end]).place(end) < 100


@given(at=moments, ends=st.lists(moments, max_size=4), other=moments)
def test_every_moment_has_a_place_and_later_ones_are_never_left_of_earlier_ones(at, ends, other):
    scale = Scale.of(at, ends)
    first, second = sorted([at, other])

    assert -4 <= scale.place(first) <= scale.place(second) <= 104


@given(at=moments, ends=st.lists(moments, max_size=4))
def test_lines_of_the_axis_are_in_order_few_and_within_it(at, ends):
    found = list(ticks(Scale.of(at, ends), english))

    assert len(found) <= 13
    assert [tick.place for tick in found] == sorted(tick.place for tick in found)
    assert all(3 < tick.place < 97 for tick in found)
    assert sum(tick.is_major for tick in found) <= 7


def test_a_line_stands_at_midnight_in_korea():
    scale = Scale.of(AT, [])
    june = next(tick for tick in ticks(scale, korean) if tick.label == "7월")

    assert june.place == pytest.approx(scale.place(datetime(2026, 6, 30, 15, tzinfo=UTC)))
    assert june.is_major


def test_january_is_called_by_its_year():
    labels = [tick.label for tick in ticks(Scale.of(AT, []), english)]

    assert "2027" in labels
    assert "Jan" not in labels
    assert "2027년" in [tick.label for tick in ticks(Scale.of(AT, []), korean)]


def test_bars_go_from_the_first_day_to_the_last_and_the_first_to_end_comes_first(page_in):
    page = page_in("en")
    drawing, left_out = timeline(page)
    ends = sorted(card.span.ends for card in page.cards)
    scale = Scale.of(page.at, ends)
    bars = rows(drawing, "bar")

    assert left_out == 0
    assert [percent(bar, "x") + percent(bar, "width") for bar in bars] == pytest.approx(
        [scale.place(end) for end in ends], abs=0.02
    )
    assert [float(bar.get("y")) for bar in bars] == sorted(float(bar.get("y")) for bar in bars)


def test_the_time_in_which_renewal_is_open_ends_where_the_bar_ends(page_in):
    page = page_in("en")
    card = page.cards[4]
    drawing, _ = timeline(evolve(page, cards=(card,)))
    [bar], [window] = rows(drawing, "bar"), rows(drawing, "window")
    scale = Scale.of(page.at, [card.span.ends])

    assert percent(window, "x") == pytest.approx(scale.place(card.span.opens), abs=0.01)
    assert percent(window, "x") + percent(window, "width") == pytest.approx(
        percent(bar, "x") + percent(bar, "width"), abs=0.02
    )


def test_a_bar_of_no_length_is_still_to_be_seen(page_in):
    page = page_in("en")
    span = evolve(page.cards[4].span, begins=AT, ends=AT, opens=None)
    drawing, _ = timeline(evolve(page, cards=(evolve(page.cards[4], span=span),)))
    [bar] = rows(drawing, "bar")

    assert percent(bar, "width") == pytest.approx(0.6)


def test_of_too_many_those_that_can_still_be_acted_on_are_drawn(page_in):
    page = page_in("en")
    past, coming = page.cards[1], page.cards[4]
    many = (past,) * 50 + (coming,) * 50
    drawing, left_out = timeline(evolve(page, cards=many))
    states = [bar.get("class") for bar in drawing.iter("g") if "row" in (bar.get("class") or "")]

    assert left_out == 60
    assert states.count(f"row {State.EXPIRED.value}") == 2 * 10  # bars and texts
    assert states.count(f"row {State.VALID.value}") == 2 * 30


def test_the_drawing_says_in_words_what_it_shows(page_in):
    drawing, _ = timeline(page_in("ko"))

    assert drawing.findtext("title") == "만료 일정표"
    assert "6개" in drawing.findtext("desc")
    assert "가장 먼저 만료되는 날은 2026-05-13" in drawing.findtext("desc")


CHAIN = Chain(
    (
        Step("leaf", "certificate", Mark.SOUND),
        Step("middle", "issuing authority, weak", Mark.WEAK),
        Step("top", "its certificate is not here", Mark.UNKNOWN),
    ),
    "verdict",
    Mark.WEAK,
)


def test_a_path_is_drawn_from_the_certificate_up_with_its_marks():
    drawing = chain_picture(CHAIN, 7, english)
    steps = [each for each in drawing.iter("g") if "step" in each.get("class")]
    lines = [each.get("class") for each in drawing.iter("line")]

    assert [each.find("text").text for each in steps] == ["leaf", "middle", "top"]
    assert [each.get("class") for each in steps] == ["step sound", "step weak", "step unknown"]
    icons = [each.find("g").get("class") for each in steps]
    assert icons == ["icon good", "icon warning", "icon unknown"]
    assert lines == ["link sound", "link unknown"]
    assert drawing.get("aria-labelledby") == "path-7 path-7-desc"


def test_a_path_in_words_says_how_far_each_step_holds():
    assert chain_text(CHAIN, english) == (
        "leaf (certificate; verified) → middle (issuing authority, weak; weak) → "
        "top (its certificate is not here; not verified)"
    )
    assert "확인되지 않음" in chain_text(CHAIN, korean)


def test_a_single_step_has_no_line():
    alone = evolve(CHAIN, steps=CHAIN.steps[:1])

    assert not list(chain_picture(alone, 1, english).iter("line"))
