# SPDX-License-Identifier: Apache-2.0
"""The sections above and below the cards: figures, findings, filter, table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from kcert import Severity
from kcert.cli.report.cards import SEVERITY_NAMES, badge, remark_line
from kcert.cli.report.elements import Element, make
from kcert.cli.report.icons import SEVERITIES, icon
from kcert.cli.report.model import STATES, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kcert.cli.report.model import Page, Remark
    from kcert.cli.voice import Text

__all__ = ["certificate_table", "figures", "filter_bar", "findings"]

_FEW: Final = 8
"""How many findings of a severity, and certificates of a finding, are shown without asking."""

_UNUSABLE = (State.DAMAGED, State.REVOKED, State.EXPIRED, State.UNTRUSTED, State.UPCOMING)
_TILES: tuple[tuple[str, Text, tuple[State, ...]], ...] = (
    ("error", ("cannot be used", "쓸 수 없음"), _UNUSABLE),
    ("warning", ("act now", "지금 조치"), (State.EXPIRING, State.RENEWABLE)),
    ("good", ("valid", "유효"), (State.VALID,)),
)


def figures(page: Page) -> Element:
    """How many there are, and how they stand."""
    states = Counter(card.state for card in page.cards)
    tiles = [
        make(
            "li",
            {"class": "tile"},
            make("span", {"class": "number"}, str(len(page.cards))),
            make("span", {"class": "unit"}, page.pick("certificates", "인증서")),
        )
    ]
    for name, texts, group in _TILES:
        count = sum(states[state] for state in group)
        tiles.append(
            make(
                "li",
                {"class": f"tile {name}" if count else "tile empty"},
                make("span", {"class": "number"}, str(count)),
                make("span", {"class": "unit"}, icon(name), page.pick(*texts)),
            )
        )
    return make("ul", {"class": "tiles", "aria-label": page.pick("Figures", "요약")}, *tiles)


def findings(page: Page) -> Element:
    """Everything found, by severity; equal findings of several certificates once."""
    found: dict[Remark, list[int]] = {}
    for number, card in enumerate(page.cards, 1):
        for remark in card.remarks:
            found.setdefault(remark, []).append(number)
    groups = [
        _group(page, severity, [each for each in found.items() if each[0].severity is severity])
        for severity in Severity
    ]
    if not found:
        groups = [make("p", {"class": "calm"}, icon("good"), page.pick("Nothing was found.", "발견된 것이 없습니다."))]  # fmt: skip
    return make(
        "section",
        {"id": "findings", "aria-labelledby": "findings-title"},
        make("h2", {"id": "findings-title"}, page.pick("Findings", "점검 결과")),
        *groups,
    )


def _group(
    page: Page, severity: Severity, rows: Sequence[tuple[Remark, list[int]]]
) -> Element | None:
    if not rows:
        return None
    pick = page.pick
    lines = [remark_line(remark, pick, _who(page, numbers)) for remark, numbers in rows]
    visible = lines if len(lines) <= _FEW else lines[:_FEW]
    body: list[Element | None] = [make("ul", {"class": "remarks"}, *visible)]
    if len(lines) > _FEW:
        more = make("summary", None, pick(f"{len(lines) - _FEW} more", f"{len(lines) - _FEW}개 더"))
        body.append(make("details", None, more, make("ul", {"class": "remarks"}, *lines[_FEW:])))
    name = SEVERITIES[severity]
    title: list[Element | str] = [
        pick(*SEVERITY_NAMES[severity]),
        " ",
        make("span", {"class": "count"}, str(len(rows))),
    ]
    if severity is Severity.INFO:
        return make(
            "details", {"class": f"group {name}"}, make("summary", None, icon(name), *title), *body
        )
    return make("div", {"class": f"group {name}"}, make("h3", None, icon(name), *title), *body)


def _who(page: Page, numbers: Sequence[int]) -> Element:
    links = [
        make("a", {"href": f"#c{number}"}, page.cards[number - 1].title)
        for number in numbers[:_FEW]
    ]
    if len(numbers) > _FEW:
        rest = len(numbers) - _FEW
        links.append(make("span", None, page.pick(f"and {rest} more", f"외 {rest}개")))
    return make("p", {"class": "who"}, *links)


def filter_bar(page: Page) -> Element:
    """The filter. It is hidden until the script shows it: without the script it would do nothing."""
    pick = page.pick
    kinds = dict.fromkeys((card.kind, card.kind_name) for card in page.cards if card.span)
    states = [state for state in State if any(card.state is state for card in page.cards)]
    severities = [
        *((SEVERITIES[each], pick(*SEVERITY_NAMES[each])) for each in Severity),
        ("none", pick("Nothing found", "없음")),
    ]
    return make(
        "div",
        {
            "id": "filter",
            "role": "search",
            "aria-label": pick("Filter", "걸러 보기"),
            "hidden": True,
        },
        make(
            "div",
            {"class": "field wide"},
            make("label", {"for": "f-text"}, pick("Search", "검색")),
            make(
                "input",
                {
                    "id": "f-text",
                    "type": "search",
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "placeholder": pick("name, authority, place …", "이름, 발급기관, 위치 …"),
                },
            ),
        ),
        _select(
            "state", pick("State", "상태"), ((s.value, pick(*STATES[s])) for s in states), page
        ),
        _select("kind", pick("Kind", "종류"), kinds, page),
        _select("severity", pick("Worst finding", "심각도"), severities, page),
        make("button", {"id": "f-reset", "type": "button"}, pick("Show all", "모두 보기")),
        make(
            "p",
            {
                "id": "f-count",
                "role": "status",
                "data-form": pick("{shown} of {all} shown", "{all}개 중 {shown}개 표시"),
            },
        ),
    )


def _select(name: str, label: str, options: Iterable[tuple[str, str]], page: Page) -> Element:
    every = make("option", {"value": ""}, page.pick("All", "전체"))
    return make(
        "div",
        {"class": "field"},
        make("label", {"for": f"f-{name}"}, label),
        make(
            "select",
            {"id": f"f-{name}", "data-filter": name},
            every,
            *(make("option", {"value": value}, text) for value, text in options),
        ),
    )


def certificate_table(page: Page) -> Element:
    """All certificates as a table: what the timeline draws, in words."""
    pick = page.pick
    headers = (
        pick("Holder", "이름"),
        pick("State", "상태"),
        pick("Last day", "만료일"),
        pick("Days", "남은 날"),
        pick("Kind", "종류"),
        pick("Authority", "발급기관"),
        pick("Policy", "용도"),
    )
    rows = []
    for number, card in enumerate(page.cards, 1):
        span = card.span
        link = make("a", {"href": f"#c{number}"}, card.title)
        rows.append(
            make(
                "tr",
                {"data-of": number},
                make("th", {"scope": "row"}, link),
                make("td", None, badge(card.state, pick)),
                make("td", {"class": "figure"}, span.last_day if span else "-"),
                make("td", {"class": "figure"}, str(span.days_left) if span else "-"),
                *(make("td", None, each) for each in (card.kind_name, card.authority, card.use)),
            )
        )
    return make(
        "section",
        {"id": "table", "aria-labelledby": "table-title"},
        make("h2", {"id": "table-title"}, pick("Table", "전체 표")),
        make(
            "div",
            {"class": "scroll", "role": "region", "tabindex": 0, "aria-label": pick("Scrolls sideways", "옆으로 스크롤")},
            make(
                "table",
                None,
                make("thead", None, make("tr", None, *(make("th", {"scope": "col"}, h) for h in headers))),
                make("tbody", None, *rows),
            ),
        ),
    )  # fmt: skip
