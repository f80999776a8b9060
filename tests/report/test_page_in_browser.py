"""The page in a real browser without a network: what it asks for, who can use it, and how it looks at every width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from banding.report.page import page_of
from tests.report import summaries

pytestmark = pytest.mark.system
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WIDTHS = (320, 768, 1280)
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
OVERFLOWING = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolled = one => one.parentElement.closest('.scroll') !== null;
    return [...document.body.querySelectorAll('*')]
        .filter(one => !scrolled(one) && !one.closest('svg') && !one.matches('.skip'))
        .filter(one => one.getBoundingClientRect().right > wide + 1).map(one => one.outerHTML.slice(0, 200));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page to share and the working file of a synthetic caseload, and one with every symbol and long names."""
    folder = tmp_path_factory.mktemp("pages")
    synthetic = summaries.of_synthetic(1000)
    long = summaries.bands_table([("A setting with a name of many words " * 9, "x" * 300, 40), ("Short", "1 A", 9)])
    several = (*summaries.invented().sections[::2], summaries.one_table(long, "x" * 300))
    lists = summaries.child_lists(30)
    pages = {
        "shareable": page_of(synthetic),
        "working": page_of(replace(synthetic, shareable=False), lists=lists),
        "strange": page_of(summaries.summary(*several, notes=("y" * 300,))),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@dataclass(frozen=True)
class Opened:
    """
    page  the file in a window without a network.
    sent  every address that would have gone out.
    said  every address that it names, and what the browser tells of it.
    """

    page: Page
    sent: list[str]
    said: list[str]


@contextmanager
def opened(browser: Browser, file: Path, *, width: int = 1280, bypass_csp: bool = False) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=bypass_csp)
    sent: list[str] = []
    said: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.url)
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            route.abort()

    context.route("**/*", refuse)
    context.set_offline(True)
    page = context.new_page()
    page.on("request", lambda request: said.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    yield Opened(page, sent, said)
    context.close()


def zoomed(page: Page, width: int, percent: int) -> None:
    """A window of a width at a zoom: the browser gives the page so many fewer pixels, each so much larger."""
    session = page.context.new_cdp_session(page)
    metrics = {"width": width * 100 // percent, "height": 700, "deviceScaleFactor": percent / 100, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", metrics)


def test_opening_it_asks_for_nothing_but_itself(browser: Browser, files: dict[str, Path]) -> None:
    for file in files.values():
        with opened(browser, file) as found:
            found.page.evaluate(OPEN)
            found.page.mouse.wheel(0, 20_000)
            found.page.emulate_media(media="print")
            assert found.sent == found.said == [file.as_uri()]


def test_the_policy_refuses_script_and_style_that_somebody_adds(browser: Browser, files: dict[str, Path]) -> None:
    put = """() => {
        document.body.insertAdjacentHTML('beforeend', '<p id="put" style="color: rgb(1, 2, 3)">x</p>');
        document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = "ran"'}));
        document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.org/x.png'}));
    }"""
    with opened(browser, files["shareable"]) as found:
        found.page.evaluate(put)
        found.page.wait_for_timeout(200)
        assert found.page.title() != "ran"
        colour = found.page.eval_on_selector("#put", "one => getComputedStyle(one).color")
        assert colour == "rgb(11, 12, 12)"
        assert sum("Content Security Policy" in said for said in found.said) == 3
        assert found.sent == [files["shareable"].as_uri()]


@pytest.mark.parametrize("name", ["shareable", "working", "strange"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation(browser: Browser, files: dict[str, Path], name: str, width: int) -> None:
    with opened(browser, files[name], width=width, bypass_csp=True) as found:
        page = found.page
        page.evaluate(OPEN)
        results = Axe().run(page, options={"resultTypes": ["violations", "incomplete"]})
        assert results.violations_count == 0, results.generate_report()
        # Contrast over the shadow at the edge of a wide table is beyond axe; nothing else may be undecided.
        assert {rule["id"] for rule in results.response["incomplete"]} <= {"color-contrast"}


@pytest.mark.parametrize("name", ["shareable", "working", "strange"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways(browser: Browser, files: dict[str, Path], name: str, width: int) -> None:
    with opened(browser, files[name], width=width) as found:
        page = found.page
        page.evaluate(OPEN)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVERFLOWING) == []
        if width == WIDTHS[0]:
            page.emulate_media(forced_colors="active")
            assert page.evaluate(OVERFLOWING) == []


def test_twice_as_large_nothing_is_lost(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["shareable"]) as found:
        page = found.page
        before = page.eval_on_selector("h1", "one => one.getBoundingClientRect().height * devicePixelRatio")
        zoomed(page, 1280, 200)
        assert page.eval_on_selector("h1", "one => one.getBoundingClientRect().height * devicePixelRatio") > before
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        assert page.evaluate(OVERFLOWING) == []

    with opened(browser, files["shareable"]) as found:
        found.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert found.page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert found.page.evaluate(OVERFLOWING) == []


def test_a_wide_table_scrolls_by_keyboard_in_its_own_region(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["working"], width=320) as found:
        page = found.page
        page.locator(".list .scroll").first.focus()
        assert page.evaluate("document.activeElement.matches('.scroll')")
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        assert page.evaluate("document.activeElement.scrollLeft") > 0
        # What the table is called stays in sight.
        caption = page.locator(".list caption span").first.bounding_box()
        assert caption is not None
        assert caption["x"] >= 0
        assert caption["x"] + caption["width"] <= 320


def test_the_first_key_leads_past_the_contents(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["shareable"]) as found:
        page = found.page
        page.keyboard.press("Tab")
        link = page.locator(":focus")
        assert link.inner_text() == "Skip to the findings"
        assert link.bounding_box()["x"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_print_shows_every_table_and_no_control(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["working"]) as found:
        page = found.page
        page.emulate_media(media="print")
        for row in page.locator("tbody tr:last-child").all():
            expect(row).to_be_visible()
        for control in page.locator("summary, nav, .skip").all():
            expect(control).to_be_hidden()
        # What is wider than the sheet would be cut off: 180 mm of A4, 267 of it turned, at 96 pixels an inch.
        page.set_viewport_size({"width": 680, "height": 900})
        widths = page.eval_on_selector_all("section:not(.list) table", "all => all.map(one => one.scrollWidth)")
        assert max(widths) <= 680


def test_charts_keep_their_marks_in_the_readers_own_colours(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["shareable"]) as found:
        page = found.page
        painted = """all => [...new Set(all.map(one => getComputedStyle(one).fill))]"""
        assert set(page.eval_on_selector_all("svg text", painted)) == {"rgb(11, 12, 12)"}
        page.emulate_media(forced_colors="active", color_scheme="dark")
        paper = page.eval_on_selector("body", "one => getComputedStyle(one).backgroundColor")
        marks = page.eval_on_selector_all("svg text, svg path[fill]:not([fill=none])", painted)
        assert len(marks) == 1
        assert marks[0] != paper
        # A name has the colour of the paper around it, so that a line it crosses leaves it readable.
        halo = "all => [...new Set(all.map(one => getComputedStyle(one).stroke))]"
        assert page.eval_on_selector_all("svg text[stroke]", halo) == [paper]


def test_charts_are_drawn_and_labels_stay_inside(browser: Browser, files: dict[str, Path]) -> None:
    for width in WIDTHS:
        with opened(browser, files["shareable"], width=width) as found:
            page = found.page
            outside = page.eval_on_selector_all(
                "svg",
                """all => all.flatMap(svg => {
                    const frame = svg.getBoundingClientRect();
                    return [...svg.querySelectorAll('text')].filter(one => {
                        const box = one.getBoundingClientRect();
                        return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
                            || box.bottom > frame.bottom + 1;
                    }).map(one => one.textContent);
                })""",
            )
            assert outside == []
            letters = page.eval_on_selector_all(
                "svg text",
                """all => all.map(one => {
                    const turned = one.getScreenCTM();
                    return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(turned.a, turned.b);
                })""",
            )
            # A telephone's letters are little smaller than those of the drawing, and a wide page's are larger.
            assert min(letters) >= 11.5
