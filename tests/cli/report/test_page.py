# SPDX-License-Identifier: Apache-2.0
"""The page as text: nothing breaks out of it, nothing is fetched by it, everything is on it."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import html5lib
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

from kcert.cli.report.elements import document, make
from kcert.cli.report.model import STATES, Copy, Label, Mark, State, Step
from kcert.cli.report.page import render
from kcert.cli.table import printable

STYLE = files("kcert.cli.report").joinpath("page.css").read_text("utf-8")
HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}",
    "<!-- --> ]]> <![CDATA[ &lt;b&gt; &#60;",
    "javascript:alert(1)",
    "\u202etxt.exe\u0000\x1b[31m\ud800",
    "{shown} {all} ${1} \\",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))


def parsed(text):
    """The page as HTML 5 has it, every mistake in it an error."""
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    return parser.parse(text)


def local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "comment"


def outline(tree):
    """Every element with the names of its attributes: what no text may change."""
    return [(local(each), sorted(each.attrib)) for each in tree.iter()]


def filled(page, text):
    """The page with one text wherever a certificate, a place or a person could have put one."""
    step = Step(text, text, Mark.WEAK)
    cards = tuple(
        evolve(
            card,
            title=text,
            kind_name=text,
            authority=text,
            use=text,
            fingerprint=text or "-",
            span=evolve(card.span, last_day=text),
            labels=(Label(text, text),),
            chain=evolve(card.chain, steps=(step, step), verdict=text, remark=text),
            remarks=tuple(
                evolve(each, code=text, text=f"{n}{text}") for n, each in enumerate(card.remarks)
            ),
            copies=(Copy(text, text),),
        )
        for card in page.cards
    )  # fmt: skip
    return evolve(page, cards=cards, places=(text,), revocation=text or "-", version=text)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_is_html_without_a_mistake(page_in, language):
    tree = parsed(render(page_in(language)))

    assert tree.get("lang") == language
    identifiers = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(identifiers) == len(set(identifiers))
    references = [each.get(name, "") for each in tree.iter() for name in ("aria-labelledby", "for")]
    assert {word for text in references for word in text.split()} <= set(identifiers)
    targets = {each.get("href") for each in tree.iter("a")}
    assert {target.removeprefix("#") for target in targets} <= set(identifiers)


@given(text=texts)
def test_no_text_breaks_out_of_its_place(page_in, text):
    page = page_in("ko")
    tree = parsed(render(filled(page, text)))
    plain = parsed(render(filled(page, "plain" if text else "")))

    assert outline(tree) == outline(plain)
    shown = printable(text)
    headings = ["".join(each.itertext()) for each in tree.iter("h3") if each.get("id")]
    assert headings == [shown] * len(page.cards)


@given(text=texts)
def test_an_attribute_holds_any_text(text):
    tree = parsed(
        "<!doctype html><title>x</title>"
        + document(make("p", {"title": text}, text)).partition("\n")[2]
    )
    [paragraph] = tree.iter("p")

    assert paragraph.get("title") == printable(text)


def test_nothing_is_fetched_and_no_other_script_runs(page_in):
    text = render(page_in("en"))
    tree = parsed(text)

    assert "://" not in text
    assert not re.search(r"@import|url\((?!\"#)", STYLE)
    assert {local(each) for each in tree.iter()}.isdisjoint(
        {"link", "img", "iframe", "base", "form"}
    )
    names = {name for each in tree.iter() for name in each.attrib}
    assert names.isdisjoint({"src", "srcset", "style", "action", "xlink:href"})
    assert not [name for name in names if name.startswith("on")]


def test_the_policy_lets_in_this_style_and_this_script_alone(page_in):
    tree = parsed(render(page_in("ko")))
    [policy] = [m.get("content") for m in tree.iter("meta") if m.get("http-equiv")]
    hashes = [
        base64.b64encode(hashlib.sha256(each.text.encode()).digest()).decode()
        for name in ("style", "script")
        for each in tree.iter(name)
    ]

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(hashes) == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_about_a_certificate_is_on_the_page(page_in, language):
    page = page_in(language)
    text = "".join(parsed(render(page)).itertext())

    for card in page.cards:
        wanted = [card.title, card.kind_name, card.use, card.fingerprint, card.chain.verdict]
        wanted += [remark.text for remark in card.remarks] + [copy.place for copy in card.copies]
        wanted += [step.name for step in card.chain.steps] + [page.pick(*STATES[card.state])]
        assert [each for each in wanted if each not in text] == []
    moment = (
        "2026년 5월 1일 09:00 (한국 시각)"
        if language == "ko"
        else "1 May 2026, 09:00 (Korean time)"
    )
    assert moment in text
    assert page.revocation in text


def test_every_state_is_counted_once(page_in):
    page = page_in("en")
    cards = tuple(evolve(page.cards[0], state=state) for state in State)
    tree = parsed(render(evolve(page, cards=cards)))
    numbers = [int(each.text) for each in tree.iter("span") if each.get("class") == "number"]

    assert numbers[:4] == [len(State), 5, 2, 1]
    assert sum(numbers[1:4]) == numbers[0]


def test_every_word_of_the_page_is_in_its_language(page_in):
    korean_of_people = "홍길순|주식회사 가나다라|홍길북|홍길서|홍길동|홍길남|은행/신용카드/보험용"
    tree = parsed(render(page_in("en")))
    for each in (*tree.iter("script"), *tree.iter("style")):
        each.text = ""
    text = re.sub(korean_of_people, "", "".join(tree.itertext()))

    assert not re.search("[가-힣]", text)


def test_equal_findings_of_several_are_told_once_with_all_who_have_them(page_in):
    page = page_in("en")
    tree = parsed(render(page))
    [section] = [each for each in tree.iter("section") if each.get("id") == "findings"]
    [line] = [e for e in section.iter("li") if "old scheme" in "".join(e.itertext())]

    assert [link.text for link in line.iter("a")] == ["주식회사 가나다라", "홍길서", "홍길동"]


def test_a_page_of_many_keeps_what_is_unfolded_short(page_in):
    page = page_in("en")
    card = page.cards[4]
    cards = tuple(evolve(card, title=f"holder {n}") for n in range(120))
    tree = parsed(render(evolve(page, cards=cards)))
    [section] = [each for each in tree.iter("section") if each.get("id") == "findings"]

    assert "and 112 more" in "".join(section.itertext())
    assert len([e for e in tree.iter() if local(e) == "text" and e.get("class") == "date"]) == 40
    assert "80 more are in the table." in "".join(tree.itertext())
    assert len([row for row in tree.iter("tr") if row.get("data-of")]) == 120


def test_what_cannot_be_read_has_a_card_without_dates_and_path(page_in):
    page = page_in("en")
    card = evolve(
        page.cards[0], state=State.DAMAGED, span=None, chain=None, fingerprint="", labels=()
    )
    tree = parsed(render(evolve(page, cards=(card,))))
    [article] = tree.iter("article")

    assert article.get("data-severity") == "error"
    assert not [each for each in article.iter() if each.get("class") in ("days", "chain")]


def test_a_page_without_findings_says_so(page_in):
    page = page_in("ko")
    calm = evolve(page.cards[5], remarks=())

    assert "발견된 것이 없습니다." in render(evolve(page, cards=(calm,)))


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast ratio (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_have_the_contrast_that_is_asked_for(theme):
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    first, chosen = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in (blocks[0], blocks[theme])
    )
    colours = first | chosen
    surface = colours["surface"]
    text = [
        (name, surface) for name in ("ink", "soft", "accent", "good", "warning", "error", "info")
    ]
    text += [(name, colours["ground"]) for name in ("ink", "soft", "accent")]
    for name in ("good", "warning", "error", "info"):
        text += [(name, colours[f"{name}-ground"]), ("ink", colours[f"{name}-ground"])]

    ratios = {(name, ground): contrast(colours[name], ground) for name, ground in text}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
    assert contrast(colours["soft"], colours["track"]) >= 4.5
