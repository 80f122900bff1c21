# SPDX-License-Identifier: Apache-2.0
"""One certificate as a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert import Severity
from kcert.cli.report.chain import chain_picture
from kcert.cli.report.elements import Element, make
from kcert.cli.report.icons import MARKS, SEVERITIES, STATE_ICONS, icon
from kcert.cli.report.model import STATES, VERDICTS, State

if TYPE_CHECKING:
    from kcert.cli.report.model import Card, Chain, Pick, Remark, Span

__all__ = ["SEVERITY_NAMES", "badge", "card_element", "remark_line"]

SEVERITY_NAMES = {
    Severity.ERROR: ("Error", "오류"),
    Severity.WARNING: ("Warning", "주의"),
    Severity.INFO: ("Note", "참고"),
}


def badge(state: State, pick: Pick) -> Element:
    """How a certificate stands, as an icon and a word."""
    return make(
        "span",
        {"class": f"badge {STATE_ICONS[state]}"},
        icon(STATE_ICONS[state]),
        make("span", None, pick(*STATES[state])),
    )


def remark_line(remark: Remark, pick: Pick, *more: Element | None) -> Element:
    """A finding as an item of a list: its severity as an icon and a word, and what was found."""
    name = SEVERITIES[remark.severity]
    return make(
        "li",
        {"class": f"remark {name}"},
        icon(name),
        make(
            "div",
            None,
            make(
                "p",
                None,
                make("strong", None, pick(*SEVERITY_NAMES[remark.severity]) + ": "),
                remark.text,
            ),
            *more,
        ),
    )


def card_element(card: Card, number: int, pick: Pick) -> Element:
    """Draw a card.

    Args:
        card: The certificate.
        number: Its number on the page.
        pick: Chooses the language.
    """
    heading = f"c{number}-title"
    urgent = [
        each
        for each in card.remarks
        if each.severity is not Severity.INFO and (card.chain is None or each.code not in VERDICTS)
    ]
    notes = [each for each in card.remarks if each.severity is Severity.INFO]
    return make(
        "article",
        {
            "class": f"card {card.state.value}",
            "id": f"c{number}",
            "aria-labelledby": heading,
            "data-state": card.state.value,
            "data-kind": card.kind,
            "data-severity": SEVERITIES[card.worst] if card.worst else "none",
        },
        make(
            "header",
            None,
            make(
                "div",
                None,
                make("h3", {"id": heading}, card.title),
                make("p", {"class": "sub"}, *_subtitle(card)),
            ),
            badge(card.state, pick),
        ),
        None if card.span is None else _days(card.span, pick),
        _remarks(urgent, pick),
        None if card.chain is None else _chain(card.chain, number, pick),
        _details(card, notes, pick),
    )


def _subtitle(card: Card) -> list[Element | str]:
    words = [word for word in (card.kind_name, card.authority, card.use) if word not in ("", "-")]
    return [" · ".join(words)] if words else []


def _days(span: Span, pick: Pick) -> Element:
    """How long it still lasts, large."""
    if span.days_left < 0:
        ago = -span.days_left
        number, unit = (
            str(ago),
            pick("days since it ended" if ago != 1 else "day since it ended", "일 지남"),
        )
    else:
        number = str(span.days_left)
        unit = pick("days left" if span.days_left != 1 else "day left", "일 남음")
    return make(
        "p",
        {"class": "days"},
        make("span", {"class": "number"}, number),
        make("span", {"class": "unit"}, unit),
        make(
            "span",
            {"class": "until"},
            pick("" if span.days_left < 0 else "until ", ""),
            make("time", {"datetime": span.last_day}, span.last_day),
            pick("", "까지"),
        ),
    )


def _remarks(remarks: list[Remark], pick: Pick) -> Element | None:
    if not remarks:
        return None
    return make("ul", {"class": "remarks"}, *(remark_line(each, pick) for each in remarks))


def _chain(chain: Chain, number: int, pick: Pick) -> Element:
    name = MARKS[chain.mark]
    return make(
        "section",
        {"class": "path"},
        make("h4", None, pick("Trust path", "신뢰 경로")),
        chain_picture(chain, number, pick),
        make("p", {"class": f"verdict {name}"}, icon(name), make("span", None, chain.verdict)),
        make("p", {"class": "sub"}, chain.remark) if chain.remark else None,
    )


def _details(card: Card, notes: list[Remark], pick: Pick) -> Element:
    places = [
        make(
            "li",
            None,
            make("span", {"class": "place"}, copy.place),
            make("span", {"class": "sub"}, f" — {copy.problem}") if copy.problem else None,
        )
        for copy in card.copies
    ]
    rows: list[Element] = []
    for label in card.labels:
        rows += [make("dt", None, label.name), make("dd", None, label.value)]
    if card.fingerprint:
        rows += [make("dt", None, "SHA-256"), make("dd", {"class": "mono"}, card.fingerprint)]
    rows.append(make("dt", None, pick("lies in", "위치")))
    rows.append(make("dd", None, make("ul", {"class": "places"}, *places)))
    return make(
        "details",
        None,
        make("summary", None, pick("Details", "자세히")),
        _remarks(notes, pick),
        make("dl", None, *rows),
    )
