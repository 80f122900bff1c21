# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: accessible, quiet, filtered, and as it was looked at and approved.

Needs Debian's chromium, chromium-driver, fonts-noto-cjk and poppler-utils, selenium and pillow from
PyPI, and axe-core from npm in the environment: npm install --prefix .venv axe-core.

After a change that is wanted: KCERT_APPROVE=1 python -m pytest tests/cli/report/test_browser.py,
and look at each picture in tests/cli/approved and docs/images before it is committed.
"""

from __future__ import annotations

import base64
import functools
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')
pytest.importorskip("selenium", reason="needs pip install selenium")
pytest.importorskip("PIL", reason="needs pip install pillow")

from attrs import evolve
from PIL import Image, ImageChops
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from kcert.cli.report.model import Copy
from kcert.cli.report.page import render

APPROVED = Path(__file__).parents[1] / "approved"
DOCS = Path(__file__).parents[3] / "docs"
AXE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en",
)

WIDE, PHONE = 1200, 360

pytestmark = pytest.mark.peer("chromium", "chromedriver")


@functools.cache
def has_fonts():
    """Whether text looks here as it does on the approved pictures."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    done = subprocess.run([program, "Noto Sans CJK KR"], capture_output=True, check=True)
    return bool(done.stdout)


class Browser:
    """Headless Chromium with one page in it."""

    def __init__(self, folder):
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for option in (*OPTIONS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.file = folder / "page.html"
        self.driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))

    def tell(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def show(self, page, *, width=WIDE, dark=False, script=True):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.tell("Emulation.setEmulatedMedia", media="", features=[scheme, still])
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.tell("Emulation.setScriptExecutionDisabled", value=not script)
        self.file.write_text(render(page), "utf-8")
        self.driver.get(self.file.as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def picture(self, width):
        height = self.run("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.tell("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")

    def paper(self, folder):
        """The first three pages of what it prints, side by side."""
        made = self.tell("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        file = folder / "page.pdf"
        file.write_bytes(base64.b64decode(made["data"]))
        arguments = ["-r", "72", "-l", "3", "-png", str(file), str(folder / "paper")]
        subprocess.run(["pdftoppm", *arguments], check=True)
        sheets = [Image.open(path).convert("RGB") for path in sorted(folder.glob("paper-*.png"))]
        whole = Image.new("RGB", (sum(each.width for each in sheets), sheets[0].height))
        place = 0
        for each in sheets:
            whole.paste(each, (place, 0))
            place += each.width
        return whole


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("browser"))
    try:
        yield made
    finally:
        made.driver.quit()


# It can be used by everybody


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(browser, page_in, dark, width, language):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm install --prefix .venv axe-core")
    browser.show(page_in(language), dark=dark, width=width)
    for folded in (True, False):
        if not folded:
            browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
        browser.run(AXE.read_text("utf-8"))
        found = browser.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run({resultTypes: ['violations']}).then((result) => done(result))"
        )

        assert len(found["passes"]) > 20
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


@pytest.mark.parametrize("width", [PHONE, 390, 768, WIDE])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_nothing_sticks_out_on_the_side(browser, page_in, language, width):
    browser.show(page_in(language), width=width)
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")

    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_everything_is_reached_with_the_keyboard(browser, page_in):
    browser.show(page_in("ko"))
    reached = browser.run(
        "return [...document.querySelectorAll('a, button, input, select, summary, .scroll')]"
        ".filter((one) => one.tabIndex < 0).map((one) => one.outerHTML)"
    )

    assert reached == []


# It asks nothing of any network, and runs nothing of a stranger's


def test_the_page_makes_no_request_and_breaks_no_rule_of_its_policy(browser, page_in):
    browser.driver.get_log("performance")
    browser.show(page_in("ko"))
    told = browser.driver.get_log("performance")
    asked = [each["message"] for each in told if "Network.requestWillBeSent" in each["message"]]

    assert [each for each in asked if browser.file.as_uri() not in each] == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.driver.get_log("browser") == []


def test_a_stranger_s_script_does_not_run(browser, page_in):
    page = page_in("en")
    words = (
        "</script><script>document.title='bad'</script><img src=x onerror=\"document.title='bad'\">"
    )
    cards = tuple(evolve(each, title=words, copies=(Copy(words),)) for each in page.cards)
    browser.show(evolve(page, cards=cards, places=(words,)))

    assert browser.driver.title.startswith("Certificate report")
    assert browser.run("return document.scripts.length") == 1
    assert browser.run("return document.querySelector('h3[id]').textContent") == words

    browser.run(
        "const made = document.createElement('script');"
        "made.textContent = \"document.title = 'bad'\";"
        "document.body.append(made)"
    )
    assert browser.driver.title.startswith("Certificate report")


# The filter


def shown(browser):
    return browser.run(
        "return [...document.querySelectorAll('article.card')].filter((one) => one.offsetParent)"
        ".map((one) => one.querySelector('h3').textContent)"
    )


def choose(browser, name, value):
    browser.run(
        "const one = document.getElementById(arguments[0]); one.value = arguments[1];"
        "one.dispatchEvent(new Event(one.tagName === 'SELECT' ? 'change' : 'input'))",
        name,
        value,
    )


@pytest.mark.parametrize(
    ("name", "value", "holders"),
    [
        ("f-text", "홍길동", ["홍길동"]),
        ("f-text", "SIGNgate  ca5", ["홍길서"]),
        ("f-text", "/home/hong/NPKI/4", ["홍길서"]),
        ("f-text", "nobody at all", []),
        ("f-state", "expired", ["주식회사 가나다라"]),
        ("f-kind", "financial", ["홍길남"]),
        ("f-severity", "warning", ["홍길서"]),
        ("f-severity", "none", ["홍길남"]),
    ],
)
def test_the_filter_shows_what_fits_and_says_how_many(browser, page_in, name, value, holders):
    browser.show(page_in("en"))
    choose(browser, name, value)

    assert shown(browser) == holders
    assert browser.run("return document.getElementById('f-count').textContent") == (
        f"{len(holders)} of 6 shown"
    )
    rows = browser.run(
        "return [...document.querySelectorAll('tbody tr')].filter((one) => one.offsetParent).length"
    )
    assert rows == len(holders)
    assert browser.run("return document.getElementById('nothing').hidden") == bool(holders)

    browser.run("document.getElementById('f-reset').click()")
    assert len(shown(browser)) == 6


def test_two_conditions_hold_together(browser, page_in):
    browser.show(page_in("ko"))
    choose(browser, "f-state", "valid")
    choose(browser, "f-kind", "joint")

    assert shown(browser) == ["홍길동"]


def test_a_link_to_a_card_that_is_filtered_out_shows_it_again(browser, page_in):
    browser.show(page_in("ko"))
    choose(browser, "f-text", "홍길남")
    browser.run("document.querySelector('.who a[href=\"#c1\"]').click()")

    assert len(shown(browser)) == 6


def test_without_script_everything_is_there_but_the_filter(browser, page_in):
    browser.show(page_in("ko"), script=False)
    browser.tell("Emulation.setScriptExecutionDisabled", value=False)

    assert len(shown(browser)) == 6
    assert browser.run("return document.getElementById('filter').offsetParent") is None


# How it looks


TILE = 4  # of a picture a quarter as large: 16 pixels


def differ(one, other):
    """How much two pictures differ, of 255, where they differ most.

    They are made a quarter as large first, for letters may be drawn a little otherwise elsewhere,
    and then compared in tiles, so that a small thing counts on a large page.
    """
    if one.size != other.size:
        return 255
    small = [each.convert("RGB").reduce(4) for each in (one, other)]
    channels = ImageChops.difference(*small).split()
    return functools.reduce(ImageChops.lighter, channels).reduce(TILE).getextrema()[1]


def alike(one, other):
    return differ(one, other) < 20


def compare(path, picture):
    if not has_fonts():
        pytest.skip("the approved pictures are set in Noto Sans CJK KR, which is not installed")
    if os.environ.get("KCERT_APPROVE"):
        # A third of the size, and no colour is lost that stands alone or fills much.
        way = Image.Quantize.MAXCOVERAGE
        colours = picture.quantize(256, way, kmeans=2, dither=Image.Dither.NONE)
        colours.save(path, optimize=True)
    with Image.open(path) as approved:
        assert alike(picture, approved), differ(picture, approved)


@pytest.mark.parametrize(
    ("name", "language", "width", "dark"),
    [
        ("report-light-ko", "ko", WIDE, False),
        ("report-dark-en", "en", WIDE, True),
        ("report-phone-ko", "ko", PHONE, False),
        ("report-phone-dark-en", "en", PHONE, True),
    ],
)
def test_the_page_looks_as_approved(browser, page_in, name, language, width, dark):
    browser.show(page_in(language), width=width, dark=dark)

    compare(APPROVED / f"{name}.png", browser.picture(width))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_picture_in_the_docs_is_of_this_page(browser, page_in, language):
    browser.show(page_in(language), width=900)
    top = browser.picture(900).crop((0, 0, 900, 1120))

    compare(DOCS / "images" / f"report-{language}.png", top)


@pytest.mark.peer("pdftoppm")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_prints_as_approved(browser, page_in, language, tmp_path):
    browser.show(page_in(language), dark=True)  # paper is white all the same

    compare(APPROVED / f"report-print-{language}.png", browser.paper(tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        "document.querySelector('.badge').style.visibility = 'hidden'",
        "document.querySelector('h1').textContent = '인증서'",
        "document.querySelector('.renewable .bar').style.fill = '#d9675f'",
        "document.querySelector('.chain .icon').remove()",
        "document.querySelector('.timeline .now').remove()",
    ],
    ids=["badge", "heading", "colour", "icon", "line"],
)
def test_a_change_that_a_person_would_see_is_seen(browser, page_in, change):
    browser.show(page_in("ko"), width=PHONE)
    before = browser.picture(PHONE)
    browser.show(page_in("ko"), width=PHONE)
    assert alike(browser.picture(PHONE), before)

    browser.run(change)
    assert not alike(browser.picture(PHONE), before)
