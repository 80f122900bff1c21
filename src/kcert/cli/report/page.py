# SPDX-License-Identifier: Apache-2.0
"""The whole page, as one file that asks nothing of any network.

Its Content-Security-Policy lets in the page's own style and script, by their hashes, and nothing
else: no request, no form, no other script, whatever a certificate says.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import TYPE_CHECKING

from kcert.cli.report.cards import card_element
from kcert.cli.report.elements import Element, document, make, raw
from kcert.cli.report.sections import certificate_table, figures, filter_bar, findings
from kcert.cli.report.timeline import timeline

if TYPE_CHECKING:
    from kcert.cli.report.model import Page

__all__ = ["render"]

_KOREA = timezone(timedelta(hours=9))


def render(page: Page) -> str:
    """The page as HTML."""
    style, script = (
        files("kcert.cli.report").joinpath(name).read_text("utf-8").replace("\r\n", "\n")
        for name in ("page.css", "page.js")
    )
    title = page.pick("Certificate report", "인증서 보고서")
    return document(
        make(
            "html",
            {"lang": page.language},
            make(
                "head",
                None,
                make("meta", {"charset": "utf-8"}),
                make("meta", {"http-equiv": "Content-Security-Policy", "content": _rules(style, script)}),
                make("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
                make("meta", {"name": "referrer", "content": "no-referrer"}),
                make("meta", {"name": "color-scheme", "content": "light dark"}),
                make("meta", {"name": "generator", "content": f"kcert {page.version}"}),
                make("title", None, f"{title} · {_moment(page)}"),
                raw("style", style),
            ),
            make(
                "body",
                None,
                make("a", {"class": "skip", "href": "#certificates"}, page.pick("To the certificates", "인증서로 바로 가기")),
                _header(page, title),
                make("main", None, figures(page), findings(page), _timeline(page), _cards(page), certificate_table(page)),
                _footer(page),
                raw("script", script),
            ),
        )
    )  # fmt: skip


def _rules(style: str, script: str) -> str:
    """The Content-Security-Policy."""
    hashes = [
        b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _moment(page: Page) -> str:
    """The moment for which the page holds, in Korea."""
    try:
        at = page.at.astimezone(_KOREA)
    except OverflowError:
        at = page.at.astimezone(UTC)
    return _written(at, page)


def _written(at: datetime, page: Page) -> str:
    clock = f"{at.hour:02}:{at.minute:02}"
    return page.pick(
        f"{at.day} {at:%B} {at.year}, {clock} (Korean time)",
        f"{at.year}년 {at.month}월 {at.day}일 {clock} (한국 시각)",
    )


def _header(page: Page, title: str) -> Element:
    pick = page.pick
    links = (
        ("#findings", pick("Findings", "점검 결과")),
        ("#timeline", pick("Timeline", "일정표")),
        ("#certificates", pick("Certificates", "인증서")),
        ("#table", pick("Table", "전체 표")),
    )
    return make(
        "header",
        {"class": "top"},
        make(
            "div",
            None,
            make("p", {"class": "brand"}, "kcert"),
            make("h1", None, title),
            make("p", {"class": "moment"}, pick("As of ", ""), make("time", {"datetime": page.at.isoformat()}, _moment(page)), pick("", " 기준")),
        ),
        make(
            "nav",
            {"aria-label": pick("On this page", "이 페이지")},
            make("ul", None, *(make("li", None, make("a", {"href": to}, text)) for to, text in links)),
        ),
    )  # fmt: skip


def _timeline(page: Page) -> Element:
    pick = page.pick
    drawing, left_out = timeline(page)
    legend = [
        make("li", None, make("span", {"class": f"swatch {name}"}), text)
        for name, text in (
            ("valid", pick("valid", "유효 기간")),
            ("window", pick("renewal open", "갱신 기간")),
            ("expiring", pick("act now", "지금 조치")),
            ("expired", pick("cannot be used", "쓸 수 없음")),
        )
    ]
    return make(
        "section",
        {"id": "timeline", "aria-labelledby": "timeline-heading"},
        make("h2", {"id": "timeline-heading"}, pick("Timeline", "일정표")),
        make("div", {"class": "panel"}, make("ul", {"class": "legend"}, *legend), drawing),
        make("p", {"class": "sub"}, pick(f"{left_out} more are in the table.", f"나머지 {left_out}개는 표에 있습니다."))
        if left_out
        else None,
    )  # fmt: skip


def _cards(page: Page) -> Element:
    return make(
        "section",
        {"id": "certificates", "aria-labelledby": "certificates-title"},
        make("h2", {"id": "certificates-title"}, page.pick("Certificates", "인증서")),
        filter_bar(page),
        make(
            "div",
            {"class": "cards"},
            *(card_element(card, number, page.pick) for number, card in enumerate(page.cards, 1)),
        ),
        make("p", {"id": "nothing", "class": "calm", "hidden": True}, page.pick("Nothing fits the filter.", "조건에 맞는 인증서가 없습니다.")),
    )  # fmt: skip


def _footer(page: Page) -> Element:
    pick = page.pick
    lines = [
        pick(
            "This page holds for the moment at its top; what happened later is not on it. It loads "
            "nothing from anywhere.",
            "이 페이지는 위에 적힌 시각을 기준으로 하며 그 뒤의 일은 담지 않습니다. 어디에서도 아무것도 불러오지 "
            "않습니다.",
        ),
        page.revocation,
        pick(
            "It tells names and places: keep it like the certificates. To share one, make it with --no-names.",
            "이름과 위치가 들어 있으니 인증서처럼 다루십시오. 공유하려면 --no-names로 만드십시오.",
        )
        if page.has_names
        else pick(
            "Names and places were left out.",
            "이름과 위치는 뺐습니다.",
        ),
        pick("Looked in: ", "찾은 곳: ") + ", ".join(page.places) if page.places else "",
    ]
    return make(
        "footer",
        None,
        *(make("p", None, line) for line in lines if line),
        make("p", None, f"kcert {page.version}"),
    )
